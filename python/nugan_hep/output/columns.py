"""The columns of the formats that are tables: names, types, and what is filled in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import _core, particles
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output.merge import merge
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.run import from_dict

METADATA = "nugan"
"""Name of the JSON that a file has beside its events."""
HINT = "nugan-convert A B --to ... puts runs together"

BRANCHES = {name: (dtype, meaning) for name, dtype, where, meaning, _ in _core.columns if where != "extra"}
"""Types and meanings by name, in the order of files."""

EXTRAS = {name: (dtype, meaning) for name, dtype, where, meaning, _ in _core.columns if where == "extra"}
"""The same of columns that a file has where its events have them."""

TYPES = {name: np.dtype(code) for name, (code, _) in BRANCHES.items()}
COLUMNS = tuple(name for name, _, where, _, _ in _core.columns if where in ("drawn", "optional"))
"""What a reader gives back beside :data:`EXTRAS` and particles; the rest follows from ``tgt``."""
REPLICAS = _core.REPLICA_WEIGHTS
"""The column of the weights of replicas, float32 [N, K]."""
WHERE_THERE = (*EXTRAS, particles.PARTICLES, REPLICAS)
"""Columns that a file has where its events have them."""
EVERYTHING = (*COLUMNS, *WHERE_THERE)
"""The same and what only some files have."""


def stored(path: str | Path, names: Sequence[str], there: Collection[str], texts: Sequence[str]) -> list[str]:
    """Of the columns ``names`` those to read where a file has ``there``, and its JSONs are ``texts``.

    A file tells which columns it was written with. :func:`complete` adds what its version did not have.

    Raises
    ------
    UserError : a column is gone that it was written with, or that every sampler fills in
    """
    written = {name for text in texts for name in json.loads(text).get("columns", BRANCHES)}
    written |= {name for name, _, where, _, _ in _core.columns if where == "drawn"}
    for name in names:
        if name in written and name in BRANCHES and name not in there:
            raise UserError(f"{path}: no column {name}, with which the file was written")
    return [name for name in names if name in there and (name in BRANCHES or name in EXTRAS)]


def gst_branches(columns: Columns, run: Run) -> tuple[_core.EventTree, list[Any]]:
    """The tree gst for these events, and the values of its branches, see :class:`nugan_hep._core.EventTree`.

    What is missing is added, ``neu``, ``tgt`` and ``cc`` as the run has them; ``Z`` and ``A`` follow from
    ``tgt``. Arrays that have the type are not copied; equal numbers take no room.
    """
    known = particles.for_core(columns)
    tree = _core.EventTree("gst", known, run.probe, run.target, run.kind)
    return tree, tree.values(known, run.probe, run.target)


def complete(columns: Columns, run: Run) -> dict[str, Any]:
    """All of :data:`BRANCHES`, [N] each in its type, see :func:`gst_branches`.

    What files have only where events do stays as it is: :data:`WHERE_THERE`.
    """
    tree, values = gst_branches({name: columns[name] for name in columns if name in BRANCHES}, run)
    more = {name: columns[name] for name in WHERE_THERE if name in columns}
    return {**dict(zip((branch.name for branch in tree.branches), values, strict=True)), **more}


class TableWriter:
    """Collects chunks into tables of a fixed number of rows, whatever the chunks are.

    Parameters
    ----------
    run : see :class:`nugan_hep.output.EventWriter`
    rows : of a table
    put : takes the tables, columns of at most so many events

    Attributes
    ----------
    run : stored as JSON when the file is closed
    events : events written so far
    """

    def __init__(self, run: Run, rows: int, put: Callable[[Columns], object]) -> None:
        self.run = run
        self.events = 0
        self._put = put
        self._regrouped = Regrouped(rows)

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N]; see :func:`complete` for what may be missing."""
        for table in self._regrouped.add(columns):
            self._put(table)
        self.events += len(columns["Ev"])

    def finish(self) -> None:
        """Write the last, shorter table."""
        for table in self._regrouped.rest():
            self._put(table)


def about(run: Run, columns: bool = True) -> str:
    """The JSON of a run and, of a file that is a table of them, its columns."""
    texts = {"columns": {name: text for name, (_, text) in BRANCHES.items()}} if columns else {}
    return json.dumps({**run.as_dict(), **texts}, indent=1)


def run_of(path: str | Path, texts: Sequence[str], rows: int) -> Run:
    """The run in a file's JSON, which :func:`about` wrote, of ``rows`` events.

    A file that was put together from several has a JSON of each: see :func:`nugan_hep.output.merge.merge`.

    Raises
    ------
    UserError : see :func:`runs_of` and :func:`whole`
    """
    return whole(path, runs_of(path, texts), rows)


def runs_of(path: str | Path, texts: Sequence[str]) -> list[Run]:
    """The runs in a file's JSONs.

    Raises
    ------
    UserError : there is none, or something else
    """
    if not texts:
        raise UserError(f"{path}: no description {METADATA!r} of a run, which nugan-sample writes ({HINT})")
    try:
        runs = [from_dict(json.loads(text)) for text in texts]
    except (ValueError, UserError) as error:
        raise UserError(f"{path}: {METADATA}: {error}") from error
    for run in runs:
        for one in (run, *run.parts):
            one.metadata.pop("columns", None)
    return runs


def whole(path: str | Path, runs: Sequence[Run], rows: int) -> Run:
    """One description of the runs that a file of ``rows`` events has.

    Raises
    ------
    UserError : they cannot be put together, or have another number of events
    """
    counts = [run.metadata.get("events") for run in runs]
    if None not in counts and (told := sum(map(int, filter(None, counts)))) != rows:
        several = f"{len(runs)} descriptions {METADATA!r} tell" if len(runs) > 1 else f"{METADATA!r} tells"
        raise UserError(
            f"{path}: {rows:,} events, but {several} of {told:,}; expected all events of the runs that it "
            f"describes ({HINT})"
        )
    try:
        return merge(runs)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def check_readable(path: str | Path) -> Path:
    """The path of an existing file.

    Raises
    ------
    UserError : there is none
    """
    file = Path(path)
    # os.path-like: a folder that may not be searched says no, before Python 3.14 too
    try:
        present = file.is_file()
        folder = file.is_dir()
    except OSError:
        present = folder = False
    if folder:
        raise UserError(f"cannot read {file}: it is a folder")
    if not present:
        raise UserError(f"cannot read {file}: there is no such file")
    return file


@contextlib.contextmanager
def damage(path: str | Path) -> Iterator[None]:
    """Turn whatever a library says of a damaged file into one line."""
    try:
        yield
    except (UserError, MemoryError):
        raise
    except Exception as error:
        first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        reason = f"{type(error).__name__}: {first:.120}".rstrip(": ")
        raise UserError(f"cannot read {path}: {reason}") from error
