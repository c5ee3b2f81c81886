"""A GAN's generator fitted to a flow: regression on the map from latents to muons.

A flow maps normal latents to muons with the right density, smoothly; a generator that reproduces
the map has the density too, without a discriminator's noise. What is left to the discriminator is
to find what the regression missed.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from nugan_hep.archive import TRAINING_FILE, find_model, read_extra
from nugan_hep.errors import UserError
from nugan_hep.networks import Flow
from nugan_hep.training import checkpoint
from nugan_hep.training.config import TrainingConfig, from_saved
from nugan_hep.training.flow import FlowTraining, flow_config
from nugan_hep.training.gan import GanTraining
from nugan_hep.training.graph import Captured
from nugan_hep.training.schedule import rate_factor
from nugan_hep.training.step import set_rate


def load_teacher(config: TrainingConfig) -> Flow:
    """The flow that ``config.teacher`` names, on the device of the training.

    Raises
    ------
    UserError : no such model, no flow, or other proxies or latents than those of the run
    """
    path = find_model(config.teacher)
    state = checkpoint.parse(read_extra(path, TRAINING_FILE), path, checkpoint.START_KEYS)
    own = from_saved(state["config"])
    if own.family != "flow":
        raise UserError(f"teacher {config.teacher} is a GAN: expected a flow")
    for key in ("shift", "enu_min", "enu_max"):
        if getattr(own, key) != getattr(config, key):
            raise UserError(
                f"teacher {config.teacher} has {key} = {getattr(own, key)}, not {getattr(config, key)}"
            )
    if config.latent_size != FlowTraining.latent_size:
        raise UserError(f"latent_size = {config.latent_size}: a teacher has {FlowTraining.latent_size}")
    flow = Flow(flow_config(own))
    flow.load_state_dict(state["flow"])
    return flow.to(config.device).requires_grad_(False)


class DistilledTraining(GanTraining):
    """A :class:`~nugan_hep.training.family.Family`: the generator's squared distance to the flow falls.

    The discriminator stays as it is; it travels with the generator for an adversarial run after.
    """

    loss_names: tuple[str, ...] = ("loss",)

    def __init__(self, config: TrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        super().__init__(config, start, freeze)
        self._teacher = load_teacher(config)
        self.optimizers = self.optimizers[:1]
        self.loss_sums = torch.zeros(1, device=config.device)
        self._captured = Captured(self._update, self.loss_sums.device)

    def set_rates(self, step: int) -> None:
        set_rate(self.optimizers[0], self.config.lr_generator * rate_factor(self.config, step))

    def step(self, events: Tensor, more: Tensor) -> None:
        self._captured(more)

    def _update(self, events: Tensor) -> None:
        enu = events[:, :1]
        latent = torch.randn(len(enu), self.latent_size, device=enu.device)
        loss = (self.model(latent, enu) - self._teacher(latent, enu)).square().mean()
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
        self.loss_sums += loss.detach()
