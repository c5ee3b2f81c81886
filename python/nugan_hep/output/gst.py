"""Events as a ROOT TTree ``gst`` with the branch names of GENIE's summary tree.

Only what the model knows is written. Beside the tree lies a TObjString ``nugan``: JSON with the
model, the seed, the command, the cross section and a line about each branch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import (
    BRANCHES,
    COLUMNS,
    METADATA,
    TYPES,
    TableWriter,
    about,
    damage,
    run_of,
    split_compression,
)
from nugan_hep.output.treereader import open_tree

if TYPE_CHECKING:
    from uproot.compression import Compression

__all__ = ["BRANCHES", "METADATA", "create", "least_bytes", "parse_compression", "read"]

TREE = "gst"
TITLE = "nugan-hep events: GeV, rad"

BASKET = 100_000
"""Events per basket, whatever the size of the chunks that arrive: the file depends on the events only."""


def parse_compression(text: str) -> Compression | None:
    """Turn ``zstd|lz4|zlib|none[:level]`` into uproot's object (None: uncompressed).

    Levels are 1 (fastest, default) to 9.

    Raises
    ------
    UserError : unknown algorithm or level
    """
    import uproot

    algorithms = {"zstd": uproot.ZSTD, "lz4": uproot.LZ4, "zlib": uproot.ZLIB}
    name, level = split_compression(text, tuple(algorithms), ("none",))
    return algorithms[name](level) if name in algorithms else None


def least_bytes_of(form: str, events: int, compression: str) -> int:
    """The same of a format that nugan-gen writes, too."""
    return round(events * _core.least_event_bytes(form, parse_compression(compression) is not None))


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return least_bytes_of("gst", events, compression)


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[TableWriter]:
    """Write a ROOT file with the tree ``gst``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    import uproot

    options = parse_compression(compression)
    with new_file(path, force) as stream:
        file = uproot.recreate(stream, compression=options)
        tree = file.mktree(TREE, TYPES, title=TITLE)
        writer = TableWriter(run, BASKET, tree.extend)
        yield writer
        writer.finish()
        file[METADATA] = about(run)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = COLUMNS) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, basket by basket; ``names`` are the columns wanted.

    Raises
    ------
    UserError : not such a file
    """
    with read_root(path, "TTree", names) as reader:
        yield reader


@contextlib.contextmanager
def read_root(path: str | Path, kind: str, names: Sequence[str]) -> Iterator[EventReader]:
    """The columns of the object ``gst``, which is a ``TTree`` or a ``ROOT::RNTuple``.

    Raises
    ------
    UserError : not such a file
    """
    with open_tree(path, TREE) as (tree, texts):
        if tree.classname != kind:
            raise UserError(f"{path}: {TREE} is a {tree.classname}, expected a {kind}")
        run = run_of(path, texts, tree.num_entries)
        yield EventReader(run, tree.num_entries, _chunks(path, tree, names))


def _chunks(path: str | Path, tree: Any, names: Sequence[str]) -> Iterator[Columns]:
    with damage(path):
        if tree.num_entries:
            for table in tree.iterate(list(names), step_size=BASKET):
                yield {name: table[name].to_numpy() for name in names}
