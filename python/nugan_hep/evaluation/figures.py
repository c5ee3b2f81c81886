"""Figures of a model against its reference; each function returns a matplotlib figure.

Drawn without pyplot: no window, no global state, any thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.histograms import Histograms, Spectrum
from nugan_hep.kinematics import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

REFERENCE_COLOUR, MODEL_COLOUR = "0.55", "#c1272d"
PULL_LIMIT, WIDE_PULL_LIMIT = 4.0, 10.0
EMU_PROXY, THETA_PROXY = r"$E_\mu^{\,\prime}$", r"$\theta^{\,\prime}$"
AXIS_LABELS = {
    "emu_proxy": EMU_PROXY,
    "emu": r"$E_\mu$ [GeV]",
    "theta_proxy": THETA_PROXY,
    "theta": r"$\theta$ [rad]",
    "pz": r"$p_z$ [GeV]",
    "w": r"$W$ [GeV]",
    "q2": r"$Q^2$ [GeV$^2$]",
}


def energy_text(sample: Histograms) -> str:
    """The neutrino energy or its range, for titles."""
    low, high = sample.enu_range
    return rf"$E_\nu$ = {sample.label}" if sample.enu is not None else rf"$E_\nu$ = {low:g}–{high:g} GeV"


def figure_2d(
    reference: Histograms, model: Histograms, names: tuple[str, str] = ("reference", "model"), title: str = ""
) -> Figure:
    """Both (emu', theta') histograms, the map of pulls and their distribution with N(0, 1)."""
    figure = Figure(figsize=(9.0, 7.6), layout="constrained")
    axes = figure.subplots(2, 2)
    for ax, image in zip(axes[0], _draw_counts(list(axes[0]), reference, model, names), strict=True):
        figure.colorbar(image, ax=ax, label="events per bin", pad=0.03)
    _draw_pull_map(figure, axes[1, 0], reference, model, names)
    _draw_pull_distribution(axes[1, 1], reference, model)
    figure.suptitle(", ".join(part for part in (title, energy_text(reference)) if part))
    return figure


def figure_summary(
    reference: Histograms, model: Histograms, names: tuple[str, str] = ("reference", "model")
) -> Figure:
    """Both (emu', theta') histograms and the map of pulls, side by side."""
    figure = Figure(figsize=(12.0, 3.7), layout="constrained")
    axes = figure.subplots(1, 3)
    images = _draw_counts(list(axes[:2]), reference, model, names)
    figure.colorbar(images[0], ax=axes[:2], label="events per bin", pad=0.015)
    _draw_pull_map(figure, axes[2], reference, model, names)
    return figure


def figure_spectra(
    reference: Histograms, model: Histograms, names: tuple[str, str] = ("reference", "model"), title: str = ""
) -> Figure:
    """Every one-dimensional histogram with its pulls; events off the axes are counted in the text."""
    figure = Figure(figsize=(14.0, 7.6), layout="constrained")
    grid = figure.add_gridspec(4, 4, height_ratios=[3.0, 1.0, 3.0, 1.0])
    for k, name in enumerate(reference.spectra):
        row, column = 2 * (k // 4), k % 4
        lower = figure.add_subplot(grid[row + 1, column])
        upper = figure.add_subplot(grid[row, column], sharex=lower)
        spectra = reference.spectra[name], model.spectra[name]
        draw_spectrum((upper, lower), *spectra, (reference.n_events, model.n_events), names)
        lower.set_xlabel(AXIS_LABELS[name])
        if column == 0:
            upper.set_ylabel(r"events per bin / $10^3$")
            lower.set_ylabel("pull")
    note = figure.add_subplot(grid[2:, 3])
    note.axis("off")
    handles, labels = figure.axes[1].get_legend_handles_labels()
    note.legend(handles, labels, loc="upper left", frameon=False, borderaxespad=0.0)
    note.text(0.0, 0.72, _counts_text(reference, model, names), va="top", fontsize=9, linespacing=1.45)
    figure.suptitle(", ".join(part for part in (title, energy_text(reference)) if part))
    return figure


def _scaled(reference: Histograms, model: Histograms) -> float:
    return reference.n_events / model.n_events


def _draw_counts(
    axes: list[Axes], reference: Histograms, model: Histograms, names: tuple[str, str]
) -> list[AxesImage]:
    contents = [reference.counts_2d, model.counts_2d * _scaled(reference, model)]
    norm = LogNorm(1.0, max(float(reference.counts_2d.max()), 2.0))
    images = []
    for ax, counts, name in zip(axes, contents, names, strict=True):
        filled = np.where(counts > 0, np.maximum(counts, 1.0), np.nan)
        images.append(_draw_map(ax, filled, norm=norm, cmap="viridis"))
        ax.set_title(name)
    return images


def _draw_pull_map(
    figure: Figure, ax: Axes, reference: Histograms, model: Histograms, names: tuple[str, str]
) -> None:
    pulls = metrics.pulls(reference.counts_2d, model.counts_2d)
    empty = (reference.counts_2d == 0) & (model.counts_2d == 0)
    image = _draw_map(
        ax, np.where(empty, np.nan, pulls), cmap="RdBu_r", vmin=-PULL_LIMIT, vmax=PULL_LIMIT, facecolor="0.85"
    )
    ax.set_title(f"({names[0]} − {names[1]})/σ")
    figure.colorbar(image, ax=ax, label="pull", extend="both", pad=0.03)


def _draw_map(ax: Axes, values: Array, facecolor: str = "white", **kwargs: Any) -> AxesImage:
    ax.set_facecolor(facecolor)
    ax.set_xlabel(EMU_PROXY)
    ax.set_ylabel(THETA_PROXY)
    return ax.imshow(
        values.T, origin="lower", extent=(-1, 1, -1, 1), aspect="auto", interpolation="nearest", **kwargs
    )


def _draw_pull_distribution(ax: Axes, reference: Histograms, model: Histograms) -> None:
    used = (reference.counts_2d > 0) & (model.counts_2d > 0)
    pulls = metrics.pulls(reference.counts_2d, model.counts_2d)[used]
    edges = np.linspace(-6.125, 6.125, 50)  # bins of few events often have a pull of zero: a centre, no edge
    inside, _ = np.histogram(pulls, edges)
    ax.stairs(inside, edges, fill=True, color=REFERENCE_COLOUR, label=f"{pulls.size} bins")
    x = np.linspace(-6.0, 6.0, 241)
    gauss = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) * pulls.size * (edges[1] - edges[0])
    ax.plot(x, gauss, color=MODEL_COLOUR, label="N(0, 1)")
    title = "no common bin"
    if pulls.size:
        title = f"mean |pull| {np.abs(pulls).mean():.3f}, std {pulls.std():.3f}"
    beyond = pulls.size - int(inside.sum())
    ax.set_title(title + (f", {beyond} beyond ±6" if beyond else ""), fontsize="medium")
    ax.set(xlabel="pull of bins that both fill", ylabel="bins", xlim=(-6, 6))
    ax.set_ylim(0, 1.15 * max(float(inside.max()), float(gauss.max()), 1.0))
    ax.legend(loc="upper right", frameon=False)


def draw_spectrum(
    panels: tuple[Axes, Axes],
    reference: Spectrum,
    model: Spectrum,
    totals: tuple[int, int],
    names: tuple[str, str],
    judged: NDArray[np.bool_] | None = None,
) -> None:
    """Both histograms, scaled to the reference's total, into the upper panel and their pulls into the lower.

    ``totals`` are the numbers of events of the samples, on the axis or not; ``judged`` are the bins of the
    mean pull, by default those where both have events.
    """
    upper, lower = panels
    counts, edges = reference
    ours = model.counts
    scaled = ours * (totals[0] / totals[1]) / 1e3
    upper.stairs(counts / 1e3, edges, fill=True, color=REFERENCE_COLOUR, alpha=0.6, label=names[0])
    upper.stairs(scaled, edges, color=MODEL_COLOUR, linewidth=1.3, label=names[1])
    upper.set_ylim(0, None)
    upper.tick_params(labelbottom=False)
    upper.locator_params(nbins=6)

    pulls = metrics.pulls_of_all(counts, ours, totals)
    limit = PULL_LIMIT if np.abs(pulls).max() <= PULL_LIMIT else WIDE_PULL_LIMIT
    lower.axhspan(-1, 1, color="0.9", zorder=0)
    lower.axhline(0, color="0.4", linewidth=0.8, zorder=1)
    judged = (counts > 0) & (ours > 0) if judged is None else judged
    if judged.any():
        upper.set_title(f"mean |pull| {np.abs(pulls[judged]).mean():.2f}", loc="right", fontsize="small")
    centres, filled = 0.5 * (edges[1:] + edges[:-1]), (counts > 0) | (ours > 0)
    near = filled & (np.abs(pulls) <= limit)
    lower.plot(centres[near], pulls[near], ".", color="black", markersize=3.5)
    for far, marker in ((filled & (pulls > limit), "^"), (filled & (pulls < -limit), "v")):
        edge = np.copysign(0.93 * limit, pulls[far])
        lower.plot(centres[far], edge, marker, color=MODEL_COLOUR, markersize=4, linestyle="none")
    lower.set_ylim(-limit, limit)
    lower.set_yticks([-0.5 * limit, 0, 0.5 * limit])
    lower.set_xlim(*filled_range(reference))


def filled_range(spectrum: Spectrum) -> tuple[float, float]:
    """Edges around all but the outermost 1e-5 of the events; all of them where there are none."""
    if not spectrum.counts.any():
        return float(spectrum.edges[0]), float(spectrum.edges[-1])
    share = np.cumsum(spectrum.counts) / max(spectrum.counts.sum(), 1.0)
    first, last = int(np.searchsorted(share, 1e-5)), int(np.searchsorted(share, 1 - 1e-5))
    return float(spectrum.edges[first]), float(spectrum.edges[min(last + 1, len(share))])


def outside(sample: Histograms, name: str) -> float:
    return sample.n_events - float(sample.spectra[name].counts.sum())


def _counts_text(reference: Histograms, model: Histograms, names: tuple[str, str]) -> str:
    lines = [f"{name}: {s.n_events:,} events" for name, s in zip(names, (reference, model), strict=True)]
    lines.append(f"pull: ({names[0]} − {names[1]})/σ, band ±1;\ntriangles stand for pulls off the axis")
    for name in reference.spectra:
        off = [outside(sample, name) for sample in (reference, model)]
        if any(off):
            lines.append(f"off the {AXIS_LABELS[name].split(' [')[0]} axis: {off[0]:,.0f} | {off[1]:,.0f}")
    undefined = ["n/a" if s.w_undefined is None else f"{s.w_undefined:,}" for s in (reference, model)]
    lines.append(rf"$W$ undefined ($W^2 < 0$), in no bin: {undefined[0]} | {undefined[1]}")
    return "\n".join(lines)
