"""Figures of a measurement panel by panel: data, predictions, and their ratio to the data."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.measurement.bins import Bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Array = NDArray[np.float64]

COLOURS = ("#c1272d", "#e69f00", "#009e73", "#9467bd", "0.4")
LINES = ("-", "--", ":", "-.")
"""A step further in both for each prediction: 20 looks before one comes again."""
WIDE = {"color": "#56b4e9", "linewidth": 3.5}
"""Look of the prediction that the others are drawn upon."""
BAND: dict[str, Any] = {"color": "#56b4e9", "alpha": 0.45}
SHOWN = 1.5
"""A last bin much wider than the others is drawn to this factor times its lower edge."""
RATIO = (0.2, 2.2)
COLUMNS = 3
ROOM = 6
"""Entries of a legend that leave room for a slice beside it."""


class Content(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    data, errors : [B], 1e-38 cm²/GeV/nucleon
    predictions : [B] each, by the names of the legend
    wide : the name of one that is drawn below the others, for they may hide it
    reconstructed : the bins are those of the reconstructed muon
    """

    data: Array
    errors: Array
    predictions: Mapping[str, Array]
    wide: str = ""
    reconstructed: bool = False


class Panel(NamedTuple):
    """A histogram: ``edges`` [K + 1], ``data``, ``errors`` and ``predictions`` [K], and what is at its axes.

    ``wide`` is the name of a prediction that is drawn below the others, ``text`` is written into the panel;
    ``bands`` are lower and upper ends [K] by the names of the legend.
    """

    edges: Array
    data: Array
    errors: Array
    predictions: Mapping[str, Array]
    title: str
    x: str
    y: str
    wide: str = ""
    text: str = ""
    bands: Mapping[str, tuple[Array, Array]] = {}


def panels(bins: Bins, content: Content) -> list[Panel]:
    """The slices of a muon's bins."""
    kind = r"^\mathrm{reco}" if content.reconstructed else ""
    x, y = rf"$p_\mu{kind}$ [GeV]", r"$d^2\sigma/dp\,d\cos\theta$"
    data, errors = bins.split(content.data), bins.split(content.errors)
    predictions = {name: bins.split(values) for name, values in content.predictions.items()}
    found = []
    for k, edges in enumerate(bins.momentum):
        low, high = bins.cos_theta[k : k + 2]
        title = rf"${low:g} < \cos\theta_\mu{kind} < {high:g}$"
        of_slice = {name: values[k] for name, values in predictions.items()}
        found.append(Panel(edges, data[k], errors[k], of_slice, title, x, y, content.wide))
    return found


def draw_page(shown: Sequence[Panel], title: str) -> Figure:
    """All panels on one page, three in a row."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    with plt.style.context(_style()):
        rows = -(-len(shown) // COLUMNS)
        heights = [max(0.7, _legend_height(shown[0], COLUMNS)), 2.7 * rows]
        figure = Figure(figsize=(10.5, sum(heights)), layout="constrained")
        top, body = figure.subfigures(2, 1, squeeze=False, height_ratios=heights).ravel()
        parts = body.subfigures(rows, COLUMNS, squeeze=False).ravel()
        for panel, part in zip(shown, parts, strict=False):
            axes = _draw(part, panel)
        legend = axes.get_legend_handles_labels()
        top.legend(*legend, loc="center", title=title, ncols=COLUMNS)
    return figure


def draw_one(panel: Panel, title: str) -> Figure:
    """A panel alone."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    with plt.style.context(_style()):
        inside = len(panel.predictions) < ROOM
        height = 5.0 if inside else 5.0 + _legend_height(panel, 2)
        figure = Figure(figsize=(5.5, height), layout="constrained")
        axes = _draw(figure, panel)
        if inside:
            axes.legend(title=title)
        else:
            legend = axes.get_legend_handles_labels()
            figure.legend(*legend, loc="outside upper center", title=title, ncols=2)
    return figure


def _legend_height(panel: Panel, columns: int) -> float:
    """Inches of a legend with its title, the predictions and the data."""
    return 0.24 + 0.23 * -(-(len(panel.predictions) + 1) // columns)


def _style() -> dict[str, Any]:
    """The style of mplhep with smaller type, for many panels on a page."""
    import mplhep

    sizes: dict[str, Any] = {"font.size": 10, "legend.fontsize": 9, "axes.titlesize": 10, "axes.linewidth": 1}
    for axis in ("x", "y"):
        ends = {"labelsize": 9, "major.size": 5, "minor.size": 2.5}
        sizes |= {f"{axis}tick.{name}": size for name, size in ends.items()}
        sizes[f"{axis}axis.labellocation"] = "center"
    text = {"axes.labelsize": 10, "legend.title_fontsize": 10, "mathtext.fontset": "dejavusans"}
    return {**mplhep.style.ROOT, **sizes, **text}


def _draw(figure: Figure | SubFigure, panel: Panel) -> Axes:
    """Draw one panel and give the upper axes."""
    import mplhep

    axes: list[Axes] = list(figure.subplots(2, 1, sharex=True, height_ratios=[2.6, 1.0]))
    upper, lower = axes
    edges, end = _shown(panel.edges)
    data, errors = panel.data, panel.errors
    scale = np.where(data > errors, data, np.nan)  # no ratio to what is compatible with nothing
    for name, ends in panel.bands.items():
        for ax, (low, high) in ((upper, ends), (lower, (ends[0] / scale, ends[1] / scale))):
            ax.stairs(high, edges, baseline=low, fill=True, label=name, **BAND)
    looks = zip(itertools.cycle(COLOURS), itertools.cycle(LINES), strict=False)
    for name, predicted in panel.predictions.items():
        if name == panel.wide:
            look: dict[str, Any] = WIDE
        else:
            colour, line = next(looks)
            look = {"color": colour, "linestyle": line, "linewidth": 1.4}
        mplhep.histplot(predicted, edges, ax=upper, label=name, yerr=False, edges=False, **look)
        mplhep.histplot(predicted / scale, edges, ax=lower, yerr=False, edges=False, **look)
    centres, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    points: dict[str, Any] = {"fmt": "o", "color": "black", "markersize": 3.5, "linewidth": 1.0}
    upper.errorbar(centres, data, errors, half, label="data", **points)
    relative = errors / scale
    lower.bar(centres, 2 * relative, 2 * half, 1 - relative, color="0.88", zorder=0)
    lower.axhline(1.0, color="black", linewidth=0.8, zorder=1)
    upper.set_title(panel.title, pad=4)
    upper.set_ylabel(panel.y)
    upper.set_ylim(min(0.0, 1.2 * float((data - errors).min())), None)
    if panel.text:
        upper.set_ylim(None, upper.get_ylim()[1] * (1.1 + 0.1 * len(panel.text.splitlines())))
        upper.text(0.97, 0.95, panel.text, transform=upper.transAxes, ha="right", va="top", fontsize=8)
    lower.set(ylim=RATIO, ylabel="ratio", xlim=(edges[0], edges[-1]))
    lower.set_xlabel(panel.x + (f", last bin to {end:g}" if end else ""))
    return upper


def _shown(edges: Array) -> tuple[Array, float]:
    """Edges to draw, and the end of a last bin that is drawn narrower, or 0."""
    before = edges[-2] if edges.size > 2 else 0.8
    if edges[-1] <= 3 * before:
        return edges, 0.0
    return np.append(edges[:-1], SHOWN * before), float(edges[-1])
