"""Stopping in good order: what is under way is finished, then the program ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM; a second one acts as if nobody collected."""
    caught: list[int] = []
    # a command in a shell's background ignores SIGINT, and goes on doing so
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    before = {n: action for n, action in before.items() if action not in (signal.SIG_IGN, None)}

    def restore() -> None:
        for number, action in before.items():
            signal.signal(number, action)

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        restore()

    for number in before:
        signal.signal(number, catch)
    try:
        yield caught
    finally:
        restore()
