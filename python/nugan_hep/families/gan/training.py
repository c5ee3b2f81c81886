"""The GAN of the papers as the training loop sees it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.errors import UserError
from nugan_hep.networks import PRESETS, Discriminator, Generator, NetworkConfig
from nugan_hep.networks.features import widened
from nugan_hep.training.config import TrainingConfig
from nugan_hep.training.family import load_weights
from nugan_hep.training.schedule import rate_factor
from nugan_hep.training.step import AdversarialStep, make_optimizer, set_rate, switch_to_amsgrad


def network_config(config: TrainingConfig) -> NetworkConfig:
    """The preset's networks, with what the configuration says of them."""
    settings = config.as_dict()
    given = {item.name: settings[item.name] for item in fields(NetworkConfig) if item.name in settings}
    return replace(PRESETS[config.preset], **given)


class GanTraining:
    """A :class:`~nugan_hep.training.family.Family`: generator against discriminator.

    ``freeze = "first-block"`` keeps the first block of both networks (arXiv:2508.12987).
    """

    loss_names: tuple[str, ...] = ("loss_discriminator", "loss_generator")

    def __init__(self, config: TrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        self.config = config
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
        self._step = AdversarialStep(generator, discriminator, pair, config, self.latent_size)
        self.loss_sums = self._step.loss_sums

    def set_rates(self, step: int) -> None:
        config, factor = self.config, rate_factor(self.config, step)
        # at every step, for a checkpoint brings the rates of the run before
        set_rate(self.optimizers[0], config.lr_generator * factor)
        set_rate(self.optimizers[1], config.lr_discriminator * factor)
        amsgrad = self.optimizers[0].param_groups[0]["amsgrad"]
        if not amsgrad and 0 <= config.amsgrad_from <= step:
            for optimizer in self.optimizers:
                switch_to_amsgrad(optimizer)
            self._step.recapture()

    def step(self, events: Tensor, more: Tensor) -> None:
        self._step(events, more)
