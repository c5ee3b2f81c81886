"""Metropolis' rule: a walk that visits states in proportion to their probability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

State = TypeVar("State")


def metropolis(
    start: State,
    propose: Callable[[State], State],
    log_probability: Callable[[State], float],
    random: np.random.Generator,
) -> Iterator[State]:
    """The state after each step, for ever; ``propose`` is symmetric (Metropolis et al., 1953)."""
    here, height = start, log_probability(start)
    while True:
        there = propose(here)
        if np.log(random.uniform()) < (level := log_probability(there)) - height:
            here, height = there, level
        yield here
