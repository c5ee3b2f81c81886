from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import convert, kinematics
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, recognise

Columns = dict[str, NDArray[Any]]

CARBON, ARGON = 1000060120, 1000180400
TABLES = ("gst", "rntuple", "parquet", "npz")
PARTICLES = ("rootracker", "nuhepmc", "nuisance")
FLUX = Flux([0.3, 1.0, 10.0], [2e-11, 1e-12], "cm-2 POT-1", "a beam")


def events(n: int) -> Columns:
    """Events along z, consistent to float32."""
    rng = np.random.default_rng(5)
    enu = rng.uniform(0.5, 9, n).astype("f4").astype("f8")
    p = rng.uniform(0.05, 0.9, n) * (enu - 0.12)
    theta, phi = rng.uniform(0.01, 3.1, n), rng.uniform(-3.14, 3.14, n)
    emu = np.sqrt(p**2 + kinematics.MUON_MASS**2)
    single = {
        "Ev": enu,
        "El": emu,
        "pxl": p * np.sin(theta) * np.cos(phi),
        "pyl": p * np.sin(theta) * np.sin(phi),
        "pzl": p * np.cos(theta),
        "pl": p,
        "thetal": theta,
        "phil": phi,
        "Q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
        "W": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
        "x": kinematics.bjorken_x(enu, emu, theta, kinematics.MUON_MASS),
        "y": kinematics.inelasticity(enu, emu),
    }
    number = np.arange(n)
    return {
        "iev": number.astype("i4"),
        "cthl": np.cos(theta),
        "tgt": np.where(number % 3 == 0, CARBON, ARGON).astype("i4"),
        "wght": 0.5 + number / 1024,
        **dict.fromkeys(("vtxx", "vtxy", "vtxz", "vtxt"), 0.25 * number),
        **{name: values.astype("f4") for name, values in single.items()},
    }


def path_of(folder: Path, form: str, stem: str = "a") -> Path:
    return folder / f"{form}_{stem}{formats.FORMATS[form].suffixes[0]}"


def write(path: Path, form: str, columns: Columns, **changes: Any) -> Path:
    known: dict[str, Any] = {"sigma": 0.6, "sigma_error": 0.01, "flux": FLUX, "pot": 1e21}
    run = Run(14, {CARBON: 0.25, ARGON: 0.75}, **{**known, **changes}, metadata={"seed": 3})
    with formats.create(form, path, run) as writer:
        writer.write(columns)
    return path


