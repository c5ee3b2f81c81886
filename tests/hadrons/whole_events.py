"""Whole events made here: hadrons of random directions that carry the energy of a random lepton."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nugan_hep import species
from nugan_hep.hadrons import dataset
from nugan_hep.hadrons.block import Block
from nugan_hep.hadrons.events import Whole, from_particles
from nugan_hep.hadrons.export import description, sampler_of
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.network import Sizes
from nugan_hep.kinematics import MUON_MASS

CONTENTS: tuple[tuple[int, ...], ...] = (
    (),
    (2212,),
    (2112,),
    (2212, 2212),
    (2112, 2212),
    (211, 2212),
    (111, 2212, 2212),
    (211, -211, 2112, 2212, 2212),
    (2212, 2212, 2212),
    (22, 22, 2212),
    (321, 3122),
    (211, 111, 111, 2112, 2112, 2212),
)
SMALL = Sizes(16, 16, 8, 16, 8, (8, 8, 6, 6), 16, 8, (8, 8, 6))

Lists = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def particle_lists(count: int, seed: int, contents: Sequence[tuple[int, ...]] = CONTENTS) -> Lists:
    """E_nu, mode, n, pdg and momenta of events, lepton first, in the laboratory."""
    rng = np.random.default_rng(seed)
    columns: list[list[object]] = [[], [], [], [], []]
    while len(columns[0]) < count:
        codes = contents[len(columns[0]) % len(contents)]
        enu = rng.uniform(1.0, 10.0)
        momentum, cos = rng.uniform(0.1, enu - 0.5), rng.uniform(0.0, 1.0)
        omega = enu - np.hypot(momentum, MUON_MASS)
        table = [species.PARTICLES[code] for code in codes]
        mass = np.array([row[0] for row in table])
        # hadrons of random directions take all the energy but 30 MeV
        energy = omega + species.NUCLEON_MASS * sum(row[2] for row in table) - 0.03
        if codes and energy < mass.sum() + 0.01:
            continue
        p = rng.normal(size=(len(codes), 3))
        low, high = 0.0, 20.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            total = np.sqrt((middle * p) ** 2 @ np.ones(3) + mass**2).sum()
            low, high = (middle, high) if total < energy else (low, middle)
        phi = rng.uniform(0.0, 2.0 * np.pi)
        sine = np.sqrt(1.0 - cos**2)
        lepton = momentum * np.array([[sine * np.cos(phi), sine * np.sin(phi), cos]])
        for column, value in zip(
            columns,
            (enu, rng.integers(5), 1 + len(codes), [13, *codes], np.concatenate([lepton, low * p])),
            strict=True,
        ):
            column.append(value)
    return (
        np.array(columns[0], dtype=np.float64),
        np.array(columns[1], dtype=np.int8),
        np.array(columns[2], dtype=np.int64),
        np.concatenate([np.array(codes) for codes in columns[3]]).astype(np.int32),
        np.concatenate(columns[4]),  # type: ignore[arg-type]
    )


def block(lists: Lists, probe: int = 14, target: int = 1000060120) -> Block:
    """The same as a file's reader gives it, neutrino along z."""
    enu, mode, n, pdg, p = lists
    neutrino = np.zeros((len(enu), 3))
    neutrino[:, 2] = enu
    full = np.ones(len(enu), dtype=np.int64)
    return Block(
        neutrino, probe * full, target * full, mode, full.astype(bool), n, pdg, p, np.full(len(pdg), np.nan)
    )


def from_lists(*lists: np.ndarray) -> Whole:
    """The same as whole events."""
    return from_particles(block(lists), 14, 1000060120)[0]  # type: ignore[arg-type]


def npz(path: Path, lists: Lists) -> Path:
    """The same as a file of whole events."""
    enu, mode, n, pdg, p = lists
    arrays = {"px": p[:, 0], "py": p[:, 1], "pz": p[:, 2]}
    np.savez(
        path,
        enu=enu.astype(np.float32),
        dyn=(2 * mode).astype(np.int8),
        n=n.astype(np.uint8),
        pdg=pdg,
        **{key: value.astype(np.float32) for key, value in arrays.items()},
    )
    return path


def random_model(
    events: Whole, seed: int = 1, probe: int = 14, target: int = 1000060120, spread: float = 0.2
) -> HadronModel:
    """A model of small random networks, whose splines are not flat."""
    torch.manual_seed(seed)
    model = HadronModel(dataset.frame(events, probe, target, 1), SMALL)
    with torch.no_grad():
        for weight in model.parameters():
            if not weight.any():
                weight.normal_(std=spread)
    batch, _ = dataset.encoded(events, model)
    model.fit_inputs(batch)
    return model.requires_grad_(False)


class Tensors(torch.nn.Module):
    """Tensors alone, by their names, which an archive writes faster than a sampler that can be called."""

    def __init__(self, tensors: dict[str, torch.Tensor]) -> None:
        super().__init__()
        inner: dict[str, dict[str, torch.Tensor]] = {}
        for name, tensor in tensors.items():
            head, _, rest = name.partition(".")
            if rest:
                inner.setdefault(head, {})[rest] = tensor
            else:
                self.register_buffer(head, tensor)
        for head, part in inner.items():
            self.add_module(head, Tensors(part))


def hadrons_for(model: HadronModel) -> tuple[torch.nn.Module, dict[str, Any]]:
    """The ``hadrons`` of ``make_model.write_model``."""
    return Tensors(sampler_of(model).state_dict()), description(model)
