"""ROOT files with a tree of events, in uproot's way: what a branch holds, the core knows.

A tree's names, types and numbers are those of :class:`nugan_hep._core.EventTree`, which nugan-gen writes
through ROOT. Here they become baskets.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, particles
from nugan_hep.output import Columns, Run
from nugan_hep.output.branches import (
    Branch,
    bits_object,
    root_string,
    string_object,
    text_constants,
    zero_bits,
)
from nugan_hep.output.columns import METADATA, about
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.root_file import recreate
from nugan_hep.output.trees import Entry, Tree

if TYPE_CHECKING:
    from uproot.compression import Compression

TEXT, BITS = "s", "b"
"""Letters of branches of objects: TObjString, TBits."""
FLAG_BYTES = 2

BASKET = 0
"""Events of a basket; 0: as many as the tree says."""


def parse_compression(text: str) -> Compression | None:
    """Turn ``zstd|lz4|zlib|none[:level]`` into uproot's object (None: uncompressed).

    Levels are 1 (fastest, default) to 9.

    Raises
    ------
    UserError : unknown algorithm or level
    """
    import uproot

    algorithms = {"zstd": uproot.ZSTD, "lz4": uproot.LZ4, "zlib": uproot.ZLIB}
    name, level = _core.parse_compression("gst", text)
    return algorithms[name](level) if name in algorithms else None


class TreeWriter:
    """Collects chunks into baskets of a fixed number of events; made by :func:`create`.

    Attributes
    ----------
    run : stored as JSON when the file is closed; its models are looked up when events come
    events : events written so far
    """

    def __init__(self, file: Any, form: str, run: Run) -> None:
        self.run = run
        self.events = 0
        self._file, self._form = file, form
        self._source: _core.EventTree | None = None

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :mod:`nugan_hep.output`."""
        if self._source is None:
            self._begin(columns)
        for table in self._regrouped.add(columns):
            self._fill(table)
        self.events += len(columns["Ev"])

    def finish(self) -> None:
        """Write what is left, the tree, and what lies beside it."""
        if self._source is None:
            self._begin({"Ev": np.zeros(0, np.float32)})
        assert self._source is not None
        for table in self._regrouped.rest():
            self._fill(table)
        late, histograms, weight = self._source.end(self.run.sigma or 0.0, self.run.pot)
        names = [branch.name for branch in self._source.branches if branch.late]
        self._tree.close(weight, dict(zip(names, late, strict=True)))
        for name, edges, contents in histograms:
            self._file[name] = _histogram(name, edges, contents, self.events)
        self._file[METADATA] = about(self.run, columns=_core.format_of(self._form).columns)

    def _begin(self, first: Columns) -> None:
        run = self.run
        self._source = source = _core.EventTree(
            self._form,
            particles.for_core(first),
            run.probe,
            run.target,
            run.kind,
            run.flux,
            run.energy,
        )
        cluster = BASKET or source.cluster
        self._regrouped = Regrouped(cluster)
        late = tuple(branch.name for branch in source.branches if branch.late)
        branches = branches_of(source)
        self._tree = Tree(self._file, source.name, source.title, branches, cluster, late)
        for branch in source.branches:
            if branch.letter == TEXT:
                self._tree.constants |= text_constants(branch.name)
            if branch.letter == BITS:
                self._tree.constants |= zero_bits(branch.name, FLAG_BYTES)

    def _fill(self, table: Columns) -> None:
        assert self._source is not None
        filled: dict[str, Any] = {}
        constants: dict[str, Entry] = {}
        found = self._source.values(particles.for_core(table), self.run.probe, self.run.target)
        for branch, values in zip(self._source.branches, found, strict=True):
            if values is None:
                continue
            if branch.letter == TEXT:
                texts, which = values
                contents = [root_string(text) for text in texts]
                path = f"{branch.name}/fString"
                if which is None:
                    constants[path] = contents[0]
                else:
                    filled[path] = [contents[k] for k in which]
            elif isinstance(values, np.ndarray) and values.strides[0] == 0:
                constants[branch.name] = values[0]
            else:
                filled[branch.name] = values
        self._tree.constants |= constants
        self._tree.fill(filled, len(table["Ev"]))


def branches_of(source: _core.EventTree) -> list[Branch]:
    """The branches of a tree for :class:`nugan_hep.output.trees.Tree`."""
    counters = {branch.counter for branch in source.branches}
    return [
        string_object(branch.name)
        if branch.letter == TEXT
        else bits_object(branch.name, FLAG_BYTES)
        if branch.letter == BITS
        else Branch(
            branch.name,
            branch.letter,
            tuple(branch.shape),
            branch.counter,
            0 if branch.name in counters else None,
        )
        for branch in source.branches
    ]


def _histogram(title: str, edges: NDArray[np.float64], contents: NDArray[np.float64], entries: int) -> Any:
    """A TH1D of contents [K] between edges [K + 1] in GeV."""
    from uproot.writing import identify

    middle = 0.5 * (edges[1:] + edges[:-1])
    axis = identify.to_TAxis("xaxis", "E_{#nu} (GeV)", len(contents), edges[0], edges[-1], fXbins=edges)
    return identify.to_TH1x(
        fName=None,
        fTitle=title,
        data=np.concatenate([[0.0], contents, [0.0]]),
        fEntries=entries,
        fTsumw=contents.sum(),
        fTsumw2=(contents**2).sum(),
        fTsumwx=(contents * middle).sum(),
        fTsumwx2=(contents * middle**2).sum(),
        fSumw2=None,
        fXaxis=axis,
    )


@contextlib.contextmanager
def create(
    form: str,
    path: str | Path,
    run: Run,
    compression: str = "zstd:1",
    force: bool = False,
) -> Iterator[TreeWriter]:
    """Write a ROOT file with the tree of a format; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    form : ``gst``, ``rootracker`` or ``nuisance``
    run : what the events have in common
    compression : see :func:`parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    with recreate(path, run, parse_compression(compression), force) as file:
        writer = TreeWriter(file, form, run)
        yield writer
        writer.finish()
