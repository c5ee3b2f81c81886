import numpy as np
import pytest

from nugan_hep.tuning.likelihood import WAYS, Data, chi2, residuals, scaled

# Peelle's puzzle: 1.0 and 1.5 with 10 % errors of their own and 20 % in common
VALUES = np.array([1.5, 1.0])
COVARIANCE = np.diag((0.1 * VALUES) ** 2) + 0.2**2 * np.outer(VALUES, VALUES)
PEELLE = Data(VALUES, COVARIANCE, np.ones(2))


def best_constant(way):
    """The constant prediction of least chi2; scaled: by steps with the covariance of the step before."""
    t = 1.0
    for _ in range(50):
        covariance = residuals(PEELLE, np.full(2, t), way).covariance
        weights = np.linalg.solve(covariance, np.ones(2))
        t = float(weights @ VALUES / weights.sum())
    return t


def test_the_published_covariance_puts_the_mean_below_both():
    assert best_constant("published") == pytest.approx(0.88, abs=0.01)  # Peelle 1987


def test_the_scaled_covariance_puts_it_between():
    # errors of one percentage: both count alike
    assert best_constant("scaled") == pytest.approx(1.25)


def test_errors_of_bins_that_are_no_measurement_stay():
    data = Data(np.array([0.1, 2.0]), np.diag([0.04, 0.04]), np.ones(2))
    np.testing.assert_allclose(np.diag(scaled(data, np.array([1.0, 1.0]))), [0.04, 0.01])


def test_a_common_factor_leaves_the_shares():
    random = np.random.default_rng(1)
    values, widths = random.uniform(1, 2, 5), random.uniform(0.5, 1, 5)
    data = Data(values, np.diag(values**2) * 0.01, widths)
    found = residuals(data, 1.3 * values, "apart")
    np.testing.assert_allclose(found.values[1:], 0.0, atol=1e-12)
    assert found.values[0] == pytest.approx(-0.3 * widths @ values)
    # all of a fully correlated error is in the sum
    common = residuals(Data(values, 0.04 * np.outer(values, values), widths), values, "apart").covariance
    np.testing.assert_allclose(common[1:, 1:], 0.0, atol=1e-12)
    assert common[0, 0] == pytest.approx((0.2 * widths @ values) ** 2)


@pytest.mark.parametrize("way", WAYS)
def test_derivatives_are_those_of_the_residuals(way):
    random = np.random.default_rng(2)
    values, widths, t = (random.uniform(1, 2, 4) for _ in range(3))
    data = Data(values, np.diag(values**2), widths)
    slopes = residuals(data, t, way).jacobian
    step = 1e-6
    for k in range(4):
        moved = t + step * np.eye(4)[k]
        change = (residuals(data, moved, way).values - residuals(data, t, way).values) / step
        np.testing.assert_allclose(slopes[:, k], change, atol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_chi2_of_the_data_themselves_is_zero(way):
    assert chi2(PEELLE, VALUES, way) == pytest.approx(0.0, abs=1e-20)
