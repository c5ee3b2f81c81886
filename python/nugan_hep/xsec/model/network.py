"""Many networks of one shape as one: their weights are stacked, a batched product runs them all."""

from __future__ import annotations

import math
from typing import cast

import torch
from torch import Tensor, nn

_EPSILON = 1e-5
_MOMENTUM = 0.1


class Dense(nn.Module):
    """``members`` dense layers: [members, n, inputs] -> [members, n, outputs]."""

    def __init__(self, members: int, inputs: int, outputs: int, gain: float = math.sqrt(2.0)) -> None:
        super().__init__()
        bound = gain * math.sqrt(3.0 / inputs)
        self.weight = nn.Parameter(torch.empty(members, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)


class BatchNorm(nn.Module):
    """Batch normalisation of every member over its own points, as ``nn.BatchNorm1d`` does it."""

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(members, 1, width))
        self.bias = nn.Parameter(torch.zeros(members, 1, width))
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.zeros(members, 1, width))
        self.register_buffer("variance", torch.ones(members, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=0)
            with torch.no_grad():
                unbiased = variance * (x.shape[1] / max(x.shape[1] - 1, 1))
                self.mean.lerp_(mean, _MOMENTUM)
                self.variance.lerp_(unbiased, _MOMENTUM)
        else:
            mean, variance = self.mean, self.variance
        return (x - mean) * (self.gain * torch.rsqrt(variance + _EPSILON)) + self.bias


class Block(nn.Module):
    """dense -> batch normalisation -> ReLU -> dropout (PRC 110 025501), for all members.

    ``residual``: x + dropout(SiLU(dense(x))) in its place; without the sum where the sizes differ.
    """

    def __init__(
        self, members: int, inputs: int, width: int, residual: bool, normed: bool, dropout: float
    ) -> None:
        super().__init__()
        self.dense = Dense(members, inputs, width)
        self.norm = BatchNorm(members, width) if normed else nn.Identity()
        self.dropout = nn.Dropout(dropout)
        self.residual, self.skip = residual, residual and inputs == width
        self.mask: Tensor | None = None
        """Draws of dropout that are kept [members, 1, width]; None where there are none."""

    def forward(self, x: Tensor) -> Tensor:
        hidden: Tensor = self.dropout(self.activation(self.norm(self.dense(x))))
        if self.mask is not None:
            hidden = hidden * self.mask
        return x + hidden if self.skip else hidden

    def activation(self, x: Tensor) -> Tensor:
        return nn.functional.silu(x) if self.residual else torch.relu(x)


class Ensemble(nn.Module):
    """``blocks`` blocks of ``width`` units and a dense output layer, ``members`` times.

    ``forward(x [members, n, inputs]) -> [members, n, outputs]``. ``kind`` is ``published``, or ``residual``
    for smooth networks without normalisation. ``normed=False`` is a published network after :meth:`folded`.
    """

    def __init__(
        self,
        members: int,
        inputs: int,
        outputs: int,
        width: int,
        blocks: int,
        kind: str = "published",
        normed: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.members, self.inputs, self.outputs = members, inputs, outputs
        self.width, self.kind = width, kind
        residual = kind == "residual"
        normed = normed and not residual
        sizes = [inputs, *[width] * (blocks - 1)]
        self.blocks = nn.ModuleList(Block(members, size, width, residual, normed, dropout) for size in sizes)
        # small: the first predictions are those of the closed form
        self.output = Dense(members, width, outputs, gain=0.1)

    def layers(self) -> list[Block]:
        """The blocks, as what they are."""
        return [cast(Block, block) for block in self.blocks]

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.output(x)
        return out

    def before(self, x: Tensor, count: int) -> Tensor:
        """What the first ``count`` blocks make of the inputs."""
        for block in self.layers()[:count]:
            x = block(x)
        return x

    def after(self, x: Tensor, count: int) -> Tensor:
        """The rest of :meth:`forward` after :meth:`before`."""
        for block in self.layers()[count:]:
            x = block(x)
        out: Tensor = self.output(x)
        return out

    @torch.no_grad()
    def settle(self, x: Tensor) -> None:
        """Set the statistics of the normalisations to those of the points x, layer by layer."""
        for block in self.layers():
            if isinstance(block.norm, BatchNorm):
                variance, mean = torch.var_mean(block.dense(x), dim=1, keepdim=True, correction=0)
                block.norm.mean.copy_(mean)
                block.norm.variance.copy_(variance)
            x = block.eval()(x)

    @torch.no_grad()
    def folded(self) -> Ensemble:
        """The same function in eval mode with the normalisations multiplied into the dense layers."""
        plain = Ensemble(
            self.members, self.inputs, self.outputs, self.width, len(self.blocks), self.kind, normed=False
        )
        for block, target in zip(self.layers(), plain.layers(), strict=True):
            target.mask = block.mask
            weight, bias = block.dense.weight.detach(), block.dense.bias.detach()
            if isinstance(block.norm, BatchNorm):
                norm = block.norm
                factor = norm.gain * torch.rsqrt(norm.variance + _EPSILON)
                weight, bias = weight * factor, (bias - norm.mean) * factor + norm.bias
            target.dense.weight.copy_(weight)
            target.dense.bias.copy_(bias)
        plain.output.load_state_dict(self.output.state_dict())
        return plain.eval()

    @torch.no_grad()
    def tail(self, first: int) -> Ensemble:
        """Copies of the output layer and the blocks from number ``first`` on, without normalisations."""
        plain = self.folded()
        inputs = self.inputs if first == 0 else self.width
        blocks = plain.layers()[first:]
        tail = Ensemble(self.members, inputs, self.outputs, self.width, len(blocks), self.kind, normed=False)
        for block, target in zip(blocks, tail.layers(), strict=True):
            target.load_state_dict(block.state_dict())
            target.mask = block.mask
        tail.output.load_state_dict(plain.output.state_dict())
        return tail

    @torch.no_grad()
    def first(self, members: int) -> Ensemble:
        """The first networks alone, without normalisations."""
        plain = self.folded()
        few = Ensemble(
            members, self.inputs, self.outputs, self.width, len(self.blocks), self.kind, normed=False
        )
        few.load_state_dict({name: value[:members] for name, value in plain.state_dict().items()})
        for block, source in zip(few.layers(), plain.layers(), strict=True):
            block.mask = None if source.mask is None else source.mask[:members]
        return few.eval()

    @torch.no_grad()
    def repeated(self, members: int) -> Ensemble:
        """One network as many equal ones, without normalisations."""
        plain = self.folded()
        copies = Ensemble(
            members, self.inputs, self.outputs, self.width, len(self.blocks), self.kind, normed=False
        )
        for name, value in plain.state_dict().items():
            copies.get_parameter(name).copy_(value.expand(members, -1, -1))
        return copies.eval()

    @torch.no_grad()
    def member(self, k: int) -> nn.Sequential:
        """The k-th published network on its own, of torch's layers."""
        layers: list[nn.Module] = []
        for block in self.layers():
            layers.append(_linear(block.dense, k))
            if isinstance(block.norm, BatchNorm):
                norm = nn.BatchNorm1d(block.norm.gain.shape[2], eps=_EPSILON, momentum=_MOMENTUM)
                norm.weight.copy_(block.norm.gain[k, 0])
                norm.bias.copy_(block.norm.bias[k, 0])
                norm.running_mean.copy_(block.norm.mean[k, 0])  # type: ignore[union-attr]
                norm.running_var.copy_(block.norm.variance[k, 0])  # type: ignore[union-attr]
                layers.append(norm)
            layers += [nn.ReLU(), nn.Dropout(block.dropout.p)]
        return nn.Sequential(*layers, _linear(self.output, k)).train(self.training)


def _linear(dense: Dense, k: int) -> nn.Linear:
    linear = nn.Linear(dense.weight.shape[1], dense.weight.shape[2])
    linear.weight.copy_(dense.weight[k].T)
    linear.bias.copy_(dense.bias[k, 0])
    return linear
