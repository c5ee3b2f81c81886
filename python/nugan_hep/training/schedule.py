"""Learning rates over a run: a linear rise, then as it is, then half a cosine to zero."""

from __future__ import annotations

import math

from nugan_hep.families.common.settings import TrainingConfig


def rate_factor(config: TrainingConfig, step: int) -> float:
    """What the learning rates are multiplied with at a step (counted from 0)."""
    decay_from = config.decay_from if config.decay_from >= 0 else config.steps
    return cosine_factor(step, config.steps, config.warmup, decay_from)


def cosine_factor(step: int, steps: int, warmup: int, decay_from: int = 0) -> float:
    """A rise over ``warmup`` steps, and half a cosine that is zero at ``steps`` from ``decay_from`` on."""
    factor = min(1.0, (step + 1) / max(warmup, 1))
    if decay_from < step:
        done = (step - decay_from) / max(steps - decay_from, 1)
        factor *= 0.5 * (1.0 + math.cos(math.pi * done))
    return factor
