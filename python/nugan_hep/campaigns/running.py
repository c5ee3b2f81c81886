"""Making the files of a campaign: hand out what is missing, note what comes back."""

from __future__ import annotations

import contextlib
import queue
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nugan_hep.campaigns import engines, work
from nugan_hep.campaigns.manifest import Entry, Manifest
from nugan_hep.campaigns.spec import Farm
from nugan_hep.errors import UserError

if TYPE_CHECKING:
    from distributed import Client, Future

MOST_TRIES = 5
"""Workers on which a file may fail with an error."""

REST = 5.0
"""Seconds that a worker rests after an error: at once it would take the same file again, and all others."""

MOST_DEATHS = 20
"""Times that Dask may give a file up because workers died, each after several."""

MOST_LOSSES = 10
"""Times that the scheduler may be lost before one more file is made."""

POLL = 0.5
ANSWER_SECONDS = 60.0
"""In which a scheduler answers, on a busy machine too."""


@dataclass(frozen=True)
class Result:
    """What a worker says: the file that it made, or why it could not."""

    worker: str
    entry: Entry | None = None
    error: str = ""


@dataclass
class Work:
    """What is to be made still, and how it went.

    Attributes
    ----------
    left : numbers of the files
    report : told of each file that is made, and what the farm is doing
    stopped : asked whether to stop
    dashboard : told where Dask shows its work
    bad : workers that cannot make files, and why
    """

    folder: Path
    manifest: Manifest
    left: set[int]
    report: Callable[[Entry | None, str], None]
    stopped: Callable[[], bool]
    dashboard: Callable[[str], None] = lambda address: None
    tries: dict[int, set[str]] = field(default_factory=dict)
    deaths: dict[int, int] = field(default_factory=dict)
    bad: dict[str, str] = field(default_factory=dict)

    def done(self, number: int, entry: Entry, note: str) -> None:
        self.left.discard(number)
        self.report(entry, note)


class _Lost(Exception):
    """The scheduler is gone, and what it knew."""


def run(farm: Farm, todo: Work) -> None:
    """Make all files that are left, or until stopped.

    A worker that dies costs the file that it was at. A scheduler that is lost is waited for, or started again
    where it is our own.

    Raises
    ------
    UserError : a file cannot be made, or the scheduler does not come back
    """
    if farm.on == engines.HERE:
        for number in sorted(todo.left):
            if todo.stopped():
                return
            todo.done(number, work.make(todo.folder, todo.manifest, number), "")
        return
    met, barren, lost = False, 0, 0.0
    while todo.left and not todo.stopped():
        before = len(todo.left)
        try:
            with engines.connected(farm, todo.folder) as connection:
                met, lost = True, 0.0
                with contextlib.suppress(KeyError):  # a template with a variable that is not set
                    if address := connection.client.dashboard_link:
                        todo.dashboard(address)
                _hand_out(connection, todo)
        except (OSError, TimeoutError, _Lost) as error:
            if not met:
                raise UserError(f"no scheduler answers at {farm.on} ({_line(error)})") from None
            barren = 0 if len(todo.left) < before else barren + isinstance(error, _Lost)
            lost = lost or time.monotonic()
            if barren > MOST_LOSSES:
                raise UserError(f"the scheduler at {farm.on} was lost {barren} times, no file made") from None
            if time.monotonic() - lost > farm.patience:
                why = f"the scheduler at {farm.on} did not come back within {farm.patience:g} s"
                raise UserError(why) from None
            todo.report(None, "waiting for the scheduler")
            time.sleep(POLL)


def _hand_out(connection: engines.Connection, todo: Work) -> None:
    """Make all files by one scheduler.

    Raises
    ------
    UserError : a file cannot be made, or a batch system takes no jobs
    _Lost : the scheduler is gone
    """
    client = connection.client
    came: queue.SimpleQueue[Future] = queue.SimpleQueue()
    running: dict[str, tuple[int, Future]] = {}  # a future that nobody holds is taken back
    place = str(todo.folder.absolute()), todo.manifest.identity

    def submit(number: int, workers: list[str] | None = None) -> None:
        future = client.submit(
            make_at, *place, number, pure=False, workers=workers, allow_other_workers=bool(workers)
        )
        running[future.key] = number, future
        future.add_done_callback(came.put)

    with _cancelled_after(client, running):
        for number in sorted(todo.left):
            submit(number)
        while todo.left and not todo.stopped():
            try:
                future = came.get(timeout=POLL)
            except queue.Empty:
                workers = len(_workers(client))
                if not workers and connection.refusals:
                    raise UserError(f"no workers: {connection.refusals[-1]}") from None
                todo.report(None, f"{workers} workers")
                continue
            number, _ = running.pop(future.key)
            result = _result(future, number, todo)
            if result is None:  # workers died with it
                submit(number)
            elif result.entry is not None:
                todo.bad.pop(result.worker, None)
                todo.done(number, result.entry, "")
            else:
                submit(number, _others(client, todo, number, result))


def make_at(folder: str, identity: str, number: int) -> Result:
    """A worker's task; a mistake that the user can mend comes back as a result."""
    from distributed import get_worker

    where = str(get_worker().address)
    try:
        return Result(where, work.make_in(folder, identity, number))
    except UserError as error:
        time.sleep(REST)
        return Result(where, error=f"{error} (worker on {socket.gethostname()})")


def _result(future: Future, number: int, todo: Work) -> Result | None:
    """What came back, or nothing where workers died.

    Raises
    ------
    UserError : too many died, or the worker cannot run nugan-hep
    _Lost : the scheduler is gone
    """
    from distributed import KilledWorker

    if future.status in ("cancelled", "lost"):
        raise _Lost
    if future.status == "finished":
        try:
            return future.result(timeout=ANSWER_SECONDS)  # type: ignore[no-any-return]
        except (OSError, TimeoutError) as error:
            raise _Lost from error
    failed = future.exception()
    name = todo.manifest.files[number].file
    if not isinstance(failed, KilledWorker):
        raise UserError(f"{name}: {type(failed).__name__}: {_line(failed)}")
    todo.deaths[number] = todo.deaths.get(number, 0) + 1
    if todo.deaths[number] > MOST_DEATHS:
        raise UserError(f"{name}: workers die while they make it; see their logs (memory?)")
    return None


def _others(client: Client, todo: Work, number: int, result: Result) -> list[str]:
    """Workers that may do better than the one that failed.

    Raises
    ------
    UserError : there are none, or the file failed on too many
    """
    todo.bad[result.worker] = result.error
    tries = todo.tries.setdefault(number, set())
    tries.add(result.worker)
    others = [address for address in _workers(client) if address not in todo.bad and address not in tries]
    if not others or len(tries) >= MOST_TRIES:
        raise UserError(f"{result.error}; what is made stays: go on with --resume")
    return others


def _workers(client: Client) -> list[str]:
    """Addresses of the workers that there are.

    Raises
    ------
    _Lost : the scheduler is gone
    """
    if client.status != "running":
        raise _Lost
    try:
        return list(client.ncores())
    except (OSError, TimeoutError) as error:
        raise _Lost from error


@contextlib.contextmanager
def _cancelled_after(client: Client, running: dict[str, tuple[int, Future]]) -> Iterator[None]:
    """Take back what is not done when the block ends."""
    try:
        yield
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            if client.status == "running":
                client.cancel([future for _, future in running.values()], force=True)


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
