"""From files of whole events to what a model learns from, with a report of what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from nugan_hep.errors import UserError
from nugan_hep.hadrons import events as whole
from nugan_hep.hadrons import free_proton, readers
from nugan_hep.hadrons.batch import Batch, encode
from nugan_hep.hadrons.contents import Frame
from nugan_hep.hadrons.events import LeftOut, Whole
from nugan_hep.hadrons.model import HadronModel

CHUNK = 50_000
CARBON = 1000060120
LEAST = 0.005
"""Smallest upper bound [GeV] of E_miss that a topology may have."""
MOST_LEFT_OUT = 0.01


@dataclass
class Report:
    """How many events were read, and of these left out and why."""

    read: int = 0
    rare: int = 0
    unbalanced: int = 0

    def __str__(self) -> str:
        left = (
            [f"{self.rare:,} with particles or numbers of them that the model does not have"]
            if self.rare
            else []
        )
        left += [f"{self.unbalanced:,} that leave no possible remnant"] if self.unbalanced else []
        return f"{self.read:,} events" + (f", without {' and '.join(left)}" if left else "")


def read(paths: Sequence[str], limit: int | None = None, probe: int = 14, target: int = CARBON) -> Whole:
    """Whole events of several files, in order; what is left out is printed.

    Raises
    ------
    UserError : a file that has no whole events, none of the probe and target, or more than 1 % that no
        event can be
    """
    parts: list[Whole] = []
    left_out = LeftOut()
    for path in paths:
        remaining = None if limit is None else limit - left_out.read
        if remaining is not None and remaining <= 0:
            break
        for block in readers.blocks(path, remaining):
            try:
                part, left = whole.from_particles(block, probe, target)
            except UserError as error:
                raise UserError(f"{path}: {error}") from None
            parts.append(part)
            left_out.add(left)
    names = ", ".join(map(str, paths))
    bad = left_out.no_lepton + left_out.unknown + left_out.unphysical
    reasons = " and ".join(left_out.reasons())
    if not any(map(len, parts)):
        raise UserError(f"{names}: no event of probe {probe} and target {target} ({reasons or 'no events'})")
    events = whole.concatenate(parts)
    if bad > MOST_LEFT_OUT * (len(events) + bad):
        raise UserError(f"{names}: {reasons}; more than 1 % cannot be used")
    if len(events.pdg) == 0:
        raise UserError(f"{names}: the events have no hadrons")
    if reasons:
        print(f"{names}: left out {reasons}")
    return events


def frame(events: Whole, probe: int, target: int, least_seen: int) -> Frame:
    """What a model of these events is bound to."""
    words = whole.vocabulary(events, least_seen)
    _, counts = whole.content(events, words)
    z, a = target // 10_000 % 1000, target // 10 % 1000
    most = tuple(int(k) for k in counts.max(0))
    least = LEAST if a > 1 else free_proton.LEAST
    return Frame(z + (1 if probe > 0 else -1), a, words, most, least, events.lepton_mass)


@torch.no_grad()
def encoded(events: Whole, model: HadronModel) -> tuple[Batch, Report]:
    """The events that a model can describe, as tensors."""
    report = Report(read=len(events))
    batch = encode(events, model.frame.words)
    known = (batch.word >= 0) & (batch.counts <= torch.tensor(model.frame.most)).all(1) & (batch.mode < 5)
    report.rare = int((~known).sum())
    batch = batch.take(known.nonzero()[:, 0])
    possible = []
    for rows in torch.arange(len(batch)).split(CHUNK):
        part = batch.take(rows)
        possible.append(torch.isfinite(model.topology(part, model.lepton(part))))
    good = torch.cat(possible) if possible else torch.zeros(0, dtype=torch.bool)
    report.unbalanced = int((~good).sum())
    if report.rare + report.unbalanced > MOST_LEFT_OUT * max(len(events), 1):
        raise UserError(f"{report}: expected at most 1 % of these, and events of one target and probe")
    return batch.take(good.nonzero()[:, 0]), report


def split(events: Whole, fraction: float, seed: int) -> tuple[Whole, Whole]:
    """A random part of the events for validation, and the others."""
    order = np.random.default_rng(seed).permutation(len(events))
    cut = max(int(fraction * len(events)), 1)
    return events.take(np.sort(order[cut:])), events.take(np.sort(order[:cut]))
