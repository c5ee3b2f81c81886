"""Blocks 1-4 of arXiv:2502.20244 and the Gaussian noise injected between their layers.

Block 1 is dense, layer normalisation, activation, dropout; Block 2 adds a skip connection from
input to output and a rescaling; Blocks 3 and 4 are the same with the neutrino-energy proxy
concatenated to the input of the dense layer.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

ActivationName = Literal["relu", "leaky_relu", "prelu"]
NoisePlace = Literal["normalisation", "parameters"]

_BANK_SIZE = 1 << 21
_banks: dict[torch.device, Tensor] = {}


def activation(name: ActivationName) -> nn.Module:
    """A fresh activation module; PReLU has one slope for all neurons of its layer."""
    if name == "prelu":
        return nn.PReLU()
    return nn.LeakyReLU() if name == "leaky_relu" else nn.ReLU()


class Noise(nn.Module):
    """Adds N(0, sigma²) to its input while training, nothing in eval mode.

    On a CPU the normals are slices, at random offsets, of one fixed bank: drawing them afresh
    costs as much as the matrix products. CUDA draws them anew.
    """

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.sigma == 0.0:
            return x
        if x.is_cuda or x.numel() > _BANK_SIZE // 2:
            return torch.add(x, torch.randn_like(x), alpha=self.sigma)
        offset = int(torch.randint(_BANK_SIZE - x.numel(), ()))
        return torch.add(x, _bank(x.device)[offset : offset + x.numel()].view_as(x), alpha=self.sigma)

    def extra_repr(self) -> str:
        return f"sigma={self.sigma:g}"


def _bank(device: torch.device) -> Tensor:
    if device not in _banks:
        generator = torch.Generator().manual_seed(20250220)
        _banks[device] = torch.randn(_BANK_SIZE, generator=generator).to(device)
    return _banks[device]


class Block(nn.Module):
    """Blocks 1-4, told apart by ``skip`` and ``conditioned``.

    Parameters
    ----------
    inputs, neurons : widths of the input (without E_nu') and of the output
    skip : add the input to the output, then multiply by ``scale`` (Blocks 2 and 4)
    conditioned : concatenate E_nu' [N, 1] to the input of the dense layer (Blocks 3 and 4)
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
        conditioned: bool = False,
    ) -> None:
        super().__init__()
        if skip and inputs != neurons:
            raise ValueError(f"a skip connection needs equal widths, not {inputs} and {neurons}")
        everywhere = noise if noise_place == "parameters" else 0.0
        self.dense = nn.Linear(inputs + (1 if conditioned else 0), neurons)
        self.dense_noise = Noise(everywhere)
        self.norm = nn.LayerNorm(neurons)
        self.norm_noise = Noise(noise)
        self.activation = activation(activation_name)
        self.activation_noise = Noise(everywhere if activation_name == "prelu" else 0.0)
        self.dropout = nn.Dropout(dropout)
        self.skip = skip
        self.scale = scale
        self.conditioned = conditioned

    def forward(self, x: Tensor, enu_proxy: Tensor) -> Tensor:
        """Map ``x`` [N, inputs] and E_nu' [N, 1] to [N, neurons]."""
        hidden: Tensor = torch.cat([x, enu_proxy], dim=1) if self.conditioned else x
        hidden = self.norm_noise(self.norm(self.dense_noise(self.dense(hidden))))
        hidden = self.dropout(self.activation_noise(self.activation(hidden)))
        return (hidden + x) * self.scale if self.skip else hidden
