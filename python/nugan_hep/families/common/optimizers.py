"""AdamW as all trainings use it, ready for CUDA graphs."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from nugan_hep.families.common.settings import TrainingConfig


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
