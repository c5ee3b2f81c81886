"""The branches of a TTree: numbers, arrays of numbers, objects and their members."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

LETTERS = {"I": ">i4", "i": ">u4", "F": ">f4", "D": ">f8", "O": ">?", "B": ">i1"}
"""Types by the letters of ROOT's leaf lists."""

NO_TOBJECT = struct.pack(">hII", 1, 0, 0)
"""The TObject at the start of an object, without any bits."""


class Member(NamedTuple):
    """An object, or the one of its members that a branch holds, as ROOT's TBranchElement knows it."""

    class_name: str
    checksum: int
    number: int = -2
    kind: int = -1
    """A code of TVirtualStreamerInfo: 13 unsigned int, 51 unsigned char*, 65 TString, 66 TObject."""


@dataclass
class Branch:
    """One branch: of numbers, of an object (its ``branches`` are filled), or of a member of an object.

    Attributes
    ----------
    letter : one of :data:`LETTERS`, or empty for objects and their members
    shape : of one element
    counter : the branch with the number of elements, empty where there is always one
    maximum : of a counter, the most elements that an entry has
    baskets : entries, position, bytes with and without compression of each
    """

    name: str
    letter: str = ""
    shape: tuple[int, ...] = ()
    counter: str = ""
    maximum: int | None = None
    member: Member | None = None
    branches: list[Branch] = field(default_factory=list)
    baskets: list[tuple[int, int, int, int]] = field(default_factory=list)

    @property
    def leaf(self) -> str:
        """The name with its dimensions, such as ``StdHepP4[StdHepN][4]``."""
        dimensions = [self.counter] * bool(self.counter) + [str(n) for n in self.shape]
        return self.name + "".join(f"[{n}]" for n in dimensions)

    @property
    def title(self) -> str:
        """ROOT's leaf list, such as ``StdHepP4[StdHepN][4]/D``."""
        return self.leaf + f"/{self.letter}" * bool(self.letter)

    @property
    def has_offsets(self) -> bool:
        """Whether its baskets say where each entry begins."""
        return bool(self.counter) or (self.member is not None and self.member.kind == 65)

    @property
    def element_bytes(self) -> int:
        """Bytes of one element of numbers."""
        return np.dtype(LETTERS[self.letter]).itemsize * math.prod(self.shape)


def leaf(text: str, maximum: int | None = None) -> Branch:
    """The branch of ROOT's leaf list ``name[counter][n]/letter``; a counter has a ``maximum``."""
    names, _, letter = text.partition("/")
    name, *dimensions = names.replace("]", "").split("[")
    counter = dimensions.pop(0) if dimensions and not dimensions[0].isdigit() else ""
    return Branch(name, letter, tuple(int(n) for n in dimensions), counter, maximum)


def string_object(name: str) -> Branch:
    """A branch of TObjString, split as GENIE splits it: members ``TObject fString``."""
    whole = Member("TObjString", 2626570240)
    kinds = {"TObject": 66, "fString": 65}
    return _object(name, whole, kinds)


def bits_object(name: str, bytes_: int) -> Branch:
    """A branch of TBits of at most ``bytes_`` bytes, split so: ``TObject fNbits fNbytes fAllBits``."""
    whole = Member("TBits", 242629704)
    branch = _object(name, whole, {"TObject": 66, "fNbits": 13, "fNbytes": 13, "fAllBits": 51})
    length, content = branch.branches[2:]
    length.maximum, content.counter = bytes_, length.name
    return branch


def text_constants(name: str) -> dict[str, bytes]:
    """What all entries of :func:`string_object` have in common, by path."""
    return {f"{name}/TObject": NO_TOBJECT}


def zero_bits(name: str, bytes_: int) -> dict[str, bytes]:
    """An entry of :func:`bits_object` without any bit set, by path."""
    return {
        f"{name}/TObject": NO_TOBJECT,
        f"{name}/fNbits": struct.pack(">I", 8 * bytes_),
        f"{name}/fNbytes": struct.pack(">I", bytes_),
        f"{name}/fAllBits": b"\1" + bytes(bytes_),
    }


def _object(name: str, whole: Member, kinds: dict[str, int]) -> Branch:
    parts = [
        Branch(part, member=whole._replace(number=k, kind=kind))
        for k, (part, kind) in enumerate(kinds.items())
    ]
    return Branch(name, member=whole, branches=parts)


def root_string(text: str) -> bytes:
    """A TString of less than 255 bytes."""
    content = text.encode()
    return bytes([len(content)]) + content
