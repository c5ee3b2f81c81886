"""Figures of generated hadrons against true ones, a page for each range of E_nu."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from nugan_hep.evaluation.figures import MODEL_COLOUR, REFERENCE_COLOUR, draw_spectrum
from nugan_hep.evaluation.histograms import Spectrum
from nugan_hep.evaluation.page import Image
from nugan_hep.hadrons import evaluation
from nugan_hep.hadrons.comparison import Comparison
from nugan_hep.hadrons.observables import HADRONIC, TOPOLOGIES
from nugan_hep.output.figure import drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nugan_hep.hadrons.evaluation import Observables

COLUMNS = 4


def figure_spectra(
    reference: Observables, model: Observables, names: tuple[str, str], which: tuple[str, ...], title: str
) -> Figure:
    """Histograms of these observables with their pulls."""
    pairs = evaluation.spectra(reference, model)
    rows = -(-len(which) // COLUMNS)
    figure = Figure(figsize=(14.0, 3.6 * rows), layout="constrained")
    grid = figure.add_gridspec(2 * rows, COLUMNS, height_ratios=[3.0, 1.0] * rows)
    for k, name in enumerate(which):
        row, column = 2 * (k // COLUMNS), k % COLUMNS
        lower = figure.add_subplot(grid[row + 1, column])
        upper = figure.add_subplot(grid[row, column], sharex=lower)
        pair = pairs[name]
        one, other = (Spectrum(counts, pair.edges) for counts in (pair.reference, pair.model))
        draw_spectrum((upper, lower), one, other, pair.totals, names, pair.filled)
        lower.set_xlabel(HADRONIC[name].title)
        if name in evaluation.MULTIPLICITIES:
            upper.set_yscale("log")
            upper.set_ylim(5e-4, None)
            lower.xaxis.set_major_locator(MaxNLocator(integer=True))
        if column == 0:
            upper.set_ylabel(r"events per bin / $10^3$")
            lower.set_ylabel("pull")
        if k == 0:
            upper.legend(frameon=False, fontsize="small")
    figure.suptitle(title)
    return figure


def figure_topologies(parts: dict[str, tuple[Observables, Observables]], names: tuple[str, str]) -> Figure:
    """Shares of the topologies in both samples and their ratio, for each range of E_nu."""
    figure = Figure(figsize=(3.6 * len(parts), 4.2), layout="constrained")
    axes = figure.subplots(2, len(parts), height_ratios=[3.0, 1.2], sharex=True, squeeze=False)
    for k, (label, pair) in enumerate(parts.items()):
        shares = [np.bincount(one["topology"].astype(int), minlength=len(TOPOLOGIES)) for one in pair]
        _draw_shares(axes[0, k], axes[1, k], [*map(np.asarray, shares)], names)
        axes[0, k].set_title(label if label == evaluation.ALL else f"{label} GeV")
    axes[0, 0].set_ylabel("share of the events")
    axes[1, 0].set_ylabel("ratio")
    axes[0, 0].legend(frameon=False, fontsize="small")
    return figure


def _draw_shares(upper: Axes, lower: Axes, counts: list[np.ndarray], names: tuple[str, str]) -> None:
    place = np.arange(len(TOPOLOGIES))
    true, fake = (x / max(x.sum(), 1) for x in counts)
    upper.bar(place, true, 0.8, color=REFERENCE_COLOUR, alpha=0.6, label=names[0])
    upper.stairs(fake, np.arange(len(place) + 1) - 0.5, color=MODEL_COLOUR, label=names[1])
    filled = (counts[0] > 0) & (counts[1] > 0)
    ratio = fake[filled] / true[filled]
    error = ratio * np.sqrt(1.0 / counts[0][filled] + 1.0 / counts[1][filled])
    lower.axhline(1.0, color="0.4", linewidth=0.8)
    lower.errorbar(place[filled], ratio, error, fmt=".", color=MODEL_COLOUR)
    reach = max(0.02, min(1.3 * float(np.abs(ratio - 1.0).max(initial=0.0)), 0.5))
    lower.set_ylim(1.0 - reach, 1.0 + reach)
    lower.set_xticks(place, TOPOLOGIES, rotation=60, fontsize="small")


def images(comparison: Comparison, names: tuple[str, str]) -> list[Image]:
    """The topologies, then a page of spectra and one of multiplicities for each range of E_nu."""
    parts = evaluation.slices(comparison.reference, comparison.model)
    found = [
        Image(
            "Hadrons",
            "hadrons_topologies.png",
            "Shares of the topologies",
            drawn(figure_topologies(parts, names)),
        )
    ]
    for label, pair in parts.items():
        energies = "All neutrino energies" if label == evaluation.ALL else f"Neutrino energies {label} GeV"
        for kind, which in (
            ("spectra", (*evaluation.SPECTRA,)),
            ("multiplicities", evaluation.MULTIPLICITIES),
        ):
            figure = figure_spectra(*pair, names, which, energies)
            file = f"hadrons_{kind}_{label}.png"
            found.append(
                Image(
                    f"Hadrons, {energies.lower()}",
                    file,
                    f"{kind.capitalize()} and their pulls",
                    drawn(figure),
                )
            )
    return found
