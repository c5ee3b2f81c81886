"""The formats by name."""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import EventReader, EventWriter, Run


class Format(NamedTuple):
    """Suffixes of its files, the first being usual, and whether ``nugan-convert`` reads it."""

    suffixes: tuple[str, ...]
    readable: bool


FORMATS = {form.name: Format(tuple(form.suffixes), form.readable) for form in _core.event_formats()}
"""All formats, of the core's table."""


def suffix_of(path: Path) -> str:
    """The end of a name that tells its format: ``.root``, ``.hepmc3.gz``."""
    return "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix


def of_suffix(path: Path) -> list[str]:
    """The formats that a file's name allows, at least one.

    Raises
    ------
    UserError : no format has this suffix; lists those that there are
    """
    return _core.formats_of_suffix(path)


def check_format(name: str, path: Path) -> Format:
    """The format of a name; its files have certain suffixes.

    Raises
    ------
    UserError : unknown format, or a suffix of none or of another
    """
    _core.check_format(name, path)
    return FORMATS[name]


def create(
    name: str, path: Path, run: Run, compression: str | None = None, force: bool = False
) -> AbstractContextManager[EventWriter]:
    """The writer of a format, see :mod:`nugan_hep.output`; ``compression`` None is the format's usual one.

    Raises
    ------
    UserError : see :func:`check_format`; what the format cannot hold; the file cannot be written
    """
    usual = _core.usual_compression(name, path)
    module = importlib.import_module(f"nugan_hep.output.{name}")
    writer: AbstractContextManager[EventWriter] = module.create(path, run, compression or usual, force)
    return writer


def check_space(name: str, path: Path, events: int, compression: str | None = None) -> None:
    """Refuse what the disk cannot hold, before any work is done.

    Raises
    ------
    UserError : fewer bytes are free beside ``path`` than the events take at least; bad compression
    """
    module = importlib.import_module(f"nugan_hep.output.{name}")
    usual = _core.usual_compression(name, path)
    _core.check_space(path, events, module.least_bytes(events, compression or usual))


def read(name: str, path: Path) -> AbstractContextManager[EventReader]:
    """The events of a file, see :class:`nugan_hep.output.EventReader`.

    Raises
    ------
    UserError : the format cannot be read back; the file is not of this format, or not one of ours
    """
    form = check_format(name, path)
    if not form.readable:
        raise UserError(f"format {name} lacks what events need and cannot be read back")
    module = importlib.import_module(f"nugan_hep.output.{name}")
    reader: AbstractContextManager[EventReader] = module.read(path)
    return reader
