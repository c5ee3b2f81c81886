"""The columns of the formats that are tables: names, types, and what is filled in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output.merge import merge
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.run import from_dict

METADATA = "nugan"
"""Name of the JSON that a file has beside its events."""
HINT = "nugan-convert A B --to ... puts runs together"

BRANCHES = {name: (dtype, meaning) for name, dtype, _, meaning, _ in _core.columns}
"""Types and meanings by name, in the order of files."""

TYPES = {name: np.dtype(code) for name, (code, _) in BRANCHES.items()}
ROW_BYTES = sum(kind.itemsize for kind in TYPES.values())

LEAST_ROW_BYTES = 32
"""Random mantissas do not compress: at one fixed energy zlib:9 still needs more than this."""

OTHERWISE = {name: value for name, _, where, _, value in _core.columns if where == "optional"}
"""Columns that may be missing, and what their events have then; but see :func:`complete`."""

COLUMNS = tuple(name for name, _, where, _, _ in _core.columns if where != "derived" and name != "cc")
"""What a reader gives back; the rest follows from ``tgt``."""


def complete(columns: Columns, run: Run) -> dict[str, NDArray[Any]]:
    """All of :data:`BRANCHES`, [N] each in its type.

    What of :data:`OTHERWISE` is missing is added, ``neu`` and ``tgt`` as the run has them, ``pzv`` as of a
    beam along z; ``Z`` and ``A`` follow from ``tgt``.
    """
    rows = len(columns["Ev"])
    constants = {**OTHERWISE, "neu": run.probe, "tgt": run.target}
    found = {
        **{name: np.full(rows, value, TYPES[name]) for name, value in constants.items()},
        "pzv": columns["Ev"],
        **columns,
    }
    found |= {"Z": found["tgt"] // 10000 % 1000, "A": found["tgt"] // 10 % 1000}
    return {name: np.asarray(found[name], kind) for name, kind in TYPES.items()}


class TableWriter:
    """Collects chunks into tables of a fixed number of rows, whatever the chunks are.

    Parameters
    ----------
    run : see :class:`nugan_hep.output.EventWriter`
    rows : of a table
    put : takes the tables, dicts of all :data:`BRANCHES`

    Attributes
    ----------
    run : stored as JSON when the file is closed
    events : events written so far
    """

    def __init__(self, run: Run, rows: int, put: Callable[[dict[str, NDArray[Any]]], object]) -> None:
        self.run = run
        self.events = 0
        self._put = put
        self._regrouped = Regrouped(rows)

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N]; see :func:`complete` for what may be missing."""
        for table in self._regrouped.add(complete(columns, self.run)):
            self._put(table)
        self.events += len(columns["Ev"])

    def finish(self) -> None:
        """Write the last, shorter table."""
        for table in self._regrouped.rest():
            self._put(table)


def about(run: Run) -> str:
    """The JSON of a run and its columns."""
    texts = {name: text for name, (_, text) in BRANCHES.items()}
    return json.dumps({**run.as_dict(), "columns": texts}, indent=1)


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


def split_compression(text: str, levels: tuple[str, ...], plain: tuple[str, ...]) -> tuple[str, int]:
    """The algorithm and its level, by default 1 (fastest), of ``zstd:1`` and the like.

    Parameters
    ----------
    levels, plain : names of the algorithms that have levels from 1 to 9, and of those that have none

    Raises
    ------
    UserError : unknown algorithm or level
    """
    name, colon, level = text.lower().partition(":")
    if name in levels and (not colon or level in tuple("123456789")):
        return name, int(level or 1)
    if name in plain and (not colon or (name, level) == ("none", "0")):
        return name, 0
    raise UserError(
        f"compression {text!r} is not one of {', '.join(levels)} (with :1 to :9) or {', '.join(plain)}"
    )


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
    except OSError:
        present = False
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
