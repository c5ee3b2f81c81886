"""The classifier two-sample test against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu, norm

from nugan_hep import kinematics
from nugan_hep.evaluation import two_sample


def gaussians(rng: np.random.Generator, n: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    one, other = rng.normal(size=(2, n, 5))
    other[:, 2] += shift
    # a variable that both share, as both samples have the same neutrino energies
    other[:, 0] = one[:, 0]
    return one, other


def test_auc_is_the_mann_whitney_statistic(rng: np.random.Generator) -> None:
    one, other = rng.integers(0, 20, 400).astype(float), rng.integers(3, 25, 300).astype(float)
    area, _ = two_sample.auc(one, other)
    assert area == pytest.approx(mannwhitneyu(one, other).statistic / (400 * 300))


def test_error_of_the_auc_is_its_spread(rng: np.random.Generator) -> None:
    drawn = [two_sample.auc(rng.normal(size=300), rng.normal(0.8, 1, 200)) for _ in range(400)]
    areas, errors = np.transpose(drawn)
    assert areas.mean() == pytest.approx(norm.cdf(-0.8 / np.sqrt(2)), abs=0.005)
    assert errors.mean() == pytest.approx(areas.std(), rel=0.12)


def test_effective_fraction_of_weights() -> None:
    assert two_sample.effective_fraction(np.full(10, 800.0)) == pytest.approx(1)
    assert two_sample.effective_fraction(np.log([1.0, 3.0])) == pytest.approx(16 / 20)


@pytest.mark.slow
def test_one_distribution_cannot_be_told_apart(rng: np.random.Generator) -> None:
    outcomes = []
    for seed in range(4):
        result = two_sample.two_sample(*gaussians(rng, 8_000, 0.0), seed)
        assert result.events == 4_000
        assert abs(result.auc - 0.5) < 4 * result.auc_error
        assert result.ess_fraction > 0.97
        outcomes.append((result.auc - 0.5) / result.auc_error)
    assert abs(np.mean(outcomes)) < 4 / np.sqrt(len(outcomes))
    assert result.auc_error == pytest.approx(1 / np.sqrt(6 * 4_000), rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("shift", [0.3, 1.0])
def test_shifted_gaussians_reach_the_best_possible(rng: np.random.Generator, shift: float) -> None:
    """The likelihood ratio has AUC = Phi(d/sqrt 2), and its weights the effective size exp(-d²)."""
    result = two_sample.two_sample(*gaussians(rng, 20_000, shift))
    assert result.auc == pytest.approx(norm.cdf(shift / np.sqrt(2)), abs=0.02)
    assert result.ess_fraction == pytest.approx(np.exp(-(shift**2)), rel=0.15)


def test_same_seed_same_result_and_no_trace(rng: np.random.Generator) -> None:
    samples = gaussians(rng, 2_000, 0.5)
    torch.manual_seed(3)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    first = two_sample.two_sample(*samples, seed=5)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert two_sample.two_sample(*samples, seed=5) == first
    assert two_sample.two_sample(*samples, seed=6) != first


def test_features_are_finite_where_w_is_not_defined(rng: np.random.Generator) -> None:
    events = kinematics.from_proxies(*rng.uniform(-1, 1, (3, 5_000)), mass=kinematics.MUON_MASS)
    w2 = kinematics.w2(*events, kinematics.MUON_MASS)
    assert (w2 < 0).any()
    features = two_sample.features(events, kinematics.SHIFT_P2, kinematics.ENU_RANGE, kinematics.MUON_MASS)
    assert features.shape == (5_000, 5)
    assert np.isfinite(features).all()
    np.testing.assert_allclose(features[:, 3] * np.abs(features[:, 3]), w2, atol=1e-12)
    np.testing.assert_allclose(features[:, 4] ** 2, kinematics.q2(*events, kinematics.MUON_MASS), atol=1e-12)


def test_a_fixed_energy_is_no_obstacle(rng: np.random.Generator) -> None:
    one, other = gaussians(rng, 2_000, 1.0)
    one[:, 0] = other[:, 0] = 1.0
    assert two_sample.two_sample(one, other).auc > 0.7


def test_samples_that_cannot_be_compared(rng: np.random.Generator) -> None:
    rows = rng.normal(size=(2_000, 5))
    for other in (rows[:-1], rows[:, :4]):
        with pytest.raises(ValueError, match="expected alike"):
            two_sample.two_sample(rows, other)
    with pytest.raises(ValueError, match="1000 rows at least"):
        two_sample.two_sample(rows[:999], rows[:999])
