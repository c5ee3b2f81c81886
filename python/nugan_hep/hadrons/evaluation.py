"""How well generated hadrons agree with those of events never seen: fractions, pulls, classifiers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.two_sample import TwoSample, two_sample
from nugan_hep.hadrons import dataset, sampling
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.events import Whole
from nugan_hep.hadrons.final_states import NONE, Lists
from nugan_hep.hadrons.frames import transfer_frame
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.observables import FEATURES, TOPOLOGIES, observables

F64 = NDArray[np.float64]
Observables = dict[str, F64]
CHUNK = 8192
BINS = 50
LEAST_FILLED = 10
"""Events of both samples that a bin has to have for its pull to count."""
ALL = "all"
SLICES = ((0.3, 1.0), (1.0, 3.0), (3.0, 10.0))

SPECTRA: dict[str, tuple[float, float]] = {
    "p_p": (0.0, 3.0),
    "cos_p": (-1.0, 1.0),
    "p_p2": (0.0, 1.5),
    "p_pi": (0.0, 3.0),
    "cos_pi": (-1.0, 1.0),
    "p_n": (0.0, 2.0),
    "dpt": (0.0, 1.5),
    "dalphat": (0.0, np.pi),
    "dphit": (0.0, np.pi),
    "e_avail": (0.0, 6.0),
    "e_miss": (-0.02, 0.18),
    "p_miss": (0.0, 0.7),
    "w_had": (0.9, 4.0),
    "m_ppi": (1.05, 3.0),
}
"""Observables whose histograms are compared, with their ranges."""
MULTIPLICITIES = ("n_n", "n_p", "n_pip", "n_pi0", "n_pim", "n_pi")


class Pair(NamedTuple):
    """A histogram of both samples: edges [K + 1], counts [K] and numbers of events of reference and model."""

    edges: F64
    reference: F64
    model: F64
    totals: tuple[int, int]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """The bins that pulls are judged by."""
        return np.asarray(self.reference + self.model >= LEAST_FILLED)


def generate(model: HadronModel, enu: F64, emu: F64, cos: F64, seed: int) -> Batch:
    """Hadrons for leptons [N], in chunks."""
    parts = []
    random = torch.Generator().manual_seed(seed)
    columns = sampling.all_columns(model)
    for start in range(0, len(enu), CHUNK):
        part = [torch.from_numpy(x[start : start + CHUNK]).double() for x in (enu, emu, cos)]
        uniform = torch.rand(len(part[0]), columns, generator=random, dtype=torch.float64)
        parts.append(sampling.sample(model, part[0], part[1], part[2], uniform))
    n = torch.cat([part.n for part in parts])
    joined = {
        key: torch.cat([getattr(part, key) for part in parts])
        for key in ("enu", "emu", "cos", "mode", "word", "counts", "kind", "mass", "momentum")
    }
    return Batch(n=n, first=torch.cumsum(n.long(), 0) - n.long(), **joined)


def in_laboratory(
    enu: F64,
    emu: F64,
    cos: F64,
    mass: float,
    n: NDArray[np.int64],
    pdg: NDArray[np.int32],
    momentum: F64,
    seed: int,
) -> Lists:
    """Lists of particles from momenta in the frame of q; the leptons' azimuth is drawn."""
    p = np.sqrt(emu**2 - mass**2)
    sine = np.sqrt(np.maximum(1.0 - cos**2, 0.0))
    phi = np.random.default_rng(seed).uniform(0.0, 2.0 * np.pi, len(n))
    lepton = np.stack([p * sine * np.cos(phi), p * sine * np.sin(phi), p * cos], axis=1)
    neutrino = np.stack([np.zeros_like(enu), np.zeros_like(enu), enu], axis=1)
    event = np.repeat(np.arange(len(n)), n)
    axes = transfer_frame(neutrino, lepton)
    turned = sum(momentum[:, k : k + 1] * axis[event] for k, axis in enumerate(axes))
    return Lists(enu, lepton, mass, n, pdg, np.asarray(turned))


def lists_of_model(model: HadronModel, batch: Batch, seed: int = 7) -> Lists:
    """Generated events in the laboratory."""
    return in_laboratory(
        batch.enu.numpy(),
        batch.emu.numpy(),
        batch.cos.numpy(),
        model.frame.lepton_mass,
        batch.n.numpy().astype(np.int64),
        sampling.codes(model, batch).numpy().astype(np.int32),
        batch.momentum.double().numpy(),
        seed,
    )


