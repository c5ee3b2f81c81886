"""Numbers in float32 beside the ends of an axis in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUNDING = 2.0**-22
"""How far a number in float32, or what follows from one, may lie beyond an end, relative to the longer."""


def inward(values: ArrayLike, low: float, high: float) -> NDArray[np.float64]:
    """Values [N] with those on the ends that rounding put beyond them; the others are as they were."""
    numbers = np.asarray(values, dtype=np.float64)
    slack = ROUNDING * max(abs(low), abs(high))
    near = (numbers >= low - slack) & (numbers <= high + slack)
    return np.where(near, np.clip(numbers, low, high), numbers)
