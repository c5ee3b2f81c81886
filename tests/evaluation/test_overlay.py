"""Overlays show the counts, ratios and pulls of the samples they are given."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import StepPatch

from nugan_hep.evaluation import overlay, reference
from nugan_hep.evaluation.figures import AXIS_LABELS
from nugan_hep.evaluation.histograms import Histograms, Spectrum


def scaled(sample: Histograms, factor: float, rng: np.random.Generator | None = None) -> Histograms:
    """As many events times ``factor``, of the same shape, with statistics where there is a generator."""

    def counts(mean: np.ndarray) -> np.ndarray:
        return factor * mean if rng is None else rng.poisson(factor * mean).astype(float)

    spectra = {name: Spectrum(counts(c), edges) for name, (c, edges) in sample.spectra.items()}
    return replace(sample, n_events=int(factor * sample.n_events), spectra=spectra)


def curves(ax: Axes) -> list[np.ndarray]:
    """Contents of the unfilled histograms."""
    patches = [patch for patch in ax.patches if isinstance(patch, StepPatch) and not patch.get_fill()]
    return [np.asarray(patch.get_data().values) for patch in patches]


@pytest.mark.slow
def test_a_row_for_each_energy_and_a_column_for_each_variable(shipped: reference.Reference) -> None:
    samples = shipped.samples[:3]
    others = [scaled(sample, 0.1) for sample in samples]
    figure = overlay.figure_overlay(("NuWro", "tenth"), (samples, others))
    figure.savefig(io.BytesIO(), format="png")
    assert len(figure.axes) == 2 * 3 * len(overlay.VARIABLES)
    for k, ax in enumerate(figure.axes):
        row, column = divmod(k // 2, len(overlay.VARIABLES))
        variable = overlay.VARIABLES[column]
        if k % 2 == 0:
            assert ax.get_xlabel() == AXIS_LABELS[variable]
            ratio = curves(ax)[0]
            # equal shapes: one, or not drawn where few events leave it unknown
            np.testing.assert_allclose(ratio[np.isfinite(ratio)], 1.0)
            assert np.isfinite(ratio).any()
        else:
            np.testing.assert_allclose(curves(ax)[0] * 1e3, samples[row].spectra[variable].counts)
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["NuWro", "tenth"]
    assert legend.get_title().get_text() == "ratio: other / NuWro"


def test_pulls_of_equal_distributions_are_normal(
    shipped: reference.Reference, rng: np.random.Generator
) -> None:
    sample = shipped.samples[2]
    first, other = scaled(sample, 1.0, rng), scaled(sample, 0.5, rng)
    figure = overlay.figure_overlay(("a", "b"), ([first], [other]), panel="pull")
    pulls = np.concatenate([curves(ax)[0] for ax in figure.axes[::2]])
    pulls = pulls[np.isfinite(pulls)]
    assert pulls.std() == pytest.approx(1.0, abs=0.15)
    assert figure.axes[0].get_ylim() == (-4.0, 4.0)


def test_a_tilt_is_the_ratio(shipped: reference.Reference) -> None:
    sample = shipped.samples[2]
    counts, edges = sample.spectra["emu"]
    tilt = np.linspace(0.7, 1.3, len(counts))
    spectra = {**sample.spectra, "emu": Spectrum(counts * tilt, edges)}
    figure = overlay.figure_overlay(("a", "b"), ([sample], [replace(sample, spectra=spectra)]))
    ratio = curves(figure.axes[0])[0]
    known = np.isfinite(ratio)
    np.testing.assert_allclose(ratio[known], tilt[known])
    assert figure.axes[0].get_ylim() == (0.5, 1.5)


@pytest.mark.slow
def test_samples_that_share_no_bin_and_many_samples(shipped: reference.Reference) -> None:
    sample = shipped.samples[1]
    nothing = {name: Spectrum(np.zeros_like(c), e) for name, (c, e) in sample.spectra.items()}
    empty = replace(sample, n_events=5, spectra=nothing)
    for panel in ("ratio", "pull"):
        overlay.figure_overlay(("a", "b"), ([sample], [empty]), panel).savefig(io.BytesIO())  # type: ignore[arg-type]
        overlay.figure_overlay(("a", "b"), ([empty], [sample]), panel).savefig(io.BytesIO())  # type: ignore[arg-type]
    styles = {tuple(overlay.line_style(k).values()) for k in range(18)}
    assert len(styles) == 18
