"""T2K's comparison on a made-up release of the same layout and, where there is one, on the real one."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray
from scipy import stats
from uproot.writing import identify

from nugan_hep.flux import Flux
from nugan_hep.measurement import Bins
from nugan_hep.measurement.readers import t2k_ccinc_2018

Array = NDArray[np.float64]

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
REAL = SHARED / "measurements" / "t2k_ccinc_2018"
NUWRO = SHARED / "nuwro" / "numu_C12_inc"
needs_release = pytest.mark.shared("measurements/t2k_ccinc_2018")

COSINE = [-1, -0.25, 0.25, 0.45, 0.6, 0.71, 0.8, 0.87, 0.92, 0.96, 0.985, 1]
SIZES = [1, 3, 5, 6, 7, 8, 9, 9, 10, 7, 6]
EDGES = [np.append(np.linspace(0, 3, size + 1)[:-1], 30.0) for size in SIZES]
FLUX_EDGES, FLUX = np.array([0, 0.4, 1, 3, 10, 12.0]), np.array([1, 8, 2, 0.2, 0.1])
MEAN = 0.7 * np.sum(FLUX * np.diff(FLUX_EDGES**2)) / 2 / np.sum(FLUX * np.diff(FLUX_EDGES))

Objects = dict[str, Any]


def th1(name: str, title: str, edges: Array, values: Array, y_title: str = "") -> Any:
    axis = identify.to_TAxis("xaxis", "", len(edges) - 1, edges[0], edges[-1], np.asarray(edges, ">f8"))
    other = identify.to_TAxis("yaxis", y_title, 1, 0.0, 1.0)
    contents = np.concatenate([[0.0], values, [0.0]])
    return identify.to_TH1x(name, title, contents, 1.0, 1.0, 1.0, 1.0, 1.0, contents, axis, other)


def objects(data: Array, covariance: Array, generator: Array) -> Objects:
    """The histograms of a release: values in 1e-39 cm²/GeV/nucleon, the covariance in cm⁴."""
    found: Objects = {"hflux": th1("hflux", "", FLUX_EDGES, FLUX, "Flux (/cm^{2}/50MeV)")}
    ends = np.cumsum(SIZES)
    for prior in ("neut", "genie"):
        bins = np.arange(len(data) + 1.0)
        found[f"covariance_matrix_{prior}"] = (covariance, bins, bins)
        for k, last in enumerate(ends):
            title = f"XSEC -> {COSINE[k]:g} < cos #theta_{{#mu}} < {COSINE[k + 1]:g}"
            part = slice(last - SIZES[k], last)
            for name, values in (("data_prior_", data), ("", generator)):
                key = f"hist_xsec_{name}{prior}_cthbin{k}"
                found[key] = th1(key, title, EDGES[k], values[part])
    return found


@pytest.fixture(scope="module")
def t2k(example: Callable[[str], ModuleType]) -> ModuleType:
    return example("t2k_ccinc")


@pytest.fixture(scope="module")
def made_up() -> tuple[Array, Array, Array]:
    """Data, covariance with correlations, and a generator."""
    rng = np.random.default_rng(7)
    data = rng.uniform(0.5, 3, 71)
    errors = 0.2 * data
    correlation = 0.7 * np.eye(71) + 0.3
    return data, 1e-78 * correlation * np.outer(errors, errors), data * rng.uniform(0.7, 1.3, 71)


@pytest.fixture
def release(
    tmp_path: Path, made_up: tuple[Array, Array, Array], write_root: Callable[[Path, Objects], Path]
) -> Callable[..., Path]:
    """Writes a release, changed or not, and gives its folder."""

    def write(change: Callable[[Objects], object] = lambda found: None) -> Path:
        found = objects(*made_up)
        change(found)
        folder = tmp_path / "release"
        folder.mkdir()
        write_root(folder / "histograms.root", found)
        return folder

    return write


def test_reads_a_release(release: Callable[..., Path], made_up: tuple[Array, Array, Array]) -> None:
    data, covariance, generator = made_up
    found = t2k_ccinc_2018.read_release(release(), "neut")
    np.testing.assert_allclose(found.data, 0.1 * data)
    np.testing.assert_allclose(found.covariance, 1e76 * covariance)
    np.testing.assert_allclose(found.generators["GENIE 2.8.0"], 0.1 * generator)
    np.testing.assert_array_equal(found.bins.cos_theta, COSINE)
    for edges, expected in zip(found.bins.momentum, EDGES, strict=True):
        np.testing.assert_array_equal(edges, expected)


@pytest.mark.heavy
def test_whole_way(
    t2k: ModuleType,
    release: Callable[..., Path],
    made_up: tuple[Array, Array, Array],
    toy: Path,
    nuwro: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "t2k.png"
    options = ["--model", str(toy), "-n", "1e5", "--threads", "1", "--out", str(out)]
    events, xsec = map(str, nuwro)
    assert t2k.main([str(release()), *options, "--nuwro", events, "--xsec", xsec]) == 0
    text = capsys.readouterr().out

    # sigma = 0.7 E is averaged exactly over the whole flux
    assert f"toy: flux-averaged cross section {MEAN:.4f} x" in text
    assert re.search(
        r"at most \d+% of a bin, [\d.]+ < p < [\d.]+ GeV, \S+ < cos\(theta\) < \S+$", text, re.MULTILINE
    )
    # the generator's chi2 from NumPy alone
    data, covariance, generator = made_up
    residual = 1e-39 * (data - generator)
    chi2 = residual @ np.linalg.inv(covariance) @ residual
    row = re.search(r"NEUT 5\.3\.2 +([\d.]+)/71 +(\S+)", text)
    assert row is not None
    assert float(row[1]) == pytest.approx(chi2, abs=0.06)
    assert float(row[2]) == pytest.approx(stats.chi2.sf(chi2, 71), rel=0.1, abs=1e-300)
    # the model against its own events
    row = re.search(r"toy against NuWro: chi2 ([\d.]+)/(\d+) .*p = (\S+)\)", text)
    assert row is not None
    assert float(row[3]) > 1e-4
    # below 1 GeV there is nothing on hydrogen, above 1.5 times as much: of the rate of the made-up NuWro
    assert "with hydrogen" in text
    inside = np.clip(FLUX_EDGES, 0.3, 10)
    rate = FLUX * np.diff(inside**2)
    ratio = 1 - 0.074 + 0.074 * 1.5 * rate[2:].sum() / rate.sum()
    shown = re.search(r"per nucleon is ([\d.]+) of carbon's", text)
    assert shown is not None
    assert float(shown[1]) == pytest.approx(ratio, abs=0.002)
    assert out.read_bytes().startswith(b"\x89PNG")


def test_hydrogen_needs_channels(
    t2k: ModuleType, nuwro: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Events without them are compared without hydrogen."""
    with uproot.open(nuwro[0]) as file:
        columns = file["events"].arrays(["enu", "emu", "theta"], library="np")
    np.savez(tmp_path / "plain.npz", **columns)
    with uproot.recreate(tmp_path / "plain.root") as file:
        file["events"] = columns
    bins = Bins([-1, 1], [[0, 30]])
    for name in ("plain.npz", "plain.root"):
        options = Namespace(nuwro=[tmp_path / name], xsec=nuwro[1])
        assert t2k.hydrogen(options, Flux(FLUX_EDGES, FLUX), bins) is None
        assert f"hydrogen: not estimated, {tmp_path / name} has no branches" in capsys.readouterr().out


