"""Bands of replicas against NumPy's own histograms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import make_model
import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import Sampler, bands, hist
from nugan_hep.errors import UserError
from nugan_hep.output import Run, formats

Columns = dict[str, NDArray[Any]]
BINS = (20, 0, 4)


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    """The toy model, whose replicas are the root of the energy and 1 over it."""
    path = tmp_path_factory.mktemp("models") / "toy.pt"
    return Sampler(make_model.write_model(path, replicas=make_model.powers_of_energy()), threads=1)


@pytest.fixture(scope="module")
def columns(sampler: Sampler) -> Columns:
    events = sampler.sample(uniform=(0.5, 4.0), n=5000, seed=3)
    weights = np.random.default_rng(1).lognormal(0, 0.3, (5000, 40)).astype("f4")
    return {**events, "wght": 0.5 + np.arange(5000) % 5, "wght_rep": weights}


def test_a_band_is_between_quantiles_of_the_replicas(columns: Columns) -> None:
    universes = [
        np.histogram(columns["Q2"], 20, (0, 4), weights=columns["wght"] * one)[0]
        for one in columns["wght_rep"].T
    ]
    band = bands.band(columns, "Q2", bins=BINS)
    low, high = np.percentile(universes, [16, 84], axis=0)
    np.testing.assert_allclose(band.low, low, rtol=1e-6)
    np.testing.assert_allclose(band.high, high, rtol=1e-6)
    np.testing.assert_allclose(band.mean, np.mean(universes, axis=0), rtol=1e-6)
    np.testing.assert_allclose(band.nominal.values(), hist.fill(columns, "Q2", bins=BINS).values())


def test_several_observables_and_a_file(tmp_path: Path, columns: Columns) -> None:
    path = tmp_path / "a.npz"
    with formats.create("npz", path, Run(14, {1000060120: 1.0}, sigma=2.0)) as writer:
        writer.write(columns)
    for options in ({}, {"cross_section": True}):
        found, wanted = (
            bands.band(source, "p", "cos_theta", bins=5, sigma=2.0 if options else None, **options)
            for source in (path, columns)
        )
        assert found.low.shape == (5, 5)
        np.testing.assert_allclose(found.low, wanted.low)
    universes = hist.fill(path, "Q2", replicas=True)
    assert universes.axes.name == ("replica", "Q2")
    assert universes.axes[0].size == 40


def test_a_cross_section_is_that_of_the_replica(columns: Columns) -> None:
    """The normalisation is the nominal one, so that a replica's total is its own."""
    universes = hist.fill(columns, "Q2", bins=(10, -10, 90), cross_section=True, sigma=2.0, replicas=True)
    totals = universes.values().sum(axis=1) * 10
    weight = columns["wght"]
    wanted = 2 * (weight[:, None] * columns["wght_rep"]).sum(axis=0) / weight.sum()
    np.testing.assert_allclose(totals, wanted, rtol=1e-5)


def test_of_a_sampler(sampler: Sampler) -> None:
    universes = hist.fill(sampler, "Q2", n=1000, enu=4.0, bins=(1, -1, 100), replicas=2)
    np.testing.assert_allclose(universes.values()[:, 0], [2000, 250], rtol=1e-4)
    with pytest.raises(ValueError, match="expected the number of a sampler's replicas"):
        hist.fill(sampler, "Q2", n=10, replicas=True)


def test_events_without(columns: Columns) -> None:
    plain = {name: values for name, values in columns.items() if name != "wght_rep"}
    with pytest.raises(UserError, match="the events have no replicas"):
        bands.band(plain, "Q2")
    with pytest.raises(ValueError, match="replicas are weights"):
        hist.fill(columns, "Q2", weighted=False, replicas=True)


def test_it_is_drawn(columns: Columns) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    bands.band(columns, "Q2", bins=BINS).draw(axes, label="tuned")
    figure.canvas.draw()
    assert len(axes.patches) == 2
    assert axes.get_xlabel()
    plt.close(figure)
