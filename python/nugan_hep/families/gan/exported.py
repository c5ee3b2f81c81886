"""The generator as it is shipped: physical variables, nothing left that only training needs."""

from __future__ import annotations

import hashlib
import math
from typing import Any, cast

import torch
from torch import Tensor, nn

from nugan_hep.kinematics import MUON_MASS
from nugan_hep.networks.blocks import Block
from nugan_hep.networks.features import scaled_log
from nugan_hep.networks.generator import Generator


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


class ExportedGenerator(nn.Module):
    """``forward(latent [N, L], enu [N] in GeV) -> [N, 2]``: E_mu in GeV, theta in rad.

    The latent dense, the energy dense and the dense layer of the first block have nothing but
    sums between them; they are folded to one affine map of (latent, energies): E_nu' and, with
    ``log_energy``, log E'.
    """

    def __init__(self, generator: Generator, shift: float, enu_range: tuple[float, float]) -> None:
        super().__init__()
        self.enu_min, self.enu_max = enu_range
        self.shift = shift
        self.muon_mass = MUON_MASS
        self.pi = math.pi
        self.log_energy = generator.log_energy
        self.input = fold_inputs(generator)
        self.input_norm = generator.first.norm
        self.input_activation = generator.first.activation
        self.body = nn.ModuleList(ExportedBlock(cast(Block, block)) for block in generator.body)
        self.output = generator.output

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        energies = (2.0 * (enu - self.enu_min) / (self.enu_max - self.enu_min) - 1.0).unsqueeze(1)
        if self.log_energy:
            logarithm = scaled_log(enu, self.enu_min, self.enu_max).unsqueeze(1)
            energies = torch.cat([energies, logarithm], dim=1)
        hidden = self.input_activation(self.input_norm(self.input(torch.cat([latent, energies], dim=1))))
        for block in self.body:
            hidden = block(hidden, energies)
        unit = 0.5 * (torch.tanh(self.output(hidden)) + 1.0)
        available = enu - (self.shift + self.muon_mass)
        emu = self.muon_mass + available * (1.0 - unit[:, 0] * unit[:, 0])
        theta = self.pi * unit[:, 1] * unit[:, 1]
        return torch.stack([emu, theta], dim=1)


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


def weights_sha256(model: nn.Module) -> str:
    """SHA-256 over names and little-endian bytes of all parameters and buffers, sorted by name."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode() + b"\0" + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def scripted(
    model: nn.Module, attributes: dict[str, Any], tables: dict[str, Tensor]
) -> torch.jit.ScriptModule:
    """Script ``model`` in eval mode, with attributes and buffers that the C++ core reads.

    The attribute ``sha256`` is added: torch's loader does not notice a damaged weight.
    """
    for name, value in attributes.items():
        setattr(model, name, value)
    for name, table in tables.items():
        model.register_buffer(name, table)
    model = model.cpu().eval().requires_grad_(False)
    model.sha256 = weights_sha256(model)  # type: ignore[assignment]
    return cast(torch.jit.ScriptModule, torch.jit.script(model))
