"""Whole events as they come from files, some at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
STEP = 50_000
"""Events of a block."""
QEL, RES, DIS, COH, MEC = range(5)


class Block(NamedTuple):
    """Some events: neutrino [N, 3] in GeV, probe, target (0: not said), mode; flat: pdg [P], momentum [P, 3].

    ``n`` [N] counts the particles of each event, in any order. ``energy`` [P] is what the file says, NaN
    where it says nothing.
    """

    neutrino: F64
    probe: NDArray[np.int64]
    target: NDArray[np.int64]
    mode: NDArray[np.int8]
    charged: NDArray[np.bool_]
    n: NDArray[np.int64]
    pdg: NDArray[np.int32]
    momentum: F64
    energy: F64
