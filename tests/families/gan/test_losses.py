from __future__ import annotations

import math

import pytest
import torch

from nugan_hep.families.gan import losses


def test_losses_are_the_published_formulas() -> None:
    torch.manual_seed(0)
    real, generated = torch.randn(100, dtype=torch.float64), torch.randn(100, dtype=torch.float64)
    d_real, d_generated = torch.sigmoid(real), torch.sigmoid(generated)
    expected = {
        "ce": torch.log(1 - d_generated).mean(),
        "heuristic": -torch.log(d_generated).mean(),
        "hce": (torch.log(1 - d_generated) - torch.log(d_generated)).mean(),
    }
    for name, value in expected.items():
        torch.testing.assert_close(losses.GENERATOR_LOSSES[name](generated), value)
    bce = -torch.log(d_real).mean() - torch.log(1 - d_generated).mean()
    torch.testing.assert_close(losses.discriminator_loss(real, generated), bce)


def test_a_blind_discriminator_costs_2_ln_2() -> None:
    loss = losses.discriminator_loss(torch.zeros(5), torch.zeros(5))
    assert math.isclose(loss.item(), 2 * math.log(2), rel_tol=1e-6)


def test_losses_stay_finite_for_a_sure_discriminator() -> None:
    logits = torch.tensor([-200.0, 200.0])
    for loss in losses.GENERATOR_LOSSES.values():
        assert torch.isfinite(loss(logits))
    assert torch.isfinite(losses.discriminator_loss(logits, logits))


def test_relativistic_loss_compares_pairs() -> None:
    torch.manual_seed(1)
    real, generated = torch.randn(100, dtype=torch.float64), torch.randn(100, dtype=torch.float64)
    expected = -torch.log(torch.sigmoid(real - generated)).mean()
    torch.testing.assert_close(losses.relativistic(real, generated), expected)
    assert losses.relativistic(real, real).item() == pytest.approx(math.log(2))
    # a common offset of the logits is nothing
    torch.testing.assert_close(losses.relativistic(real + 7, generated + 7), expected)
    assert torch.isfinite(losses.relativistic(torch.tensor([-200.0, 200.0]), torch.zeros(2)))


def test_gradient_penalty_is_the_mean_squared_gradient() -> None:
    torch.manual_seed(2)
    muons = torch.randn(100, 2, dtype=torch.float64, requires_grad=True)
    scale = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    x, y = muons.unbind(1)
    penalty = losses.gradient_penalty(scale * (torch.sin(x) + x * y**2), muons)
    expected = ((torch.cos(x) + y**2) ** 2 + (2 * x * y) ** 2).mean().detach()
    torch.testing.assert_close(penalty.detach(), 1.5**2 * expected)
    # and it pulls at the weights
    (slope,) = torch.autograd.grad(penalty, scale)
    torch.testing.assert_close(slope, 2 * 1.5 * expected)
