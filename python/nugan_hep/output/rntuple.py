"""Events as a ROOT RNTuple ``gst``, the columnar format that follows TTree.

Fields have the names and types of the tree of :mod:`nugan_hep.output.gst`, so that an RDataFrame of either
file is the same; ROOT reads it from 6.34 on. Beside it lies the same TObjString ``nugan``: JSON with the run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from nugan_hep.output import EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import COLUMNS, METADATA, TYPES, TableWriter, about
from nugan_hep.output.gst import TITLE, TREE, least_bytes_of, parse_compression, read_root
from nugan_hep.output.rntuple_pages import extend

CLASS = "ROOT::RNTuple"
CLUSTER = 100_000
"""Events per cluster, whatever the size of the chunks that arrive."""


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return least_bytes_of("rntuple", events, compression)


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[TableWriter]:
    """Write a ROOT file with the RNTuple ``gst``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`nugan_hep.output.gst.parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    import uproot

    options = parse_compression(compression)
    with new_file(path, force) as stream:
        file = uproot.recreate(stream, compression=options)
        ntuple = file.mkrntuple(TREE, TYPES, TITLE)
        writer = TableWriter(run, CLUSTER, lambda table: extend(ntuple, file, table))
        yield writer
        writer.finish()
        file[METADATA] = about(run)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = COLUMNS) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, cluster by cluster; ``names`` are the columns wanted.

    Raises
    ------
    UserError : not such a file
    """
    with read_root(path, CLASS, names) as reader:
        yield reader
