"""Every figure draws without a warning and shows the numbers of the metrics."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from nugan_hep.evaluation import figures, metrics, reference
from nugan_hep.evaluation.histograms import Histograms, Spectrum

NAMES = ("NuWro", "model")


def resampled(sample: Histograms, rng: np.random.Generator, fraction: float = 1.0) -> Histograms:
    return replace(
        sample,
        n_events=int(fraction * sample.n_events),
        counts_2d=rng.poisson(fraction * sample.counts_2d).astype(float),
        spectra={
            name: Spectrum(rng.poisson(fraction * counts).astype(float), edges)
            for name, (counts, edges) in sample.spectra.items()
        },
    )


def save(figure: Figure) -> None:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    assert stream.getvalue().startswith(b"\x89PNG")


@pytest.mark.slow
def test_maps_have_the_muon_energy_to_the_right(
    shipped: reference.Reference, rng: np.random.Generator
) -> None:
    sample = shipped.samples[2]
    model = resampled(sample, rng)
    figure = figures.figure_2d(sample, model, NAMES)
    save(figure)
    shown = figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(np.ma.filled(shown, np.nan)[3, 20], sample.counts_2d[20, 3])
    distribution = figure.axes[3]
    expected = metrics.mean_absolute_pull(sample.counts_2d, model.counts_2d)
    assert f"{expected:.3f}" in distribution.get_title()


def test_summary(shipped: reference.Reference, rng: np.random.Generator) -> None:
    figure = figures.figure_summary(shipped.samples[0], resampled(shipped.samples[0], rng), NAMES)
    save(figure)
    low, high = figure.axes[2].images[0].get_clim()
    assert low == -high


@pytest.mark.slow
@pytest.mark.parametrize("index", [0, 1, 5])
def test_spectra_name_all_variables(
    shipped: reference.Reference, rng: np.random.Generator, index: int
) -> None:
    sample = shipped.samples[index]
    figure = figures.figure_spectra(sample, resampled(sample, rng, 0.1), NAMES)
    save(figure)
    labels = {ax.get_xlabel() for ax in figure.axes}
    assert set(figures.AXIS_LABELS.values()) <= labels
    text = " ".join(t.get_text() for ax in figure.axes for t in ax.texts)
    assert "undefined" in text
    assert f"{sample.n_events:,}" in text


@pytest.mark.slow
def test_a_model_that_shares_no_bin_is_drawn(shipped: reference.Reference) -> None:
    sample = shipped.samples[2]
    corner = np.zeros((50, 50))
    corner[0, 49] = 10
    nothing = {name: Spectrum(np.zeros_like(c), e) for name, (c, e) in sample.spectra.items()}
    model = replace(sample, counts_2d=corner, spectra=nothing, n_events=10)
    for figure in (
        figures.figure_2d(sample, model),
        figures.figure_summary(sample, model),
        figures.figure_spectra(sample, model),
    ):
        save(figure)
