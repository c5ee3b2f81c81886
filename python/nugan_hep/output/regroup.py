"""Chunks of any lengths into tables of one length."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output import Columns


class Regrouped:
    """Turns chunks of columns of any lengths into tables of ``rows`` rows, the last one shorter.

    All chunks have the same columns.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._waiting: list[dict[str, NDArray[Any]]] = []
        self._held = 0
        self._widths: dict[str, tuple[int, ...]] = {}

    def add(self, columns: Columns) -> Iterator[dict[str, NDArray[Any]]]:
        """The tables that are complete with these columns."""
        chunk = {name: _array(values) for name, values in columns.items()}
        count = len(chunk["Ev"])
        for name, values in chunk.items():
            if len(values) != count:
                raise ValueError(f"column {name} has {len(values)} rows, expected {count}")
            if isinstance(values, np.ndarray):
                self._check_width(name, values)
        start = 0
        while self._held + count - start >= self._rows:
            stop = start + self._rows - self._held
            yield self._joined({name: values[start:stop] for name, values in chunk.items()})
            start = stop
        if start < count:
            # copied, for the chunk's arrays may be used again
            self._waiting.append({name: copy.copy(values[start:]) for name, values in chunk.items()})
            self._held += count - start

    def _check_width(self, name: str, values: NDArray[Any]) -> None:
        """Refuse another number of replicas than before."""
        before = self._widths.setdefault(name, values.shape[1:])
        if before != values.shape[1:]:
            raise UserError(
                f"{name} of {values.shape[1]} replicas after {before[0]}: expected as many in one file"
            )

    def rest(self) -> Iterator[dict[str, NDArray[Any]]]:
        """The last table, if rows are left."""
        if self._held:
            yield self._joined()

    def _joined(self, *last: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        parts = [*self._waiting, *last]
        self._waiting, self._held = [], 0
        if len(parts) == 1:
            return parts[0]
        if some := {name for part in parts for name in part.keys() ^ parts[0].keys()}:
            what = ", ".join(sorted(some))
            raise UserError(f"events with {what} and events without: expected either in one file")
        return {name: _concatenated([part[name] for part in parts]) for name in parts[0]}


def _array(values: Any) -> Any:
    """NumPy's array of a column; an awkward one, of particles, as it is."""
    return values if hasattr(values, "layout") else np.asarray(values)


def _concatenated(parts: list[Any]) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import awkward as ak

    return ak.concatenate(parts)
