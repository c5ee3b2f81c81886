"""The networks of the three stages: topology, remnant, emission of one hadron after another.

A stage of continuous variables is a :class:`Chain`: a trunk, and for each variable a head that gives the
parameters of a rational-quadratic spline from the trunk and from what the variables before it came to.
Chains of one stage that differ by the mode or by the kind of step are separate networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from nugan_hep.families.flow import spline
from nugan_hep.hadrons import features

COUNTS = 5


@dataclass(frozen=True)
class Sizes:
    """Widths and bins of all stages."""

    mode_width: int = 32
    topology_width: int = 80
    topology_head: int = 32
    remnant_width: int = 72
    remnant_head: int = 40
    remnant_bins: tuple[int, ...] = (32, 24, 16, 12)
    step_width: int = 96
    step_head: int = 40
    step_bins: tuple[int, ...] = (32, 24, 16)


class Normalised(nn.Module):
    """Inputs less their mean, over their width; both are fixed before the training."""

    mean: Tensor
    scale: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))

        self.fitting = False

    def fit(self, x: Tensor) -> None:
        self.mean.copy_(x.mean(0))
        self.scale.copy_(1.0 / x.std(0).clamp(min=0.05))

    def forward(self, x: Tensor) -> Tensor:
        if self.fitting and len(x) > 1:
            self.fit(x)
        return ((x - self.mean) * self.scale).clamp(-8.0, 8.0)


def run(layer: nn.Linear, x: Tensor) -> Tensor:
    """A dense layer and SiLU."""
    return silu(layer(x))


def _zero(layer: nn.Linear) -> nn.Linear:
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


class Chain(nn.Module):
    """Splines of several variables, each given those before.

    The inputs [N, I] are what is known before; ``known`` [N, K] describes the variables as they are drawn,
    of which variable j sees the first ``known[j - 1]`` columns.
    """

    def __init__(self, inputs: int, width: int, head: int, known: Sequence[int], bins: Sequence[int]) -> None:
        super().__init__()
        self.normalise = Normalised(inputs)
        self.normalise_known = Normalised(known[-1])
        self.known = tuple(known)
        self.first = nn.Linear(inputs, width)
        self.second = nn.Linear(width, width)
        self.start = _zero(nn.Linear(width, spline.size(bins[0])))
        self.mixed = nn.ModuleList(nn.Linear(width, head) for _ in known)
        self.seen = nn.ModuleList(nn.Linear(size, head, bias=False) for size in known)
        self.ends = nn.ModuleList(_zero(nn.Linear(head, spline.size(b))) for b in bins[1:])

    def hidden(self, x: Tensor) -> Tensor:
        return run(self.second, run(self.first, self.normalise(x)))

    def parameters_of(self, j: int, hidden: Tensor, known: Tensor) -> Tensor:
        """Raw spline parameters of variable j; of ``known`` [N, K] only what comes before it counts."""
        if j == 0:
            raw: Tensor = self.start(hidden)
            return raw
        before = known[:, : self.known[j - 1]]
        raw = self.ends[j - 1](silu(self.mixed[j - 1](hidden) + self.seen[j - 1](before)))
        return raw

    def forward(self, inputs: Tensor, known: Tensor, units: Tensor, drawn: Tensor) -> Tensor:
        """log density [N] of coordinates [N, V], counting those that are ``drawn``."""
        hidden = self.hidden(inputs)
        known = self.normalise_known(known)
        total = torch.zeros_like(units[:, 0])
        for j in range(units.shape[1]):
            use = drawn[:, j]
            if not bool(use.any()):
                continue
            log = spline.log_slope(self.parameters_of(j, hidden, known), units[:, j])
            total = total + torch.where(use, log, 0.0)
        return total


class Topology(nn.Module):
    """Mode, entry of the vocabulary, then the counts of the five species, each given those before."""

    def __init__(self, sizes: Sizes, words: int, most: Sequence[int]) -> None:
        super().__init__()
        inputs = 12
        self.normalise = Normalised(inputs)
        width = sizes.mode_width
        self.mode = nn.Sequential(
            nn.Linear(inputs, width),
            nn.SiLU(),
            nn.Linear(width, width),
            nn.SiLU(),
            nn.Linear(width, features.MODES),
        )
        width, head = sizes.topology_width, sizes.topology_head
        self.first = nn.Linear(inputs + features.MODES, width)
        self.second = nn.Linear(width, width)
        # beside the trunk: the others' number, charge, baryon number and mass; then counts
        self.mixed = nn.ModuleList(nn.Linear(width, head) for _ in range(COUNTS + 1))
        self.seen = nn.ModuleList(nn.Linear(5 + 3 * j, head, bias=False) for j in range(1, COUNTS + 1))
        self.ends = nn.ModuleList(nn.Linear(head, size) for size in (words, *(m + 1 for m in most)))

    def mode_logits(self, x: Tensor) -> Tensor:
        logits: Tensor = self.mode(self.normalise(x))
        return logits

    def hidden(self, x: Tensor, mode: Tensor) -> Tensor:
        both = torch.cat([self.normalise(x), features.of_mode(mode)], dim=1)
        return run(self.second, run(self.first, both))

    def logits(self, j: int, hidden: Tensor, before: Tensor | None) -> Tensor:
        x = self.mixed[j](hidden)
        logits: Tensor = self.ends[j](silu(x if before is None else x + self.seen[j - 1](before)))
        return logits


def chains_of(modules: nn.ModuleList) -> list[Chain]:
    """The chains of a stage."""
    found = list(modules)
    assert all(isinstance(chain, Chain) for chain in found)
    return cast("list[Chain]", found)


KINDS = 6
"""Steps: others, pions, nucleons, each with two or more hadrons after it or with one."""


class Hadrons(nn.Module):
    """All networks of the hadrons."""

    def __init__(self, sizes: Sizes, words: int, most: Sequence[int]) -> None:
        super().__init__()
        self.topology = Topology(sizes, words, most)
        self.remnants = nn.ModuleList(
            Chain(32, sizes.remnant_width, sizes.remnant_head, (5, 13, 16), sizes.remnant_bins)
            for _ in range(features.MODES)
        )
        self.steps = nn.ModuleList(
            Chain(features.STEP, sizes.step_width, sizes.step_head, (7, 13), sizes.step_bins)
            for _ in range(KINDS)
        )
