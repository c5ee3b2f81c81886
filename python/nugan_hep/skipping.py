"""One rule for files without events: an error where it is the only file, skipped and named among several."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from nugan_hep.errors import NoEventsError

T = TypeVar("T")
SHOWN = 5
"""Files that are named."""


def check_not_empty(path: str | Path) -> None:
    """Refuse a file of 0 bytes, as a job leaves that died before it wrote.

    Raises
    ------
    NoEventsError : the file is empty
    """
    if os.path.getsize(path) == 0:
        raise NoEventsError(f"{path}: the file is empty (0 bytes)")


def skip_empty(
    files: Iterable[str | Path], open_file: Callable[[str | Path], T]
) -> tuple[list[T], list[NoEventsError]]:
    """What ``open_file`` gives for each file with events, and why the others were skipped.

    Raises
    ------
    NoEventsError : no file has events; the first one's reason
    """
    opened, skipped = [], []
    for path in files:
        try:
            opened.append(open_file(path))
        except NoEventsError as reason:
            skipped.append(reason)
    if not opened and skipped:
        others = f" ({len(skipped) - 1} other files hold none either)" if len(skipped) > 1 else ""
        raise NoEventsError(f"{skipped[0]}{others}")
    return opened, skipped


def describe(skipped: list[NoEventsError], files: int) -> str:
    """One line: how many of the files were skipped, which, and why."""
    named = "; ".join(map(str, skipped[:SHOWN]))
    more = f"; and {len(skipped) - SHOWN} more" if len(skipped) > SHOWN else ""
    return f"skipped {len(skipped)} of {files} files: {named}{more}"
