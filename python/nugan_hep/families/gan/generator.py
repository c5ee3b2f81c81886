"""The generator: Gaussian latents and a neutrino energy to a muon energy and angle."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nugan_hep.families.common.blocks import Block, Noise
from nugan_hep.families.common.features import with_log
from nugan_hep.families.gan.settings import NetworkConfig


class Generator(nn.Module):
    """G-QE or G-INC of arXiv:2502.20244: three blocks, tanh output.

    With ``log_energy`` two energy columns, E_nu' and log E', stand wherever E_nu' does.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        everywhere = config.generator_noise if config.noise_place == "parameters" else 0.0
        half = config.first_width // 2
        self.log_energy = config.log_energy
        self.enu_range = (config.enu_min, config.enu_max)
        energies = 2 if config.log_energy else 1
        conditions = energies if config.conditioned else 0
        self.input_noise = Noise(config.generator_noise if config.noise_inputs else 0.0)
        self.latent_dense = nn.Linear(config.latent_size, half)
        self.enu_dense = nn.Linear(energies, config.first_width - half)
        self.dense_noise = Noise(everywhere, inplace=True)

        def block(inputs: int, neurons: int, *, conditions: int, skip: bool = False) -> Block:
            return Block(
                inputs,
                neurons,
                activation_name=config.generator_activation,
                dropout=config.dropout,
                noise=config.generator_noise,
                noise_place=config.noise_place,
                skip=skip,
                scale=config.skip_scale if skip else 1.0,
                conditions=conditions,
            )

        self.first = block(config.first_width, config.first_width, conditions=0)
        self.body = nn.ModuleList(
            [
                block(config.first_width, config.width, conditions=conditions),
                block(config.width, config.width, conditions=conditions, skip=True),
            ]
        )
        self.output = nn.Linear(config.width, 2)
        self.output_noise = Noise(everywhere, inplace=True)

    def forward(self, latent: Tensor, enu_proxy: Tensor) -> Tensor:
        """Map latents [N, L] and E_nu' [N, 1] to (E_mu', theta') [N, 2], each in [-1, 1]."""
        energies = with_log(enu_proxy, *self.enu_range) if self.log_energy else enu_proxy
        latent, energies = self.input_noise(latent), self.input_noise(energies)
        hidden = torch.cat([self.latent_dense(latent), self.enu_dense(energies)], dim=1)
        hidden = self.first(self.dense_noise(hidden), energies)
        for block in self.body:
            hidden = block(hidden, energies)
        return torch.tanh(self.output_noise(self.output(hidden)))

    def first_block(self) -> list[nn.Module]:
        """The layers that transfer learning freezes: both input dense layers and the first block."""
        return [self.latent_dense, self.enu_dense, self.first]
