"""Event writers: one module per file format, all of one shape.

A format gives a function that is used as a context manager and yields an :class:`EventWriter`::

    with gst.create("events.root", probe=14, target=1000060120) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.metadata["seed"] = 1

The file appears under its name when the block ends without an exception, and not at all otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Columns = Mapping[str, NDArray[Any]]


class EventWriter(Protocol):
    """What every format's writer has.

    ``metadata`` is stored with the events as JSON; it may be filled until the block ends.
    ``events`` counts what was written.
    """

    metadata: dict[str, Any]
    events: int

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays of one length [N] under the sampler's names."""
