"""The GAN of the papers as the training loop sees it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.errors import UserError
from nugan_hep.families.common.features import widened
from nugan_hep.families.common.optimizers import make_optimizer, switch_to_amsgrad
from nugan_hep.families.common.training import Training, load_weights
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import GanTrainingConfig, network_config
from nugan_hep.families.gan.step import AdversarialStep


class GanTraining(Training):
    """Generator against discriminator.

    ``freeze = "first-block"`` keeps the first block of both networks (arXiv:2508.12987).
    """

    loss_names: tuple[str, ...] = ("loss_discriminator", "loss_generator")

    def __init__(self, config: GanTrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        network = network_config(config)
        self.latent_size = network.latent_size
        generator = Generator(network).to(config.device)
        discriminator = Discriminator(network).to(config.device)
        self.model: nn.Module = generator
        self.networks: dict[str, nn.Module] = {"generator": generator, "discriminator": discriminator}
        if start is not None:
            load_weights(
                self.networks, {name: widened(start[name], net) for name, net in self.networks.items()}
            )
        if freeze == "first-block":
            for module in generator.first_block() + discriminator.first_block():
                module.requires_grad_(False)
        elif freeze != "none":
            raise UserError(f"freeze = {freeze}: of a GAN, first-block or none")
        pair = (
            make_optimizer(generator.parameters(), config.lr_generator, config),
            make_optimizer(discriminator.parameters(), config.lr_discriminator, config),
        )
        self.optimizers: tuple[torch.optim.AdamW, ...] = pair
        self.rates = (config.lr_generator, config.lr_discriminator)
        self._step = AdversarialStep(generator, discriminator, pair, config, self.latent_size)
        self.loss_sums = self._step.loss_sums
        self._amsgrad_from = config.amsgrad_from

    def set_rates(self, step: int, factor: float) -> bool:
        super().set_rates(step, factor)
        amsgrad = self.optimizers[0].param_groups[0]["amsgrad"]
        switch = not amsgrad and 0 <= self._amsgrad_from <= step
        if switch:
            for optimizer in self.optimizers:
                switch_to_amsgrad(optimizer)
        return switch

    def step(self, events: Tensor, more: Tensor) -> None:
        self._step(events, more)
