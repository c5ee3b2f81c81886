"""Events as the rows that each network learns from, computed once.

The networks of the stages share no weights, so each learns from its own rows, in batches of its own size.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.chains import Chain, chains_of
from nugan_hep.hadrons.model import HadronModel, Rows

CHUNK = 50_000


@dataclass(frozen=True)
class Table:
    """Rows of one chain, float32: inputs, what comes of the draws, coordinates, which of them are drawn."""

    inputs: Tensor
    known: Tensor
    units: Tensor
    drawn: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def loss(self, chain: Chain, rows: Tensor) -> Tensor:
        """Mean of -log density in the cube over some rows."""
        log = chain(self.inputs[rows], self.known[rows], self.units[rows], self.drawn[rows])
        mean: Tensor = -log.mean()
        return mean


@dataclass(frozen=True)
class Topologies:
    """What the topology's networks learn from: the events without their hadrons."""

    events: Batch

    def __len__(self) -> int:
        return len(self.events)

    def loss(self, model: HadronModel, rows: Tensor) -> Tensor:
        e = self.events
        columns = (e.enu, e.emu, e.cos, e.mode, e.word, e.counts)
        enu, emu, cos, mode, word, counts = (column[rows] for column in columns)
        part = Batch(enu, emu, cos, mode, word, counts, e.n, e.first, e.kind, e.mass, e.momentum)
        return -model.topology(part, model.lepton(part)).mean()


def chains(model: HadronModel) -> dict[str, Chain]:
    """By name, the chains of both stages."""
    found: dict[str, Chain] = {}
    for stage, modules in (("remnants", model.net.remnants), ("steps", model.net.steps)):
        for k, chain in enumerate(chains_of(modules)):
            found[f"{stage}.{k}"] = chain
    return found


@torch.no_grad()
def tables(model: HadronModel, events: Batch) -> dict[str, Table]:
    """By name of a chain, its rows. A random half of the events is mirrored, which changes no density."""
    parts: dict[str, list[Table]] = {name: [] for name in chains(model)}
    for start in range(0, len(events), CHUNK):
        rows = torch.arange(start, min(start + CHUNK, len(events)))
        for stage, found in zip(("remnants", "steps"), model.rows(events.take(rows)), strict=True):
            for name, own in _by_chain(stage, found):
                parts.setdefault(name, []).append(own)
    return {name: _joined(found) for name, found in parts.items() if found}


def _by_chain(stage: str, rows: Rows) -> list[tuple[str, Table]]:
    found = []
    for k in torch.unique(rows.chain).tolist():
        own = (rows.chain == k).nonzero()[:, 0]
        found.append(
            (f"{stage}.{k}", Table(rows.inputs[own], rows.known[own], rows.units[own], rows.drawn[own]))
        )
    return found


def _joined(parts: list[Table]) -> Table:
    return Table(
        torch.cat([p.inputs for p in parts]),
        torch.cat([p.known for p in parts]),
        torch.cat([p.units for p in parts]),
        torch.cat([p.drawn for p in parts]),
    )
