"""What a trained discriminator says of true and generated events, and how that depends on W.

A discriminator that can tell nothing gives every event the probability 1/2 of being true. Where it
does not, at low energies above all, the generator's loss matters (arXiv:2508.12987).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binned_statistic

from nugan_hep import _core, kinematics
from nugan_hep.errors import UserError
from nugan_hep.evaluation.figures import AXIS_LABELS, REFERENCE_COLOUR
from nugan_hep.evaluation.overlay import line_style
from nugan_hep.families.common.generate import CHUNK, generate_proxies
from nugan_hep.kinematics import Array, Kinematics, from_proxies, to_proxies

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from nugan_hep.families.gan.discriminator import Discriminator
    from nugan_hep.families.gan.generator import Generator
    from nugan_hep.families.gan.settings import GanTrainingConfig

BINS, MEDIANS = 100, 25
WELL_FILLED = 20
"""Events in a bin of W from which on their median is drawn."""
OUTERMOST = 1e-3
"""Fraction of the events on either side that the axes may leave out."""
LOSSES = {
    "ce": r"$L_\mathrm{CE}$",
    "heuristic": r"$L_\mathrm{H}$",
    "hce": r"$L_\mathrm{HCE}$",
    "relativistic": r"$L_\mathrm{R}$",
}


class Networks(NamedTuple):
    """Both networks of a run or model in eval mode, what they were trained with and on."""

    name: str
    process: _core.Process
    config: GanTrainingConfig
    generator: Generator
    discriminator: Discriminator


class Judged(NamedTuple):
    """Probabilities to be true [N] and hadronic masses W [N] in GeV of events."""

    probability: Array
    w: Array


class View(NamedTuple):
    """A discriminator at one neutrino energy [GeV]: of its generator's events, and of true ones."""

    label: str
    enu: float
    generated: Judged
    true: Judged | None


def view(networks: Networks, enu: float, n: int, seed: int = 1, true: Kinematics | None = None) -> View:
    """Let the discriminator judge ``n`` events generated at ``enu`` [GeV], and ``true`` events near it.

    With the relativistic loss a discriminator says nothing but differences: the mean of its logits
    of the generated events is taken off.

    Raises
    ------
    UserError : an energy outside of the networks' range
    """
    config = networks.config
    low, high = config.enu_min, config.enu_max
    if not low <= enu <= high:
        raise UserError(f"energy {enu:g} GeV: outside of {networks.name}'s range {low:g} to {high:g} GeV")
    enu_proxy = np.full(n, 2.0 * (enu - low) / (high - low) - 1.0)
    column = torch.from_numpy(enu_proxy.astype(np.float32)).unsqueeze(1)
    latent_size = networks.generator.latent_dense.in_features
    muons = generate_proxies(networks.generator, column, latent_size, seed)
    logits = [_logits(networks.discriminator, np.c_[enu_proxy, muons])]
    mass = networks.process.lepton_mass
    events = [from_proxies(enu_proxy, muons[:, 0], muons[:, 1], config.shift, (low, high), mass=mass)]
    if true is not None:
        events.append(true)
        proxies = to_proxies(*true, config.shift, (low, high), mass=mass)
        logits.append(_logits(networks.discriminator, np.c_[proxies]))
    if config.loss == "relativistic":
        logits = [values - logits[0].mean() for values in logits]
    judged = [
        Judged(expit(values), kinematics.w(*lepton, mass))
        for values, lepton in zip(logits, events, strict=True)
    ]
    label = f"{networks.name}, {LOSSES[config.loss]}"
    return View(label, enu, judged[0], judged[1] if len(judged) > 1 else None)


@torch.inference_mode()
def _logits(discriminator: Discriminator, proxies: NDArray[np.floating]) -> Array:
    """Logits [N] for (E_nu', E_mu', theta') [N, 3]."""
    parts = torch.from_numpy(proxies.astype(np.float32)).split(CHUNK)
    return torch.cat([discriminator(part[:, 1:], part[:, :1]) for part in parts]).double().numpy()


def figure_discriminator(views: Sequence[Sequence[View]]) -> Figure:
    """Distributions of the probability, and the probability against W, below, a row for each network.

    Parameters
    ----------
    views : for each network one at every energy, the same energies for all; a column for each energy
    """
    columns = list(zip(*views, strict=True))
    figure = Figure(figsize=(5.6 * len(columns), 3.0 * (len(views) + 1)), layout="constrained")
    axes = figure.subplots(len(views) + 1, len(columns), squeeze=False)
    for ax, column in zip(axes[0], columns, strict=True):
        _draw_distributions(ax, column)
    for row, of_one in zip(axes[1:], views, strict=True):
        for ax, column, shown in zip(row, columns, of_one, strict=True):
            _draw_against_w(figure, ax, shown, _limits(column), _w_edges(column))
    for ax in axes[:, 0]:
        ax.set_ylabel("events per bin, % of all" if ax is axes[0, 0] else "probability of true")
    return figure


