"""The formats by name."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from nugan_hep import _core
from nugan_hep.output import EventReader, EventWriter, Run

FORMATS = {form.name: form for form in _core.event_formats()}
"""All formats, of the core's table. The module of this folder that has a format's name has its ``create`` and
``read``."""


def _module(name: str) -> Any:
    return importlib.import_module(f"nugan_hep.output.{name}")


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


def check_format(name: str, path: Path) -> _core.EventFormat:
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
    options = compression or _core.usual_compression(name, path)
    writer: AbstractContextManager[EventWriter] = _module(name).create(path, run, options, force)
    return writer


def least_bytes(name: str, events: int, compression: str) -> int:
    """A lower bound of the bytes that ``events`` events take while they are written.

    Raises
    ------
    UserError : bad compression
    """
    return round(events * _core.least_event_bytes(name, compression))


def check_space(name: str, path: Path, events: int, compression: str | None = None) -> None:
    """Refuse what the disk cannot hold, before any work is done.

    Raises
    ------
    UserError : fewer bytes are free beside ``path`` than the events take at least; bad compression
    """
    options = compression or _core.usual_compression(name, path)
    _core.check_space(path, events, least_bytes(name, events, options))


def read(name: str, path: Path, names: Sequence[str] | None = None) -> AbstractContextManager[EventReader]:
    """The events of a file, see :class:`nugan_hep.output.EventReader`.

    ``names`` are the columns wanted, of a format that can choose.

    Raises
    ------
    UserError : the file is not of this format, or not one of ours
    """
    form, module = check_format(name, path), _module(name)
    chosen = ([*dict.fromkeys(names)],) if names and form.columns else ()
    reader: AbstractContextManager[EventReader] = module.read(path, *chosen)
    return reader
