from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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
        "Q2": kinematics.q2(enu, emu, theta),
        "W": kinematics.w(enu, emu, theta),
        "x": kinematics.bjorken_x(enu, emu, theta),
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
