"""Our ROOT files put together by ROOT's own ``hadd``, and what the readers make of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from building import run as run_command
from numpy.typing import NDArray

from nugan_hep import convert, hist, kinematics
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, recognise, rntuple

pytestmark = pytest.mark.root
Columns = dict[str, NDArray[Any]]
Hadd = Callable[..., Path]

CARBON, ARGON = 1000060120, 1000180400
FLUX = Flux([0.3, 1.0, 2.5, 10.0], [2e-11, 1e-11, 1e-12], "cm-2 POT-1", "a beam")
FORMATS = ("gst", "rootracker", "nuisance", "rntuple")


@pytest.fixture(scope="module")
def hadd(root_python: str) -> Hadd:
    where = "import ROOT, pathlib; print(pathlib.Path(ROOT.__file__).parent)"
    root = Path(run_command(root_python, "-c", where).stdout.strip())
    if not (root / "bin" / "hadd").is_file():
        pytest.skip("this ROOT is no wheel")

    def put_together(out: Path, *files: Path) -> Path:
        environment = {**os.environ, "LD_LIBRARY_PATH": str(root / "lib")}
        command = [root / "bin" / "hadd", out, *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Error" not in done.stderr, done.stderr
        return out

    return put_together


def columns(n: int, seed: int) -> Columns:
    """Events along z with several targets and weights."""
    numbers = np.random.default_rng(seed)
    enu = numbers.uniform(0.5, 9, n).astype("f4").astype("f8")
    p, theta = numbers.uniform(0.05, 0.9, n) * (enu - 0.12), numbers.uniform(0.01, 3.1, n)
    emu = np.sqrt(p**2 + kinematics.MUON_MASS**2)
    single = {
        "Ev": enu,
        "El": emu,
        "pxl": p * np.sin(theta),
        "pyl": 0 * p,
        "pzl": p * np.cos(theta),
        "pl": p,
        "thetal": theta,
        "phil": 0 * p,
        "Q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
        "W": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
        "x": kinematics.bjorken_x(enu, emu, theta, kinematics.MUON_MASS),
        "y": kinematics.inelasticity(enu, emu),
    }
    return {
        "iev": np.arange(n, dtype="i4"),
        "cthl": np.cos(theta),
        "tgt": np.where(numbers.uniform(size=n) < 0.3, CARBON, ARGON).astype("i4"),
        "wght": numbers.integers(1, 9, n) / 8,
        **{name: values.astype("f4") for name, values in single.items()},
    }


def write(path: Path, form: str, events: Columns, seed: int = 1, **changes: Any) -> Path:
    known: dict[str, Any] = {"probe": 14, "sigma": 0.6, "sigma_error": 0.006, "flux": FLUX, "pot": 1e20}
    run = Run(targets={CARBON: 0.3, ARGON: 0.7}, **{**known, **changes})
    run.metadata = {"seed": seed, "events": len(events["Ev"]), "model": {"name": "a"}}
    with formats.create(form, path, run) as writer:
        writer.write(events)
    return path


def read(path: Path) -> tuple[Run, Columns]:
    with recognise.read(path) as reader:
        chunks = list(reader.chunks)
    return reader.run, {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


@pytest.mark.parametrize(
    ("form", "sizes"),
    [(form, sizes) for form in FORMATS for sizes in ((400, 200), (1, 7, 30))]
    + [("rntuple", (rntuple.CLUSTER + 50, 50_001))],
)
def test_runs_of_one_setting(tmp_path: Path, hadd: Hadd, form: str, sizes: tuple[int, ...]) -> None:
    parts = [columns(n, seed) for seed, n in enumerate(sizes)]
    files = [write(tmp_path / f"{k}.root", form, part, k, pot=(k + 1) * 1e20) for k, part in enumerate(parts)]
    run, found = read(hadd(tmp_path / "all.root", *files))
    assert run.metadata["events"] == sum(sizes)
    assert run.pot == pytest.approx(1e20 * sum(range(1, len(sizes) + 1)))
    assert (run.sigma, run.sigma_error, run.probe) == (0.6, 0.006, 14)
    assert sorted(part.metadata["seed"] for part in run.parts) == list(range(len(sizes)))
    np.testing.assert_array_equal(run.flux.density, FLUX.density)
    for name in ("tgt", "wght", "pzl"):
        np.testing.assert_array_equal(found[name], np.concatenate([part[name] for part in parts]))
    assert np.all(found["neu"] == 14)


@pytest.mark.parametrize("form", ["gst", "rootracker", "rntuple"])
@pytest.mark.parametrize("order", [(14, -14), (-14, 14), (14, -14, 14)])
def test_two_neutrinos_stay_what_they_are(
    tmp_path: Path, hadd: Hadd, form: str, order: tuple[int, ...]
) -> None:
    sizes, sigmas = (40, 25, 15), {14: 0.8, -14: 0.3}
    files = [
        write(tmp_path / f"{k}.root", form, columns(sizes[k], k), k, probe=probe, sigma=sigmas[probe])
        for k, probe in enumerate(order)
    ]
    merged = hadd(tmp_path / "all.root", *files)
    expected = np.repeat(order, sizes[: len(order)])
    _, found = read(merged)
    np.testing.assert_array_equal(found["neu"], expected)
    for to in ("parquet", "npz", "gst", "rootracker", "nuhepmc"):
        out = tmp_path / f"b{formats.FORMATS[to].suffixes[0]}"
        assert convert.main([str(merged), "--to", to, str(out), "--force", "--quiet"]) == 0
        run, again = read(out)
        np.testing.assert_array_equal(again["neu"], expected, err_msg=to)
        np.testing.assert_array_equal(again["tgt"], found["tgt"], err_msg=to)
        np.testing.assert_array_equal(again["iev"], np.arange(len(expected)), err_msg=to)
        assert run.pot == pytest.approx(1e20 * len(order))
    out = tmp_path / "c.root"
    assert convert.main([str(merged), "--to", "nuisance", str(out)]) == 2
    assert not out.exists()


@pytest.mark.parametrize("form", FORMATS)
def test_cross_section_of_histograms(tmp_path: Path, hadd: Hadd, form: str) -> None:
    parts = [columns(n, n) for n in (300, 900)]
    files = [write(tmp_path / f"{k}.root", form, part, k) for k, part in enumerate(parts)]
    h = hist.fill(hadd(tmp_path / "all.root", *files), "p", bins=(20, 0, 10), cross_section=True)
    p, weight = (np.concatenate([part[name] for part in parts]) for name in ("pl", "wght"))
    sums, edges = np.histogram(p, 20, (0, 10), weights=weight)
    np.testing.assert_allclose(h.values(), 0.6 * sums / weight.sum() / np.diff(edges), rtol=1e-5)


def test_weight_of_the_tree_is_the_first_file_s_until_converted(tmp_path: Path, hadd: Hadd) -> None:
    files = [
        write(tmp_path / f"{k}.root", "rootracker", columns(9, k), k, pot=(2 + k) * 1e20) for k in range(3)
    ]
    merged = hadd(tmp_path / "all.root", *files)
    assert convert.main([str(merged), "--to", "rootracker", str(tmp_path / "b.root")]) == 0
    assert convert.main([*map(str, files), "--to", "rootracker", str(tmp_path / "c.root")]) == 0
    weights = []
    for name in ("all", "b", "c"):
        with uproot.open(tmp_path / f"{name}.root") as file:
            weights.append(file["gRooTracker"].member("fWeight"))
    assert weights == pytest.approx([2e20, 9e20, 9e20])


@pytest.mark.parametrize("sizes", [(500, 500), (10, 990), (3, 4, 5)])
def test_nuisance_takes_the_cross_section_of_the_histograms(
    tmp_path: Path, hadd: Hadd, sizes: tuple[int, ...]
) -> None:
    """FLATTREE: (integral of EVT / N) / integral of FLUX for each event, however the histograms add up."""
    parts = [columns(n, seed) for seed, n in enumerate(sizes)]
    files = [write(tmp_path / f"{k}.root", "nuisance", part, k) for k, part in enumerate(parts)]
    merged = hadd(tmp_path / "all.root", *files)
    again = tmp_path / "again.root"
    assert convert.main([str(merged), "--to", "nuisance", str(again), "--quiet"]) == 0
    for path, files_in_it in ((merged, len(sizes)), (again, 1)):
        with uproot.open(path) as file:
            flux, events = (file[f"FlatTree_{name}"] for name in ("FLUX", "EVT"))
            tree = file["FlatTree_VARS"].arrays(["Weight", "fScaleFactor"], library="np")
        np.testing.assert_allclose(flux.axis().edges(), FLUX.edges)
        widths = np.diff(FLUX.edges)
        assert np.sum(events.values() * widths) / np.sum(flux.values() * widths) == pytest.approx(0.6)
        # the factors in the tree are each file's own: their sum counts the files
        factors = tree["Weight"] * tree["fScaleFactor"]
        assert factors.sum() * 1e38 == pytest.approx(0.6 * files_in_it, rel=1e-6)


def test_hadd_of_hadd(tmp_path: Path, hadd: Hadd) -> None:
    files = [write(tmp_path / f"{k}.root", "gst", columns(10 + k, k), k) for k in range(4)]
    pairs = [hadd(tmp_path / "ab.root", *files[:2]), hadd(tmp_path / "cd.root", *files[2:])]
    run, found = read(hadd(tmp_path / "all.root", *pairs))
    assert len(found["Ev"]) == 46
    assert sorted(part.metadata["seed"] for part in run.parts) == [0, 1, 2, 3]
    assert run.pot == pytest.approx(4e20)


def test_a_converted_file_among_them(tmp_path: Path, hadd: Hadd) -> None:
    one, two = (write(tmp_path / f"{k}.root", "gst", columns(10, k), k) for k in range(2))
    assert convert.main([str(two), "--to", "gst", str(tmp_path / "c.root"), "--quiet"]) == 0
    run, _ = read(hadd(tmp_path / "all.root", one, tmp_path / "c.root"))
    assert run.metadata["events"] == 20


def arbitrary(folder: Path) -> Path:
    return write(folder / "b.root", "gst", columns(10, 1), flux=Flux([0.3, 10.0], [1.0]))


def bare(folder: Path) -> Path:
    """A tree whose description is lost."""
    with uproot.open(write(folder / "whole.root", "gst", columns(10, 1))) as file:
        table = file["gst"].arrays(library="np")
    with uproot.recreate(folder / "b.root") as file:
        file.mktree("gst", {name: values.dtype for name, values in table.items()}).extend(table)
    return folder / "b.root"


def unknown(folder: Path) -> Path:
    """A run of another neutrino that does not say how many events it has."""
    path = folder / "b.root"
    with formats.create("gst", path, Run(-14, {CARBON: 1.0}, sigma=0.3, energy=1.0)) as writer:
        writer.write(columns(10, 1))
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (bare, "20 events, but 'nugan' tells of 10"),
        (arbitrary, "their fluxes have the units"),
        (unknown, "some do not say how many events they have"),
    ],
)
def test_what_cannot_be_put_together(
    tmp_path: Path,
    hadd: Hadd,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], Path],
    message: str,
) -> None:
    merged = hadd(tmp_path / "all.root", write(tmp_path / "a.root", "gst", columns(10, 0)), make(tmp_path))
    assert convert.main([str(merged), "--to", "npz", str(tmp_path / "b.npz")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "b.npz").exists()


def test_empty_files_of_a_campaign(tmp_path: Path, hadd: Hadd) -> None:
    """Files of no events, as an interrupted job leaves them, add nothing."""
    files = [write(tmp_path / f"{k}.root", "gst", columns(n, k), k) for k, n in enumerate((5, 0, 7))]
    run, found = read(hadd(tmp_path / "all.root", *files))
    assert len(found["Ev"]) == run.metadata["events"] == 12