def lists_of_events(events: Whole, seed: int = 8) -> Lists:
    """True events in the laboratory, treated like generated ones."""
    return in_laboratory(
        events.enu,
        events.emu,
        events.cos,
        events.lepton_mass,
        events.n,
        events.pdg,
        events.momentum.astype(np.float64),
        seed,
    )


def select(events: Observables, low: float, high: float) -> Observables:
    """The events of a range of E_nu [GeV]."""
    chosen = (events["enu"] >= low) & (events["enu"] < high)
    return {name: values[chosen] for name, values in events.items()}


def slices(reference: Observables, model: Observables) -> dict[str, tuple[Observables, Observables]]:
    """By name, all events of both samples and those of :data:`SLICES` in E_nu, where both have some."""
    found = {ALL: (reference, model)}
    for low, high in SLICES:
        parts = select(reference, low, high), select(model, low, high)
        if all(len(part["enu"]) for part in parts):
            found[f"{low:g}-{high:g}"] = parts
    return found


def spectra(reference: Observables, model: Observables) -> dict[str, Pair]:
    """Histograms of :data:`SPECTRA`, and of :data:`MULTIPLICITIES` to the last bin."""
    axes = {name: np.linspace(*ends, BINS + 1) for name, ends in SPECTRA.items()}
    for name in MULTIPLICITIES:
        last = max(float(events[name].max(initial=0.0)) for events in (reference, model))
        axes[name] = np.arange(last + 2.0) - 0.5
    return {name: _pair(edges, reference[name], model[name]) for name, edges in axes.items()}


def _pair(edges: F64, reference: F64, model: F64) -> Pair:
    ours, theirs = (np.histogram(values, edges)[0].astype(np.float64) for values in (model, reference))
    return Pair(edges, theirs, ours, (len(reference), len(model)))


def mean_pull(pair: Pair) -> float | None:
    """Mean absolute pull of the bins that are filled; a fraction of the events that is off counts."""
    pulls = metrics.pulls_of_all(pair.reference, pair.model, pair.totals)[pair.filled]
    return float(np.abs(pulls).mean()) if len(pulls) else None


def fractions(reference: Observables, model: Observables) -> dict[str, dict[str, float | None]]:
    """Shares of the topologies in both samples, their ratio and how many standard deviations are between."""
    found: dict[str, dict[str, float | None]] = {}
    for number, name in enumerate(TOPOLOGIES):
        a, b = (float(np.mean(events["topology"] == number)) for events in (reference, model))
        variance = sum(x * (1 - x) / len(events["enu"]) for x, events in ((a, reference), (b, model)))
        pull = (b - a) / float(np.sqrt(variance)) if variance else 0.0
        found[name] = {"reference": a, "model": b, "ratio": b / a if a else None, "pull": pull}
    return found


def table(events: Observables, names: tuple[str, ...] = FEATURES) -> F64:
    """Columns [N, F] for a classifier; what an event does not have is just below what others have."""
    columns = [np.where(events[n] == NONE, -2.0 if n.startswith("cos") else -1.0, events[n]) for n in names]
    return np.stack(columns, axis=1)


def classifier(reference: Observables, model: Observables, limit: int, seed: int = 1) -> TwoSample:
    """A two-sample test on the 25 :data:`FEATURES` of at most ``limit`` events of each."""
    size = min(len(reference["enu"]), len(model["enu"]), limit)
    return two_sample(table(reference)[:size], table(model)[:size], seed)


@torch.inference_mode()
def likelihood(model: HadronModel, events: Whole) -> dict[str, float]:
    """Mean log density of events by stage, and how many the model cannot describe."""
    batch, left_out = dataset.encoded(events, model)
    sums = np.zeros(3)
    for rows in torch.arange(len(batch)).split(10_000):
        sums += [float(stage.double().sum()) for stage in model.stages(batch.take(rows))]
    names = ("topology", "remnant", "steps")
    means = {name: float(x) / max(len(batch), 1) for name, x in zip(names, sums, strict=True)}
    return {**means, "left_out": float(left_out.rare + left_out.unbalanced)}


def scores(reference: Observables, model: Observables) -> dict[str, Any]:
    """Fractions of topologies and, by range of E_nu, mean absolute pulls of all spectra."""
    parts = slices(reference, model)
    return {
        "events": [len(reference["enu"]), len(model["enu"])],
        "topologies": {name: fractions(*pair) for name, pair in parts.items()},
        "pulls": {
            label: {name: mean_pull(pair) for name, pair in spectra(a, b).items()}
            for label, (a, b) in parts.items()
        },
    }


def samples(reference: Lists, model: Lists) -> tuple[Observables, Observables]:
    """Observables of both, rounded alike."""
    return observables(reference.rounded()), observables(model.rounded())
