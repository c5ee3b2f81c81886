"""HepMC3's ASCII files as text: where one listing of events ends and the next begins.

A file may hold several listings, as ``cat a.hepmc3 b.hepmc3`` makes it, and HepMC3's readers read on. Each
has a head of its own. Files whose content is gzip are read as what they unpack to.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from nugan_hep.errors import UserError

VERSION = b"HepMC::Version"
START = b"HepMC::Asciiv3-START_EVENT_LISTING"
END = b"HepMC::Asciiv3-END_EVENT_LISTING"
EVENT = b"E "
GZIP = b"\x1f\x8b"
MARKS = EVENT[0], END[0]
"""First bytes of the lines that matter within a listing."""


class Listing(NamedTuple):
    """Bytes ``start`` to ``stop`` of a text: a head, ``events`` events and the last line."""

    start: int
    stop: int
    events: int
    head: bytes


@contextlib.contextmanager
def open_text(path: str | Path) -> Iterator[BinaryIO]:
    """The file's text, unpacked where it is gzip.

    Raises
    ------
    UserError : it cannot be read, or the archive is damaged
    """
    with contextlib.ExitStack() as stack:
        try:
            stream = cast(BinaryIO, stack.enter_context(open(path, "rb")))
            packed = stream.read(len(GZIP)) == GZIP
            stream.seek(0)
        except OSError as error:
            raise UserError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
        try:
            yield cast(BinaryIO, stack.enter_context(gzip.open(stream, "rb"))) if packed else stream
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UserError(f"{path} was cut off or is damaged: {str(error).lower()}") from error


def listings(path: str | Path, stream: BinaryIO) -> list[Listing]:
    """All listings of a text, at least one.

    Raises
    ------
    UserError : another text, cut off, or something else after the end of a listing
    """
    if not stream.read(len(VERSION)).startswith(VERSION):
        raise UserError(f"{path}: expected a HepMC3 ASCII file")
    stream.seek(0)
    found: list[Listing] = []
    head: list[bytes] | None = None
    start = events = place = 0
    inside = False
    for number, line in enumerate(stream, 1):
        if inside and events and line[0] not in MARKS:
            pass
        elif not inside:
            if line.startswith(VERSION):
                start, events, inside, head = place, 0, True, []
            elif line.strip():
                raise _goes_on(path, number, line)
        elif line.startswith(EVENT):
            events += 1
        elif line.startswith(END):
            if line.strip() != END:
                raise _goes_on(path, number, line[len(END) :])
            found.append(Listing(start, place + len(line), events, b"".join(head or [])))
            inside = False
        elif line.startswith(VERSION):
            raise UserError(f"{path}: the listing before line {number:,} was cut off: no {END.decode()}")
        if inside and not events and head is not None:
            head.append(line)
        place += len(line)
    if inside:
        raise UserError(f"{path} was cut off: expected {END.decode()} as last line")
    stream.seek(0)
    return found


def _goes_on(path: str | Path, number: int, line: bytes) -> UserError:
    text = line.decode("utf-8", "replace").strip()
    return UserError(
        f"{path}: line {number:,} goes on after the end of the events with {text:.40}; expected the end of "
        f"the file, or another listing ({VERSION.decode()})"
    )


class Part(io.RawIOBase):
    """One listing as a stream of its own, for HepMC3's reader."""

    def __init__(self, stream: BinaryIO, listing: Listing) -> None:
        super().__init__()
        stream.seek(listing.start)
        self._stream = stream
        self._left = listing.stop - listing.start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as the listing goes."""
        data = self._stream.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)
