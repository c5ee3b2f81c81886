"""One adversarial step, free of host synchronisation; on CUDA it is captured in a graph."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from nugan_hep.networks import Discriminator, Generator
from nugan_hep.training.config import TrainingConfig
from nugan_hep.training.graph import Captured
from nugan_hep.training.losses import (
    GENERATOR_LOSSES,
    discriminator_loss,
    gradient_penalty,
    relativistic,
)


def make_optimizer(
    parameters: Iterable[nn.Parameter], rate: float, config: TrainingConfig
) -> torch.optim.AdamW:
    """AdamW over the parameters that are not frozen; the rate is a tensor on CUDA, as graphs need."""
    trainable = [p for p in parameters if p.requires_grad]
    cuda = trainable[0].is_cuda
    return torch.optim.AdamW(
        trainable,
        lr=torch.tensor(rate, device=trainable[0].device) if cuda else rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
        capturable=cuda,
    )


def switch_to_amsgrad(optimizer: torch.optim.AdamW) -> None:
    """Turn AdamW into AMSGrad in mid-run; the running maximum starts at the present second moment."""
    for group in optimizer.param_groups:
        group["amsgrad"] = True
    for state in optimizer.state.values():
        state.setdefault("max_exp_avg_sq", state["exp_avg_sq"].clone())


def set_rate(optimizer: torch.optim.AdamW, rate: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


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
        config: TrainingConfig,
        latent_size: int,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.loss, self.r1 = config.loss, config.r1
        self.latent_size = latent_size
        device = next(generator.parameters()).device
        self.loss_sums = torch.zeros(2, device=device)
        self._trainable = [p for p in discriminator.parameters() if p.requires_grad]
        self._captured = Captured(self._step, device)

    def __call__(self, real: Tensor, more: Tensor) -> None:
        self._captured(real, more)

    def recapture(self) -> None:
        """Forget the CUDA graph, after a change of the optimisers' algorithm."""
        self._captured.forget()

    def _step(self, real: Tensor, more: Tensor) -> None:
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
        latent = torch.randn(len(enu), self.latent_size, device=enu.device)
        muons: Tensor = self.generator(latent, enu)
        return muons