def remove(name: str) -> Callable[[Objects], object]:
    return lambda found: found.pop(name)


def rebin(found: Objects) -> None:
    key = "hist_xsec_data_prior_neut_cthbin4"
    title = "XSEC -> 0.6 < cos #theta_{#mu} < 0.71"
    found[key] = th1(key, title, np.array([0, 1, 30.0]), np.ones(2))


def retitle(found: Objects) -> None:
    key = "hist_xsec_data_prior_neut_cthbin4"
    found[key] = th1(key, "momentum", EDGES[4], np.ones(7))


def shorten(found: Objects) -> None:
    matrix = found["covariance_matrix_neut"][0]
    found["covariance_matrix_neut"] = (matrix[:70, :70], np.arange(71.0), np.arange(71.0))


def spoil(i: int, j: int, factor: float) -> Callable[[Objects], None]:
    """Multiply elements of the covariance."""

    def change(found: Objects) -> None:
        matrix, *edges = found["covariance_matrix_neut"]
        matrix = matrix.copy()
        matrix[i, j] *= factor
        if i != j and factor > 2:
            matrix[j, i] *= factor
        found["covariance_matrix_neut"] = (matrix, *edges)

    return change


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "text"),
    [
        (remove("hist_xsec_data_prior_neut_cthbin7"), "no histogram hist_xsec_data_prior_neut_cthbin7"),
        (remove("hist_xsec_genie_cthbin0"), "no histogram hist_xsec_genie_cthbin0"),
        (
            lambda found: found.update(covariance_matrix_neut=found["hflux"]),
            "covariance_matrix_neut is a TH1D, expected a TH2",
        ),
        (
            lambda found: found.update(hist_xsec_data_prior_neut_cthbin0="text"),
            "hist_xsec_data_prior_neut_cthbin0 is a TObjString, expected a TH1",
        ),
        (
            lambda found: found.update(
                hist_xsec_genie_cthbin0=th1("hist_xsec_genie_cthbin0", "", EDGES[0], np.array([np.nan]))
            ),
            "hist_xsec_genie_cthbin0 has contents that are not finite",
        ),
        (remove("covariance_matrix_neut"), "no histogram covariance_matrix_neut"),
        (rebin, "66 bins of momentum and angle, expected 71"),
        (retitle, r"titles without '-1 < cos"),
        (shorten, "a covariance of 70 x 70 elements, expected 71 x 71"),
        (spoil(3, 5, 1.5), "the covariance is not symmetric"),
        (spoil(3, 5, 5.0), r"not positive definite: the smallest eigenvalue of its correlations is -0\.\d+"),
        (spoil(3, 3, -1.0), "the variance -.* in bin 3, expected > 0"),
        (remove("hflux"), "no histogram hflux"),
    ],
)
def test_bad_release(
    t2k: ModuleType,
    release: Callable[..., Path],
    toy: Path,
    tmp_path: Path,
    error_line: Callable[[], str],
    change: Callable[[Objects], object],
    text: str,
) -> None:
    out = tmp_path / "t2k.png"
    assert t2k.main([str(release(change)), "--model", str(toy), "--out", str(out)]) == 2
    line = error_line()
    assert line.startswith("t2k_ccinc.py: error: ")
    assert "histograms.root" in line
    assert re.search(text, line)
    assert not out.exists()


