"""Blocks 1-4 of arXiv:2502.20244 and the Gaussian noise injected between their layers.

Block 1 is dense, layer normalisation, activation, dropout; Block 2 adds a skip connection from
input to output and a rescaling; Blocks 3 and 4 are the same with the neutrino-energy proxy
concatenated to the input of the dense layer.

On a CPU the random numbers of noise and dropout are slices, at random offsets, of fixed banks:
drawing them afresh costs as much as the matrix products. CUDA draws them anew.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from nugan_hep.families.common import shares

ActivationName = Literal["relu", "leaky_relu", "prelu"]
NoisePlace = Literal["normalisation", "parameters"]

_BANK_SIZE = 1 << 21
_banks: dict[float | None, Tensor] = {}  # masks by dropout fraction, normals under None


def activation(name: ActivationName) -> nn.Module:
    """A fresh activation module; PReLU has one slope for all neurons of its layer."""
    if name == "prelu":
        return PReLU()
    return nn.LeakyReLU() if name == "leaky_relu" else nn.ReLU()


class PReLU(nn.PReLU):
    """torch's PReLU without a branch for each number, which costs a CPU up to 8 % of a training step."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.lerp(torch.relu(x), x, self.weight)


class Noise(nn.Module):
    """Adds N(0, sigma²) to its input while training, nothing in eval mode.

    ``inplace`` adds it to the input itself, which nothing else may need afterwards.
    """

    def __init__(self, sigma: float, *, inplace: bool = False) -> None:
        super().__init__()
        self.sigma = sigma
        self.inplace = inplace

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.sigma == 0.0:
            return x
        normals = _slice(None, x) if _fits_bank(x) else shares.normals(len(x), x.shape[1], x.device)
        return x.add_(normals, alpha=self.sigma) if self.inplace else x.add(normals, alpha=self.sigma)

    def extra_repr(self) -> str:
        return f"sigma={self.sigma:g}"


class Dropout(nn.Dropout):
    """torch's dropout, with masks from a bank on a CPU."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return x
        if _fits_bank(x):
            return x * _slice(self.p, x)
        if shares.processes() == 1:
            return super().forward(x)
        joint = torch.ones(len(x) * shares.processes(), *x.shape[1:], device=x.device)
        return x * shares.own(super().forward(joint))


def _fits_bank(x: Tensor) -> bool:
    return x.device.type == "cpu" and x.numel() * shares.processes() <= _BANK_SIZE // 2


def _slice(fraction: float | None, x: Tensor) -> Tensor:
    """Masks of a dropout fraction, or normals for None, in the shape of ``x``."""
    if fraction not in _banks:
        random = torch.Generator().manual_seed(20250220)
        if fraction is None:
            _banks[fraction] = torch.randn(_BANK_SIZE, generator=random)
        else:
            kept = torch.rand(_BANK_SIZE, generator=random) >= fraction
            _banks[fraction] = kept.float() / (1.0 - fraction)
    offset = int(torch.randint(_BANK_SIZE - x.numel() * shares.processes(), ()))
    offset += x.numel() * shares.number()
    return _banks[fraction][offset : offset + x.numel()].view_as(x)


class Block(nn.Module):
    """Blocks 1-4, told apart by ``skip`` and ``conditions``.

    Parameters
    ----------
    inputs, neurons : widths of the input (without E_nu') and of the output
    skip : add the input to the output, then multiply by ``scale`` (Blocks 2 and 4)
    conditions : energy columns concatenated to the input of the dense layer (Blocks 3 and 4: E_nu')
    noise_place : noise after the normalisation only, or after every layer with parameters
    """

    def __init__(
        self,
        inputs: int,
        neurons: int,
        *,
        activation_name: ActivationName,
        dropout: float,
        noise: float,
        noise_place: NoisePlace,
        skip: bool = False,
        scale: float = 1.0,
        conditions: int = 0,
    ) -> None:
        super().__init__()
        if skip and inputs != neurons:
            raise ValueError(f"a skip connection needs equal widths, not {inputs} and {neurons}")
        everywhere = noise if noise_place == "parameters" else 0.0
        self.dense = nn.Linear(inputs + conditions, neurons)
        self.dense_noise = Noise(everywhere, inplace=True)
        self.norm = nn.LayerNorm(neurons)
        self.norm_noise = Noise(noise, inplace=True)
        self.activation = activation(activation_name)
        self.activation_noise = Noise(everywhere if activation_name == "prelu" else 0.0, inplace=True)
        self.dropout = Dropout(dropout)
        self.skip = skip
        self.scale = scale
        self.conditioned = conditions > 0

    def forward(self, x: Tensor, energies: Tensor) -> Tensor:
        """Map ``x`` [N, inputs] and the energy columns [N, conditions] to [N, neurons]."""
        hidden: Tensor = torch.cat([x, energies], dim=1) if self.conditioned else x
        hidden = self.norm_noise(self.norm(self.dense_noise(self.dense(hidden))))
        hidden = self.dropout(self.activation_noise(self.activation(hidden)))
        return (hidden + x).mul_(self.scale) if self.skip else hidden
