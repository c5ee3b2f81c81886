"""Producing ahead of a consumer, and stopping both in good order."""

from __future__ import annotations

import contextlib
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


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


def ahead(
    jobs: Iterable[Callable[[], T]], stopped: Callable[[], bool] = lambda: False, depth: int = 2
) -> Generator[T, None, None]:
    """Run the jobs in order in another thread, at most ``depth`` results ahead of the consumer.

    Once ``stopped()`` is true no further job begins; those begun are still delivered. An exception
    of a job is raised at its place. Close the generator (``contextlib.closing``) to leave early.
    """
    with ThreadPoolExecutor(1) as pool:
        pending: deque[Future[T]] = deque()
        try:
            for job in jobs:
                pending.append(pool.submit(job))
                if len(pending) > depth:
                    yield pending.popleft().result()
                if stopped():
                    break
            while pending:
                first = pending.popleft()
                if stopped() and first.cancel():
                    break
                yield first.result()
        finally:
            pool.shutdown(cancel_futures=True)