def test_missing_files(
    t2k: ModuleType,
    release: Callable[..., Path],
    toy: Path,
    nuwro: tuple[Path, Path],
    tmp_path: Path,
    error_line: Callable[[], str],
) -> None:
    model = ["--model", str(toy), "--out", str(tmp_path / "t2k.png"), "-n", "100"]
    assert t2k.main([str(tmp_path / "nowhere"), *model]) == 2
    line = error_line()
    assert "nowhere/histograms.root: no such file" in line
    assert "t2k-experiment.org/results" in line
    folder = release()
    gone = str(tmp_path / "gone")
    for options, text in [
        (["--nuwro", f"{gone}.root", "--xsec", str(nuwro[1])], r"gone\.root: no such file"),
        (["--nuwro", str(nuwro[0]), "--xsec", f"{gone}.csv"], r"cannot read cross section .*gone\.csv"),
        (["--nuwro", str(nuwro[0])], "--nuwro and --xsec go together"),
        (["--xsec", str(nuwro[1])], "--nuwro and --xsec go together"),
        (["--flux", f"{gone}.txt"], r"cannot read flux .*gone\.txt"),
        (["--model", "nothing"], "no model 'nothing'"),
        (["--out", str(tmp_path / "t2k.doc")], "expected a name with .png"),
    ]:
        assert t2k.main([str(folder), *model, *options]) == 2
        assert re.search(text, error_line())
    (folder / "histograms.root").write_bytes(b"root, but no more")
    assert t2k.main([str(folder), *model]) == 2
    assert "cannot be read as ROOT" in error_line()


