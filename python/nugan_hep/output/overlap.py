"""Producing ahead of a consumer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


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
