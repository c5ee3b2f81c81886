"""One adversarial step, free of host synchronisation, so that CUDA can capture it in a graph."""

from __future__ import annotations

import torch
from torch import Tensor

from nugan_hep.families.common.shares import normals
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.losses import (
    GENERATOR_LOSSES,
    discriminator_loss,
    gradient_penalty,
    relativistic,
)
from nugan_hep.families.gan.settings import GanTrainingConfig


class AdversarialStep:
    """Updates the discriminator on B true and B generated events, then the generator on 2B.

    Call it with the events (E_nu', E_mu', theta') of both updates, [B, 3] and [2B, 3]; of the
    latter only a relativistic loss uses more than the energies. The two losses, without the
    gradient penalty, are added to ``loss_sums`` [2] (discriminator, generator) on the device.
    """

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        optimizers: tuple[torch.optim.AdamW, torch.optim.AdamW],
        config: GanTrainingConfig,
        latent_size: int,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.loss, self.r1 = config.loss, config.r1
        self.latent_size = latent_size
        device = next(generator.parameters()).device
        self.loss_sums = torch.zeros(2, device=device)
        self._trainable = [p for p in discriminator.parameters() if p.requires_grad]

    def __call__(self, real: Tensor, more: Tensor) -> None:
        loss_d, penalty = self._discriminator_loss(real)
        self.discriminator_optimizer.zero_grad()
        (loss_d + penalty).backward()
        self.discriminator_optimizer.step()

        # the discriminator's weights need no gradient here: a fifth of the arithmetic of a step
        for parameter in self._trainable:
            parameter.requires_grad_(False)
        loss_g = self._generator_loss(more)
        self.generator_optimizer.zero_grad()
        loss_g.backward()
        self.generator_optimizer.step()
        for parameter in self._trainable:
            parameter.requires_grad_(True)

        self.loss_sums += torch.stack([loss_d.detach(), loss_g.detach()])

    def _discriminator_loss(self, real: Tensor) -> tuple[Tensor, Tensor]:
        enu, muons = real[:, :1], real[:, 1:]
        with torch.no_grad():
            generated = self._generate(enu)
        penalty = torch.zeros((), device=real.device)
        if self.r1 > 0:
            # on their own, for the gradient of generated events would be thrown away
            muons = muons.clone().requires_grad_(True)
            logits, of_generated = self.discriminator(muons, enu), self.discriminator(generated, enu)
            penalty = 0.5 * self.r1 * gradient_penalty(logits, muons)
        else:
            both = self.discriminator(torch.cat([muons, generated]), enu.repeat(2, 1))
            logits, of_generated = both[: len(real)], both[len(real) :]
        if self.loss == "relativistic":
            return relativistic(logits, of_generated), penalty
        return discriminator_loss(logits, of_generated), penalty

    def _generator_loss(self, events: Tensor) -> Tensor:
        enu = events[:, :1]
        logits = self.discriminator(self._generate(enu), enu)
        if self.loss != "relativistic":
            return GENERATOR_LOSSES[self.loss](logits)
        with torch.no_grad():
            of_real = self.discriminator(events[:, 1:], enu)
        return relativistic(logits, of_real)

    def _generate(self, enu: Tensor) -> Tensor:
        latent = normals(len(enu), self.latent_size, enu.device)
        muons: Tensor = self.generator(latent, enu)
        return muons
