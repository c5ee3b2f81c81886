"""Networks of several variables, one after another: of the remnant, and of the emission of a hadron.

A chain is a trunk, and for each variable a head that gives the parameters of a rational-quadratic spline from
the trunk and from what the variables before it came to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from nugan_hep.families.flow import spline
from nugan_hep.hadrons import cube, features
from nugan_hep.hadrons.conditions import Left

COLUMN = 7
"""Of the uniform numbers, the first that the remnant takes."""


class Normalised(nn.Module):
    """Inputs less their mean, over their width; both are fixed before the training."""

    if TYPE_CHECKING:  # TorchScript cannot read these
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

    def part(self, x: Tensor, first: int) -> Tensor:
        """Inputs from column ``first`` on alone."""
        end = first + x.size(1)
        return ((x - self.mean[first:end]) * self.scale[first:end]).clamp(-8.0, 8.0)

    def forward(self, x: Tensor) -> Tensor:
        if self.fitting and len(x) > 1:
            self.fit(x)
        return ((x - self.mean) * self.scale).clamp(-8.0, 8.0)


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
        """Output [N, W] of the trunk."""
        hidden: Tensor = silu(self.second(silu(self.first(self.normalise(x)))))
        return hidden

    def parameters_of(self, j: int, hidden: Tensor, known: Tensor) -> Tensor:
        """Raw spline parameters of variable j; of ``known`` [N, K] only what comes before it counts."""
        raw: Tensor = hidden
        if j == 0:
            raw = self.start(hidden)
        # TorchScript unrolls the loops; it takes no number that it does not know for a module
        x: Tensor = hidden
        for k, layer in enumerate(self.mixed):
            if k + 1 == j:
                x = layer(hidden)
        for k, layer in enumerate(self.seen):
            if k + 1 == j:
                x = silu(x + layer(known[:, : self.known[k]]))
        for k, layer in enumerate(self.ends):
            if k + 1 == j:
                raw = layer(x)
        return raw

    def draw(self, j: int, hidden: Tensor, known: Tensor, uniform: Tensor) -> Tensor:
        """Variable j [N], in [0, 1], for uniform numbers [N], in float64."""
        return spline.quantile(self.parameters_of(j, hidden, known).double(), uniform)

    def forward(self, inputs: Tensor, known: Tensor, units: Tensor, drawn: Tensor) -> Tensor:
        """log density [N] of coordinates [N, V], counting those that are ``drawn``."""
        hidden = self.hidden(inputs)
        known = self.normalise_known(known)
        total = torch.zeros_like(units[:, 0])
        for j in range(units.shape[1]):
            use = drawn[:, j]
            if not bool(use.any()):
                continue
            _, log = spline.cdf(self.parameters_of(j, hidden, known), units[:, j])
            total = total + torch.where(use, log, 0.0)
        return total


class RemnantChain(Chain):
    """E_miss, p_miss, P² and the azimuth of the hadrons together."""

    def drawn(
        self,
        inputs: Tensor,
        uniform: Tensor,
        q: Tensor,
        available: Tensor,
        masses: Tensor,
        single: Tensor,
        arc: tuple[Tensor, Tensor],
        column: int = COLUMN,
    ) -> tuple[Tensor, Tensor]:
        """E_miss [N] and momentum [N, 3] of all hadrons, of events of one mode; ``arc`` is that of E_miss."""
        hidden = self.hidden(inputs)
        known = torch.zeros(inputs.size(0), 17)
        unit = self.draw(0, hidden, known, uniform[:, column])
        e = cube.missing_energy(unit, available - masses, arc[0], arc[1])
        known[:, :5] = self.normalise_known.part(features.of_missing_energy(e, unit), 0)
        energy = available - e
        most = torch.sqrt(((energy - masses) * (energy + masses)).clamp(min=0.0))
        low, high = cube.missing_momentum_bounds(q, most, single)
        r = cube.missing_momentum(self.draw(1, hidden, known, uniform[:, column + 1]), low, high)
        lower, upper = cube.square_bounds(q, r, most)
        known[:, 5:14] = self.normalise_known.part(
            features.of_missing_momentum(r, low, energy, lower, upper), 5
        )
        unit = self.draw(2, hidden, known, uniform[:, column + 2])
        square = torch.where(single, most * most, cube.square(unit, energy, lower, upper))
        # P² of one hadron is fixed; its coordinate says nothing
        unit = torch.where(single, torch.zeros_like(unit), unit)
        known[:, 14:] = self.normalise_known.part(features.of_square(unit, square), 14)
        azimuth = 2.0 * math.pi * (self.draw(3, hidden, known, uniform[:, column + 3]) - 0.5)
        return e, cube.hadron_momentum(q, r, square, azimuth)


class StepChain(Chain):
    """Kinetic energy, angle and azimuth of the next hadron."""

    def drawn(
        self, inputs: Tensor, uniform: Tensor, left: Left, pair: bool, last: Tensor, last_mass: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Kinetic energy, 1 - cos and azimuth [N] of the next hadron; of a ``pair`` the angle is fixed."""
        hidden = self.hidden(inputs)
        known = torch.zeros(inputs.size(0), 18)
        unit = self.draw(0, hidden, known, uniform[:, 0])
        t = cube.kinetic(unit, left)
        most = cube.opening_bound(t, left)
        over = left.energy - left.mass - left.rest - t
        known[:, :7] = self.normalise_known.part(features.of_kinetic(unit, t, left.mass, most, over), 0)
        if pair:
            unit, y = torch.zeros_like(t), most
        else:
            unit = self.draw(1, hidden, known, uniform[:, 1])
            y = cube.opening(unit, t, left)
        known[:, 7:] = self.normalise_known.part(
            features.of_opening(unit, y, t, left.mass, left.momentum, last, last_mass), 7
        )
        return t, y, 2.0 * math.pi * (self.draw(2, hidden, known, uniform[:, 2]) - 0.5)


def chains_of(modules: nn.ModuleList) -> list[Chain]:
    """The chains of a stage."""
    found = list(modules)
    assert all(isinstance(chain, Chain) for chain in found)
    return cast("list[Chain]", found)
