"""Where and when the events happen, and where the beam goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import streams
from nugan_hep.errors import UserError

Columns = dict[str, NDArray[Any]]
Interval = tuple[float, float]


MOST = 1e30
"""Lengths, times and components of a direction that are no mistake are smaller."""


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
            object.__setattr__(self, "direction", _unit_vector(self.direction))

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
        added: Columns = {}
        if self.direction is not None:
            added |= _turned(columns, np.asarray(self.direction))
        if self.vertex is not None or self.time is not None:
            u = streams.uniforms(seed, streams.VERTEX, first, len(columns["Ev"]))
            names = [("vtxx", "vtxy", "vtxz")[k] for k in range(3) if self.vertex is not None]
            sides: list[Any] = [*(self.vertex or ()), *([self.time] if self.time is not None else [])]
            names += ["vtxt"] if self.time is not None else []
            for name, (low, high) in zip(names, sides, strict=True):
                added[name] = low + (high - low) * u[:, ("vtxx", "vtxy", "vtxz", "vtxt").index(name)]
        return {**columns, **added}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"vertex": self.vertex, "time": self.time, "direction": self.direction, "unit": "m, s"}


def parse_vertex(text: str) -> tuple[Interval, ...]:
    """``X,Y,Z`` or ``X1:X2,Y1:Y2,Z1:Z2``, m.

    Raises
    ------
    UserError : something else
    """
    parts = text.split(",")
    if len(parts) != 3:
        raise UserError(f"--vertex {text!r}: expected X,Y,Z or X1:X2,Y1:Y2,Z1:Z2 [m]")
    return tuple(_parse_interval("--vertex", text, part) for part in parts)


def parse_time(text: str) -> Interval:
    """``T`` or ``T1:T2``, s.

    Raises
    ------
    UserError : something else
    """
    return _parse_interval("--time", text, text)


def parse_direction(text: str) -> tuple[float, ...]:
    """``X,Y,Z`` of any length but zero.

    Raises
    ------
    UserError : something else
    """
    try:
        vector = [float(part) for part in text.split(",")]
    except ValueError:
        vector = []
    if len(vector) != 3:
        raise UserError(f"--beam-dir {text!r}: expected X,Y,Z")
    return _unit_vector(vector)


def rotation(direction: Sequence[float]) -> NDArray[np.float64]:
    """The matrix [3, 3] that turns z onto a unit vector about their normal."""
    x, y, z = direction
    sideways = x * x + y * y
    if sideways == 0:
        return np.diag([1.0, 1.0, 1.0]) if z > 0 else np.diag([1.0, -1.0, -1.0])
    # 1/(1 + z), without cancellation for beams backward
    f = 1 / (1 + z) if z > 0 else (1 - z) / sideways
    return np.array([[1 - f * x * x, -f * x * y, x], [-f * x * y, 1 - f * y * y, y], [-x, -y, z]])


def _turned(columns: Columns, direction: NDArray[np.float64]) -> Columns:
    matrix = rotation(direction.tolist())
    momentum = np.stack([columns[name] for name in ("pxl", "pyl", "pzl")]).astype(np.float64)
    lepton = (matrix @ momentum).astype(np.float32)
    neutrino = (direction[:, None] * columns["Ev"].astype(np.float64)).astype(np.float32)
    return dict(zip(("pxl", "pyl", "pzl", "pxv", "pyv", "pzv"), [*lepton, *neutrino], strict=True))


def _parse_interval(option: str, whole: str, text: str) -> Interval:
    try:
        ends = [float(end) for end in text.split(":")]
    except ValueError:
        ends = []
    if len(ends) not in (1, 2):
        raise UserError(f"{option} {whole!r}: {text!r} is neither a number nor LOW:HIGH")
    return _interval(option, (ends[0], ends[-1]))


def _interval(name: str, value: Interval | float) -> Interval:
    try:
        low, high = map(float, value if isinstance(value, Sequence | np.ndarray) else (value, value))
    except (TypeError, ValueError):
        raise UserError(f"{name} {value!r}: expected a number or two, low and high") from None
    if not (abs(low) <= MOST and abs(high) <= MOST and low <= high):
        raise UserError(f"{name} {low:g}:{high:g}: expected finite numbers, low <= high, up to {MOST:g}")
    return low, high


def _unit_vector(direction: Sequence[float]) -> tuple[float, ...]:
    vector = np.asarray(direction, dtype=np.float64)
    largest = float(np.abs(vector).max()) if vector.shape == (3,) else 0.0
    if not 1 / MOST <= largest <= MOST:
        raise UserError(
            f"beam direction {list(direction)}: expected three finite numbers, not all zero, "
            f"the largest between {1 / MOST:g} and {MOST:g}"
        )
    length = float(np.linalg.norm(vector))
    return tuple(float(v) for v in vector / length)
