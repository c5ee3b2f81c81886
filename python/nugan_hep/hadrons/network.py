"""The networks of the three stages: topology, remnant, emission of one hadron after another.

A stage of continuous variables is a :class:`Chain`: a trunk, and for each variable a head that gives the
parameters of a rational-quadratic spline from the trunk and from what the variables before it came to.
Chains of one stage that differ by the mode or by the kind of step are separate networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from nugan_hep.hadrons import features
from nugan_hep.hadrons.chains import Normalised, RemnantChain, StepChain

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
        hidden: Tensor = silu(self.second(silu(self.first(both))))
        return hidden

    def word_logits(self, hidden: Tensor) -> Tensor:
        """Of the entries of the vocabulary."""
        logits: Tensor = self.ends[0](silu(self.mixed[0](hidden)))
        return logits

    def logits(self, j: int, hidden: Tensor, before: Tensor) -> Tensor:
        """Of the counts of species j = 0 ... 4; ``before`` describes what was drawn before."""
        logits: Tensor = hidden
        # TorchScript unrolls the loops; it takes no number that it does not know for a module
        x: Tensor = hidden
        for k, layer in enumerate(self.mixed):
            if k == j + 1:
                x = layer(hidden)
        for k, layer in enumerate(self.seen):
            if k == j:
                x = silu(x + layer(before))
        for k, layer in enumerate(self.ends):
            if k == j + 1:
                logits = layer(x)
        return logits


KINDS = 6
"""Steps: others, pions, nucleons, each with two or more hadrons after it or with one."""


class Hadrons(nn.Module):
    """All networks of the hadrons."""

    def __init__(self, sizes: Sizes, words: int, most: Sequence[int]) -> None:
        super().__init__()
        self.topology = Topology(sizes, words, most)
        self.remnants = nn.ModuleList(
            RemnantChain(32, sizes.remnant_width, sizes.remnant_head, (5, 14, 17), sizes.remnant_bins)
            for _ in range(features.MODES)
        )
        self.steps = nn.ModuleList(
            StepChain(features.STEP, sizes.step_width, sizes.step_head, (7, 18), sizes.step_bins)
            for _ in range(KINDS)
        )
