"""chi2 with a covariance against explicit inverses and made-up fluctuations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from nugan_hep.errors import UserError
from nugan_hep.measurement import Prediction, check_covariance, compare

Array = NDArray[np.float64]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.fixture
def covariance(rng: np.random.Generator) -> Array:
    factor = rng.normal(size=(5, 8))
    return factor @ factor.T


@pytest.fixture
def data(rng: np.random.Generator) -> Array:
    return rng.uniform(1, 3, 5)


def test_chi2(data: Array, covariance: Array) -> None:
    values = np.array([1.0, 2.0, 1.5, 2.5, 2.0])
    found = compare(data, covariance, Prediction(values, np.zeros((5, 5))))
    inverse = np.linalg.inv(covariance)
    chi2 = (data - values) @ inverse @ (data - values)
    assert found.chi2 == pytest.approx(chi2)
    assert found.ndf == 5
    assert found.p_value == pytest.approx(1 - stats.chi2.cdf(chi2, 5))
    assert found.error == found.bias == 0
    assert found.uncorrelated == pytest.approx(np.sum((data - values) ** 2 / np.diag(covariance)))
    best = optimize.minimize_scalar(lambda s: (data - s * values) @ inverse @ (data - s * values))
    assert found.norm == pytest.approx(best.x, rel=1e-6)
    assert found.shape == pytest.approx(best.fun)


def test_two_bins_by_hand() -> None:
    """Errors 2 and 1 with the correlation 1/2: chi2 = (a² - ab + b²)/(3/4) for pulls a, b."""
    covariance = np.array([[4.0, 1.0], [1.0, 1.0]])
    found = compare(np.array([3.0, 5.0]), covariance, Prediction(np.array([1.0, 3.0]), np.zeros((2, 2))))
    assert found.chi2 == pytest.approx((1 - 2 + 4) / 0.75)


def test_fluctuations_of_the_prediction(data: Array, covariance: Array, rng: np.random.Generator) -> None:
    """Repeated with other events, chi2 has the stated spread and offset."""
    own = 1e-3 * np.diag(np.diag(covariance)) + 2e-4 * covariance
    values = data + 2.0
    exact = compare(data, covariance, Prediction(values, np.zeros((5, 5)))).chi2
    tries = rng.multivariate_normal(values, own, size=20_000) - data
    chi2 = np.einsum("ki,ij,kj->k", tries, np.linalg.inv(covariance), tries)
    stated = compare(data, covariance, Prediction(values, own))
    assert chi2.std() == pytest.approx(stated.error, rel=0.03)
    assert chi2.mean() - exact == pytest.approx(stated.bias, abs=4 * stated.error / np.sqrt(20_000))


def test_good_covariance(covariance: Array) -> None:
    np.testing.assert_array_equal(check_covariance(covariance, 5, "release"), covariance)
    tiny = 1e-80 * covariance  # cm⁴: scale does not matter
    np.testing.assert_array_equal(check_covariance(tiny, 5, "release"), tiny)
    rounded = covariance * (1 + 1e-8 * np.tri(5))
    check_covariance(rounded, 5, "release")


def test_not_positive_definite() -> None:
    """Correlations of 0.9, 0.9 and -0.9 cannot be: the smallest eigenvalue is 1 - 2 x 0.9."""
    correlation = np.array([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])
    errors = np.array([1.0, 10.0, 0.1])
    with pytest.raises(UserError, match=r"^release: .*not positive definite.* is -0\.8$"):
        check_covariance(correlation * np.outer(errors, errors), 3, "release")
    with pytest.raises(UserError, match="not positive definite"):
        check_covariance(np.ones((3, 3)), 3, "release")  # singular


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda c: c[:4], "a covariance of 4 x 5 elements, expected 5 x 5"),
        (lambda c: np.where(np.eye(5, k=1) > 0, np.nan, c), "not finite"),
        (lambda c: c - 2 * np.diag(np.eye(5)[2] * c[2, 2]), r"the variance -[\d.]+ in bin 2"),
        (lambda c: c + 0.01 * np.eye(5, k=1), r"not symmetric: .* in \(\d, \d\)"),
    ],
)
def test_no_covariance(covariance: Array, change, text: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match=text):
        check_covariance(change(covariance), 5, "release")
