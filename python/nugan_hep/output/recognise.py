"""Which format a file has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from nugan_hep import skipping
from nugan_hep.errors import NoEventsError, UserError
from nugan_hep.output import Columns, EventReader, Run, formats
from nugan_hep.output.columns import check_readable, complete, damage
from nugan_hep.output.merge import merge

OBJECTS = {(name, form.object_class): form.name for form in formats.FORMATS.values() for name in form.objects}
"""Formats of ROOT files by an object's name and class."""


def recognise(path: Path) -> str:
    """The format of a file by its suffix, of a ROOT file by what it holds.

    Raises
    ------
    NoEventsError : a file of 0 bytes, or a ROOT file without any tree
    UserError : no such file, or none of the formats
    """
    check_readable(path)
    named = formats.of_suffix(path)
    skipping.check_not_empty(path)
    if path.suffix != ".root":
        return named[0]
    import uproot

    with damage(path), uproot.open(path) as file:
        classes = file.classnames(recursive=False, cycle=False)
    for (name, kind), form in OBJECTS.items():
        if classes.get(name) == kind:
            return form
    expected = ", ".join(f"{name} ({kind})" for name, kind in OBJECTS)
    if not any(kind in ("TTree", "ROOT::RNTuple") for kind in classes.values()):
        raise NoEventsError(f"{path}: holds no tree, expected one of {expected}")
    raise UserError(f"{path}: holds none of the trees that nugan-sample writes, {expected}")


def read(path: Path, names: Sequence[str] | None = None) -> AbstractContextManager[EventReader]:
    """The events of a file of any format; ``names`` are the columns wanted, where a format can choose.

    Raises
    ------
    UserError : see :func:`recognise` and :func:`nugan_hep.output.formats.read`
    """
    return formats.read(recognise(path), path, names)


@contextlib.contextmanager
def read_all(paths: Sequence[Path]) -> Iterator[tuple[EventReader, list[NoEventsError]]]:
    """The events of several files one after the other, and why files without events were skipped.

    Where there are several runs, in one file or in many, the events are numbered anew.

    Raises
    ------
    UserError : see :func:`read` and :func:`nugan_hep.output.merge.merge`
    """
    with contextlib.ExitStack() as stack:

        def open_file(path: str | Path) -> EventReader:
            reader = stack.enter_context(read(Path(path)))
            if reader.events == 0 and len(paths) > 1:
                raise NoEventsError(f"{path}: holds no events")
            return reader

        readers, skipped = skipping.skip_empty(paths, open_file)
        if len(readers) == 1 and not readers[0].run.parts:
            yield readers[0], skipped
            return
        for reader in readers:
            reader.run.metadata.setdefault("events", reader.events)
        run = merge([reader.run for reader in readers])
        yield EventReader(run, sum(reader.events for reader in readers), _renumbered(readers, run)), skipped


def _renumbered(readers: Sequence[EventReader], run: Run) -> Iterator[Columns]:
    first = 0
    for reader in readers:
        for chunk in reader.chunks:
            count = len(chunk["Ev"])
            whole = complete(chunk, reader.run)
            yield {**whole, "iev": np.arange(first, first + count, dtype=np.int32)}
            first += count
    # of another generator's events the targets, and which of them are left, are known only now
    known = merge([reader.run for reader in readers])
    run.targets, run.sigma, run.sigma_error = known.targets, known.sigma, known.sigma_error
