"""The record of a TTree, all but its baskets, in ROOT's serialisation (TTree 20, TBranch 13, TLeaf 2)."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from nugan_hep.output.branches import Branch

COUNTED = 0x40000000
NEW_CLASS = 0xFFFFFFFF

IO_FEATURES = b"@\x00\x00\x07\x00\x00\x1a\xa1/\x10\x00"
"""A ROOT::TIOFeatures without any."""

# as ROOT sets them; 22: no map of objects, 20: address set, 17: any class, 12: a TObject
PLAIN_BITS = 1 << 22
MEMBER_BITS = 1 << 22 | 1 << 20
OBJECT_BITS = 1 << 22 | 1 << 20 | 1 << 12
TOBJECT_BITS = 1 << 20 | 1 << 17 | 1 << 12

# leaf class, minimum and maximum, bytes, unsigned
LEAVES = {
    "I": ("TLeafI", "ii", 4, False),
    "i": ("TLeafI", "ii", 4, True),
    "F": ("TLeafF", "ff", 4, False),
    "D": ("TLeafD", "dd", 8, False),
    "O": ("TLeafO", "bb", 1, False),
    "B": ("TLeafB", "bb", 1, False),
}
# bytes and unsigned, by the kind of a member
MEMBER_LEAVES = {13: (4, True), 51: (1, True)}


class Record:
    """Bytes that grow; positions, by which ROOT refers to objects, count from the start of the key."""

    def __init__(self, start: int) -> None:
        self.data = bytearray()
        self.leaves: list[int] = []
        self.leaf = {"": 0}
        self.branch = {"": 0}
        self._start = start

    def pack(self, form: str, *values: float) -> None:
        """Append numbers, big endian."""
        self.data += struct.pack(">" + form, *values)

    def text(self, value: str) -> None:
        """Append a TString."""
        content = value.encode()
        self.data += bytes([len(content)]) if len(content) < 255 else struct.pack(">BI", 255, len(content))
        self.data += content

    @contextlib.contextmanager
    def versioned(self, version: int) -> Iterator[None]:
        """What the block appends is one class, with its byte count and version before it."""
        at = len(self.data)
        self.pack("IH", 0, version)
        yield
        self._count(at)

    @contextlib.contextmanager
    def pointer(self, class_name: str) -> Iterator[int]:
        """What the block appends is an object with its class; yields the number that refers to it."""
        at = len(self.data)
        self.pack("II", 0, NEW_CLASS)
        self.data += class_name.encode() + b"\0"
        yield self._start + at + 2
        self._count(at)

    @contextlib.contextmanager
    def array(self, length: int) -> Iterator[None]:
        """What the block appends are the ``length`` pointers of a TObjArray."""
        with self.versioned(3):
            self.pack("HII", 1, 0, 0)
            self.text("")
            self.pack("ii", length, 0)
            yield

    def named(self, name: str, title: str, bits: int) -> None:
        """Append a TNamed."""
        with self.versioned(1):
            self.pack("HII", 1, 0, bits)
            self.text(name)
            self.text(title)

    def fill_attributes(self) -> None:
        """Append a TAttFill: colour and style."""
        with self.versioned(2):
            self.pack("hh", 0, 1001)

    def _count(self, at: int) -> None:
        struct.pack_into(">I", self.data, at, (len(self.data) - at - 4) | COUNTED)


def serialise(
    name: str, title: str, branches: list[Branch], entries: int, cluster: int, weight: float, start: int
) -> bytes:
    """The record of a tree whose baskets are in the file.

    Parameters
    ----------
    cluster : entries per basket
    weight : ROOT's ``TTree::SetWeight``
    start : bytes of the record's key
    """
    baskets = [b for branch in branches for part in (branch, *branch.branches) for b in part.baskets]
    record = Record(start)
    with record.versioned(20):
        record.named(name, title, 1 << 3)
        with record.versioned(2):
            record.pack("hhh", 602, 1, 1)  # line
        record.fill_attributes()
        with record.versioned(2):
            record.pack("hhf", 1, 1, 1.0)  # marker
        record.pack("qqqqq", entries, sum(b[3] for b in baskets), sum(b[2] for b in baskets), 0, 0)
        record.pack("diiiiI", weight, 0, 25, 0, 1000, 0)
        record.pack("qqqqqq", 10**12, 10**12, 0, -300_000_000, cluster, 10**6)
        record.data += b"\0\0" + IO_FEATURES  # no clusters of other sizes
        with record.array(len(branches)):
            for branch in branches:
                _branch(record, branch, entries)
        with record.array(len(record.leaves)):
            record.pack(f"{len(record.leaves)}I", *record.leaves)
        record.data += bytes(28)  # no aliases, indices, friends, user information
    return bytes(record.data)


def _branch(record: Record, branch: Branch, entries: int, parent: str = "") -> None:
    member = branch.member
    with record.pointer("TBranchElement" if member else "TBranch") as number:
        record.branch[branch.name] = number
        if member is None:
            _branch_base(record, branch, entries, PLAIN_BITS)
            return
        with record.versioned(10):
            bits = OBJECT_BITS if branch.branches else TOBJECT_BITS if member.kind == 66 else MEMBER_BITS
            _branch_base(record, branch, entries, bits)
            for text in (member.class_name, parent, ""):
                record.text(text)
            record.pack("IHiiii", member.checksum, 1, member.number, 0, member.kind, 0)
            record.pack("II", record.branch[branch.counter], 0)


def _branch_base(record: Record, branch: Branch, entries: int, bits: int) -> None:
    count = len(branch.baskets)
    capacity = max(count + 1, 10)  # one more, for the end of the last
    table = np.zeros((4, capacity), dtype="i8")
    table[:, :count] = np.array(branch.baskets, dtype="i8").reshape(count, 4).T
    held, place, size, full = table
    first = np.zeros(capacity, dtype="i8")
    first[1 : count + 1] = np.cumsum(held[:count])
    whole = bool(branch.branches)
    with record.versioned(13):
        record.named(branch.name, branch.title, bits)
        record.fill_attributes()
        offsets = 1000 if branch.has_offsets or whole else 0
        record.pack("iiiiq", 0, 32000, offsets, count, 0 if whole else entries)
        record.data += IO_FEATURES
        record.pack("iIiqqqq", 0, capacity, int(whole), entries, 0, int(full.sum()), int(size.sum()))
        with record.array(len(branch.branches)):
            for part in branch.branches:
                _branch(record, part, entries, part.member.class_name if part.member else "")
        with record.array(1):
            _leaf(record, branch)
        with record.array(0):  # no baskets in memory
            pass
        for values, code in ((size, ">i4"), (first, ">i8"), (place, ">i8")):
            record.data += b"\1" + values.astype(code).tobytes()
        record.text("")  # the baskets are in this file


def _leaf(record: Record, branch: Branch) -> None:
    member = branch.member
    if member:
        class_name, (width, unsigned) = "TLeafElement", MEMBER_LEAVES.get(member.kind, (0, False))
    else:
        class_name, limits, width, unsigned = LEAVES[branch.letter]
    with record.pointer(class_name) as number:
        record.leaves.append(number)
        record.leaf[branch.name] = number
        with record.versioned(1):
            with record.versioned(2):
                record.named(branch.name, branch.leaf, 0)
                length = int(np.prod(branch.shape, dtype=int))
                record.pack("iii??", length, width, 0, branch.maximum is not None, unsigned)
                record.pack("I", record.leaf[branch.counter])
            if member:
                record.pack("ii", member.number, member.kind)
            else:
                record.pack(limits, 0, branch.maximum or 0)


def streamers() -> list[Any]:
    """What uproot writes into a file so that other programs know these classes."""
    from uproot.models import TBranch, TLeaf, TTree
    from uproot.writing._cascade import RawStreamerInfo

    models = [TTree.Model_TTree_v20, TBranch.Model_TBranch_v13]
    models += [
        getattr(TLeaf, f"Model_{name}_v1") for name in dict.fromkeys(leaf[0] for leaf in LEAVES.values())
    ]
    raw = {streamer[-2:]: streamer for model in models for streamer in model.class_rawstreamers}
    return [RawStreamerInfo(*streamer) for streamer in raw.values()]
