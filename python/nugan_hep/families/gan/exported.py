"""The generator as it is shipped: physical variables, nothing left that only training needs."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from nugan_hep.families.common.blocks import Block
from nugan_hep.families.common.exported import Exported
from nugan_hep.families.common.features import scaled_log
from nugan_hep.families.gan.generator import Generator


class ExportedBlock(nn.Module):
    """A :class:`Block` in eval mode, for TorchScript."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.dense = block.dense
        self.norm = block.norm
        self.activation = block.activation
        self.skip = block.skip
        self.scale = block.scale
        self.conditioned = block.conditioned

    def forward(self, x: Tensor, energies: Tensor) -> Tensor:
        hidden: Tensor = torch.cat([x, energies], dim=1) if self.conditioned else x
        hidden = self.activation(self.norm(self.dense(hidden)))
        if self.skip:
            hidden = (hidden + x) * self.scale
        return hidden


class ExportedGenerator(Exported):
    """The generator as :class:`~nugan_hep.families.common.exported.Exported` says.

    The latent dense, the energy dense and the dense layer of the first block have nothing but
    sums between them; they are folded to one affine map of (latent, energies): E_nu' and, with
    ``log_energy``, log E'.
    """

    def __init__(self, generator: Generator, shift: float, enu_range: tuple[float, float]) -> None:
        super().__init__(shift, enu_range)
        self.log_energy = generator.log_energy
        self.input = fold_inputs(generator)
        self.input_norm = generator.first.norm
        self.input_activation = generator.first.activation
        self.body = nn.ModuleList(ExportedBlock(cast(Block, block)) for block in generator.body)
        self.output = generator.output

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        energies = self.enu_proxy(enu)
        if self.log_energy:
            logarithm = scaled_log(enu, self.enu_min, self.enu_max).unsqueeze(1)
            energies = torch.cat([energies, logarithm], dim=1)
        hidden = self.input_activation(self.input_norm(self.input(torch.cat([latent, energies], dim=1))))
        for block in self.body:
            hidden = block(hidden, energies)
        return self.muon(0.5 * (torch.tanh(self.output(hidden)) + 1.0), enu)


@torch.no_grad()
def fold_inputs(generator: Generator) -> nn.Linear:
    """The generator's three input layers as one (L + energies -> first width), folded in float64."""
    latent, enu, first = (
        {"weight": layer.weight.double(), "bias": layer.bias.double()}
        for layer in (generator.latent_dense, generator.enu_dense, generator.first.dense)
    )
    split = latent["weight"].shape[0]
    on_latent, on_enu = first["weight"][:, :split], first["weight"][:, split:]
    weight = torch.cat([on_latent @ latent["weight"], on_enu @ enu["weight"]], dim=1)
    bias = first["bias"] + on_latent @ latent["bias"] + on_enu @ enu["bias"]
    folded = nn.Linear(weight.shape[1], weight.shape[0])
    folded.weight.copy_(weight)
    folded.bias.copy_(bias)
    return folded
