"""Draws of a ratio's posterior with its scales."""

import numpy as np
import pytest

from nugan_hep.transfer.posterior import DRAWS, walk
from nugan_hep.transfer.prior import Prior, Scales
from nugan_hep.transfer.ratio import Sample, fit


def draw(random, n):
    x = random.standard_normal((n, 4))
    x[:, 2] = random.uniform(0, 1, n)
    return Sample(x, np.zeros(n, np.int64))


@pytest.mark.slow
def test_the_scales_spread_and_the_truth_is_within():
    """A ratio drawn from the prior itself: the draws scatter about it as they should."""
    random = np.random.default_rng(3)
    prior, scales = Prior(), Scales()
    source, pool = draw(random, 8_000), draw(random, 60_000)
    truth = random.standard_normal(prior.features(pool.x[:1], scales).shape[1]).astype(np.float32)
    log_ratio = prior.features(pool.x, scales) @ truth
    kept = random.uniform(size=len(log_ratio)) < np.exp(log_ratio - log_ratio.max())
    target = Sample(pool.x[kept][:2_000], pool.bins[kept][:2_000])
    assert len(target.x) == 2_000
    done: list[int] = []
    places = walk(target, source, source, prior, scales, 60, 1, done.append)
    assert len(places) == 60 // DRAWS
    assert done[-1] == 60
    assert len({place.scales for place in places}) > 1
    test = draw(random, 3_000)
    true = prior.features(test.x, scales) @ truth
    exact = np.exp(true - true.max())
    exact /= exact.mean()
    replicas = np.concatenate([place.replicas(test, DRAWS, k) for k, place in enumerate(places)])
    # in eight regions of the phase space
    regions = (test.x[:, 0] > 0) * 4 + (test.x[:, 1] > 0) * 2 + (test.x[:, 2] > 0.5)
    wanted = np.bincount(regions, exact)
    found = np.array([np.bincount(regions, row) for row in replicas])
    pulls = (wanted - found.mean(axis=0)) / found.std(axis=0)
    assert np.abs(pulls).max() < 4
    assert np.sqrt(np.mean(pulls**2)) < 2
    one = fit(target, source, prior, scales).replicas(test, 60, 1)
    assert found.std(axis=0).mean() > 0.8 * np.std([np.bincount(regions, row) for row in one], axis=0).mean()
