"""Figures of cross sections: spectra with bands, scans over blocks, calibration, growth of the spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nugan_hep.evaluation.overlay import line_style
from nugan_hep.xsec.data import Array, Points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Chosen = NDArray[np.bool_]
BAND, LINE = "#9ecae1", "#08519c"
HELD_OUT = "#d95f02"


class Spectrum(NamedTuple):
    """A predicted spectrum: omega [n] in GeV, mean and std [n] in nb/sr/GeV."""

    energy: float
    theta: float
    omega: Array
    mean: Array
    std: Array


def figure_spectra(
    name: str, spectra: Sequence[Spectrum], points: Points | None = None, held_out: Chosen | None = None
) -> Figure:
    """A panel for each spectrum, with bands of one and two standard deviations and the data, if any.

    ``held_out`` says which of the points did not train [n], drawn in another colour.
    """
    columns = min(len(spectra), 3)
    rows = -(-len(spectra) // columns)
    figure = Figure(figsize=(2.9 * columns, 2.3 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, spectrum in zip(axes, spectra, strict=False):
        _draw_spectrum(ax, spectrum)
        if points is not None:
            near = near_points(points, spectrum.energy, spectrum.theta)
            _draw_points(ax, points[near], None if held_out is None else held_out[near])
        ax.set_title(f"{name}, E = {spectrum.energy:g} GeV, θ = {spectrum.theta:g}°", fontsize=9)
        ax.set_xlabel("ω [GeV]")
        ax.set_ylim(0, None)
    for ax in axes[len(spectra) :]:
        ax.set_visible(False)
    axes[0].set_ylabel("d²σ/dΩdω [nb/sr/GeV]")
    axes[0].legend(fontsize=7, frameon=False)
    return figure


def near_points(points: Points, energy: float, theta: float) -> Chosen:
    """Which points have this energy and angle, within half a per cent and a tenth of a degree."""
    close = np.abs(points.energy / energy - 1) < 0.005
    chosen: Chosen = close & (np.abs(points.theta - theta) < 0.1)
    return chosen


def _draw_spectrum(ax: Axes, spectrum: Spectrum) -> None:
    for sigmas, alpha in ((2, 0.35), (1, 0.7)):
        low, high = (spectrum.mean + sign * sigmas * spectrum.std for sign in (-1, 1))
        label = {1: "68 %", 2: "95 %"}[sigmas]
        ax.fill_between(spectrum.omega, np.maximum(low, 0), high, color=BAND, alpha=alpha, lw=0, label=label)
    ax.plot(spectrum.omega, spectrum.mean, color=LINE, lw=1.2, label="mean")


def _draw_points(ax: Axes, points: Points, held_out: Chosen | None) -> None:
    if held_out is None:
        held_out = np.zeros(len(points), dtype=bool)
    for chosen, colour, label in ((~held_out, "black", "data"), (held_out, HELD_OUT, "held out")):
        if chosen.any():
            own = points[chosen]
            style: dict[str, Any] = {"fmt": ".", "ms": 3, "lw": 0.7, "color": colour, "zorder": 3}
            ax.errorbar(own.omega, own.value, own.error, label=label, **style)


def figure_layerwise(results: Mapping[str, Mapping[str, Any]], blocks: int) -> Figure:
    """Test chi2/N against the number of trained blocks, a panel for each nucleus."""
    columns = min(len(results), 3)
    rows = -(-len(results) // columns)
    figure = Figure(figsize=(3.0 * columns, 2.3 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax, (name, scores) in zip(axes, results.items(), strict=False):
        layers = sorted(int(key) for key in scores if key.isdigit())
        ax.plot(layers, [scores[str(k)]["chi2"] for k in layers], "o-", color=LINE, ms=4, label="transfer")
        for key, style in (("scratch", "--"), ("zero-shot", ":")):
            if key in scores:
                ax.axhline(scores[key]["chi2"], color="0.35", ls=style, lw=1.2, label=key)
        ax.set_ylim(0, None)
        ax.set_title(name, fontsize=10)
        ax.set_xlim(0.5, blocks + 0.5)
        ax.set_xlabel("trained last blocks K")
    for ax in axes[len(results) :]:
        ax.set_visible(False)
    axes[0].set_ylabel("χ²/N (test)")
    axes[0].legend(fontsize=8, frameon=False)
    return figure


def figure_calibration(curves: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Fraction of points inside of a band against its nominal probability, a line for each method."""
    figure = Figure(figsize=(4.2, 4.0), layout="constrained")
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="0.6", lw=0.8)
    for k, (name, (nominal, covered)) in enumerate(curves.items()):
        ax.plot(nominal, covered, label=name, lw=1.3, **line_style(k))
    ax.set_xlabel("nominal probability of the band")
    ax.set_ylabel("fraction of the test points inside")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.legend(fontsize=8, frameon=False)
    return figure


def figure_outside(distance: Array, spread: Array, inner: float) -> Figure:
    """Relative spread of the ensemble against the distance from the hull of its data."""
    figure = Figure(figsize=(4.6, 3.4), layout="constrained")
    ax = figure.subplots()
    bins = np.linspace(0, distance.max(), 13)
    which = np.digitize(distance, bins) - 1
    middle = [0.5 * (bins[k] + bins[k + 1]) for k in range(12) if (which == k).sum() > 10]
    quantiles = np.array(
        [np.quantile(spread[which == k], [0.16, 0.5, 0.84]) for k in range(12) if (which == k).sum() > 10]
    )
    low, median, high = quantiles.T
    ax.fill_between(middle, low, high, color=BAND, alpha=0.7, lw=0, label="68 % of points")
    ax.plot(middle, median, color=LINE, lw=1.4, label="median")
    ax.axhline(inner, color="0.35", ls="--", lw=1, label="median inside of the hull")
    ax.set_yscale("log")
    ax.set_xlabel("distance from the hull in (ln E, θ/100°, ω/E)")
    ax.set_ylabel("std / mean")
    ax.legend(fontsize=8, frameon=False)
    return figure
