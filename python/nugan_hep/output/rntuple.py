"""Events as a ROOT RNTuple ``gst``, the columnar format that follows TTree.

Fields have the names and types of the tree of :mod:`nugan_hep.output.gst`, so that an RDataFrame of either
file is the same; ROOT reads it from 6.34 on. Beside it lies the same TObjString ``nugan``: JSON with the run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.branches import LETTERS
from nugan_hep.output.columns import EVERYTHING, METADATA, TableWriter, about, gst_branches
from nugan_hep.output.gst import TREE, read_root
from nugan_hep.output.rntuple_pages import as_lists, extend, form_of
from nugan_hep.output.root_file import recreate
from nugan_hep.output.treewriter import parse_compression

__all__ = ["create", "read"]

CLASS = "ROOT::RNTuple"
CLUSTER = 100_000
"""Events per cluster, whatever the size of the chunks that arrive."""


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[TableWriter]:
    """Write a ROOT file with the RNTuple ``gst``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`nugan_hep.output.treewriter.parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    with recreate(path, run, parse_compression(compression), force) as file:
        ntuple: Any = None

        def put(table: Columns) -> None:
            nonlocal ntuple
            ntuple = ntuple or _begin(file, table, run)
            _, fields = gst_branches(table, run)
            extend(ntuple, file, [as_lists(field) for field in fields], len(table["Ev"]))

        writer = TableWriter(run, CLUSTER, put)
        yield writer
        writer.finish()
        if ntuple is None:
            _begin(file, {"Ev": np.zeros(0, np.float32)}, run)
        file[METADATA] = about(run)


def _begin(file: Any, table: Columns, run: Run) -> Any:
    """The RNTuple with the branches of the tree gst that events such as these have."""
    import awkward as ak

    tree, _ = gst_branches(table, run)
    forms = [
        form_of(LETTERS[one.letter], bool(one.counter or one.shape), one.meaning) for one in tree.branches
    ]
    return file.mkrntuple(TREE, ak.forms.RecordForm(forms, [one.name for one in tree.branches]), tree.title)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = EVERYTHING) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, cluster by cluster; ``names`` are the columns wanted.

    Raises
    ------
    UserError : not such a file
    """
    with read_root(path, CLASS, names) as reader:
        yield reader
