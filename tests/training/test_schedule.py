from __future__ import annotations

import math

import pytest

from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.training.schedule import rate_factor


def test_published_rates_are_constant() -> None:
    assert {rate_factor(TrainingConfig(), step) for step in (0, 1, 399_999)} == {1.0}


def test_warm_up_is_linear() -> None:
    config = TrainingConfig(warmup=500)
    assert rate_factor(config, 0) == 1 / 500
    assert rate_factor(config, 249) == 0.5
    assert rate_factor(config, 499) == rate_factor(config, 10_000) == 1.0


def test_decay_is_half_a_cosine() -> None:
    config = TrainingConfig(steps=3000, decay_from=1000)
    assert rate_factor(config, 1000) == 1.0
    assert rate_factor(config, 1500) == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    assert rate_factor(config, 2000) == pytest.approx(0.5)
    assert rate_factor(config, 3000) == pytest.approx(0.0, abs=1e-15)


def test_both_multiply() -> None:
    config = TrainingConfig(steps=1000, decay_from=0, warmup=500)
    assert rate_factor(config, 249) == pytest.approx(0.25 * (1 + math.cos(math.pi * 0.249)))
