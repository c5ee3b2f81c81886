"""The spline flow as the training loop sees it: maximum likelihood."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.errors import UserError
from nugan_hep.families.common.optimizers import make_optimizer
from nugan_hep.families.common.training import Training, load_weights
from nugan_hep.families.flow.network import LATENT_SIZE, Flow
from nugan_hep.families.flow.settings import FlowTrainingConfig, flow_config


class FlowTraining(Training):
    """The mean of -log p of the true events falls.

    ``freeze = "first-block"`` keeps the first dense layer of both networks, ``"all-but-last"``
    all layers but the last of each.
    """

    loss_names: tuple[str, ...] = ("loss",)
    latent_size = LATENT_SIZE

    def __init__(self, config: FlowTrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        flow = Flow(flow_config(config)).to(config.device)
        self.model: nn.Module = flow
        self.networks: dict[str, nn.Module] = {"flow": flow}
        if start is not None:
            load_weights(self.networks, start)
        frozen = {
            "none": [],
            "first-block": flow.first_layers(),
            "all-but-last": flow.hidden_layers(),
        }
        if freeze not in frozen:
            raise UserError(f"freeze = {freeze}: of a flow, {', '.join(frozen)}")
        for module in frozen[freeze]:
            module.requires_grad_(False)
        self._flow = flow
        self._trainable = [p for p in flow.parameters() if p.requires_grad]
        self._optimizer = make_optimizer(self._trainable, config.lr, config)
        self.optimizers: tuple[torch.optim.AdamW, ...] = (self._optimizer,)
        self.rates = (config.lr,)
        self.loss_sums = torch.zeros(1, device=config.device)
        self._clip = config.clip

    def step(self, events: Tensor, more: Tensor) -> None:
        loss = -self._flow.log_prob(events[:, 1:], events[:, :1]).mean()
        self._optimizer.zero_grad()
        loss.backward()
        if self._clip > 0:
            torch.nn.utils.clip_grad_norm_(self._trainable, self._clip)
        self._optimizer.step()
        self.loss_sums += loss.detach()
