from __future__ import annotations

import copy

import pytest
import torch

from nugan_hep.networks import PRESETS, Discriminator, Generator
from nugan_hep.training.config import TrainingConfig
from nugan_hep.training.step import AdversarialStep, make_optimizer, set_rate, switch_to_amsgrad


def networks() -> tuple[Generator, Discriminator]:
    torch.manual_seed(0)
    return Generator(PRESETS["inc"]), Discriminator(PRESETS["inc"])


def make_step(config: TrainingConfig, pair: tuple[Generator, Discriminator]) -> AdversarialStep:
    optimizers = (
        make_optimizer(pair[0].parameters(), config.lr_generator, config),
        make_optimizer(pair[1].parameters(), config.lr_discriminator, config),
    )
    return AdversarialStep(*pair, optimizers, config, 50)


def test_a_step_moves_every_weight_and_accumulates_losses() -> None:
    config = TrainingConfig(batch=64, dropout=0.0)
    pair = networks()
    before = [copy.deepcopy(net.state_dict()) for net in pair]
    step = make_step(config, pair)
    step(torch.rand(64, 3) * 2 - 1, torch.rand(128, 1) * 2 - 1)
    for net, old in zip(pair, before, strict=True):
        assert all(not torch.equal(value, old[key]) for key, value in net.state_dict().items())
        assert all(p.requires_grad for p in net.parameters())
    assert torch.isfinite(step.loss_sums).all()
    assert step.loss_sums[0] > 0


def test_frozen_weights_stay() -> None:
    config = TrainingConfig(batch=64)
    generator, discriminator = networks()
    frozen = generator.first_block() + discriminator.first_block()
    for module in frozen:
        module.requires_grad_(False)
    before = [p.clone() for module in frozen for p in module.parameters()]
    step = make_step(config, (generator, discriminator))
    for _ in range(3):
        step(torch.rand(64, 3) * 2 - 1, torch.rand(128, 1) * 2 - 1)
    after = [p for module in frozen for p in module.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(p.requires_grad for p in after)


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


@pytest.mark.cuda
def test_captured_graph_keeps_training() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    config = TrainingConfig(
        batch=256, dropout=0.0, generator_noise=0.0, discriminator_noise=0.0, device="cuda"
    )
    torch.manual_seed(0)
    pair = tuple(net.cuda() for net in networks())
    step = make_step(config, pair)  # type: ignore[arg-type]
    before = copy.deepcopy(pair[0].state_dict())
    for _ in range(10):  # three eager steps, then the graph
        step(torch.rand(256, 3, device="cuda") * 2 - 1, torch.rand(512, 1, device="cuda") * 2 - 1)
    assert torch.isfinite(step.loss_sums).all()
    assert all(not torch.equal(value, before[key]) for key, value in pair[0].state_dict().items())
