"""Predicted spectra, drawn with bands and data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nugan_hep.xsec.data.points import Array, Points

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
    figure, axes = panels(len(spectra), 2.9)
    for ax, spectrum in zip(axes, spectra, strict=True):
        _draw_spectrum(ax, spectrum)
        if points is not None:
            near = near_points(points, spectrum.energy, spectrum.theta)
            _draw_points(ax, points[near], None if held_out is None else held_out[near])
        ax.set_title(f"{name}, E = {spectrum.energy:g} GeV, θ = {spectrum.theta:g}°", fontsize=9)
        ax.set_xlabel("ω [GeV]")
        ax.set_ylim(0, None)
    axes[0].set_ylabel("d²σ/dΩdω [nb/sr/GeV]")
    axes[0].legend(fontsize=7, frameon=False)
    return figure


def panels(count: int, width: float) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, three in a row, each ``width`` inches wide."""
    columns = min(count, 3)
    rows = -(-count // columns)
    figure = Figure(figsize=(width * columns, 2.3 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[count:]:
        ax.set_visible(False)
    return figure, list(axes[:count])


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