def test_flux_below_the_model(
    t2k: ModuleType, release: Callable[..., Path], toy: Path, tmp_path: Path, error_line: Callable[[], str]
) -> None:
    flux = tmp_path / "low.txt"
    flux.write_text("# low high flux [/cm2/GeV]\n0.0 0.1 2\n0.1 0.25 1\n")
    options = ["--model", str(toy), "--flux", str(flux), "--out", str(tmp_path / "t2k.png")]
    assert t2k.main([str(release()), *options]) == 2
    assert error_line().endswith("low.txt: no flux between 0.3 and 10 GeV")


@needs_release
def test_real_release_agrees_with_its_tables() -> None:
    """The histograms are those of the tables of text beside them."""
    found = t2k_ccinc_2018.read_release(REAL, "neut")
    lines = (REAL / "data_unfold_with_neut.txt").read_text().splitlines()[2:]
    table = np.array([re.findall(r"-?[\d.]+(?:e-?\d+)?", line) for line in lines], dtype=float)
    np.testing.assert_allclose(found.data, 0.1 * table[:, 5], rtol=1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), 0.1 * table[:, 6], rtol=1e-5)
    momentum = np.concatenate([np.c_[edges[:-1], edges[1:]] for edges in found.bins.momentum])
    np.testing.assert_allclose(momentum, table[:, 3:5])
    cosine = np.repeat(np.c_[found.bins.cos_theta[:-1], found.bins.cos_theta[1:]], SIZES, axis=0)
    np.testing.assert_allclose(cosine, table[:, 1:3])


@needs_release
@pytest.mark.heavy
@pytest.mark.shared("nuwro/numu_C12_inc")
def test_model_describes_the_data_as_nuwro_does(
    t2k: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--nuwro", str(NUWRO / "val.root"), "--xsec", str(NUWRO / "xsec.csv"), "-n", "1e6"]
    assert t2k.main([str(REAL), *options, "--out", str(tmp_path / "t2k.png")]) == 0
    rows = re.findall(r"^(\w+) +([\d.]+)/71 +\S+ +([\d.]+)", capsys.readouterr().out, re.MULTILINE)
    (_, model, error), (name, nuwro, own_error) = rows[:2]
    assert name == "NuWro"
    assert abs(float(model) - float(nuwro)) < 4 * np.hypot(float(error), float(own_error))


def test_an_unknown_channel(
    t2k: ModuleType,
    release: Callable[..., Path],
    toy: Path,
    nuwro: tuple[Path, Path],
    tmp_path: Path,
    error_line: Callable[[], str],
) -> None:
    """Hyperons, say, do not count as nothing on hydrogen; no model is drawn before."""
    with uproot.open(nuwro[0]) as file:
        columns = file["events"].arrays(library="np")
    columns["dyn"][5] = 10
    with uproot.recreate(tmp_path / "val.root") as file:
        file["events"] = columns
    options = ["--model", str(toy), "-n", "1e12", "--out", str(tmp_path / "t2k.png")]
    compared = ["--nuwro", str(tmp_path / "val.root"), "--xsec", str(nuwro[1])]
    assert t2k.main([str(release()), *options, *compared]) == 2
    assert error_line().endswith("val.root: events of the channel dyn = 10, expected 0, 2, 4, 6, 8")


def test_what_does_not_fit(
    t2k: ModuleType,
    release: Callable[..., Path],
    toy: Path,
    argon: Path,
    tmp_path: Path,
    error_line: Callable[[], str],
) -> None:
    folder, flux = str(release()), tmp_path / "flux.root"
    with uproot.recreate(flux) as file:
        for name in ("numubar", "numu"):
            file[name] = th1(name, "", FLUX_EDGES, FLUX)
    common = ["-n", "1e12", "--out", str(tmp_path / "t2k.png")]
    for options, text in [
        (["--model", str(argon)], "a model of Ar40, the measurement is on C12"),
        (["--model", str(toy), str(toy)], "--model: toy is there 2 times"),
        (["--model", str(toy), "--flux-units", "/bin"], "--flux-units goes with --flux"),
        (["--model", str(toy), "--flux", f"{flux}:numu"], "its bins have different widths"),
        (
            ["--model", str(toy), "--flux", f"{flux}:numubar", "--flux-units", "/bin"],
            "flux flux.root:numubar is named for numubar, the probe is numu",
        ),
    ]:
        assert t2k.main([folder, *common, *options]) == 2
        assert text in error_line()
