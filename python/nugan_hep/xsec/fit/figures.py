"""Figures of an evaluation: calibration, growth of the spread; and of a scan over trained blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from nugan_hep.evaluation.overlay import line_style
from nugan_hep.xsec.data.points import Array
from nugan_hep.xsec.model.spectra import BAND, LINE, panels


def figure_layerwise(results: Mapping[str, Mapping[str, Any]], blocks: int) -> Figure:
    """Test chi2/N against the number of trained blocks, a panel for each nucleus."""
    figure, axes = panels(len(results), 3.0)
    for ax, (name, scores) in zip(axes, results.items(), strict=True):
        layers = sorted(int(key) for key in scores if key.isdigit())
        ax.plot(layers, [scores[str(k)]["chi2"] for k in layers], "o-", color=LINE, ms=4, label="transfer")
        for key, style in (("scratch", "--"), ("zero-shot", ":")):
            if key in scores:
                ax.axhline(scores[key]["chi2"], color="0.35", ls=style, lw=1.2, label=key)
        ax.set_ylim(0, None)
        ax.set_title(name, fontsize=10)
        ax.set_xlim(0.5, blocks + 0.5)
        ax.set_xlabel("trained last blocks K")
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
