from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from nugan_hep.output import overlap


def numbered(
    n: int, log: list[int], job: Callable[[int], None] = lambda k: None
) -> Iterator[Callable[[], int]]:
    def run(k: int) -> int:
        log.append(k)
        job(k)
        return k

    for k in range(n):
        yield lambda k=k: run(k)  # type: ignore[misc]


def test_results_come_in_order() -> None:
    assert list(overlap.ahead(numbered(50, []))) == list(range(50))


def test_nothing_to_do() -> None:
    assert list(overlap.ahead(iter([]))) == []


def test_next_job_runs_while_the_consumer_works() -> None:
    second_ran = threading.Event()
    jobs = numbered(3, [], lambda k: second_ran.set() if k == 1 else None)
    with contextlib.closing(overlap.ahead(jobs)) as results:
        assert next(results) == 0
        assert second_ran.wait(timeout=30)


def test_runs_no_further_ahead_than_told() -> None:
    log: list[int] = []
    for k in overlap.ahead(numbered(40, log), depth=2):
        assert len(log) <= k + 4  # this one, two that wait, one being made


def test_failure_comes_at_its_place() -> None:
    def fail(k: int) -> None:
        if k == 3:
            raise ValueError("three")

    results = overlap.ahead(numbered(10, [], fail))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_leaving_early_ends_the_thread() -> None:
    log: list[int] = []
    before = threading.active_count()
    with contextlib.closing(overlap.ahead(numbered(100, log))) as results:
        next(results)
    assert threading.active_count() == before
    assert len(log) <= 4


def test_stopping_delivers_what_was_begun() -> None:
    log: list[int] = []
    results = []
    for k in overlap.ahead(numbered(100, log), stopped=lambda: 5 in results):
        results.append(k)
    assert results == log
    assert 6 <= len(results) <= 9
