"""Event files: one module per format, all of one shape.

A format's ``create`` is used as a context manager and yields an :class:`EventWriter`::

    with gst.create("events.root", Run(probe=14, targets={1000060120: 1.0})) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.run.metadata["seed"] = 1

The file appears under its name when the block ends without an exception, and not at all otherwise. The
function ``read`` of a format, where it has one, gives its events back.

Columns [N] are the sampler's (see :meth:`nugan_hep.Sampler.sample`) and, where they are not constant,
``tgt`` (int32, PDG number of the nucleus), ``wght`` (float64, otherwise 1), ``pxv pyv pzv`` (float32, GeV,
the neutrino's momentum; otherwise along z) and ``vtxx vtxy vtxz vtxt`` (float64, m and s, otherwise 0).
The muon's ``pxl pyl pzl`` are in the same frame as these; ``cthl thetal`` are relative to the neutrino.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

from nugan_hep.output.run import Run

__all__ = ["Columns", "EventReader", "EventWriter", "Run"]

Columns = Mapping[str, NDArray[Any]]


class EventWriter(Protocol):
    """What every format's writer has.

    ``run`` is stored with the events; its metadata, and what is known only at the end, may be changed until
    the block ends. ``events`` counts what was written.
    """

    run: Run
    events: int

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays of one length [N]."""


class EventReader(NamedTuple):
    """A file's events: what they have in common, their number, and the columns chunk by chunk."""

    run: Run
    events: int
    chunks: Iterator[Columns]
