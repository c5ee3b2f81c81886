"""Whole events as tensors that the model takes: content of the vocabulary, counts, momenta."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from nugan_hep import species
from nugan_hep.hadrons.events import Vocabulary, Whole, content


@dataclass(frozen=True)
class Batch:
    """Per event: E_nu, E_mu [GeV], cos, mode, word, counts [N, 5], n, first; flat: kind, mass, momentum.

    ``kind`` is 0 for what is not counted, else 1 to 5; ``momentum`` [H, 3] is in the frame of q.
    """

    enu: Tensor
    emu: Tensor
    cos: Tensor
    mode: Tensor
    word: Tensor
    counts: Tensor
    n: Tensor
    first: Tensor
    kind: Tensor
    mass: Tensor
    momentum: Tensor

    def __len__(self) -> int:
        return len(self.enu)

    def take(self, events: Tensor) -> Batch:
        """The events with these numbers."""
        n = self.n[events].long()
        start = torch.cumsum(n, 0) - n
        rows = torch.arange(int(n.sum())) + torch.repeat_interleave(self.first[events] - start, n)
        own = {
            key: getattr(self, key)[events] for key in ("enu", "emu", "cos", "mode", "word", "counts", "n")
        }
        flat = {key: getattr(self, key)[rows] for key in ("kind", "mass", "momentum")}
        return Batch(**own, first=start, **flat)

    def reflected(self, flip: Tensor) -> Batch:
        """The mirror image in the plane of the leptons of the events where ``flip`` [N] is true."""
        sign = torch.where(flip, -1.0, 1.0)
        factor = torch.ones_like(self.momentum)
        factor[:, 1] = torch.repeat_interleave(sign, self.n.long())
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return Batch(**{**values, "momentum": self.momentum * factor})


def encode(events: Whole, words: Vocabulary) -> Batch:
    """Tensors of events; word is -1 where the vocabulary has not what the event has."""
    word, counts = content(events, words)
    mass = species.lookup(events.pdg)[0]
    kind = np.zeros(len(events.pdg), dtype=np.int8)
    for k, code in enumerate(species.COUNTED, start=1):
        kind[events.pdg == code] = k
    return Batch(
        torch.from_numpy(events.enu),
        torch.from_numpy(events.emu),
        torch.from_numpy(events.cos),
        torch.from_numpy(events.mode),
        torch.from_numpy(word.astype(np.int16)),
        torch.from_numpy(counts.astype(np.uint8)),
        torch.from_numpy(events.n.astype(np.uint8)),
        torch.from_numpy(events.first),
        torch.from_numpy(kind),
        torch.from_numpy(mass.astype(np.float64)),
        torch.from_numpy(events.momentum),
    )
