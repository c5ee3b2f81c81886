"""What a family of networks brings to the training loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.families.common.optimizers import set_rate


class Training(ABC):
    """Networks, how a step changes them, and which of them is judged and exported."""

    networks: dict[str, nn.Module]
    """By key of a checkpoint, see :attr:`nugan_hep.families.common.family.Family.networks`."""

    optimizers: tuple[torch.optim.AdamW, ...]

    rates: tuple[float, ...]
    """Largest learning rate of each optimiser."""

    model: nn.Module
    """The network that is averaged, judged and exported: latents [N, L] and E_nu' [N, 1] to the muon."""

    latent_size: int

    loss_names: tuple[str, ...]
    """Columns of the history, one for each entry of ``loss_sums``."""

    loss_sums: Tensor
    """Sums over the steps since the loop last set them to zero, on the device."""

    def set_rates(self, step: int, factor: float) -> bool:
        """Rates and algorithm of the optimisers for a step; whether the algorithm is another from here on.

        ``factor`` is what the schedule multiplies the rates with.
        """
        # at every step, for a checkpoint brings the rates of the run before
        for optimizer, rate in zip(self.optimizers, self.rates, strict=True):
            set_rate(optimizer, rate * factor)
        return False

    @abstractmethod
    def step(self, events: Tensor, more: Tensor) -> None:
        """One update from true events (E_nu', E_mu', theta') [B, 3] and [2B, 3].

        It must not ask the device for a value: on CUDA the loop captures it in a graph.
        """


def load_weights(networks: dict[str, nn.Module], state: dict[str, Any]) -> None:
    for name, network in networks.items():
        network.load_state_dict(state[name])
