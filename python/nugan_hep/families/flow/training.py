"""The spline flow as the training loop sees it: maximum likelihood."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.errors import UserError
from nugan_hep.networks import FLOW_PRESETS, Flow, FlowConfig
from nugan_hep.training.config import TrainingConfig
from nugan_hep.training.family import load_weights
from nugan_hep.training.graph import Captured
from nugan_hep.training.schedule import rate_factor
from nugan_hep.training.step import make_optimizer, set_rate


def flow_config(config: TrainingConfig) -> FlowConfig:
    """The preset's networks, in the proxies of the configuration."""
    return replace(
        FLOW_PRESETS[config.preset], shift=config.shift, enu_min=config.enu_min, enu_max=config.enu_max
    )


class FlowTraining:
    """A :class:`~nugan_hep.training.family.Family`: the mean of -log p of the true events falls.

    ``freeze = "first-block"`` keeps the first dense layer of both networks, ``"all-but-last"``
    all layers but the last of each.
    """

    loss_names: tuple[str, ...] = ("loss",)
    latent_size = 2

    def __init__(self, config: TrainingConfig, start: dict[str, Any] | None, freeze: str) -> None:
        self.config = config
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
        self.loss_sums = torch.zeros(1, device=config.device)
        self._captured = Captured(self._update, self.loss_sums.device)

    def set_rates(self, step: int) -> None:
        # at every step, for a checkpoint brings the rate of the run before
        set_rate(self._optimizer, self.config.lr * rate_factor(self.config, step))

    def step(self, events: Tensor, more: Tensor) -> None:
        self._captured(events)

    def _update(self, events: Tensor) -> None:
        loss = -self._flow.log_prob(events[:, 1:], events[:, :1]).mean()
        self._optimizer.zero_grad()
        loss.backward()
        if self.config.clip > 0:
            torch.nn.utils.clip_grad_norm_(self._trainable, self.config.clip)
        self._optimizer.step()
        self.loss_sums += loss.detach()
