"""Chunks of any lengths into tables of one length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.output import Columns


class Regrouped:
    """Turns chunks of columns of any lengths into tables of ``rows`` rows, the last one shorter."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._waiting: list[dict[str, NDArray[Any]]] = []
        self._held = 0

    def add(self, columns: Columns) -> Iterator[dict[str, NDArray[Any]]]:
        """The tables that are complete with these columns."""
        chunk = {name: np.asarray(values) for name, values in columns.items()}
        count = len(chunk["Ev"])
        for name, values in chunk.items():
            if len(values) != count:
                raise ValueError(f"column {name} has {len(values)} rows, expected {count}")
        start = 0
        while self._held + count - start >= self._rows:
            stop = start + self._rows - self._held
            yield self._joined({name: values[start:stop] for name, values in chunk.items()})
            start = stop
        if start < count:
            # copied, for the chunk's arrays may be used again
            self._waiting.append({name: values[start:].copy() for name, values in chunk.items()})
            self._held += count - start

    def rest(self) -> Iterator[dict[str, NDArray[Any]]]:
        """The last table, if rows are left."""
        if self._held:
            yield self._joined()

    def _joined(self, *last: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        parts = [*self._waiting, *last]
        self._waiting, self._held = [], 0
        if len(parts) == 1:
            return parts[0]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
