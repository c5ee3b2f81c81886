import numpy as np
import pytest
from scipy.stats import chisquare

from nugan_hep.transfer.draw import resample
from nugan_hep.transfer.prior import Prior, Scales
from nugan_hep.transfer.ratio import ENERGY_BINS, Sample, choose_scales, energy_bins, fit

BINS = 5


@pytest.fixture(scope="module")
def random():
    return np.random.default_rng(12)


def draw(random, n):
    x = random.standard_normal((n, 4))
    x[:, 2] = random.uniform(0, 1, n)
    return Sample(x, random.integers(0, BINS, n))


def true_log_ratio(x):
    return 0.8 * x[:, 2] * np.tanh(x[:, 0]) - 0.5 * x[:, 1]


@pytest.fixture(scope="module")
def samples(random):
    source = draw(random, 15_000)
    many = draw(random, 60_000)
    weight = np.exp(true_log_ratio(many.x))
    keep = random.uniform(size=len(weight)) < weight / weight.max()
    return Sample(*(part[keep][:5000] for part in many)), source


@pytest.mark.slow
def test_a_known_ratio_is_found(samples, random):
    target, source = samples
    ratio = fit(target, source, Prior(), Scales())
    test = draw(random, 5000)
    found, truth = ratio.log_ratio(test.x), true_log_ratio(test.x)
    error = (found - found.mean()) - (truth - truth.mean())
    assert error.std() < 0.2 * truth.std()
    assert 3 < ratio.parameters < 100


@pytest.mark.slow
def test_antineutrinos_over_neutrinos(random):
    """Of (T - s I)/(T + s I) with I/T from 0.5 to 1, steep where s is nearly one."""

    def truth(x):
        share = 0.75 + 0.25 * np.tanh(x[:, 0])
        return np.log1p(-0.97 * x[:, 2] * share) - np.log1p(0.97 * x[:, 2] * share)

    source, many, test = draw(random, 60_000), draw(random, 600_000), draw(random, 20_000)
    weight = np.exp(truth(many.x))
    keep = random.uniform(size=len(weight)) < weight / weight.max()
    target = Sample(*(part[keep][:40_000] for part in many))
    ratio = fit(target, source, Prior(), Scales())
    error = ratio.log_ratio(test.x) - truth(test.x)
    steep = test.x[:, 2] > 0.95
    assert truth(test.x)[steep].mean() < -1.9
    assert abs(error[steep].mean() - error[~steep].mean()) < 0.2
    assert error[steep].std() < 0.35


def test_weights_have_mean_one_in_each_energy_bin(samples):
    target, source = samples
    weights = fit(target, source, Prior(), Scales()).of_sample(source)
    means = np.bincount(source.bins, weights) / np.bincount(source.bins)
    np.testing.assert_allclose(means, 1.0, rtol=1e-9)
    assert np.isfinite(weights).all()
    assert (weights > 0).all()


@pytest.mark.slow
def test_equal_samples_need_no_parameters(random):
    target, source = draw(random, 2000), draw(random, 15_000)
    scales = choose_scales(target, source, Prior(), evaluations=6)
    ratio = fit(target, source, Prior(), scales)
    weights = ratio.of_sample(source)
    # a fit of k parameters to n events has weights of relative variance k/n
    assert weights.std() < 2 * np.sqrt(max(ratio.parameters, 1) / len(target.x)) + 0.02
    assert weights.std() < 0.15


@pytest.mark.slow
def test_choosing_the_scales_raises_the_evidence(samples):
    target, source = (Sample(*(part[:2000] for part in sample)) for sample in samples)
    seen = []
    choose_scales(target, source, Prior(), 10, lambda count, best: seen.append((count, best)))
    assert [count for count, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][1] > seen[0][1]


def test_energy_bins_cover_the_range():
    bins = energy_bins(np.array([0.3, 0.39, 0.41, 9.95, 10.0]), (0.3, 10.0))
    assert bins.tolist() == [0, 0, 1, ENERGY_BINS - 1, ENERGY_BINS - 1]


def test_resampled_events_follow_the_weights(random):
    weights = np.repeat([0.2, 1.0, 2.5], 20_000)
    rows = resample(weights, 0.4, random)
    counts = np.bincount(rows // 20_000)
    assert chisquare(counts, counts.sum() * np.array([0.2, 1.0, 2.5]) / 3.7).pvalue > 1e-3
    assert np.bincount(rows).max() == 1
