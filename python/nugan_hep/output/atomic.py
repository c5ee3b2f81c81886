"""A file that appears under its name only when it is complete."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nugan_hep import _core
from nugan_hep.errors import UserError


def check_target(path: Path, force: bool) -> None:
    """Refuse an output that could not or should not take the name ``path``.

    Raises
    ------
    UserError : folder missing, not a regular file, or existing without ``force``
    """
    _core.check_target(path, force)


@contextlib.contextmanager
def new_file(path: str | Path, force: bool = False) -> Iterator[BinaryIO]:
    """Yield a binary stream whose content appears as ``path`` when the block ends well.

    Until then it lies in the same folder under a hidden name, which is removed if the block raises.

    Raises
    ------
    UserError : the target is refused (see :func:`check_target`), another run is writing it, or the system
        cannot write it (no permission, disk full)
    """
    # through a symbolic link the file is replaced, not the link
    path = Path(os.path.realpath(path))
    check_target(path, force)
    _core.check_not_being_written(str(path))
    part = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    stream: BinaryIO | None = None
    try:
        stream = part.open("x+b")
        mark = _core.PartMark(str(part))
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        check_target(path, force)  # another run may have finished meanwhile
        part.replace(path)
        del mark
        _sync_folder(path.parent)
    except BaseException as error:
        if stream is not None:
            with contextlib.suppress(OSError):  # a full disk refuses the last buffer again
                stream.close()
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UserError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from error
        raise


def write_text(path: Path, text: str) -> None:
    """Write a file, or replace it, as a whole.

    Raises
    ------
    UserError : see :func:`new_file`
    """
    with new_file(path, force=True) as file:
        file.write(text.encode())


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the file system can do so."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
