from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from nugan_hep.xsec.fit.chi2 import Nuisances, Widths, chi_square
from nugan_hep.xsec.fit.points import FitPoints

WIDTHS = Widths(0.05, 0.03, 0.002)


def covariance(points: FitPoints, predicted: NDArray[np.float64], widths: Widths) -> NDArray[np.float64]:
    """Of the data around predictions, nuisances included [n, n]."""
    same_set = points.source[:, None] == points.source
    same = points.spectrum[:, None] == points.spectrum
    found: NDArray[np.float64] = np.diag(points.error**2) + np.outer(predicted, predicted) * (
        widths.source**2 * same_set + widths.spectrum**2 * same
    )
    return found + widths.shift**2 * np.outer(points.slope, points.slope) * same


@pytest.mark.parametrize("widths", [WIDTHS, Widths(0.05, 0.0, 0.0), Widths(0.0, 0.03, 0.002)])
def test_chi2_is_that_of_the_full_covariance(points: FitPoints, widths: Widths) -> None:
    """The minimum over linear nuisances with Gaussian priors is r^T C^-1 r."""
    predicted = points.value * np.random.default_rng(3).uniform(0.9, 1.2, len(points))
    found = chi_square(torch.from_numpy(predicted), points, widths)
    rest = points.value - predicted
    expected = rest @ np.linalg.solve(covariance(points, predicted, widths), rest)
    assert found.total == pytest.approx(expected, rel=1e-9)


def test_nuisances_are_those_of_a_general_minimiser(points: FitPoints) -> None:
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
    found = chi_square(torch.from_numpy(predicted), few, WIDTHS)
    assert found.total == pytest.approx(best.fun, rel=1e-8)
    np.testing.assert_allclose(torch.cat(list(found.nuisances)), best.x, atol=1e-5)
    kept = chi_square(torch.from_numpy(predicted), few, WIDTHS, Nuisances.none(few))
    assert kept.total == pytest.approx(brute(np.zeros(8)))


def test_true_predictions_have_a_chi2_of_one_per_point(points: FitPoints) -> None:
    """With data drawn from errors and nuisances: the penalties pay for what the nuisances fit away."""
    rng = np.random.default_rng(6)
    root = np.linalg.cholesky(covariance(points, points.value, WIDTHS))
    found = []
    for _ in range(200):
        drawn = replace(points, value=points.value + root @ rng.standard_normal(len(points)))
        found.append(chi_square(torch.from_numpy(points.value), drawn, WIDTHS).per_point)
    assert np.mean(found) == pytest.approx(1.0, abs=4 * np.sqrt(2 / len(points) / 200))


def test_a_spectrum_without_points_has_no_nuisance(points: FitPoints) -> None:
    some = points[points.spectrum != 3]
    found = chi_square(torch.from_numpy(1.05 * some.value), some, WIDTHS).nuisances
    assert found.spectrum[3] == 0
    assert found.shift[3] == 0
    assert (found.spectrum[:3] < 0).all()
