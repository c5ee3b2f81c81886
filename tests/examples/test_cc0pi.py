"""Muon and proton of T2K, MINERvA and MicroBooNE: made-up releases and, where they are, the real ones."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from make_model import write_model
from numpy.typing import NDArray
from whole_events import from_lists, hadrons_for, npz, particle_lists, random_model

Array = NDArray[np.float64]
Objects = dict[str, Any]
Write = Callable[[Path, Objects], Path]

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
EDGES = np.array([1e-7, 0.2, 0.5, 1.0])


@pytest.fixture(scope="module")
def cc0pi(example: Callable[[str], ModuleType]) -> ModuleType:
    return example("cc0pi")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random networks with hadrons on carbon."""
    hadrons = hadrons_for(random_model(from_lists(*particle_lists(600, 1))))
    return write_model(tmp_path_factory.mktemp("models") / "whole.pt", hadrons=hadrons)


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    path = tmp_path / "flux.txt"
    path.write_text("0 2 2\n2 4 3\n4 6 1\n")
    return path


def t2k(folder: Path, write_root: Write, **changes: Any) -> Path:
    """Three files of three bins; the data are 4, 5 and 6e-39 cm²."""
    covariance = np.diag([0.01, 0.02, 0.03]) + 0.001
    bins = np.arange(4.0)
    for name in ("dpt", "dat", "dphit"):
        objects = {
            "Result": (np.array([4e-39, 5e-39, 6e-39]), EDGES),
            "Covariance_Matrix": (covariance, bins, bins),
            **changes,
        }
        write_root(folder / f"{name}Results.root", {k: v for k, v in objects.items() if v is not None})
    return folder


def microboone(path: Path, write_root: Write, **changes: Any) -> Path:
    """Five spectra of two bins; of true events of the first bin 30 % are found in the second."""
    objects: Objects = {}
    bins = np.arange(3.0)
    for name in ("mumom", "muangle", "pmom", "pangle", "thetamup"):
        objects[f"DataXsec_{name}"] = (np.array([0.3, 0.2]), np.array([0.3, 0.8, 1.0]))
        objects[f"SmearingMatrix_{name}"] = (np.array([[70.0, 30.0], [1.0, 19.0]]), bins, bins)
        objects[f"CovarianceMatrix_{name}"] = (np.array([[0.01, 0.002], [0.002, 0.02]]), bins, bins)
    return write_root(path, {k: v for k, v in (objects | changes).items() if v is not None})


