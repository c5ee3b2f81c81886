"""What speaks against a whole file, though its rows can be read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.data.aliases import Layout
from nugan_hep.data.readers import Columns
from nugan_hep.data.selection import REASONS, Chunk, Selection
from nugan_hep.errors import UserError

MEV_THRESHOLD = 100.0
WEIGHT_TOLERANCE = 1e-5
FILE_WEIGHT_TOLERANCE = 0.01
"""NuWro's weight is the cross section that a run estimates; runs of the same setting scatter."""


class FileWeight(NamedTuple):
    """The weight that all kept events of a file share."""

    path: str | Path
    value: float


class FileChecks:
    """Looks at a file chunk by chunk; :meth:`finish` comes after the last one.

    Raises
    ------
    UserError : energies that look like MeV, events of unequal weight, or more rows unphysical or
        not finite than kept
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        self.weight: FileWeight | None = None
        self._counts: Counter[str] = Counter()
        self._rows = self._above = 0
        self._largest = 0.0

    def add(self, chunk: Chunk, columns: Columns, layout: Layout) -> None:
        """Count a chunk, which may end before its columns do."""
        keep = chunk.reason == 0
        if "weight" in columns:
            self._add_weights(columns["weight"][: keep.size][keep])
        if layout.gev == 1.0:
            finite = chunk.enu[np.isfinite(chunk.enu)]
            high = finite[finite > MEV_THRESHOLD]
            self._rows, self._above = self._rows + finite.size, self._above + high.size
            self._largest = max(self._largest, float(high.max(initial=0)))
        counts = np.bincount(chunk.reason, minlength=len(REASONS) + 1)
        self._counts.update(dict(zip(("kept", *REASONS), map(int, counts), strict=True)))

    def finish(self, wanted: Selection) -> None:
        """Judge the file by its counts."""
        if 2 * self._above > self._rows:  # the median is above the threshold
            raise UserError(
                f"{self.path}: the energies look like MeV, expected GeV ({self._above:,} of {self._rows:,} "
                f"neutrino energies above {MEV_THRESHOLD:g}, the largest {self._largest:g})"
            )
        unphysical, not_finite = self._counts["unphysical"], self._counts["not finite"]
        if unphysical + not_finite > self._counts["kept"]:
            raise UserError(
                f"{self.path}: of {self._counts['kept'] + unphysical + not_finite:,} events of the wanted "
                f"kind, {unphysical:,} are unphysical and {not_finite:,} not finite, expected a small part "
                f"(angles in degrees instead of rad? an energy shift other than {wanted.shift:g} GeV?)"
            )

    def _add_weights(self, weights: NDArray[Any]) -> None:
        if weights.size == 0:
            return
        if self.weight is None:
            self.weight = FileWeight(self.path, float(weights[0]))
        first = self.weight.value
        equal = np.abs(weights - first) <= WEIGHT_TOLERANCE * abs(first)
        if not np.all(equal):
            raise UserError(
                f"{self.path}: event weights differ ({first:g} and {weights[~equal][0]:g}), "
                "expected unweighted events"
            )


def check_same_weight(one: FileWeight, other: FileWeight) -> None:
    """Refuse files whose events count differently: a network learns from events of equal weight."""
    if abs(one.value - other.value) > FILE_WEIGHT_TOLERANCE * abs(one.value):
        raise UserError(
            f"events of {one.path} have weight {one.value:g}, those of {other.path} {other.value:g}, "
            "expected the same weight in all files"
        )
