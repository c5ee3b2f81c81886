"""ROOT files whose bytes follow from what is written into them.

ROOT keeps a date in every key and a UUID in the file. Here the date is the run's ``time``, or 1995-01-01, the
first that ROOT can say, where the run has none; the UUID follows from the run's description. Events of one
run then make one file, byte by byte, whoever writes it (ROOT's own ``?reproducible`` does so with zeros).
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nugan_hep.output import Run
from nugan_hep.output.atomic import new_file

if TYPE_CHECKING:
    from uproot.compression import Compression

FIRST = datetime.datetime(1995, 1, 1)
_date: ContextVar[datetime.datetime | None] = ContextVar("date of the ROOT file being written", default=None)


@contextlib.contextmanager
def recreate(path: str | Path, run: Run, compression: Compression | None, force: bool) -> Iterator[Any]:
    """Yield uproot's writable file, which appears as ``path`` when the block ends well.

    Raises
    ------
    UserError : the file cannot be written (existing, no folder, disk full)
    """
    import uproot

    _let_dates_be_set()
    name = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(run.as_dict()))
    with new_file(path, force) as stream:
        before = _date.set(_time_of(run))
        try:
            yield uproot.recreate(stream, compression=compression, uuid_function=lambda: name)
        finally:
            _date.reset(before)


def date() -> int:
    """The date of the file being written as ROOT's TDatime."""
    import uproot

    return int(uproot._util.datetime_to_code(datetime.datetime.now()))


def _time_of(run: Run) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(run.metadata["time"]).astimezone()
    except (KeyError, TypeError, ValueError):
        return FIRST


@functools.cache
def _let_dates_be_set() -> None:
    """Let uproot write :data:`_date`: it asks the clock, and turns what it says into bytes in one place."""
    import uproot

    of_clock = uproot._util.datetime_to_code

    def code(moment: datetime.datetime) -> int:
        return int(of_clock(_date.get() or moment))

    uproot._util.datetime_to_code = code
