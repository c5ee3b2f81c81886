"""The discriminator: is this (E_mu', theta') at this E_nu' from the data?"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nugan_hep.networks.blocks import Block, Noise
from nugan_hep.networks.presets import NetworkConfig


class Branch(nn.ModuleList):
    """Blocks one after the other."""

    def forward(self, x: Tensor, enu_proxy: Tensor) -> Tensor:
        for block in self:
            x = block(x, enu_proxy)
        return x


class Discriminator(nn.Module):
    """D-QE or D-INC of arXiv:2502.20244: two parallel branches, four body blocks, one logit."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        noise = config.discriminator_noise

        def block(inputs: int, neurons: int, *, conditioned: bool = False, skip: bool = False) -> Block:
            return Block(
                inputs,
                neurons,
                activation_name=config.discriminator_activation,
                dropout=config.dropout,
                noise=noise,
                noise_place=config.noise_place,
                skip=skip,
                scale=config.skip_scale if skip else 1.0,
                conditioned=conditioned,
            )

        width, branch, conditioned = config.discriminator_width, config.branch, config.conditioned
        self.input_noise = Noise(noise)
        self.branches = nn.ModuleList(Branch([block(3, branch), block(branch, branch)]) for _ in range(2))
        self.body = nn.ModuleList([block(2 * branch, width, conditioned=conditioned)])
        self.body.extend(block(width, width, conditioned=conditioned, skip=True) for _ in range(3))
        self.output = nn.Linear(width, 1)
        self.output_noise = Noise(noise)

    def forward(self, muon_proxy: Tensor, enu_proxy: Tensor) -> Tensor:
        """Logit [N] of "from the data" for (E_mu', theta') [N, 2] at E_nu' [N, 1]."""
        noisy = self.input_noise(torch.cat([muon_proxy, enu_proxy], dim=1))
        # the body is conditioned on the same noisy energy that the branches see
        enu_noisy = noisy[:, 2:]
        hidden = torch.cat([branch(noisy, enu_noisy) for branch in self.branches], dim=1)
        for block in self.body:
            hidden = block(hidden, enu_noisy)
        logit: Tensor = self.output_noise(self.output(hidden))
        return logit[:, 0]

    def first_block(self) -> list[nn.Module]:
        """The layers that transfer learning freezes: the first block of each branch."""
        return [next(branch.children()) for branch in self.branches]