def _limits(views: Sequence[View]) -> tuple[float, float]:
    """Probabilities around 1/2 that all but the outermost events of every network have."""
    judged = [part for shown in views for part in (shown.generated, shown.true) if part is not None]
    edges = np.concatenate([np.quantile(p.probability, (OUTERMOST, 1 - OUTERMOST)) for p in judged])
    reach = min(max(1.1 * float(np.abs(edges - 0.5).max()), 0.01), 0.5)
    return 0.5 - reach, 0.5 + reach


def _w_edges(views: Sequence[View]) -> Array:
    """Edges of the bins in W around all but the outermost generated events of every network."""
    masses = [shown.generated.w[shown.generated.w != kinematics.W_UNDEFINED] for shown in views]
    ends = np.array([np.quantile(w, (OUTERMOST, 1 - OUTERMOST)) for w in masses if w.size])
    low, high = (ends[:, 0].min(), ends[:, 1].max()) if ends.size else (0.0, 1.0)
    return np.linspace(low, max(high, low + 1e-3), BINS + 1)


def _draw_distributions(ax: Axes, views: Sequence[View]) -> None:
    edges = np.linspace(*_limits(views), BINS + 1)
    for k, shown in enumerate(views):
        for judged, fill in ((shown.true, True), (shown.generated, False)):
            if judged is None:
                continue
            counts = 100.0 * np.histogram(judged.probability, edges)[0] / judged.probability.size
            label = f"{shown.label}, {'true' if fill else 'generated'}"
            style = {"color": line_style(k)["color"], "alpha": 0.25} if fill else line_style(k)
            ax.stairs(counts, edges, fill=fill, label=label, **style)
    ax.axvline(0.5, color="0.4", linewidth=0.8, linestyle="--")
    ax.set(xlabel="probability of true", xlim=(edges[0], edges[-1]))
    ax.xaxis.set_major_locator(MaxNLocator(5))  # the probabilities have many digits
    ax.set_ylim(0, (1.1 + 0.12 * len(ax.get_legend_handles_labels()[0])) * ax.get_ylim()[1])  # room for it
    ax.set_title(rf"$E_\nu$ = {_energy(views[0].enu)}")
    ax.legend(frameon=False, fontsize="small", loc="upper left")


def _draw_against_w(figure: Figure, ax: Axes, shown: View, limits: tuple[float, float], edges: Array) -> None:
    bins = (edges, np.linspace(*limits, BINS + 1))
    counts, _, _ = np.histogram2d(shown.generated.w, shown.generated.probability, bins)
    extent = (edges[0], edges[-1], *limits)
    image = ax.imshow(
        np.where(counts > 0, counts, np.nan).T,
        origin="lower",
        extent=extent,
        aspect="auto",
        interpolation="nearest",
        norm=LogNorm(1.0, max(float(counts.max()), 2.0)),
    )
    figure.colorbar(image, ax=ax, label="generated events", pad=0.02)
    ax.plot(*_medians(shown.generated, edges), color="black", linewidth=1.4, label="median, generated")
    if shown.true is not None:
        ax.plot(*_medians(shown.true, edges), color="#d55e00", linestyle="--", label="median, true")
    ax.axhline(0.5, color=REFERENCE_COLOUR, linewidth=0.8, linestyle="--")
    ax.set(xlabel=AXIS_LABELS["w"], xlim=(edges[0], edges[-1]), ylim=limits)
    ax.set_title(rf"{shown.label}, $E_\nu$ = {_energy(shown.enu)}", fontsize="medium")
    ax.legend(fontsize="small", loc="upper right", framealpha=0.8, edgecolor="none")


def _medians(judged: Judged, edges: Array) -> tuple[Array, Array]:
    """Centres of wider bins of W and the median probability in each, not a number where hardly filled."""
    wide = edges[:: BINS // MEDIANS]
    medians, _, _ = binned_statistic(judged.w, judged.probability, "median", wide)
    filled = np.histogram(judged.w, wide)[0] >= WELL_FILLED
    return 0.5 * (wide[1:] + wide[:-1]), np.where(filled, medians, np.nan)


def _energy(enu: float) -> str:
    return f"{enu:g} GeV" if enu >= 1 else f"{enu * 1000:g} MeV"
