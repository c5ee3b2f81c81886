"""Learning rates over a run: a linear rise, then as it is, then half a cosine to zero."""

from __future__ import annotations

import math

from nugan_hep.training.config import TrainingConfig


def rate_factor(config: TrainingConfig, step: int) -> float:
    """What the learning rates are multiplied with at a step (counted from 0)."""
    factor = min(1.0, (step + 1) / max(config.warmup, 1))
    if 0 <= config.decay_from < step:
        done = (step - config.decay_from) / max(config.steps - config.decay_from, 1)
        factor *= 0.5 * (1.0 + math.cos(math.pi * done))
    return factor
