"""What lies in the folder of a campaign beside its files: a lock, and notes on files made since the manifest.

Whoever makes a file notes in ``.made/`` what the manifest will say of it, so that no process has to live
until the end. Files are written in folders of their own in ``.making/`` and get their names when whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from nugan_hep.campaigns.manifest import NAME as MANIFEST
from nugan_hep.campaigns.manifest import Entry, Manifest
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file

LOCK, NOTES, PARTS, LOGS = ".lock", ".made", ".making", "logs"
BLOCK = 2**20


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from running a campaign in a folder, which is made if it is not there.

    Raises
    ------
    UserError : another process runs one; the folder cannot be written
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        stream = open(folder / LOCK, "a+")  # noqa: SIM115
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            who = stream.read().strip() or "another process"
            raise UserError(
                f"a campaign is running in {folder} ({who}): wait for its end, or choose another folder"
            ) from None
        except OSError as error:
            raise UserError(
                f"cannot lock {folder / LOCK}: {(error.strerror or str(error)).lower()}"
            ) from None
        stream.truncate(0)
        stream.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        stream.flush()
        yield


@contextlib.contextmanager
def begun(folder: Path) -> Iterator[None]:
    """If there is no manifest at the end, remove the lock, and the folder if it is empty then.

    To be used in :func:`locked`.
    """
    try:
        yield
    finally:
        if not (folder / MANIFEST).exists():
            with contextlib.suppress(OSError):
                (folder / LOCK).unlink()
                folder.rmdir()


@contextlib.contextmanager
def part(folder: Path, name: str) -> Iterator[Path]:
    """Where a file is written until it is whole: no two processes have the same place.

    Raises
    ------
    UserError : the folder cannot be written
    """
    with writing(folder):
        (folder / PARTS).mkdir(exist_ok=True)
        own = tempfile.TemporaryDirectory(dir=folder / PARTS, ignore_cleanup_errors=True)
    with own:
        path = Path(own.name) / name
        try:
            yield path
        except UserError as error:  # of the file's own name, which the user knows
            text = str(error).replace(str(path), str(folder / name))
            raise UserError(text.replace(own.name, str(folder))) from None


def note(folder: Path, entry: Entry) -> None:
    """Remember a file that was made.

    Raises
    ------
    UserError : the note cannot be written
    """
    # two processes may have made the file, the same bytes: each writes a note of its own and renames it
    with part(folder, f"{entry.file}.json") as path:
        with new_file(path) as stream:
            stream.write(json.dumps(asdict(entry)).encode())
        with writing(folder / NOTES):
            (folder / NOTES).mkdir(exist_ok=True)
            os.replace(path, folder / NOTES / path.name)


def noted(folder: Path, entry: Entry) -> Entry | None:
    """What was noted of a file of the manifest, if it is the same file."""
    try:
        found = Entry(**json.loads((folder / NOTES / f"{entry.file}.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    same = (found.file, found.first, found.events) == (entry.file, entry.first, entry.events)
    return found if same and found.sha256 else None


def known(folder: Path, manifest: Manifest) -> Manifest:
    """The manifest with all that was noted since it was written."""
    found = {one.file: noted(folder, one) for one in manifest.files}
    return manifest.made({name: one for name, one in found.items() if one is not None})


def is_there(folder: Path, entry: Entry) -> bool:
    """Whether a file has its size."""
    try:
        return entry.bytes == (folder / entry.file).stat().st_size
    except OSError:
        return False


def is_whole(folder: Path, entry: Entry) -> bool:
    """Whether a file has its size and its SHA-256."""
    try:
        return is_there(folder, entry) and sha256(folder / entry.file) == entry.sha256
    except OSError:
        return False


def sha256(path: Path) -> str:
    """Of a file."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def tidy(folder: Path, notes: bool) -> None:
    """Remove what killed processes left, and the notes once they are in the manifest."""
    for name in (PARTS, *([NOTES] if notes else [])):
        shutil.rmtree(folder / name, ignore_errors=True)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system refuses into one line."""
    try:
        yield
    except OSError as error:
        raise UserError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
