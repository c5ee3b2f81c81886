"""MicroBooNE's comparison on a made-up release of the same layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep.measurement.readers.microboone_ccinc import BINS

Array = NDArray[np.float64]
Objects = dict[str, Any]


@pytest.fixture(scope="module")
def microboone(example: Callable[[str], ModuleType]) -> ModuleType:
    return example("microboone_ccinc")


def matrices() -> tuple[Array, Array, Array]:
    """Data [42], covariance [42, 42], smearing [43, 43] with sums of 1 over 42 rows, and the 43rd beside."""
    rng = np.random.default_rng(8)
    data = rng.uniform(0.1, 1, 42)
    smearing = rng.random((43, 43)) + 10 * np.eye(43)
    smearing /= smearing[:42].sum(axis=0)
    return data, np.diag((0.2 * data) ** 2) + 0.001, smearing


def objects() -> Objects:
    data, covariance, smearing = matrices()
    bins, more = np.arange(43.0), np.arange(44.0)
    return {
        "xsec_data": (data, bins),
        "covariance_matrix": (covariance, bins, bins),
        "smearing_matrix": (smearing, more, more),
    }


@pytest.fixture
def release(tmp_path: Path, write_root: Callable[[Path, Objects], Path]) -> Callable[..., Path]:
    """Writes a release, changed or not, and gives its path."""

    def write(**changes: Any) -> Path:
        found = {**objects(), **changes}
        return write_root(tmp_path / "release.root", {k: v for k, v in found.items() if v is not None})

    return write


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    path = tmp_path / "flux.txt"
    path.write_text("# low high flux [/cm2/GeV]\n0 0.4 2\n0.4 1 8\n1 6 1\n")
    return path


@pytest.mark.heavy
def test_whole_way(
    microboone: ModuleType,
    release: Callable[..., Path],
    flux: Path,
    argon: Path,
    nuwro: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out.png"
    options = ["--model", str(argon), "-n", "1e5", "--threads", "1", "--out", str(out), "--force"]
    compared = ["--nuwro", str(nuwro[0]), "--xsec", str(nuwro[1])]
    path = release()
    assert microboone.main([str(path), str(flux), *options, *compared]) == 0
    text = capsys.readouterr().out
    mean = 0.7 * (2 * 0.4**2 + 8 * (1 - 0.4**2) + 35) / 2 / (0.8 + 4.8 + 5)
    assert f"toy: flux-averaged cross section {mean:.4f} x" in text
    row = re.search(r"toy against NuWro: chi2 .*p = (\S+)\)", text)
    assert row is not None
    assert float(row[1]) > 1e-4
    assert out.read_bytes().startswith(b"\x89PNG")

    chi2 = [float(re.findall(r"^toy +([\d.]+)/42", text, re.MULTILINE)[0])]
    monkeypatch.setattr(microboone.command, "write_figures", lambda *arguments, **named: None)
    assert microboone.main([str(path), str(flux), *options, "--no-overflow"]) == 0
    chi2.append(float(re.findall(r"^toy +([\d.]+)/42", capsys.readouterr().out, re.MULTILINE)[0]))
    # the same events, with and without the 43rd column
    from nugan_hep import read_flux
    from nugan_hep.measurement import model_muons
    from nugan_hep.sampler import Sampler

    data, covariance, smearing = matrices()
    muons = model_muons(Sampler(argon, threads=1), read_flux(flux), 100_000, seed=1)
    sums = BINS.fill(muons).sums
    for found, last in zip(chi2, (1.0, 0.0), strict=True):
        predicted = smearing[:42] @ np.append(sums[:-1], last * sums[-1]) / BINS.areas
        residual = data - predicted
        assert found == pytest.approx(residual @ np.linalg.inv(covariance) @ residual, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"smearing_matrix": None}, "no histogram smearing_matrix"),
        ({"xsec_data": None}, "no histogram xsec_data"),
        ({"xsec_data": (np.ones(41), np.arange(42.0))}, r"41 bins and a matrix of 43 x 43; expected 42"),
        (
            {"smearing_matrix": (np.eye(42), np.arange(43.0), np.arange(43.0))},
            r"a matrix of 42 x 42; expected 42 and 43 x 43",
        ),
        (
            {"smearing_matrix": (matrices()[2].T, np.arange(44.0), np.arange(44.0))},
            "columns of the smearing matrix add up to",
        ),
        (
            {"covariance_matrix": (np.eye(43), np.arange(44.0), np.arange(44.0))},
            "a covariance of 43 x 43 elements, expected 42 x 42",
        ),
        (
            {"covariance_matrix": (2 * np.eye(42) - 1, np.arange(43.0), np.arange(43.0))},
            r"not positive definite: the smallest eigenvalue of its correlations is -40",
        ),
        (
            {"covariance_matrix": (np.eye(42) + 0.1 * np.eye(42, k=1), np.arange(43.0), np.arange(43.0))},
            "the covariance is not symmetric",
        ),
    ],
)
def test_bad_release(
    microboone: ModuleType,
    release: Callable[..., Path],
    flux: Path,
    tmp_path: Path,
    error_line: Callable[[], str],
    changes: dict[str, Any],
    text: str,
) -> None:
    out = tmp_path / "out.png"
    assert microboone.main([str(release(**changes)), str(flux), "--out", str(out)]) == 2
    line = error_line()
    assert line.startswith("microboone_ccinc.py: error: ")
    assert "release.root" in line
    assert re.search(text, line)
    assert not out.exists()


def test_missing_release(
    microboone: ModuleType, flux: Path, tmp_path: Path, error_line: Callable[[], str]
) -> None:
    assert microboone.main([str(tmp_path / "gone.root"), str(flux), "--out", str(tmp_path / "a.png")]) == 2
    line = error_line()
    assert "gone.root: no such file" in line
    assert "arXiv:1905.09694" in line
    (tmp_path / "text.root").write_text("no ROOT file")
    assert microboone.main([str(tmp_path / "text.root"), str(flux), "--out", str(tmp_path / "a.png")]) == 2
    assert "cannot be read as ROOT" in error_line()


def test_an_antineutrino_model(
    microboone: ModuleType,
    release: Callable[..., Path],
    flux: Path,
    tmp_path: Path,
    error_line: Callable[[], str],
) -> None:
    from nugan_hep import archive

    if "numubar_C12_inc" not in archive.list_models():
        pytest.skip("no model numubar_C12_inc")
    options = ["--model", "numubar_C12_inc", "--out", str(tmp_path / "a.png")]
    assert microboone.main([str(release()), str(flux), *options]) == 2
    assert "a model of the probe -14, expected 14" in error_line()


def test_a_model_of_carbon(
    microboone: ModuleType,
    release: Callable[..., Path],
    flux: Path,
    toy: Path,
    tmp_path: Path,
    error_line: Callable[[], str],
) -> None:
    options = ["--model", str(toy), "--out", str(tmp_path / "a.png")]
    assert microboone.main([str(release()), str(flux), *options]) == 2
    assert error_line().endswith("toy: a model of C12, the measurement is on Ar40")