def read(path: Path) -> tuple[Run, Columns]:
    with recognise.read(path) as reader:
        chunks = list(reader.chunks)
    return reader.run, {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def main(*arguments: object) -> int:
    return convert.main([str(argument) for argument in arguments])


@pytest.mark.parametrize("form", [*TABLES, *PARTICLES])
def test_there_and_back(tmp_path: Path, form: str) -> None:
    """Tables give all back; formats of particles what follows from momenta to the last digits of float32."""
    columns = events(400)
    start = write(path_of(tmp_path, "gst", "in"), "gst", columns)
    there, back = path_of(tmp_path, form, "there"), path_of(tmp_path, "gst", "back")
    assert main(start, "--to", form, there, "--quiet") == 0
    assert main(there, "--to", "gst", back, "--quiet") == 0
    (_, first), (run, last) = read(start), read(back)
    for name in first:
        if form == "nuisance" and name.startswith("vtx"):
            assert not last[name].any()
        elif form in TABLES or name in ("iev", "tgt", "pxl", "pyl", "pzl", "pxv", "pyv", "pzv"):
            np.testing.assert_array_equal(last[name], first[name], err_msg=name)
        elif name in ("Q2", "W", "x"):
            # follow from differences of momenta
            np.testing.assert_allclose(last[name], first[name], rtol=1e-4, atol=1e-4, err_msg=name)
        else:
            np.testing.assert_allclose(last[name], first[name], rtol=2e-6, atol=2e-6, err_msg=name)
    assert (run.probe, run.targets, run.sigma, run.pot) == (14, {CARBON: 0.25, ARGON: 0.75}, 0.6, 1e21)
    np.testing.assert_array_equal(run.flux.density, FLUX.density)
    assert run.metadata["seed"] == 3
    assert [step["format"] for step in run.metadata["converted"]] == ["gst", form]


@pytest.mark.parametrize("form", [*TABLES, *PARTICLES])
def test_formats_are_recognised(tmp_path: Path, form: str) -> None:
    path = write(path_of(tmp_path, form), form, events(10))
    assert recognise.recognise(path) == form


def test_summary_and_compression(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = write(tmp_path / "a.root", "gst", events(3000))
    for name, compression in (("b", "none"), ("c", "zlib:9")):
        out = tmp_path / f"{name}.npz"
        assert main(start, "--to", "npz", out, "--compression", compression) == 0
        answer = capsys.readouterr()
        assert answer.out.startswith(f"{out}: 3,000 events of gst as npz, ")
        assert answer.err == ""
    assert (tmp_path / "c.npz").stat().st_size < (tmp_path / "b.npz").stat().st_size


def test_vertices_are_not_lost_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = write(tmp_path / "a.root", "gst", events(10))
    assert main(start, "--to", "nuisance", tmp_path / "b.root") == 0
    assert "nuisance has no vertices: they were left out" in capsys.readouterr().err


def complaint(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(*arguments) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.startswith("nugan-convert: error: ")
    assert answer.err.count("\n") == 1
    return answer.err


@pytest.mark.parametrize(
    ("form", "out", "message"),
    [
        ("gts", "b.root", "format 'gts' is not one of gst, rootracker"),
        ("parquet", "b.root", "expected a name with .parquet for the format parquet"),
        ("gst", "b.npz", "expected a name with .root for the format gst"),
        ("npz", "nowhere/b.npz", "no folder"),
        ("gst", "a.root", "exists"),
    ],
)
def test_bad_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, out: str, message: str
) -> None:
    start = write(tmp_path / "a.root", "gst", events(10))
    assert message in complaint(capsys, start, "--to", form, tmp_path / out)
    assert list(tmp_path.iterdir()) == [start]


def test_input_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = write(tmp_path / "a.root", "gst", events(10))
    before = start.read_bytes()
    assert "is the input" in complaint(capsys, start, "--to", "rntuple", start, "--force")
    assert start.read_bytes() == before


def test_bad_compression(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = write(tmp_path / "a.root", "gst", events(10))
    out = tmp_path / "b.npz"
    assert "zlib" in complaint(capsys, start, "--to", "npz", out, "--compression", "zstd:1")
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.root", None, "there is no such file"),
        ("a.csv", b"1,2", "unknown suffix '.csv', expected one of .root (gst, rootracker"),
        ("a.root", b"root", "cannot read"),
        ("a.parquet", b"PAR1", "cannot read"),
        ("a.npz", b"PK", "cannot read"),
        ("a.hepmc3", b"HepMC::", "expected a HepMC3"),
    ],
)
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    text = complaint(capsys, tmp_path / name, "--to", "gst", tmp_path / "b.root")
    assert message in text
    assert name in text
    assert not (tmp_path / "b.root").exists()


def test_root_files_of_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import uproot

    with uproot.recreate(tmp_path / "a.root") as file:
        file.mktree("events", {"Ev": "f4"}).extend({"Ev": np.ones(3, "f4")})
    text = complaint(capsys, tmp_path / "a.root", "--to", "npz", tmp_path / "b.npz")
    assert "holds none of the trees that nugan-sample writes, gst (TTree)" in text


@pytest.mark.parametrize("form", ["nuhepmc", "nuisance"])
def test_no_cross_section(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    start = write(tmp_path / "a.npz", "npz", events(10), sigma=None, flux=None)
    out = path_of(tmp_path, form)
    assert f"format {form} holds a flux-averaged cross section" in complaint(capsys, start, "--to", form, out)
    assert list(tmp_path.iterdir()) == [start]


def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--to" in complaint(capsys, "a.root", "b.root")
    assert "required" in complaint(capsys)


@pytest.fixture
def largest_file() -> Iterator[int]:
    """Let the system refuse files above 256 KiB, as it refuses them on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield 2**18
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", [*TABLES, *PARTICLES])
def test_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str], largest_file: int, form: str) -> None:
    start = write(tmp_path / "a.npz", "npz", events(6000))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, limit[1]))
    text = complaint(capsys, start, "--to", form, path_of(tmp_path, form))
    assert "file too large" in text
    assert list(tmp_path.iterdir()) == [start]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(tmp_path: Path, number: int, code: int) -> None:
    start, out = write(tmp_path / "a.npz", "npz", events(150_000)), tmp_path / "b.hepmc3"
    command = [sys.executable, "-m", "nugan_hep.convert", str(start), "--to", "nuhepmc", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while not any(part.stat().st_size > 2e6 for part in tmp_path.glob(".*.part")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        os.kill(process.pid, number)
        assert process.stderr is not None
        message = process.stderr.read()
        assert process.wait(60) == code
    assert "Traceback" not in message
    assert list(tmp_path.iterdir()) == [start]


def test_command_is_in_the_file(tmp_path: Path) -> None:
    start, out = write(tmp_path / "a b.root", "gst", events(10)), tmp_path / "b.npz"
    assert main(start, "--to", "npz", out, "--quiet") == 0
    with np.load(out) as archive:
        (step,) = json.loads(str(archive["nugan"]))["converted"]
    assert step["command"] == f"nugan-convert '{start}' --to npz {out} --quiet"


# several runs


def run_of(path: Path, n: int, seed: int, form: str | None = None, **changes: Any) -> Path:
    """A file of one run, its events numbered from 0; vertices where the format has them."""
    known: dict[str, Any] = {"probe": 14, "sigma": 0.6, "sigma_error": 0.01, "flux": FLUX, "pot": 1e20}
    about = {"seed": seed, "events": n}
    run = Run(targets={CARBON: 0.25, ARGON: 0.75}, **{**known, **changes}, metadata=about)
    with formats.create(form or formats.of_suffix(path)[0], path, run) as writer:
        writer.write({name: values[seed:] for name, values in events(n + seed).items()})
    return path


@pytest.mark.parametrize("form", [*TABLES, *PARTICLES])
def test_runs_are_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    sizes = (30, 5, 11)
    files = [run_of(path_of(tmp_path, form, str(k)), n, k, form) for k, n in enumerate(sizes)]
    out = tmp_path / "all.npz"
    assert main(*files, "--to", "npz", out) == 0
    assert f"all.npz: 46 events of 3 runs of {form} as npz" in capsys.readouterr().out
    run, found = read(out)
    np.testing.assert_array_equal(found["iev"], np.arange(46))
    expected = np.concatenate([events(n + k)["tgt"][k:] for k, n in enumerate(sizes)])
    np.testing.assert_array_equal(found["tgt"], expected)
    assert (run.pot, run.sigma, run.metadata["events"]) == (pytest.approx(3e20), 0.6, 46)
    assert [part.metadata["seed"] for part in run.parts] == [0, 1, 2]
    again = path_of(tmp_path, form, "again")
    assert main(out, "--to", form, again, "--quiet") == 0
    assert [part.metadata["seed"] for part in read(again)[0].parts] == [0, 1, 2]


def test_runs_of_several_formats_and_neutrinos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        run_of(tmp_path / "a.root", 20, 0),
        run_of(tmp_path / "b.hepmc3.gz", 10, 1, probe=-14, sigma=0.2),
        run_of(tmp_path / "c.parquet", 7, 2),
        run_of(tmp_path / "d.root", 3, 3, "nuisance", probe=-14, sigma=0.2),
    ]
    assert main(*files, "--to", "rootracker", tmp_path / "all.root") == 0
    answer = capsys.readouterr()
    assert "40 events of 4 runs of gst, nuhepmc, parquet, nuisance as rootracker" in answer.out
    assert "POT of runs of 2 neutrinos were added up to 4e+20" in answer.err
    run, found = read(tmp_path / "all.root")
    np.testing.assert_array_equal(found["neu"], np.repeat([14, -14, 14, -14], [20, 10, 7, 3]))
    assert run.sigma == pytest.approx(40 / (27 / 0.6 + 13 / 0.2))


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def without_tree(path: Path) -> Path:
    import uproot

    with uproot.recreate(path) as file:
        file["nugan"] = "{}"
    return path


def no_events(path: Path) -> Path:
    return run_of(path, 0, 0)


@pytest.mark.parametrize(
    ("make", "reason"),
    [(empty, "the file is empty (0 bytes)"), (without_tree, "holds no tree"), (no_events, "holds no events")],
)
def test_files_without_events_are_skipped_among_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], Path], reason: str
) -> None:
    bad, good = make(tmp_path / "bad.root"), run_of(tmp_path / "good.root", 8, 1)
    other, out = make(tmp_path / "other.root"), tmp_path / "all.npz"
    assert main(bad, good, other, "--to", "npz", out) == 0
    text = capsys.readouterr().err
    assert f"skipped 2 of 3 files: {bad}: {reason}" in text
    assert str(other) in text
    assert len(read(out)[1]["iev"]) == 8
    assert read(out)[0].parts == ()
    if make is not no_events:
        assert reason in complaint(capsys, bad, "--to", "npz", tmp_path / "none.npz")
    assert "hold none either" in complaint(capsys, bad, other, "--to", "npz", tmp_path / "none.npz")
    assert not (tmp_path / "none.npz").exists()


def test_damaged_file_among_others_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = run_of(tmp_path / "good.root", 8, 1), tmp_path / "bad.root"
    bad.write_bytes(good.read_bytes()[:3000])
    assert "bad.root" in complaint(capsys, good, bad, "--to", "npz", tmp_path / "all.npz")
    assert not (tmp_path / "all.npz").exists()


def test_no_input_is_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = run_of(tmp_path / "1.root", 8, 1), run_of(tmp_path / "2.root", 8, 2)
    before = two.read_bytes()
    assert "2.root is the input" in complaint(capsys, one, two, "--to", "gst", two, "--force")
    assert two.read_bytes() == before


@pytest.mark.parametrize("place", ["before", "between", "after"])
def test_options_may_stand_anywhere(tmp_path: Path, place: str) -> None:
    one, two, out = run_of(tmp_path / "1.root", 3, 1), run_of(tmp_path / "2.root", 4, 2), tmp_path / "all.npz"
    to = ["--to", "npz", "--quiet"]
    orders = {"before": [*to, one, two, out], "between": [one, *to, two, out], "after": [one, two, out, *to]}
    assert main(*orders[place]) == 0
    assert len(read(out)[1]["iev"]) == 7


@pytest.mark.parametrize("form", ["parquet", "npz"])
@pytest.mark.parametrize("probes", [(14, -14), (-14, 14)])
def test_tables_that_their_own_libraries_join(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, probes: tuple[int, int]
) -> None:
    """pyarrow keeps no description, NumPy what the user keeps: both, or the first."""
    import pyarrow as pa
    from pyarrow import parquet

    files = [run_of(path_of(tmp_path, form, str(k)), 5 + k, k, probe=probe) for k, probe in enumerate(probes)]
    out, joined = tmp_path / "out.root", path_of(tmp_path, form, "all")
    if form == "parquet":
        parquet.write_table(pa.concat_tables([parquet.read_table(path) for path in files]), joined)
    else:
        tables = [dict(np.load(path)) for path in files]
        texts = [table.pop("nugan") for table in tables]
        columns = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}
        np.savez(joined, nugan=np.array([str(text) for text in texts]), **columns)
        assert main(joined, "--to", "gst", out, "--quiet") == 0
        np.testing.assert_array_equal(read(out)[1]["neu"], np.repeat(probes, [5, 6]))
        assert read(out)[0].pot == pytest.approx(2e20)
        np.savez(joined, nugan=texts[0], **columns)
    message = complaint(capsys, joined, "--to", "gst", tmp_path / "other.root")
    assert ("no description 'nugan'" if form == "parquet" else "11 events, but 'nugan' tells of 5") in message
    assert "nugan-convert A B --to ... puts runs together" in message


def test_runs_with_different_units_of_flux(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = run_of(tmp_path / "1.root", 3, 1)
    two = run_of(tmp_path / "2.root", 3, 2, flux=Flux([0.3, 10.0], [1.0]), pot=None)
    text = complaint(capsys, one, two, "--to", "npz", tmp_path / "all.npz")
    assert "their fluxes have the units cm-2 POT-1, arbitrary" in text


def test_nuisance_needs_one_flux(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = run_of(tmp_path / "1.root", 3, 1)
    other = Flux([0.3, 2.0, 10.0], [1e-11, 1e-12], "cm-2 POT-1")
    for changes, message in (
        ({"flux": None, "energy": 1.0}, "which the runs that were put together do not have"),
        ({"flux": other}, "which the runs that were put together do not have"),
        ({"probe": -14}, "expected events of one, not of 14 and -14"),
    ):
        two = run_of(tmp_path / "2.npz", 3, 2, **changes)
        assert message in complaint(capsys, one, two, "--to", "nuisance", tmp_path / "all.root")
        two.unlink()
