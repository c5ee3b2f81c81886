"""Uniform numbers beside the sampler's own: a function of seed, purpose and event number alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VERTEX, NUCLEUS, EXPOSURE = 1, 2, 3
"""Purposes; other numbers are free."""


def uniforms(seed: int, purpose: int, first: int, n: int) -> NDArray[np.float64]:
    """Four numbers from [0, 1) for each of the events ``first`` ... ``first + n - 1``, [n, 4].

    Philox4x64-10 with the key (seed, purpose); each event has a block of its own, so that numbers do not
    depend on where a chunk begins.
    """
    key = np.array([seed, purpose], dtype=np.uint64)
    counter = np.array([first, 0, 0, 0], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter)).random(4 * n).reshape(n, 4)


def another_seed(seed: int, purpose: int) -> int:
    """A seed for the sampler that has nothing to do with ``seed`` and that of another purpose."""
    return int(np.random.Philox(key=np.array([seed, purpose], dtype=np.uint64)).random_raw())
