"""Fits of data that are made of a known factor."""

import numpy as np
import pytest

from nugan_hep.tuning.fit import Source, choose_scales, fit
from nugan_hep.tuning.likelihood import Data
from nugan_hep.tuning.posterior import replicas
from nugan_hep.tuning.prior import PARAMETERS, Factor, Scales, features, log_all
from nugan_hep.tuning.response import Filled, Response, chunked, merged

BINS = 12


def events(n=20_000, seed=1):
    """Points over W, Q2 and E_nu in bins of W."""
    random = np.random.default_rng(seed)
    x = np.stack([random.uniform(-1, 4, n), random.uniform(-3, 1, n), random.normal(0, 0.4, n)], axis=1)
    rows = np.clip(((x[:, 0] + 1) / 5 * BINS).astype(np.intp), 0, BINS - 1)
    return Filled(x, rows, np.full(n, 1.0 / n))


@pytest.fixture(scope="module")
def response():
    return Response(*merged([events()]), np.zeros(BINS), np.eye(BINS))


def measured(response, factor, error=0.05, common=0.0):
    truth = response.contents(np.exp(factor(response.x))[None])[0]
    covariance = np.diag((error * truth) ** 2) + common**2 * np.outer(truth, truth)
    return truth, Data(truth, covariance, np.ones(BINS))


def test_one_cell_has_the_sum_and_nearly_the_factor_of_its_events():
    exact = events()
    cells = merged([exact])
    assert len(cells.weights) < len(exact.weights) / 3
    assert cells.weights.sum() == pytest.approx(1.0)
    factor = Factor(Scales(), np.random.default_rng(3).standard_normal(PARAMETERS))
    for one in (exact, cells):
        one_by_bin = np.bincount(one.rows, one.weights * np.exp(factor.log(one.x)))
        if one is exact:
            truth = one_by_bin
    np.testing.assert_allclose(one_by_bin, truth, rtol=0.02)


def test_chunks_are_the_whole():
    whole, exact = merged([events()]), events()
    parts = (Filled(exact.x[k::4], exact.rows[k::4], exact.weights[k::4]) for k in range(4))
    np.testing.assert_allclose(
        np.bincount(chunked(parts).rows, minlength=BINS) > 0, np.bincount(whole.rows, minlength=BINS) > 0
    )
    assert chunked(iter([exact])).weights.sum() == pytest.approx(1.0)


def test_the_prior_is_a_squared_exponential_of_the_scales():
    scales = Scales()
    x = np.zeros((2, 3))
    x[1, 0] = 3.0
    draws = features(x, scales) @ np.random.default_rng(1).standard_normal((PARAMETERS, 20_000))
    width = scales.total**2 + scales.hadronic**2 + scales.energy**2 + scales.fine**2
    assert draws[0].var() == pytest.approx(width, rel=0.25)  # of 120 to 160 random frequencies
    near = np.exp(-0.5 * (3.0 / scales.length_w) ** 2) * (scales.hadronic**2 + scales.energy**2)
    assert np.mean(draws[0] * draws[1]) == pytest.approx(scales.total**2 + near, abs=0.25 * width)


def test_a_known_factor_is_found(response):
    def factor(x):
        return 0.3 * np.tanh(x[:, 0] - 1.5)

    truth, data = measured(response, factor, error=0.01)
    found = fit([Source(data, response)], Scales(), "scaled")
    np.testing.assert_allclose(found.predictions[0], truth, rtol=0.01)
    assert found.chi2[0] < BINS
    assert 3 < found.parameters < BINS


def test_data_without_errors_worth_speaking_of_teach_nothing(response):
    _, data = measured(response, lambda x: 0.3 * x[:, 0], error=100.0)
    found = fit([Source(data, response)], Scales(), "published")
    assert found.parameters < 0.01
    assert np.abs(found.factor.log(response.x)).max() < 0.01


def test_a_common_error_does_not_shrink_the_prediction(response):
    """Data about a truth with 20 % in common: as published the prediction ends below, scaled it does not."""
    truth, data = measured(response, lambda x: 0.0 * x[:, 0], error=0.1, common=0.2)
    noisy = truth * (1 + 0.25 * (-1.0) ** np.arange(BINS))
    covariance = data.covariance * np.outer(noisy / truth, noisy / truth)
    source = Source(Data(noisy, covariance, data.widths), response)
    sums = {
        way: fit([source], Scales(), way).predictions[0].sum() for way in ("scaled", "apart", "published")
    }
    assert sums["published"] < 0.93 * truth.sum()
    assert sums["scaled"] == pytest.approx(truth.sum(), rel=0.05)
    assert sums["apart"] == pytest.approx(truth.sum(), rel=0.05)


def test_a_normalisation_of_its_own_takes_a_common_shift(response):
    """A flux that is 10 % wrong, with a prior of 10 %: the pull takes it, the shape stays."""
    truth, data = measured(response, lambda x: 0.0 * x[:, 0], error=0.02)
    wrong = Data(1.1 * data.values, 1.1**2 * data.covariance, data.widths)
    other = Source(data, response)  # a second measurement without the mistake
    found = fit([Source(wrong, response, 0.1), other], Scales(), "scaled")
    (pull,), (error,) = found.pulls
    assert pull == pytest.approx(np.log(1.1) / 0.1, abs=0.1)
    assert error < 0.2
    ratio = found.predictions[1] / truth
    assert np.abs(ratio / ratio.mean() - 1).max() < 0.01


@pytest.mark.slow
def test_replicas_have_the_width_of_the_posterior(response):
    _, data = measured(response, lambda x: 0.2 * np.cos(x[:, 1]), error=0.1)
    sources = [Source(data, response)]
    best = choose_scales(sources, Scales(), "scaled", 10)
    factors = replicas(sources, best, Scales(), "scaled", 80, 1)
    spread = response.contents(np.exp(log_all(factors, response.x))).std(axis=0)
    # of the data alone each bin would have 10 %, of the prior alone more than 30 %
    assert np.all(spread < 0.12 * data.values)
    assert np.all(spread > 0.02 * data.values)
    again = replicas(sources, best, Scales(), "scaled", 80, 1)
    np.testing.assert_array_equal(again[7].coefficients, factors[7].coefficients)
