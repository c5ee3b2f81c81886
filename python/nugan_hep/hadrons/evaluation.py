"""How well generated hadrons agree with those of events never seen: classifier, fractions, pulls."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nugan_hep.evaluation.two_sample import two_sample
from nugan_hep.hadrons import sampling
from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.events import Whole, transfer_frame
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.observables import FEATURES, Lists, observables, topologies

F64 = NDArray[np.float64]
CHUNK = 8192
BINS = 50
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
    "w": (0.9, 4.0),
    "m_ppi": (1.05, 3.0),
}
"""Observables whose histograms are compared, with their ranges."""
MULTIPLICITIES = ("n_n", "n_p", "n_pip", "n_pi0", "n_pim", "n_pion")


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


def spectra_pulls(reference: dict[str, F64], model: dict[str, F64]) -> dict[str, float]:
    """Mean absolute pulls of all spectra (50 bins) and multiplicities (to the last bin)."""
    found = {}
    scale = len(reference["enu"]) / len(model["enu"])
    for name, (low, high) in SPECTRA.items():
        a, b = (np.histogram(s[name], BINS, (low, high))[0].astype(float) for s in (reference, model))
        found[name] = _absolute_pull(a, b, scale)
    for name in MULTIPLICITIES:
        size = int(max(reference[name].max(), model[name].max())) + 1
        a, b = (
            np.bincount(s[name].astype(np.int64), minlength=size).astype(float) for s in (reference, model)
        )
        found[name] = _absolute_pull(a, b, scale)
    return found


def _absolute_pull(reference: F64, model: F64, scale: float) -> float:
    """Both normalised to their numbers of events, so that a fraction that is off counts."""
    good = reference + model >= 10
    variance = reference + model * scale**2
    difference = np.abs(reference - model * scale)
    return float(np.mean(difference[good] / np.sqrt(variance[good]))) if good.any() else float("nan")


def evaluate(reference: Lists, model: Lists, classify: bool = True) -> dict[str, Any]:
    """All figures of whole events; both samples are rounded alike here."""
    reference, model = reference.rounded(), model.rounded()
    o, g = observables(reference), observables(model)
    report: dict[str, Any] = {"events": [len(reference.enu), len(model.enu)]}
    report["topologies"] = {}
    for name, is_one in topologies(o).items():
        a, b = is_one.mean(), topologies(g)[name].mean()
        error = np.sqrt(a * (1 - a) / len(is_one) + b * (1 - b) / len(model.enu))
        report["topologies"][name] = {
            "reference": float(a),
            "model": float(b),
            "ratio": float(b / a) if a else float("nan"),
            "pull": float((b - a) / max(error, 1e-12)),
        }
    report["pulls"] = spectra_pulls(o, g)
    report["slices"] = {}
    for low, high in SLICES:
        a, b = ((s["enu"] >= low) & (s["enu"] < high) for s in (o, g))
        if not (a.any() and b.any()):
            continue
        report["slices"][f"{low:g}-{high:g}"] = spectra_pulls(
            {k: v[a] for k, v in o.items()}, {k: v[b] for k, v in g.items()}
        )
    if classify:
        report["classifier"] = classifier(o, g)
    return report


def table(o: dict[str, F64], names: tuple[str, ...] = FEATURES) -> F64:
    """Columns [N, F] for a classifier."""
    return np.stack([o[name] for name in names], axis=1)


def classifier(o: dict[str, F64], g: dict[str, F64], names: tuple[str, ...] = FEATURES) -> dict[str, float]:
    """AUC and relative effective sample size on the 25 features."""
    size = min(len(o["enu"]), len(g["enu"]))
    found = two_sample(table(o, names)[:size], table(g, names)[:size])
    return {"auc": found.auc, "auc_error": found.auc_error, "ess": found.ess_fraction}
