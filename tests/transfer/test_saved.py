"""Draws of a fitted ratio in a file."""

from dataclasses import replace

import numpy as np
import pytest

from nugan_hep import Sampler
from nugan_hep.errors import UserError
from nugan_hep.transfer import draw, saved
from nugan_hep.transfer.posterior import WIDTH
from nugan_hep.transfer.prior import Prior, Scales
from nugan_hep.transfer.ratio import Ratio

SOURCE = "numu_C12_inc"


@pytest.fixture(scope="module")
def source():
    return Sampler(SOURCE, lepton_only=True, threads=1)


@pytest.fixture(scope="module")
def ratio():
    """A ratio of which nothing is known but the prior, made narrower."""
    prior = Prior()
    size = prior.features(np.zeros((1, 4)), Scales()).shape[1]
    return Ratio(prior, Scales(), np.zeros(size), 0.0, 0.0, 25.0 * np.eye(size))


@pytest.fixture(scope="module")
def draws(source, ratio):
    events = draw.sample_of(draw.draw_source(source, 60_000, 1), source)
    about = {
        "source": SOURCE,
        "probe": 14,
        "target": 1000180400,
        "enu_range": [*source.enu_range],
        "lepton_mass": source._core.process.lepton_mass,
    }
    return saved.drawn(ratio, [ratio], events, 4, 2, about)


def test_weights_are_those_of_the_ratio(source, ratio, draws):
    """Over events of a bin of energy both have a mean of one."""
    events = draw.draw_source(source, 60_000, 1)
    sample = draw.sample_of(events, source)
    found = np.exp(draws.log_weights(*events)).T
    seed = np.random.SeedSequence(2).spawn(1)[0]
    wider = replace(ratio, precision=ratio.precision / WIDTH**2)
    exact = wider.replicas(sample, 4, seed) / ratio.of_sample(sample)
    assert exact.std(axis=1).min() > 0.03
    # the means are interpolated in the energy
    assert np.abs(found / exact - 1).max() < 0.05
    np.testing.assert_allclose(found.mean(axis=1), 1, atol=0.01)


def test_a_file_gives_the_same_draws(draws, tmp_path):
    path = tmp_path / "a.replicas.npz"
    saved.save(path, draws, force=False)
    events = np.array([1.0, 5.0]), np.array([0.7, 2.0]), np.array([0.4, 0.2])
    again = saved.load(path)
    assert again.about == draws.about
    assert np.array_equal(again.log_weights(*events), draws.log_weights(*events))
    assert np.array_equal(again.log_weights(*events, n=2), draws.log_weights(*events)[:, :2])
    with pytest.raises(UserError, match="exists"):
        saved.save(path, draws, force=False)


def test_what_is_no_such_file_is_refused(draws, tmp_path):
    path = tmp_path / "bad.npz"
    with pytest.raises(UserError, match="not a file of replay --replicas"):
        saved.load(path)
    path.write_bytes(b"nothing")
    with pytest.raises(UserError, match="not a file of replay --replicas"):
        saved.load(path)
    np.savez(path, enu=np.ones(3))
    with pytest.raises(UserError, match="not a file of replay --replicas"):
        saved.load(path)
    path.write_bytes(b"")
    with pytest.raises(UserError, match="not a file of replay --replicas"):
        saved.load(path)
    for broken in (
        replace(draws, coefficients=draws.coefficients[:-1]),
        replace(draws, coefficients=draws.coefficients[:, 0]),
        replace(draws, log_mean=draws.log_mean[:, :2]),
        replace(draws, about={"source": SOURCE}),
    ):
        saved.save(path, broken, force=True)
        with pytest.raises(UserError, match="not a file of replay --replicas"):
            saved.load(path)
    saved.save(path, draws, force=True)
    with pytest.raises(UserError, match="5 replicas: expected 1 to 4, which the transfer has"):
        draws.number(5)


def test_the_first_draws_are_of_all_places(source, ratio, draws):
    """A prefix spans the chain of scales."""
    events = draw.sample_of(draw.draw_source(source, 5_000, 1), source)
    longer = replace(Scales(), length_w=2.0)
    places = [ratio, replace(ratio, scales=longer)]
    found = saved.drawn(ratio, places, events, 5, 2, draws.about)
    assert found.scales == (Scales(), Scales(), longer, Scales(), longer, Scales())
    assert found.coefficients.shape[1] == 6
    assert len(np.unique(found.coefficients[0, 1:])) == 5
