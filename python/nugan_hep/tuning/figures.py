"""Figures of a tune: the factor over W and Q2, and each measurement before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nugan_hep.kinematics import Array
from nugan_hep.measurement import figure
from nugan_hep.measurement.measured import Measured
from nugan_hep.output.figure import write_figure
from nugan_hep.transfer.coordinates import of_invariants
from nugan_hep.tuning.prior import Factor
from nugan_hep.tuning.saved import Tune

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FACTOR = "factor.png"
ENERGY = 1.0
"""GeV, of the map of the factor."""
SLICES = (("QE peak", 0.939), (r"$\Delta$", 1.232), ("W = 1.8 GeV", 1.8))
"""W in GeV of the curves over Q2."""
TICKS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0)
LEARNED = 0.8
"""An error above this share of the prior's is hatched: next to nothing was learned there."""


class Seen(NamedTuple):
    """A measurement, and what the model, the tune [B] and its replicas [K, B] say of it."""

    measured: Measured
    before: Array
    after: Array
    replicas: Array
    fitted: bool


def write(folder: Path, tune: Tune, seen: Sequence[Seen], alone: Mapping[str, Factor]) -> None:
    """``factor.png`` and a figure for each measurement."""
    write_figure(draw_factor(tune, alone), folder / FACTOR, force=True)
    for one in seen:
        title = f"{one.measured.title} (arXiv:{one.measured.reference})"
        title += ", fitted" if one.fitted else ", predicted, not fitted"
        write_figure(figure.draw_page(panels(one), title), folder / f"{one.measured.kind}.png", force=True)


def panels(one: Seen) -> list[figure.Panel]:
    """The views of a measurement with the model before and after, and the band of the replicas."""
    measured = one.measured
    errors = np.sqrt(np.diag(measured.covariance))
    low, high = np.quantile(one.replicas, [0.16, 0.84], axis=0)
    found = []
    for view in measured.views:
        rows = view.rows
        found.append(
            figure.Panel(
                view.edges,
                measured.data[rows],
                errors[rows],
                {"before": one.before[rows], "tuned": one.after[rows]},
                view.title,
                view.x,
                view.y,
                bands={"tuned, 68 %": (low[rows], high[rows])},
            )
        )
    return found


def draw_factor(tune: Tune, alone: Mapping[str, Factor]) -> Figure:
    """r at 1 GeV over W and Q2 and its error; r over Q2 at three W, of each measurement alone too."""
    import matplotlib.pyplot as plt
    import mplhep
    from matplotlib.colors import LogNorm
    from matplotlib.figure import Figure

    w, q2 = np.linspace(0.8, 2.2, 90), np.geomspace(0.01, 3.0, 80)
    at = grid(w, q2)
    mean = np.exp(tune.best.log(at)).reshape(w.size, q2.size)
    logs = np.stack([factor.log(at) for factor in tune.replicas])
    error = logs.std(axis=0).reshape(w.size, q2.size)
    scales = tune.best.scales
    prior = float(np.linalg.norm([scales.total, scales.hadronic, scales.energy, scales.fine]))
    text = {"font.size": 11, "axes.titlesize": 11, "mathtext.fontset": "dejavusans"}
    with plt.style.context([mplhep.style.ROOT, text]):
        shown = Figure(figsize=(12, 8), layout="constrained")
        upper, lower = shown.subfigures(2, 1, squeeze=False).ravel()
        farthest = float(np.exp(np.abs(np.log(mean)).max()))
        left, right = upper.subplots(1, 2)
        maps = (
            (left, mean, f"r at {ENERGY:g} GeV", {"cmap": "RdBu_r", "norm": LogNorm(1 / farthest, farthest)}),
            (right, error, r"error of $\ln r$", {"cmap": "viridis", "vmin": 0.0, "vmax": prior}),
        )
        for axes, values, name, colours in maps:
            image = axes.pcolormesh(w, q2, values.T, rasterized=True, **colours)
            if (error > LEARNED * prior).any():
                axes.contourf(
                    w, q2, error.T, levels=[LEARNED * prior, np.inf], colors="none", hatches=["///"]
                )
            axes.set(yscale="log", xlabel="W [GeV]", ylabel=r"$Q^2$ [GeV$^2$]", title=name)
            bar = shown.colorbar(image, ax=axes)
            if axes is left:
                ticks = [t for t in TICKS if 1 / farthest <= t <= farthest]
                bar.set_ticks(ticks, labels=[f"{t:g}" for t in ticks], minor=False)
                bar.ax.minorticks_off()
        for axes, (name, place) in zip(lower.subplots(1, len(SLICES), sharey=True), SLICES, strict=True):
            line = grid(np.array([place]), q2)
            low, high = np.exp(np.quantile([f.log(line) for f in tune.replicas], [0.16, 0.84], axis=0))
            axes.fill_between(q2, low, high, color="#56b4e9", alpha=0.5, label="68 %")
            axes.plot(q2, np.exp(tune.best.log(line)), color="#c1272d", label="r")
            for k, (kind, factor) in enumerate(alone.items()):
                style = figure.LINES[(k + 1) % len(figure.LINES)]
                axes.plot(
                    q2, np.exp(factor.log(line)), style, color=f"C{k}", linewidth=1.2, label=f"{kind} alone"
                )
            axes.axhline(1.0, color="0.6", linewidth=0.8)
            axes.set(xscale="log", xlabel=r"$Q^2$ [GeV$^2$]", title=f"{name}, {ENERGY:g} GeV")
        axes.legend(fontsize=8)
    return shown


def grid(w: Array, q2: Array, enu: float = ENERGY) -> Array:
    """Points [W x Q2, 3] of the factor's coordinates."""
    columns = np.meshgrid(w**2, q2, indexing="ij")
    return of_invariants(columns[0].ravel(), columns[1].ravel(), np.full(columns[0].size, enu))
