"""The discriminator: is this (E_mu', theta') at this E_nu' from the data?"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from nugan_hep.families.common.blocks import Block, Noise
from nugan_hep.families.common.features import neutrino_energy, peaks, scaled_log
from nugan_hep.families.gan.settings import NetworkConfig


class Branch(nn.ModuleList):
    """Blocks one after the other."""

    def forward(self, x: Tensor, enu_proxy: Tensor) -> Tensor:
        for block in self:
            x = block(x, enu_proxy)
        return x


class Discriminator(nn.Module):
    """D-QE or D-INC of arXiv:2502.20244: two parallel branches, four body blocks, one logit.

    With ``peak_features`` the branches see (E_mu', theta', E_nu', log E', elastic', delta').
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        noise = config.discriminator_noise

        def block(inputs: int, neurons: int, *, conditions: int = 0, skip: bool = False) -> Block:
            return Block(
                inputs,
                neurons,
                activation_name=config.discriminator_activation,
                dropout=config.dropout,
                noise=noise,
                noise_place=config.noise_place,
                skip=skip,
                scale=config.skip_scale if skip else 1.0,
                conditions=conditions,
            )

        width, branch = config.discriminator_width, config.branch
        conditions = 1 if config.conditioned else 0
        inputs = 6 if config.peak_features else 3
        self.peak_features = config.peak_features
        self.enu_range = (config.enu_min, config.enu_max)
        self.input_noise = Noise(noise, inplace=True)
        self.branches = nn.ModuleList(
            Branch([block(inputs, branch), block(branch, branch)]) for _ in range(2)
        )
        self.body = nn.ModuleList([block(2 * branch, width, conditions=conditions)])
        self.body.extend(block(width, width, conditions=conditions, skip=True) for _ in range(3))
        self.output = nn.Linear(width, 1)
        self.output_noise = Noise(noise, inplace=True)
        if config.spectral_norm:
            for layer in [module for module in self.modules() if isinstance(module, nn.Linear)]:
                parametrizations.spectral_norm(layer)

    def forward(self, muon_proxy: Tensor, enu_proxy: Tensor) -> Tensor:
        """Logit [N] of "from the data" for (E_mu', theta') [N, 2] at E_nu' [N, 1]."""
        noisy = self.input_noise(torch.cat([muon_proxy, enu_proxy], dim=1))
        # the body is conditioned on the same noisy energy that the branches see
        enu_noisy = noisy[:, 2:]
        if self.peak_features:
            noisy = torch.cat([noisy, self._features(noisy)], dim=1)
        hidden = torch.cat([branch(noisy, enu_noisy) for branch in self.branches], dim=1)
        for block in self.body:
            hidden = block(hidden, enu_noisy)
        logit: Tensor = self.output_noise(self.output(hidden))
        return logit[:, 0]

    def _features(self, noisy: Tensor) -> Tensor:
        """(log E', elastic', delta') [N, 3] of the noisy (E_mu', theta', E_nu')."""
        low, high = self.enu_range
        # noise may be wide enough to carry the energy below zero, where there is no logarithm
        enu = neutrino_energy(noisy[:, 2], low, high).clamp(min=0.1 * low)
        log_energy = scaled_log(enu, low, high).unsqueeze(1)
        return torch.cat([log_energy, peaks(enu, 0.5 * (noisy[:, 1] + 1.0))], dim=1)

    def first_block(self) -> list[nn.Module]:
        """The layers that transfer learning freezes: the first block of each branch."""
        return [next(branch.children()) for branch in self.branches]
