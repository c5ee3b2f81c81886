"""Wall and CPU times of things to compare, taken in turn."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PER = 1_000_000
"""Times are given for so many events."""

QUIET = 0.95  # part of the time on a core above which a wall time counts


@dataclass(frozen=True)
class Own:
    """What an action measured itself: seconds, and the share of a core that it had meanwhile."""

    seconds: float
    share: float


@dataclass(frozen=True)
class Action:
    """Something to time that makes ``events`` events; it may return :class:`Own` times."""

    run: Callable[[], object]
    events: int


@dataclass
class Times:
    """Seconds for :data:`PER` events, one number for each round.

    ``cpu`` is the time that the process computed, on all its threads: on one thread of a quiet machine
    it is the wall time, and on a shared one it leaves out what others took. ``share`` is the part of
    the wall time that the process had a core for, ``faults`` the number of pages that the kernel handed out.
    """

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    faults: list[float] = field(default_factory=list)

    @property
    def doubt(self) -> str:
        """Whether wall times say little because another process had the core for a part of them."""
        share = statistics.median(self.share)
        return "" if share >= QUIET else f"had {100 * share:.0f} % of a core"


def page_faults() -> int:
    """Pages that the kernel has handed out to this process, without those read from the disk."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def measure(actions: Mapping[str, Action], repeat: int) -> dict[str, Times]:
    """Run every action once for nothing, then all of them in turn, ``repeat`` times."""
    times = {name: Times() for name in actions}
    for action in actions.values():
        action.run()
    for _ in range(repeat):
        for name, action in actions.items():
            scale = PER / action.events
            faults = page_faults()
            wall, cpu = time.perf_counter(), time.process_time()
            own = action.run()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            times[name].faults.append((page_faults() - faults) * scale)
            times[name].share.append(own.share if isinstance(own, Own) else cpu / wall)
            if isinstance(own, Own):
                cpu = wall = own.seconds
            times[name].cpu.append(cpu * scale)
            times[name].wall.append(wall * scale)
    return times
