"""A free nucleon as the training loop sees it: maximum likelihood."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.families.common.optimizers import make_optimizer
from nugan_hep.families.common.training import Training, load_weights
from nugan_hep.families.nucleon.network import LATENT_SIZE, Nucleon
from nugan_hep.families.nucleon.settings import NucleonTrainingConfig


def network_of(config: NucleonTrainingConfig) -> Nucleon:
    """The network, with the mass of the lepton.

    Raises
    ------
    UserError : a lepton that is none
    """
    if abs(config.lepton) not in (11, 13, 15):
        raise UserError(f"lepton = {config.lepton}: expected 11, 13 or 15, or their negative numbers")
    return Nucleon(config, _core.lepton_mass(config.lepton))


class NucleonTraining(Training):
    """The mean of -log p of the true events falls; all weights are free."""

    loss_names: tuple[str, ...] = ("loss",)
    latent_size = LATENT_SIZE

    def __init__(self, config: NucleonTrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        model = network_of(config).to(config.device)
        # a neutrino turns a neutron into a proton, and there is none; negative numbers are antileptons
        model.has_elastic.fill_(float(config.lepton < 0))  # type: ignore[operator]
        self.model: nn.Module = model
        self.networks: dict[str, nn.Module] = {"nucleon": model}
        if start is not None:
            load_weights(self.networks, start)
        if freeze not in ("none", "first-block"):
            raise UserError(f"freeze = {freeze}: of a free nucleon, none")
        self._network = model
        self._optimizer = make_optimizer(model.parameters(), config.lr, config)
        self.optimizers: tuple[torch.optim.AdamW, ...] = (self._optimizer,)
        self.rates = (config.lr,)
        self.loss_sums = torch.zeros(1, device=config.device)
        self._clip = config.clip

    def step(self, events: Tensor, more: Tensor) -> None:
        loss = -self._network.log_prob(events[:, 1:], events[:, :1]).mean()
        self._optimizer.zero_grad()
        loss.backward()
        if self._clip > 0:
            torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._clip)
        self._optimizer.step()
        self.loss_sums += loss.detach()
