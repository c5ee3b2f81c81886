"""A generator fitted to a flow: regression on the map from latents to muons.

A flow maps normal latents to muons with the right density, smoothly; a generator that reproduces
the map has the density too, without a discriminator's noise. What is left to the discriminator is
to find what the regression missed.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nugan_hep import families
from nugan_hep.archive import TRAINING_FILE, find_model, read_extra
from nugan_hep.errors import UserError
from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.families.common.shares import normals
from nugan_hep.families.common.training import Training
from nugan_hep.training import checkpoint
from nugan_hep.training.config import from_saved


def load_teacher(name: str, config: TrainingConfig, latent_size: int) -> nn.Module:
    """The flow ``name``, on the device of the training.

    Raises
    ------
    UserError : no such model, no flow, or other proxies or latents than those of the run
    """
    path = find_model(name)
    state = checkpoint.parse(read_extra(path, TRAINING_FILE), path, checkpoint.START_KEYS)
    own = from_saved(state["config"])
    family = families.of_config(own)
    if not family.has_density:
        raise UserError(f"teacher {name} is a {family.title}: expected a flow")
    for key in ("shift", "enu_min", "enu_max"):
        if getattr(own, key) != getattr(config, key):
            raise UserError(f"teacher {name} has {key} = {getattr(own, key)}, not {getattr(config, key)}")
    if latent_size != family.latent_size(own):
        raise UserError(f"latent_size = {latent_size}: a teacher has {family.latent_size(own)}")
    network: nn.Module = family.loaded(own, state)
    return network.to(config.device).requires_grad_(False)


class DistilledTraining(Training):
    """The squared distance of a network to its teacher falls.

    Other networks of the training, a discriminator, stay as they are; they travel along for an
    adversarial run after.
    """

    loss_names: tuple[str, ...] = ("loss",)

    def __init__(self, training: Training, teacher: nn.Module) -> None:
        self.networks, self.model = training.networks, training.model
        self.latent_size = training.latent_size
        self.optimizers, self.rates = training.optimizers[:1], training.rates[:1]
        self._teacher = teacher
        self.loss_sums = torch.zeros(1, device=training.loss_sums.device)

    def step(self, events: Tensor, more: Tensor) -> None:
        enu = more[:, :1]
        latent = normals(len(enu), self.latent_size, enu.device)
        loss = (self.model(latent, enu) - self._teacher(latent, enu)).square().mean()
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
        self.loss_sums += loss.detach()
