"""What a family of networks brings to the training loop."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor, nn

from nugan_hep.training.config import TrainingConfig


class Family(Protocol):
    """Networks, how a step changes them, and which of them is judged and exported."""

    networks: dict[str, nn.Module]
    """By key of a checkpoint, see :data:`nugan_hep.training.checkpoint.NETWORKS`."""

    optimizers: tuple[torch.optim.AdamW, ...]

    model: nn.Module
    """The network that is averaged, judged and exported: latents [N, L] and E_nu' [N, 1] to the muon."""

    latent_size: int

    loss_names: tuple[str, ...]
    """Columns of the history, one for each entry of ``loss_sums``."""

    loss_sums: Tensor
    """Sums over the steps since the loop last set them to zero, on the device."""

    def set_rates(self, step: int) -> None:
        """Rates and algorithm of the optimisers for a step."""

    def step(self, events: Tensor, more: Tensor) -> None:
        """One update from true events [B, 3] and [2B, 3], see :class:`nugan_hep.training.batches.Batches`."""


def make_family(config: TrainingConfig, start: dict[str, Any] | None, freeze: str) -> Family:
    """The family of the preset, at random weights from ``config.seed`` or at those of ``start``.

    Raises
    ------
    UserError : layers to freeze that the family does not know
    """
    from nugan_hep.training.distillation import DistilledTraining
    from nugan_hep.training.flow import FlowTraining
    from nugan_hep.training.gan import GanTraining

    torch.manual_seed(config.seed)
    if config.family == "flow":
        return FlowTraining(config, start, freeze)
    return (DistilledTraining if config.teacher else GanTraining)(config, start, freeze)


def load_weights(networks: dict[str, nn.Module], state: dict[str, Any]) -> None:
    for name, network in networks.items():
        network.load_state_dict(state[name])
