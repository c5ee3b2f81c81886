"""Several samples in one figure: spectra at every energy, each with its ratio to the first sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.figure import Figure

from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.figures import AXIS_LABELS, MODEL_COLOUR, REFERENCE_COLOUR, filled_range, outside
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.kinematics import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Panel = Literal["ratio", "pull"]

VARIABLES = ("emu", "theta", "pz", "w", "q2")
COLOURS = (MODEL_COLOUR, "#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9")  # told apart by all eyes
STYLES = ("-", "--", ":")
RATIO_LIMITS, PULL_LIMITS = (0.05, 0.1, 0.2, 0.5, 1.0), (4.0, 10.0, 30.0, 100.0)
KNOWN_RATIO = 0.1
"""Statistical error above which a ratio is not drawn, if most others are known better: it would hide them."""


def figure_overlay(
    names: Sequence[str], samples: Sequence[Sequence[Histograms]], panel: Panel = "ratio"
) -> Figure:
    """Spectra of all samples, a row for each energy, a column for each of ``VARIABLES``.

    Parameters
    ----------
    names : of the samples, the one that the others are compared with first
    samples : for each name its histograms, of the same energies and bins
    panel : what is below a spectrum, the ratio to the first sample or the pulls ``(first - other)/sigma``

    Every sample is normalised to the events of the first, those off the axes too.
    """
    rows = list(zip(*samples, strict=True))
    figure = Figure(figsize=(3.1 * len(VARIABLES), 3.3 * len(rows) + 0.7), layout="constrained")
    grid = figure.add_gridspec(2 * len(rows), len(VARIABLES), height_ratios=[2.6, 1.0] * len(rows))
    for row, histograms in enumerate(rows):
        for column, variable in enumerate(VARIABLES):
            lower = figure.add_subplot(grid[2 * row + 1, column])
            upper = figure.add_subplot(grid[2 * row, column], sharex=lower)
            _draw_counts(upper, variable, names, histograms)
            _draw_panel(lower, variable, histograms, panel)
            if column == 0:
                energy = "all energies" if histograms[0].enu is None else histograms[0].label
                upper.set_ylabel(f"{energy}\n" + r"events per bin / $10^3$")
                lower.set_ylabel(panel)
    handles, labels = figure.axes[1].get_legend_handles_labels()
    below = f"other / {names[0]}" if panel == "ratio" else f"({names[0]} − other)/σ"
    legend: dict[str, Any] = {"loc": "outside upper center", "ncols": min(len(names), 4), "frameon": False}
    figure.legend(handles, labels, title=f"{panel}: {below}", **legend)
    return figure


def line_style(k: int) -> dict[str, Any]:
    """Colour and dashes of the k-th curve, unlike those of the others."""
    return {"color": COLOURS[k % len(COLOURS)], "linestyle": STYLES[k // len(COLOURS) % len(STYLES)]}


def _draw_counts(ax: Axes, variable: str, names: Sequence[str], samples: Sequence[Histograms]) -> None:
    first = samples[0]
    counts, edges = first.spectra[variable]
    ax.stairs(counts / 1e3, edges, fill=True, color=REFERENCE_COLOUR, alpha=0.6, label=names[0])
    for k, (name, sample) in enumerate(zip(names[1:], samples[1:], strict=True)):
        scaled = sample.spectra[variable].counts * first.n_events / sample.n_events
        ax.stairs(scaled / 1e3, edges, linewidth=1.2, label=name, **line_style(k))
    ax.set_ylim(0, None)
    ax.tick_params(labelbottom=False)
    ax.locator_params(nbins=6)


def _draw_panel(ax: Axes, variable: str, samples: Sequence[Histograms], panel: Panel) -> None:
    first = samples[0]
    spectrum = first.spectra[variable]
    values = [(_ratio if panel == "ratio" else _pulls)(variable, first, other) for other in samples[1:]]
    centre = 1.0 if panel == "ratio" else 0.0
    reach = np.abs(np.concatenate(values) - centre)
    reach = reach[np.isfinite(reach)]
    limits = RATIO_LIMITS if panel == "ratio" else PULL_LIMITS
    wanted = float(np.quantile(reach, 0.98)) if reach.size else limits[0]
    limit = next((limit for limit in limits if limit >= wanted), limits[-1])
    if panel == "ratio":
        with np.errstate(divide="ignore"):
            error = np.minimum(1.0 / np.sqrt(spectrum.counts), 2 * limit)
        ax.stairs(1 + error, spectrum.edges, baseline=1 - error, fill=True, color="0.85")
    else:
        ax.axhspan(-1, 1, color="0.88", zorder=0)
    ax.axhline(centre, color="0.4", linewidth=0.8)
    for k, value in enumerate(values):
        ax.stairs(value, spectrum.edges, baseline=None, linewidth=1.0, **line_style(k))
    ax.set_ylim(centre - limit, centre + limit)
    ax.set_yticks([centre - 0.5 * limit, centre, centre + 0.5 * limit])
    ax.set_xlim(*(filled_range(spectrum) if spectrum.counts.any() else spectrum.edges[[0, -1]]))
    ax.set_xlabel(AXIS_LABELS[variable])


def _ratio(variable: str, first: Histograms, other: Histograms) -> Array:
    """Shares of the other sample over those of the first [n]; not a number where hardly known."""
    below, above = first.spectra[variable].counts, other.spectra[variable].counts
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(1.0 / below + 1.0 / above)
        ratio = (above / other.n_events) / (below / first.n_events)
    filled = np.isfinite(error)
    known = max(KNOWN_RATIO, 2.0 * float(np.median(error[filled]))) if filled.any() else KNOWN_RATIO
    return np.where(error < known, ratio, np.nan)


def _pulls(variable: str, first: Histograms, other: Histograms) -> Array:
    """Pulls [n] of the counts; not a number where both are empty."""
    # events off the axis make one more bin, so that samples are normalised by all their events
    counts = [np.append(s.spectra[variable].counts, outside(s, variable)) for s in (first, other)]
    return np.where(counts[0] + counts[1] > 0, metrics.pulls(*counts), np.nan)[:-1]
