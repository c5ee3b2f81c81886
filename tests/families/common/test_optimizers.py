"""AdamW and its switch to AMSGrad."""

from __future__ import annotations

import torch

from nugan_hep.families.common.optimizers import make_optimizer, set_rate, switch_to_amsgrad
from nugan_hep.families.common.settings import TrainingConfig


def optimise(amsgrad_at: int | None, steps: int = 20, always: bool = False) -> torch.Tensor:
    torch.manual_seed(1)
    weight = torch.nn.Parameter(torch.ones(4))
    optimizer = make_optimizer([weight], 1e-2, TrainingConfig())
    if always:
        optimizer.param_groups[0]["amsgrad"] = True
    for step in range(steps):
        if step == amsgrad_at:
            switch_to_amsgrad(optimizer)
        optimizer.zero_grad()
        (weight * torch.randn(4)).sum().backward()
        optimizer.step()
    return weight.detach()


def test_amsgrad_switch() -> None:
    assert torch.equal(optimise(amsgrad_at=0), optimise(None, always=True))
    assert not torch.equal(optimise(amsgrad_at=5), optimise(None))
    # up to the switch nothing differs
    assert torch.equal(optimise(amsgrad_at=20), optimise(None))


def test_set_rate() -> None:
    optimizer = make_optimizer([torch.nn.Parameter(torch.ones(1))], 1e-2, TrainingConfig())
    set_rate(optimizer, 5e-3)
    assert optimizer.param_groups[0]["lr"] == 5e-3
