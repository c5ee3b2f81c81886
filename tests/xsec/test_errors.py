"""Errors and nuisances on independent truth: drawn spectra, linear algebra, a general minimiser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from closed_form import truth
from nugan_hep.xsec.config import XsecConfig
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.nuclei import NUCLEI
from nugan_hep.xsec.run import Sample, read_sample, treat
from nugan_hep.xsec.scatter import outliers, point_errors
from nugan_hep.xsec.split import select
from nugan_hep.xsec.variance import Estimate, estimate, mean_widths
from numpy.typing import NDArray

from nugan_hep.xsec import chi2 as c
from nugan_hep.xsec import errors
from nugan_hep.xsec.data import COLUMNS, Points, read_points

WIDTHS = c.Widths(0.05, 0.03, 0.002)


def read_sample_of(folder: Path, points: Points) -> Sample:
    """The points written to a file and read as a training does, no point left out as an outlier."""
    rows = zip(
        points.energy, points.theta, points.omega, points.value, points.error, points.source, strict=True
    )
    lines = [f"6,12,{e},{t},{w},{v:.9g},{s:.9g},{points.sources[k]}" for e, t, w, v, s, k in rows]
    path = folder / "written.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return read_sample(path, XsecConfig(outlier=0.0), test_points=0.1, test_spectra=0.0, seed=1)


@pytest.fixture
def points(carbon: Path) -> Points:
    return read_points(carbon)


def scattered(
    path: Path, extra: float, step: float = 0.01, outliers: bool = False, places: int = 5
) -> Points:
    """Spectra of set a with 1 % errors, whose points scatter by ``extra`` more; set b has 12 points."""
    rng = np.random.default_rng(5)
    lines = [",".join(COLUMNS)]
    for energy in np.linspace(0.6, 1.0, places):
        for theta in (35.0, 55.0):
            omega = np.arange(0.06, 0.6 * energy, step)
            true = truth(np.full_like(omega, energy), np.full_like(omega, theta), omega)
            measured = true * (1 + np.hypot(0.01, extra) * rng.standard_normal(len(omega)))
            if outliers:
                measured[7::15] *= 1.5
            rows = zip(omega, measured, true, strict=True)
            lines += [f"6,12,{energy},{theta},{w:.4f},{m:.7g},{0.01 * t:.6g},a" for w, m, t in rows]
    lines += [f"6,12,0.5,40,{0.1 + 0.01 * k:.2f},{5000 + k},50,b" for k in range(12)]
    path.write_text("\n".join(lines) + "\n")
    return read_points(path)


@pytest.mark.parametrize("extra", [0.01, 0.03, 0.1])
def test_the_scatter_of_neighbours_finds_the_extra_error(tmp_path: Path, extra: float) -> None:
    """388 residuals give it within 8 to 16 % (where it is as small as the quoted errors); ten drawings."""
    first = scattered(tmp_path / "s.csv", extra)
    true = truth(first.energy, first.theta, first.omega)
    found = []
    for seed in range(10):
        noise = np.random.default_rng(seed).standard_normal(len(first))
        drawn = replace(first, value=true * (1 + np.hypot(0.01, extra) * noise), error=0.01 * true)
        found.append(point_errors(drawn)["a"])
    assert np.mean(np.array(found, dtype=float)) == pytest.approx(extra, rel=0.12)
    assert point_errors(first)["b"] is None  # 8 residuals


def test_sufficient_errors_have_nothing_added(tmp_path: Path) -> None:
    drawn = scattered(tmp_path / "s.csv", 0.0)
    generous = replace(drawn, error=1.5 * drawn.error)
    assert point_errors(generous)["a"] == 0.0
    assert point_errors(drawn)["a"] < 0.005  # type: ignore[operator]


def test_outliers_hardly_count(tmp_path: Path) -> None:
    """One point of 15, 50 % off, spoils a third of the residuals, yet not their median."""
    found = point_errors(scattered(tmp_path / "s.csv", 0.02, outliers=True))["a"]
    assert found is not None
    assert 0.015 < found < 0.06


def test_the_scatter_does_not_see_the_curve(tmp_path: Path) -> None:
    """Values on a smooth curve, peak and all, with errors of 0.1 %."""
    drawn = scattered(tmp_path / "s.csv", 0.0)
    value = truth(drawn.energy, drawn.theta, drawn.omega)
    assert point_errors(replace(drawn, value=value, error=0.001 * value))["a"] < 0.002  # type: ignore[operator]


def test_a_spectrum_that_scatters_more_has_its_own_error(tmp_path: Path) -> None:
    """One of ten with 10 % where the others have 3 %; the errors of the others stay those of the data set."""
    drawn = scattered(tmp_path / "s.csv", 0.03)
    wild = drawn.spectrum == np.flatnonzero(np.bincount(drawn.spectrum) >= 50)[0]
    noise = np.random.default_rng(3).standard_normal(len(drawn))
    value = np.where(wild, truth(drawn.energy, drawn.theta, drawn.omega) * (1 + 0.1 * noise), drawn.value)
    drawn = replace(drawn, value=value)
    number = drawn.spectrum[wild][0]
    treated = treat(drawn, XsecConfig(outlier=0.0))
    assert list(treated.wild) == [number]
    assert treated.wild[number] == pytest.approx(0.1, rel=0.4)
    assert (treated.added[wild] == treated.wild[number]).all()
    assert (treated.added[~wild] == treated.sets[drawn.source[~wild]]).all()
    sample = read_sample_of(tmp_path, drawn)
    (told,) = sample.about["wild_spectra"]
    assert (told["source"], told["energy"]) == ("a", drawn.energy[wild][0])
    own = sample.points.energy == told["energy"]
    own &= sample.points.theta == told["theta"]
    assert own.sum() >= 50
    added = np.hypot(sample.quoted.error[own], told["added_error"] * sample.points.value[own])
    np.testing.assert_allclose(sample.points.error[own], added)


def test_a_point_that_sticks_out_is_found(tmp_path: Path) -> None:
    """60 % off where errors are 1 %, and in 400 points no other; the top of a peak is no outlier."""
    drawn = scattered(tmp_path / "s.csv", 0.0)
    value = drawn.value.copy()
    value[[50, 200]] *= 1.6, 0.6
    np.testing.assert_array_equal(np.flatnonzero(outliers(replace(drawn, value=value), 5.0)), [50, 200])
    assert not outliers(replace(drawn, value=value), 0.0).any()
    assert not outliers(drawn, 5.0).any()
    smooth = truth(drawn.energy, drawn.theta, drawn.omega)
    assert not outliers(replace(drawn, value=smooth, error=0.002 * smooth), 5.0).any()


def test_added_errors_are_at_least_the_floor(tmp_path: Path) -> None:
    drawn = scattered(tmp_path / "s.csv", 0.03)
    treated = treat(drawn, XsecConfig(error_floor=0.012))
    a, b = treated.sets
    assert a == pytest.approx(0.03, rel=0.25)
    assert b == 0.012
    assert treated.wild == {}
    floor = treat(drawn, XsecConfig(error_floor=0.012, point_errors="floor"))
    assert floor.added.tolist() == [0.012] * len(drawn)
    with_errors = drawn.with_errors(treated.added)
    of = np.where(drawn.source == 0, a, b)
    np.testing.assert_allclose(with_errors.error**2, drawn.error**2 + (of * drawn.value) ** 2)


def test_slopes_are_those_of_the_closed_form(points: Points) -> None:
    """Against a difference over 0.2 MeV."""
    nucleus = NUCLEI["12C"]
    form = Form("response", nucleus, torch.zeros(4), torch.ones(4))
    high, _ = select(points)
    step = np.array([0.0, 0.0, 1e-4])
    up, down = (
        form.factors(torch.from_numpy(high.kinematics + s * step)).sum(dim=1).numpy() for s in (1, -1)
    )
    expected = high.value * np.log(up / down) / 2e-4 * np.sqrt(4 + high.energy**2)
    np.testing.assert_allclose(high.slope, expected, rtol=1e-3, atol=50)
    assert np.isfinite(points.slope).all()


def test_owners_of_spectra(points: Points) -> None:
    np.testing.assert_array_equal(points.owner[points.spectrum], points.source)


def covariance(points: Points, predicted: NDArray[np.float64], widths: c.Widths) -> NDArray[np.float64]:
    """Of the data around predictions, nuisances included [n, n]."""
    same_set = points.source[:, None] == points.source
    same = points.spectrum[:, None] == points.spectrum
    found: NDArray[np.float64] = np.diag(points.error**2) + np.outer(predicted, predicted) * (
        widths.source**2 * same_set + widths.spectrum**2 * same
    )
    return found + widths.shift**2 * np.outer(points.slope, points.slope) * same


@pytest.mark.parametrize("widths", [WIDTHS, c.Widths(0.05, 0.0, 0.0), c.Widths(0.0, 0.03, 0.002)])
def test_chi2_is_that_of_the_full_covariance(points: Points, widths: c.Widths) -> None:
    """The minimum over linear nuisances with Gaussian priors is r^T C^-1 r."""
    predicted = points.value * np.random.default_rng(3).uniform(0.9, 1.2, len(points))
    found = c.chi2(torch.from_numpy(predicted), points, widths)
    rest = points.value - predicted
    expected = rest @ np.linalg.solve(covariance(points, predicted, widths), rest)
    assert found.total == pytest.approx(expected, rel=1e-9)


def test_nuisances_are_those_of_a_general_minimiser(points: Points) -> None:
    from scipy.optimize import minimize

    few = points[np.isin(points.spectrum, [0, 1, 5])]
    few = replace(few, spectrum=np.searchsorted([0, 1, 5], few.spectrum), owner=few.owner[[0, 1, 5]])
    predicted = few.value * np.random.default_rng(4).uniform(0.9, 1.1, len(few))

    def brute(x: Any) -> float:
        a, b, shift = x[:2], x[2:5], x[5:]
        scale = 1 + 0.05 * a[few.source] + 0.03 * b[few.spectrum]
        model = predicted * scale + 0.002 * shift[few.spectrum] * few.slope
        return float((((model - few.value) / few.error) ** 2).sum() + (x**2).sum())

    best = minimize(brute, np.zeros(8), method="BFGS", options={"gtol": 1e-6})
    found = c.chi2(torch.from_numpy(predicted), few, WIDTHS)
    assert found.total == pytest.approx(best.fun, rel=1e-8)
    np.testing.assert_allclose(torch.cat(list(found.nuisances)), best.x, atol=1e-5)
    kept = c.chi2(torch.from_numpy(predicted), few, WIDTHS, c.Nuisances.none(few))
    assert kept.total == pytest.approx(brute(np.zeros(8)))


def test_true_predictions_have_a_chi2_of_one_per_point(points: Points) -> None:
    """With data drawn from errors and nuisances: the penalties pay for what the nuisances fit away."""
    rng = np.random.default_rng(6)
    root = np.linalg.cholesky(covariance(points, points.value, WIDTHS))
    found = []
    for _ in range(200):
        drawn = replace(points, value=points.value + root @ rng.standard_normal(len(points)))
        found.append(c.chi2(torch.from_numpy(points.value), drawn, WIDTHS).per_point)
    assert np.mean(found) == pytest.approx(1.0, abs=4 * np.sqrt(2 / len(points) / 200))


def test_a_spectrum_without_points_has_no_nuisance(points: Points) -> None:
    some = points[points.spectrum != 3]
    found = c.chi2(torch.from_numpy(1.05 * some.value), some, WIDTHS).nuisances
    assert found.spectrum[3] == 0
    assert found.shift[3] == 0
    assert (found.spectrum[:3] < 0).all()


def test_widths_of_nuisances_are_found(tmp_path: Path) -> None:
    """Spectra with normalisations of 4 % and shifts of 3 MeV of their own, close enough to know it."""
    first = scattered(tmp_path / "s.csv", 0.0, step=0.03, places=20)
    first = first[first.source == 0]
    true = truth(first.energy, first.theta, first.omega)
    up, down = (truth(first.energy, first.theta, first.omega + s * 1e-4) for s in (1, -1))
    slope = (up - down) / 2e-4
    rng = np.random.default_rng(1)
    normalisation, shift = (rng.standard_normal(len(first.owner))[first.spectrum] for _ in range(2))
    value = true * (1 + 0.04 * normalisation) + 0.003 * shift * slope
    value = value + 0.01 * true * rng.standard_normal(len(first))
    found = estimate(replace(first, value=value, error=0.01 * true, slope=slope))
    for width, factor, drawn in zip(found.widths[1:], found.factors[1:], (0.04, 0.003), strict=True):
        assert abs(np.log(width / drawn)) < 3 * np.log(factor)
        assert 1.05 < factor < 1.5


def test_the_mean_of_widths_is_weighted() -> None:
    sure = Estimate(c.Widths(0.02, 0.02, 0.001), c.Widths(1.1, 1.1, 1.1), 100)
    unsure = Estimate(c.Widths(0.2, 0.02, 0.01), c.Widths(1.1, 5.0, 1e9), 100)
    mean = mean_widths([sure, unsure])
    assert mean.source == pytest.approx(np.sqrt(0.02 * 0.2))
    assert mean.spectrum == pytest.approx(0.02)
    assert mean.shift == pytest.approx(0.001, rel=1e-3)


def test_the_command_says_what_is_missing(
    carbon: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert errors.main(["--data", str(carbon), "--most-points", "60"]) == 0
    text = capsys.readouterr().out
    assert "set:0" in text
    assert "widths by 60 points: data sets" in text
    assert errors.main(["--data", str(tmp_path / "no.csv")]) == 2
    assert "no data file" in capsys.readouterr().err


def test_outliers_and_errors_are_those_of_the_sample(tmp_path: Path) -> None:
    """Which points are left out does not depend on the errors of the training."""
    drawn = scattered(tmp_path / "s.csv", 0.02)
    lines = (tmp_path / "s.csv").read_text().splitlines()
    row = lines[1 + 50].split(",")
    lines[1 + 50] = ",".join([*row[:5], str(2 * float(row[5])), *row[6:]])
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    for kind in ("scatter", "floor"):
        sample = read_sample(
            tmp_path / "t.csv", XsecConfig(point_errors=kind), test_points=0.1, test_spectra=0.0, seed=1
        )
        assert [one["omega"] for one in sample.about["outliers"]] == [float(row[4])]
        expected = treat(drawn, XsecConfig(point_errors=kind)).sets[0]
        assert sample.about["added_errors"]["a"] == pytest.approx(expected, rel=0.05)
        assert "1 more than 5 errors off their neighbours" in sample.text
