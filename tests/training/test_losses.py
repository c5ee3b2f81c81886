from __future__ import annotations

import math

import torch

from nugan_hep.training import losses


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
