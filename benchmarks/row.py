"""One line of the report: what was measured, and the figure that a target is set for."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Options:
    """What the command line asked for.

    ``n`` events of a run in memory or to a file, ``memory_n`` of the run whose memory is measured;
    ``quick`` asks for the shortest run that fills every row. Files are written into ``folder``. ``device``
    is that of the parts on a device, cpu or cuda[:k].
    """

    models: tuple[str, ...]
    n: int
    repeat: int
    memory_n: int
    folder: Path
    quick: bool = False
    device: str = "cpu"


@dataclass(frozen=True)
class Row:
    """A measurement, repeated, and the ratio that it is judged by.

    Attributes
    ----------
    values : one measurement for each round, in ``unit``
    figures : for each round the number that ``target`` is a limit of, named by ``figure``: most often
        a ratio of two measurements of the same round
    at_least : whether the target is a lower limit
    note : what one must know to read the row
    doubt : why the figure is not to be judged, for instance because the core was shared
    """

    group: str
    name: str
    values: list[float]
    unit: str
    figures: list[float] = field(default_factory=list)
    figure: str = ""
    target: float | None = None
    at_least: bool = False
    note: str = ""
    doubt: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the median figure keeps to the target; None without one, or with a doubt."""
        if self.target is None or not self.figures or self.doubt:
            return None
        median = statistics.median(self.figures)
        return median >= self.target if self.at_least else median <= self.target

    def as_dict(self) -> dict[str, Any]:
        """For JSON: everything, with the medians and the verdict."""
        return {
            **asdict(self),
            "median": statistics.median(self.values),
            "median_figure": statistics.median(self.figures) if self.figures else None,
            "met": self.met,
        }


def ratios(above: list[float], below: list[float]) -> list[float]:
    """Round by round: what disturbs a machine for a minute disturbs both."""
    return [a / b for a, b in zip(above, below, strict=True)]
