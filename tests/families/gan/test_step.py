from __future__ import annotations

import copy
import math
from dataclasses import replace

import pytest
import torch
from torch.nn.functional import softplus

from nugan_hep.families.common.optimizers import make_optimizer
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.losses import gradient_penalty
from nugan_hep.families.gan.settings import PRESETS, GanTrainingConfig
from nugan_hep.families.gan.step import AdversarialStep
from nugan_hep.training.graph import Captured


def networks(**changes: object) -> tuple[Generator, Discriminator]:
    torch.manual_seed(0)
    config = replace(PRESETS["inc"], **changes)  # type: ignore[arg-type]
    return Generator(config), Discriminator(config)


def events(count: int) -> torch.Tensor:
    return torch.rand(count, 3) * 2 - 1


SILENT = {"dropout": 0.0, "generator_noise": 0.0, "discriminator_noise": 0.0}


def make_step(config: GanTrainingConfig, pair: tuple[Generator, Discriminator]) -> AdversarialStep:
    optimizers = (
        make_optimizer(pair[0].parameters(), config.lr_generator, config),
        make_optimizer(pair[1].parameters(), config.lr_discriminator, config),
    )
    return AdversarialStep(*pair, optimizers, config, 50)


OPTIONS: list[dict[str, object]] = [
    {},
    {"log_energy": True, "peak_features": True},
    {"spectral_norm": True},
    {"r1": 1.0},
    {"loss": "relativistic"},
    {"loss": "relativistic", "r1": 1.0, "spectral_norm": True, "log_energy": True, "peak_features": True},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_a_step_moves_every_weight_and_accumulates_losses(options: dict[str, object]) -> None:
    config = GanTrainingConfig(batch=64, dropout=0.0, **options)  # type: ignore[arg-type]
    pair = networks(**{key: value for key, value in options.items() if key not in ("r1", "loss")})
    before = [copy.deepcopy(dict(net.named_parameters())) for net in pair]
    step = make_step(config, pair)
    step(events(64), events(128))
    for net, old in zip(pair, before, strict=True):
        assert all(not torch.equal(value, old[key]) for key, value in net.named_parameters())
        assert all(p.requires_grad for p in net.parameters())
    assert torch.isfinite(step.loss_sums).all()
    assert step.loss_sums[0] > 0


@pytest.mark.parametrize("r1", [0.0, 2.0])
@pytest.mark.parametrize("loss", ["hce", "relativistic"])
def test_losses_of_a_step(loss: str, r1: float) -> None:
    """Of noiseless networks that hardly move, from the same latents."""
    rate = 1e-12
    config = GanTrainingConfig(
        batch=64, loss=loss, r1=r1, lr_generator=rate, lr_discriminator=rate, weight_decay=0.0
    )
    generator, discriminator = networks(**SILENT)
    step = make_step(config, (generator, discriminator))
    real, more = events(64), events(128)
    torch.manual_seed(8)
    step(real, more)
    torch.manual_seed(8)
    latents = torch.randn(64, 50), torch.randn(128, 50)
    logits, of_generated = [], []
    with torch.no_grad():
        for batch, latent in zip((real, more), latents, strict=True):
            enu = batch[:, :1]
            logits.append(discriminator(batch[:, 1:], enu))
            of_generated.append(discriminator(generator(latent, enu), enu))
    if loss == "relativistic":
        expected = [
            softplus(of_generated[0] - logits[0]).mean(),
            softplus(logits[1] - of_generated[1]).mean(),
        ]
    else:
        expected = [
            softplus(-logits[0]).mean() + softplus(of_generated[0]).mean(),
            -of_generated[1].mean(),
        ]
    torch.testing.assert_close(step.loss_sums, torch.stack(expected), rtol=1e-4, atol=1e-4)


def slope_on(events: torch.Tensor, discriminator: Discriminator) -> torch.Tensor:
    """Mean squared gradient in (E_mu', theta') by central differences."""
    enu, total = events[:, :1], torch.zeros(len(events), dtype=events.dtype)
    with torch.no_grad():
        for axis in torch.eye(2, dtype=events.dtype) * 1e-6:
            rise = discriminator(events[:, 1:] + axis, enu) - discriminator(events[:, 1:] - axis, enu)
            total += (rise / 2e-6) ** 2
    return total.mean()


@pytest.mark.slow
def test_gradient_penalty_flattens_the_discriminator_on_true_events() -> None:
    real, more = events(256), events(512)
    slopes = []
    for r1 in (0.0, 10.0):
        pair = networks(**SILENT)
        step = make_step(GanTrainingConfig(batch=256, r1=r1, lr_discriminator=1e-3), pair)
        for _ in range(20):
            step(real, more)
        slopes.append(slope_on(real.double(), pair[1].double()).item())
    assert slopes[1] < 0.2 * slopes[0]


def test_gradient_penalty_of_the_networks() -> None:
    discriminator = networks(**SILENT, log_energy=True, peak_features=True)[1].double()
    real = events(100).double()
    muons = real[:, 1:].requires_grad_(True)
    penalty = gradient_penalty(discriminator(muons, real[:, :1]), muons)
    assert penalty.item() == pytest.approx(slope_on(real.detach(), discriminator).item(), rel=1e-4)


@pytest.mark.slow
def test_a_relativistic_step_lets_a_blind_discriminator_see() -> None:
    """True and generated events that never meet: the loss falls from ln 2."""
    torch.manual_seed(5)
    real, more = events(256), events(512)
    real[:, 1:], more[:, 1:] = 0.9, 0.9
    pair = networks(**SILENT)
    step = make_step(GanTrainingConfig(batch=256, loss="relativistic", lr_discriminator=1e-3), pair)
    for _ in range(30):
        step(real, more)
    step.loss_sums.zero_()
    step(real, more)
    assert step.loss_sums[0].item() < 0.1 * math.log(2)
    assert step.loss_sums[1].item() > math.log(2)


def test_frozen_weights_stay() -> None:
    config = GanTrainingConfig(batch=64)
    generator, discriminator = networks()
    frozen = generator.first_block() + discriminator.first_block()
    for module in frozen:
        module.requires_grad_(False)
    before = [p.clone() for module in frozen for p in module.parameters()]
    step = make_step(config, (generator, discriminator))
    for _ in range(3):
        step(events(64), events(128))
    after = [p for module in frozen for p in module.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert not any(p.requires_grad for p in after)


@pytest.mark.cuda
@pytest.mark.parametrize("options", OPTIONS)
def test_captured_graph_keeps_training(options: dict[str, object]) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    config = GanTrainingConfig(
        batch=256,
        **SILENT,
        device="cuda",
        **options,  # type: ignore[arg-type]
    )
    torch.manual_seed(0)
    changes = {key: value for key, value in options.items() if key not in ("r1", "loss")}
    pair = tuple(net.cuda() for net in networks(**changes))
    step = make_step(config, pair)  # type: ignore[arg-type]
    before = copy.deepcopy(pair[0].state_dict())
    captured = Captured(step, torch.device("cuda"))
    for _ in range(10):  # three eager steps, then the graph
        captured(events(256).cuda(), events(512).cuda())
    assert torch.isfinite(step.loss_sums).all()
    assert all(not torch.equal(value, before[key]) for key, value in pair[0].state_dict().items())
