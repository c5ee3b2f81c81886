"""The formats by name."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import EventReader, EventWriter, Run
from nugan_hep.output.columns import COLUMNS

Format = _core.Format
"""Suffixes of its files, what it holds and needs, how it is recognised; see ``nugan/formats.hpp``."""

FORMATS = {form.name: form for form in _core.formats}
"""A format's module in this folder has ``create``, ``read`` and ``parse_compression``."""


def _module(name: str) -> Any:
    return importlib.import_module(f"nugan_hep.output.{name}")


def suffix_of(path: Path) -> str:
    """The end of a name that tells its format: ``.root``, ``.hepmc3.gz``."""
    return "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix


def with_suffix(suffix: str) -> list[str]:
    """The formats whose files may have a suffix."""
    return [name for name, form in FORMATS.items() if suffix in form.suffixes]


def of_suffix(path: Path) -> list[str]:
    """The formats that a file's name allows, at least one.

    Raises
    ------
    UserError : no format has this suffix; lists those that there are
    """
    suffix = suffix_of(path)
    if names := with_suffix(suffix):
        return names
    suffixes = dict.fromkeys(suffix for form in FORMATS.values() for suffix in form.suffixes)
    known = "; ".join(f"{suffix} ({', '.join(with_suffix(suffix))})" for suffix in suffixes)
    raise UserError(f"{path}: unknown suffix {suffix!r}, expected one of {known}")


def check_format(name: str, path: Path) -> Format:
    """The format of a name; its files have certain suffixes.

    Raises
    ------
    UserError : unknown format, or a suffix of none or of another
    """
    if name not in FORMATS:
        raise UserError(f"format {name!r} is not one of {', '.join(FORMATS)}")
    form = FORMATS[name]
    if name not in of_suffix(path):
        raise UserError(f"{path}: expected a name with {' or '.join(form.suffixes)} for the format {name}")
    return form


def create(
    name: str, path: Path, run: Run, compression: str | None = None, force: bool = False
) -> AbstractContextManager[EventWriter]:
    """The writer of a format, see :mod:`nugan_hep.output`; ``compression`` None is the format's usual one.

    Raises
    ------
    UserError : see :func:`check_format`; what the format cannot hold; the file cannot be written
    """
    form = check_format(name, path)
    options = compression or usual_compression(form, path)
    writer: AbstractContextManager[EventWriter] = _module(name).create(path, run, options, force)
    return writer


def usual_compression(form: Format, path: Path) -> str:
    """The compression of a file that nothing else is said of."""
    return form.compression or ("zlib:1" if path.suffix == ".gz" else "none")


def least_bytes(name: str, events: int, compression: str) -> int:
    """A lower bound of the bytes that ``events`` events take while they are written.

    Raises
    ------
    UserError : bad compression
    """
    _module(name).parse_compression(compression)
    return round(events * _core.least_event_bytes(name, not compression.lower().startswith("none")))


def check_space(name: str, path: Path, events: int, compression: str | None = None) -> None:
    """Refuse what the disk cannot hold, before any work is done.

    Raises
    ------
    UserError : fewer bytes are free beside ``path`` than the events take at least; bad compression
    """
    need = least_bytes(name, events, compression or usual_compression(FORMATS[name], path))
    free = shutil.disk_usage(path.parent).free
    if need > free:
        raise UserError(
            f"{events:,} events take at least {need / 1e9:.3g} GB, "
            f"but {path.parent} has {free / 1e9:.3g} GB free"
        )


def read(name: str, path: Path, names: Sequence[str] | None = None) -> AbstractContextManager[EventReader]:
    """The events of a file, see :class:`nugan_hep.output.EventReader`.

    ``names`` are the columns wanted, of a format that can choose.

    Raises
    ------
    UserError : the file is not of this format, or not one of ours
    """
    form = check_format(name, path)
    module = _module(name)
    chosen = names is not None and form.columns
    reader: AbstractContextManager[EventReader] = (
        module.read(path, [*dict.fromkeys(names or ())] or COLUMNS) if chosen else module.read(path)
    )
    return reader