@pytest.mark.slow
def test_whole_way(
    cc0pi: ModuleType,
    tmp_path: Path,
    write_root: Write,
    flux: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The model against events that it drew itself: they agree, on carbon and with its share of CH."""
    from nugan_hep.particles import as_columns
    from nugan_hep.sampler import Sampler

    edges = np.linspace(0.3, 10, 98)
    rng = np.random.default_rng(3)
    low, high = np.repeat(edges[:-1], 300), np.repeat(edges[1:], 300)
    enu = np.sqrt(low**2 + rng.random(low.size) * (high**2 - low**2)).clip(0.3, 10)
    columns = as_columns(Sampler(model, threads=1).sample(enu=enu, seed=8)["particles"])
    out = columns["status"] == 1
    n = np.diff(np.append(0, np.cumsum(out))[columns["offsets"]])
    momentum = np.stack([columns[name][out] for name in ("px", "py", "pz")], axis=1)
    lists = enu, np.zeros(enu.size), n, columns["pdg"][out], momentum
    events, table = npz(tmp_path / "events.npz", lists), tmp_path / "xsec.csv"
    rows = [f"{a},{b},{0.35 * (a + b)}\n" for a, b in itertools.pairwise(edges)]
    table.write_text("E_lo_GeV,E_hi_GeV,xsec_total\n" + "".join(rows))
    release = t2k(tmp_path, write_root)
    options = ["--model", model, "-n", "1e5", "--threads", "1", "--nuwro", events, "--xsec", table]
    arguments = ["t2k", release, flux, *options, "--out", tmp_path / "out.png"]
    assert cc0pi.main([str(word) for word in arguments]) == 0
    text = capsys.readouterr().out
    assert "5.0% of the flux below 0.3 GeV and 0.0% above 10 GeV left out" in text
    rows = re.findall(r"^(\w+) +toy .* ([\d.e+-]+) +(\S+) \+- (\S+)$", text, re.MULTILINE)
    assert [row[0] for row in rows] == ["dpt", "dalphat", "dphit"]
    for _, p_value, difference, error in rows:
        assert float(p_value) > 1e-4
        assert abs(float(difference)) < 4 * float(error) + 0.05
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Result": None}, "no histogram Result"),
        ({"Covariance_Matrix": None}, "no histogram Covariance_Matrix"),
        (
            {"Covariance_Matrix": (np.eye(4), np.arange(5.0), np.arange(5.0))},
            "a covariance of 4 x 4 elements, expected 3 x 3",
        ),
        (
            {"Covariance_Matrix": (2 * np.eye(3) - 1, np.arange(4.0), np.arange(4.0))},
            "not positive definite",
        ),
    ],
)
def test_bad_t2k_release(
    cc0pi: ModuleType,
    tmp_path: Path,
    write_root: Write,
    flux: Path,
    error_line: Callable[[], str],
    changes: Objects,
    text: str,
) -> None:
    release = t2k(tmp_path, write_root, **changes)
    assert cc0pi.main(["t2k", str(release), str(flux), "--out", str(tmp_path / "a.png")]) == 2
    line = error_line()
    assert "dptResults.root" in line
    assert text in line


@pytest.mark.parametrize(
    "counts", [np.ones((3, 3)), np.array([[1.0, -1.0], [0.0, 1.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])]
)
def test_bad_smearing(
    cc0pi: ModuleType,
    tmp_path: Path,
    write_root: Write,
    flux: Path,
    error_line: Callable[[], str],
    counts: Array,
) -> None:
    bins = np.arange(len(counts) + 1.0)
    release = microboone(tmp_path / "a.root", write_root, SmearingMatrix_pmom=(counts, bins, bins))
    assert cc0pi.main(["microboone", str(release), str(flux), "--out", str(tmp_path / "a.png")]) == 2
    assert "SmearingMatrix_pmom does not count events in the bins of the data" in error_line()


def test_models_and_options_that_do_not_fit(
    cc0pi: ModuleType,
    tmp_path: Path,
    write_root: Write,
    flux: Path,
    model: Path,
    error_line: Callable[[], str],
) -> None:
    release = str(microboone(tmp_path / "a.root", write_root))
    out = ["--out", str(tmp_path / "a.png")]
    assert cc0pi.main(["microboone", release, str(flux), "--model", str(model), *out]) == 2
    assert "toy: a model of C12, the measurement is on Ar40" in error_line()
    leptons = write_model(tmp_path / "leptons.pt", target=1000180400)
    assert cc0pi.main(["microboone", release, str(flux), "--model", str(leptons), *out]) == 2
    assert "toy: a model of leptons alone, the measurement is of hadrons too" in error_line()
    assert cc0pi.main(["minerva", release, str(flux), *out]) == 2
    assert "no list dpt of three objects" in error_line()
    assert cc0pi.main(["t2k", str(tmp_path), str(flux), "--nuwro", "a.npz", *out]) == 2
    assert "--nuwro and --xsec go together" in error_line()
    assert cc0pi.main(["t2k", str(tmp_path), str(flux), *out]) == 2
    assert "dptResults.root: no such file" in error_line()


@pytest.mark.heavy
@pytest.mark.shared("measurements", "flux", "nuwro_fs", "nuwro")
@pytest.mark.parametrize(
    ("experiment", "release", "flux", "process"),
    [
        ("t2k", "t2k_cc0pi_stv", "t2kflux_2016_plus250kA.root:enu_nd280_numu", "numu_C12"),
        (
            "microboone",
            "microboone_cc0pinp/CCNp_data_MC_cov_dataRelease.root",
            "BNB_uBooNE_numu_flux_2019.root:numu",
            "numu_Ar40",
        ),
    ],
)
def test_models_have_the_chi2_of_nuwro(
    cc0pi: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    experiment: str,
    release: str,
    flux: str,
    process: str,
) -> None:
    """Within four errors of the numbers of events."""
    events = SHARED / "nuwro_fs" / process / "val.npz"
    table = SHARED / "nuwro" / f"{process}_inc" / "xsec.csv"
    given = [experiment, SHARED / "measurements" / release, SHARED / "flux" / flux]
    options = ["--nuwro", events, "--xsec", table, "-n", "1e6", "--out", tmp_path / "a.png"]
    assert cc0pi.main([str(word) for word in (*given, *options)]) == 0
    rows = re.findall(r" ([\d.e+-]+) +(\S+) \+- (\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert len(rows) == {"t2k": 3, "microboone": 5}[experiment]
    for p_value, difference, error in rows:
        assert float(p_value) > 1e-4
        assert abs(float(difference)) < 4 * float(error) + 0.05
