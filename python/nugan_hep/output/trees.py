"""ROOT TTrees with what event generators put into them, in a file that uproot writes.

``mktree`` of uproot 5.7 has no branches of objects (TObjString) and no tree weight, fills all branches
together, and writes wrong entry offsets for leaves such as ``[counter][4]``, on which ROOT crashes. Here the
baskets go to the file as they are filled, and the tree itself once, when it is closed. Of uproot only the
file, its free segments and its compression are used. ROOT's own description of the layout is in
root/io/doc/TFile, ttree.md and tbasket.md.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep.output import treeheader
from nugan_hep.output.branches import LETTERS, Branch, root_string
from nugan_hep.output.root_file import date

Entry = ArrayLike | bytes
"""Numbers of one entry, or its bytes."""

Column = NDArray[Any] | tuple[NDArray[Any], NDArray[Any]] | list[bytes]
"""Entries of a branch, see :class:`Tree`."""

KEY = struct.Struct(">ihiIhhqq")
BASKET = struct.Struct(">hiiiib")


class Tree:
    """A tree being written: filled basket by basket, closed once.

    Branches are named by path, ``branch`` or ``branch/member``. Their entries come as an array [N, ...] of
    numbers; or, if they are of different lengths, as the elements of all [total, ...] and offsets [N + 1]; or
    as the ``bytes`` of each entry, as is needed for members of objects.

    Parameters
    ----------
    file : what ``uproot.recreate`` gave
    branches : in the order of the tree
    cluster : entries of every :meth:`fill` but the last
    late : paths that are filled when the tree is closed

    Attributes
    ----------
    constants : one entry of each branch that is never among the columns, by path; set it before filling
    """

    def __init__(
        self,
        file: Any,
        name: str,
        title: str,
        branches: list[Branch],
        cluster: int,
        late: tuple[str, ...] = (),
    ) -> None:
        self.constants: dict[str, Entry] = {}
        self.entries = 0
        self._file, self._directory, self._sink = file, file._cascading, file.file.sink
        self._name, self._title, self._branches, self._cluster = name, title, branches, cluster
        self._paths = {path: branch for path, branch in _paths(branches) if path not in late}
        self._late = {path: branch for path, branch in _paths(branches) if path in late}
        self._repeated: dict[str, tuple[bytes, int, bytes]] = {}

    def fill(self, columns: Mapping[str, Column], entries: int) -> None:
        """Add one basket of ``entries`` > 0 entries to every branch; what ``columns`` lacks is constant."""
        for path, branch in self._paths.items():
            if path not in columns:
                self._constant(path, branch, entries, self.constants[path])
                continue
            values = columns[path]
            count = len(values[1]) - 1 if isinstance(values, tuple) else len(values)
            if count != entries:
                raise ValueError(f"{path} has {count} entries, expected {entries}")
            if isinstance(values, tuple):
                data = _data(branch, values[0])
                sizes = np.diff(values[1]) * branch.element_bytes
                self._write(branch, entries, *self._payload(branch, data, sizes))
            elif isinstance(values, list):
                sizes = np.fromiter(map(len, values), dtype="i8", count=entries)
                self._write(branch, entries, *self._payload(branch, b"".join(values), sizes))
            else:
                _note_maximum(branch, values)
                data = _data(branch, values)
                self._write(branch, entries, *self._payload(branch, data, _equal(data, entries)))
        self.entries += entries

    def close(self, weight: float = 1.0, late: Mapping[str, Entry] | None = None) -> None:
        """Fill the late branches with one value each and write the tree, of ``TTree::SetWeight(weight)``."""
        import uproot

        for path, branch in self._late.items():
            for first in range(0, self.entries, self._cluster):
                entries = min(self._cluster, self.entries - first)
                self._constant(path, branch, entries, (late or {})[path])
        self._file.file.update_streamers(treeheader.streamers())
        names = ("TTree", self._name, self._title)
        start = KEY.size + sum(len(root_string(text)) for text in names)
        header = treeheader.serialise(
            self._name, self._title, self._branches, self.entries, self._cluster, weight, start
        )
        content = uproot.compression.compress(header, self._file.file.compression)
        self._directory.add_object(self._sink, *names, content, len(header), big=True)

    def _constant(self, path: str, branch: Branch, entries: int, value: Entry) -> None:
        """A basket of equal entries; full ones are compressed once."""
        one = value if isinstance(value, bytes) else _data(branch, np.asarray(value))
        if not isinstance(value, bytes):
            _note_maximum(branch, np.asarray(value))
        sizes = np.full(entries, len(one))
        if entries != self._cluster:
            self._write(branch, entries, *self._payload(branch, one * entries, sizes))
            return
        if path not in self._repeated or self._repeated[path][0] != one:
            self._repeated[path] = (one, *self._payload(branch, one * entries, sizes))
        self._write(branch, entries, *self._repeated[path][1:])

    def _payload(self, branch: Branch, data: bytes, sizes: NDArray[Any]) -> tuple[int, bytes]:
        """Bytes before compression, and content, of a basket of entries of some sizes."""
        import uproot

        if branch.has_offsets:
            # from the start of the key; ROOT writes one more than there are entries, and it is 0
            offsets = self._key_length(branch) + np.cumsum(sizes) - sizes
            data += struct.pack(">i", len(sizes) + 1) + offsets.astype(">i4").tobytes() + bytes(4)
        return len(data), uproot.compression.compress(data, self._file.file.compression)

    def _names(self, branch: Branch) -> bytes:
        return b"".join(root_string(text) for text in ("TBasket", branch.name, self._name))

    def _key_length(self, branch: Branch) -> int:
        return KEY.size + len(self._names(branch)) + BASKET.size

    def _write(self, branch: Branch, entries: int, length: int, payload: bytes) -> None:
        """Append a basket to the file and note where it is."""
        before = self._key_length(branch)
        size = before + len(payload)
        place = self._directory.freesegments.allocate(size)
        tail, width = (4 * (entries + 2), entries + 1) if branch.has_offsets else (0, length // entries)
        # 1004 and 3 are the versions of TKey (with 64-bit positions) and TBasket
        key = KEY.pack(size, 1004, length, date(), before, 0, place, self._directory.key.location)
        basket = BASKET.pack(3, 32000, width, entries, before + length - tail, 0)
        self._sink.write(place, b"".join((key, self._names(branch), basket, payload)))
        branch.baskets.append((entries, place, size, before + length))


def _paths(branches: list[Branch]) -> Iterator[tuple[str, Branch]]:
    """All branches that have baskets, by path."""
    for branch in branches:
        if not branch.branches:
            yield branch.name, branch
        for part in branch.branches:
            yield f"{branch.name}/{part.name}", part


def _data(branch: Branch, values: NDArray[Any]) -> bytes:
    return values.astype(LETTERS[branch.letter], copy=False).tobytes()


def _note_maximum(branch: Branch, values: NDArray[Any]) -> None:
    """Keep the most elements that an entry has, which a counter says of itself."""
    if branch.maximum is not None:
        branch.maximum = max(branch.maximum, int(values.max(initial=0)))


def _equal(data: bytes, entries: int) -> NDArray[Any]:
    return np.full(entries, len(data) // entries)
