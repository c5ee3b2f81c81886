"""Where and when the events happen, and where the beam goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError

Columns = dict[str, NDArray[Any]]
Interval = tuple[float, float]


@dataclass(frozen=True)
class Beam:
    """Vertices, times and direction of the neutrinos in the detector's frame.

    Attributes
    ----------
    vertex : three intervals (low, high) or numbers, m: uniform in that box; None leaves the vertex out
    time : interval or number, s: uniform in it; None leaves it out
    direction : of the neutrinos, of any length but zero; None is along z

    Raises
    ------
    UserError : not finite, an interval that falls, a direction of length zero
    """

    vertex: Sequence[Interval | float] | None = None
    time: Interval | float | None = None
    direction: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if self.vertex is not None:
            given: Any = self.vertex
            sides = tuple(given) if np.iterable(given) else ()
            if len(sides) != 3:
                raise UserError(f"vertex {self.vertex}: expected x, y and z [m]")
            object.__setattr__(self, "vertex", tuple(_interval("vertex", side) for side in sides))
        if self.time is not None:
            object.__setattr__(self, "time", _interval("time", self.time))
        if self.direction is not None:
            vector = np.asarray(self.direction, dtype=np.float64)
            if vector.shape != (3,):
                raise UserError(f"beam direction {self.direction}: expected three finite numbers, x, y and z")
            object.__setattr__(self, "direction", tuple(vector.tolist()))
        if (unit_vector := self.in_core().direction) is not None:
            object.__setattr__(self, "direction", tuple(unit_vector))

    def place(self, columns: Columns, seed: int, first: int) -> Columns:
        """Events in the detector's frame, from those of a beam along z.

        Turns ``pxl pyl pzl``; adds ``pxv pyv pzv`` (GeV) where there is a direction, ``vtxx vtxy vtxz`` (m)
        and ``vtxt`` (s) where there are a vertex and a time. ``phil`` stays the azimuth about the beam. The
        numbers belong to the events: they are the same however a run is cut into chunks.

        Parameters
        ----------
        columns : arrays [n] under the sampler's names
        seed : 0 to 2^64 - 1
        first : number of the first event
        """
        return {**columns, **self.in_core().place(columns, seed, first)}

    def in_core(self) -> _core.Beam:
        """The same in the C++ core."""
        return _core.Beam(cast(Any, self.vertex), cast(Any, self.time), self.direction)


def _interval(name: str, value: Interval | float) -> Interval:
    try:
        low, high = map(float, value if isinstance(value, Sequence | np.ndarray) else (value, value))
    except (TypeError, ValueError):
        raise UserError(f"{name} {value!r}: expected a number or two, low and high") from None
    return low, high
