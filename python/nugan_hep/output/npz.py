"""Events as NumPy's ``.npz``: one array per column, for ``numpy.load``.

Columns have the names and types of the tree of :mod:`nugan_hep.output.gst`. The array ``nugan`` is a text,
JSON with the run: ``json.loads(str(numpy.load("events.npz")["nugan"]))``. Where events have particles, all of
them lie one after the other in ``particles_pdg``, ``particles_px`` and so on, and ``particles_offsets`` [N +
1] says where each event's begin; :func:`nugan_hep.particles.as_awkward` makes one array of them.

An archive holds its arrays one after the other, so that while events come each column grows in a nameless
file beside the target; for a moment the disk holds the events and one more column.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import (
    EVERYTHING,
    EXTRAS,
    METADATA,
    REPLICAS,
    TYPES,
    TableWriter,
    about,
    check_readable,
    complete,
    damage,
    runs_of,
    stored,
    whole,
)
from nugan_hep.particles import PARTICLES, as_awkward, as_columns
from nugan_hep.particles import TYPES as FIELDS

__all__ = ["create", "read"]

OFFSETS = f"{PARTICLES}_offsets"
KINDS = {
    **TYPES,
    **{name: np.dtype(code) for name, (code, _) in EXTRAS.items()},
    REPLICAS: np.dtype("f4"),
    OFFSETS: np.dtype("i8"),
    **{f"{PARTICLES}_{name}": kind for name, kind in FIELDS.items()},
}
"""Types of all arrays, by name."""
ROWS = 100_000
"""Events that are written or read at once."""
BLOCK = 2**20


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "none", force: bool = False
) -> Iterator[TableWriter]:
    """Write an archive of arrays; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : ``zlib[:level]`` or ``none``
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    _, level = _core.parse_compression("npz", compression)
    with new_file(path, force) as stream, contextlib.ExitStack() as stack:
        columns = _Columns(os.path.dirname(os.path.realpath(path)), stack)
        writer = TableWriter(run, ROWS, lambda table: columns.add(complete(table, run)))
        yield writer
        writer.finish()
        _assemble(stream, level, columns, about(run))


