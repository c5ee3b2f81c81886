"""Which format a file has."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from nugan_hep.errors import UserError
from nugan_hep.output import EventReader, formats
from nugan_hep.output.columns import COLUMNS, check_readable, damage

OBJECTS = {
    ("gst", "TTree"): "gst",
    ("gst", "ROOT::RNTuple"): "rntuple",
    ("gRooTracker", "TTree"): "rootracker",
    ("FlatTree_VARS", "TTree"): "nuisance",
}
"""Formats of ROOT files by an object's name and class."""

TABLES = ("gst", "rntuple", "parquet", "npz")
"""Formats whose ``read`` takes the names of the columns wanted."""


def recognise(path: Path) -> str:
    """The format of a file by its suffix, of a ROOT file by what it holds.

    Raises
    ------
    UserError : no such file, or none of the formats
    """
    check_readable(path)
    named = [name for name, form in formats.FORMATS.items() if path.suffix in form.suffixes]
    if not named:
        suffixes = dict.fromkeys(suffix for form in formats.FORMATS.values() for suffix in form.suffixes)
        raise UserError(f"{path}: unknown suffix {path.suffix!r}, expected one of {', '.join(suffixes)}")
    if path.suffix != ".root":
        return named[0]
    import uproot

    with damage(path), uproot.open(path) as file:
        classes = file.classnames(recursive=False, cycle=False)
    for (name, kind), form in OBJECTS.items():
        if classes.get(name) == kind:
            return form
    expected = ", ".join(f"{name} ({kind})" for name, kind in OBJECTS)
    raise UserError(f"{path}: holds none of the trees that nugan-sample writes, {expected}")


def read(path: Path, names: Sequence[str] | None = None) -> AbstractContextManager[EventReader]:
    """The events of a file of any format; ``names`` are the columns wanted, where a format can choose.

    Raises
    ------
    UserError : see :func:`recognise` and :func:`nugan_hep.output.formats.read`
    """
    name = recognise(path)
    if names is not None and name in TABLES:
        module = importlib.import_module(f"nugan_hep.output.{name}")
        reader: AbstractContextManager[EventReader] = module.read(path, [*dict.fromkeys(names)] or COLUMNS)
        return reader
    return formats.read(name, path)