class _Columns:
    """Columns that grow, each in a nameless file in ``folder``; those that only some events have may join.

    Attributes
    ----------
    files : by name, with the type of the numbers
    widths : of columns [N, K], K by name
    """

    def __init__(self, folder: str, stack: contextlib.ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self.files: dict[str, tuple[IO[bytes], np.dtype[Any]]] = {}
        self.widths: dict[str, int] = {}
        self._particles = 0
        for name, kind in TYPES.items():
            self._file(name, kind)

    def _file(self, name: str, kind: np.dtype[Any]) -> IO[bytes]:
        if name not in self.files:
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
            self.files[name] = self._stack.enter_context(file), kind
        return self.files[name][0]

    def add(self, table: dict[str, Any]) -> None:
        """Append the rows of a table."""
        if PARTICLES in table:
            own = as_columns(table.pop(PARTICLES))
            if OFFSETS not in self.files:
                self._file(OFFSETS, KINDS[OFFSETS]).write(bytes(8))
            ends = own["offsets"][1:] - own["offsets"][0] + self._particles
            self._particles = int(ends[-1])
            table |= {f"{PARTICLES}_{name}": own[name] for name in FIELDS} | {OFFSETS: ends}
        for name, values in table.items():
            if values.ndim == 2:
                self.widths[name] = values.shape[1]
            self._file(name, values.dtype).write(values.tobytes())


def _assemble(stream: BinaryIO, level: int, columns: _Columns, text: str) -> None:
    """Bring the columns into an archive, closing each one's file when it is copied."""
    how = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", how, compresslevel=level or None) as archive:
        for name, (part, dtype) in columns.files.items():
            width = columns.widths.get(name, 1)
            rows = part.tell() // dtype.itemsize // width
            part.seek(0)
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                shape = (rows, width) if name in columns.widths else (rows,)
                header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
                npy.write_array_header_1_0(member, header)
                shutil.copyfileobj(part, member, BLOCK)
            part.close()
        buffer = io.BytesIO()
        npy.write_array(buffer, np.array(text), allow_pickle=False)
        archive.writestr(zipfile.ZipInfo(f"{METADATA}.npy"), buffer.getvalue(), how)


@contextlib.contextmanager
def read(path: str | Path, names: Sequence[str] = EVERYTHING) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, by :data:`ROWS`; ``names`` are the columns wanted.

    Of :data:`nugan_hep.output.columns.WHERE_THERE`, what is there.

    Raises
    ------
    UserError : not such a file
    """
    with contextlib.ExitStack() as stack:
        with damage(path):
            archive = stack.enter_context(zipfile.ZipFile(check_readable(path)))
            texts = _texts(archive)
            runs = runs_of(path, texts)
            there = set(archive.namelist())
            wanted = stored(path, names, {name.removesuffix(".npy") for name in there}, texts)
            if REPLICAS in names and f"{REPLICAS}.npy" in there:
                wanted.append(REPLICAS)
            members = {name: stack.enter_context(archive.open(f"{name}.npy")) for name in wanted}
            shapes = {name: _shape(path, name, member) for name, member in members.items()}
            widths = {name: shape[1] for name, shape in shapes.items() if len(shape) == 2}
            sizes = {name: shape[0] for name, shape in shapes.items()}
            own: dict[str, IO[bytes]] = {}
            if PARTICLES in names and f"{OFFSETS}.npy" in there:
                files = {"offsets": OFFSETS, **{name: f"{PARTICLES}_{name}" for name in FIELDS}}
                own = {key: stack.enter_context(archive.open(f"{name}.npy")) for key, name in files.items()}
                sizes[OFFSETS] = _shape(path, OFFSETS, own["offsets"])[0] - 1
                counts = {_shape(path, f"{PARTICLES}_{name}", own[name])[0] for name in FIELDS}
                if len(counts) > 1:
                    raise UserError(f"{path}: fields of the particles differ in length")
        if len(set(sizes.values())) > 1:
            raise UserError(f"{path}: columns differ in length ({sizes})")
        events = next(iter(sizes.values()))
        yield EventReader(whole(path, runs, events), events, _chunks(path, members, widths, own, events))


def _texts(archive: zipfile.ZipFile) -> list[str]:
    """The descriptions, one text, or an array of several [K] where files were put together."""
    if f"{METADATA}.npy" not in archive.namelist():
        return []
    with archive.open(f"{METADATA}.npy") as member:
        return [str(text) for text in np.ravel(npy.read_array(member, allow_pickle=False))]


def _shape(path: str | Path, name: str, member: IO[bytes]) -> tuple[int, ...]:
    """Shape of a column, [N] or of replicas [N, K]; its header is read."""
    version = npy.read_magic(member)
    shape, _, kind = npy.read_array_header_1_0(member) if version == (1, 0) else ((), False, None)
    expected = KINDS[name]
    if kind != expected or len(shape) != (2 if name == REPLICAS else 1):
        raise UserError(f"{path}: expected {expected} numbers in the column {name}")
    return tuple(map(int, shape))


def _chunks(
    path: str | Path,
    members: Mapping[str, IO[bytes]],
    widths: Mapping[str, int],
    own: Mapping[str, IO[bytes]],
    events: int,
) -> Iterator[Columns]:
    def numbers(name: str, member: IO[bytes], count: int) -> Any:
        return np.frombuffer(member.read(count * KINDS[name].itemsize), KINDS[name], count)

    with damage(path):
        before = numbers(OFFSETS, own["offsets"], 1) if own else None
        for first in range(0, events, ROWS):
            rows = min(ROWS, events - first)
            chunk = {
                name: numbers(name, member, rows * widths[name]).reshape(rows, widths[name])
                if name in widths
                else numbers(name, member, rows)
                for name, member in members.items()
            }
            if before is not None:
                ends = np.append(before, numbers(OFFSETS, own["offsets"], rows))
                if np.any(np.diff(ends) < 0):
                    raise UserError(f"{path}: {OFFSETS} do not rise")
                fields = {
                    name: numbers(f"{PARTICLES}_{name}", own[name], int(ends[-1] - ends[0]))
                    for name in FIELDS
                }
                chunk[PARTICLES] = as_awkward({"offsets": ends - ends[0], **fields})
                before = ends[-1:]
            yield chunk
