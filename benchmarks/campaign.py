"""What a campaign costs beside its events: Dask against plain processes, and what its scheduler can do.

    python benchmarks/campaign.py workers --files 8 --events 500000   # 1 and 2 workers, and processes without
    python benchmarks/campaign.py scheduler --tasks 20000             # empty tasks of a campaign's shape
    python benchmarks/campaign.py memory --events 1e8 --workers 1     # of each process, while it runs

Times are of the wall and, less noisy on a shared machine, of the CPU, children included.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "nugan_hep.campaigns"]
MODEL = ["--model", "numu_C12_inc", "--lepton-only"]


def cpu() -> float:
    """Seconds of CPU of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(commands: Sequence[Sequence[str]]) -> tuple[float, float]:
    """Wall and CPU seconds of commands side by side."""
    began, before = time.monotonic(), cpu()
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit("a command failed")
    return time.monotonic() - began, cpu() - before


def workers(files: int, events: int) -> None:
    """Wall and CPU time of a campaign by 1 and 2 workers, and of nugan-sample for the same files."""
    total = files * events
    said = [*MODEL, "-n", str(total), "--files", str(files), "--quiet"]
    with tempfile.TemporaryDirectory() as base:
        for count in (1, 2):
            command = [
                *COMMAND,
                "run",
                *said,
                "--on",
                "local",
                "--workers",
                str(count),
                "--out",
                f"{base}/d{count}",
            ]
            show(f"Dask, {count} workers", total, *timed([command]))
        for count in (1, 2):
            name = f"{base}/p{count}"
            Path(name).mkdir()
            sample = f"{sys.executable} -m nugan_hep.sample {' '.join(MODEL)} -n {events} --threads 1 --quiet"
            each = f"{sample} --first $((k * {events})) --out {name}/$k.root"
            loop = f"for k in $(seq {{}} {count} {files - 1}); do {each} || exit 1; done"
            commands = [["bash", "-c", loop.format(k)] for k in range(count)]
            show(f"nugan-sample for each file, {count} at once", total, *timed(commands))
        here = [*COMMAND, "run", *said, "--on", "here", "--out", f"{base}/here"]
        show("one process, without Dask", total, *timed([here]))


def show(name: str, events: int, wall: float, used: float) -> None:
    print(
        f"{name}: {wall:.1f} s, {events / wall:,.0f} events/s; "
        f"CPU {used:.1f} s, {events / used:,.0f} events/s of CPU",
        flush=True,
    )


def nothing(folder: str, identity: str, number: int) -> tuple[str, int]:
    """An empty task with the arguments of a campaign's."""
    return identity, number


def scheduler(tasks: int) -> None:
    """Empty tasks per second of the process of a campaign, which has Dask's scheduler; slots are threads."""
    from distributed import Client, LocalCluster, wait

    place = "/some/folder/of/a/campaign", "f" * 64  # as a task of a campaign has
    for slots in (2, 64):
        one = {"n_workers": 2, "threads_per_worker": slots // 2, "dashboard_address": ":0"}
        with LocalCluster(**one) as cluster, Client(cluster) as client:
            began, used = time.monotonic(), time.process_time()
            futures = [client.submit(nothing, *place, k, pure=False) for k in range(tasks)]
            wait(futures)
            wall, used = time.monotonic() - began, time.process_time() - used
            print(
                f"{slots} slots: {tasks / wall:,.0f} tasks/s; {1e6 * used / tasks:.0f} us of CPU for a task",
                flush=True,
            )


def memory(events: int, workers: int) -> None:
    """Largest resident memory of the campaign's process and of its workers, in quarters of its files.

    Files are emptied once four more are made, for there is no room for all.
    """
    files = max(events // 1_000_000, 8)
    said = [*MODEL, "-n", str(events), "--files", str(files), "--workers", str(workers), "--quiet"]
    with tempfile.TemporaryDirectory() as base:
        out = Path(base) / "run"
        began, written = time.monotonic(), 0
        process = subprocess.Popen([*COMMAND, "run", *said, "--out", str(out)])
        peak = [[0.0, 0.0] for _ in range(4)]
        while process.poll() is None:
            made = sorted(out.glob("events*"))
            quarter = peak[min(4 * len(made) // files, 3)]
            try:
                own = psutil.Process(process.pid)
                children = [one.memory_info().rss / 1e6 for one in own.children(recursive=True)]
                quarter[0] = max(quarter[0], own.memory_info().rss / 1e6)
                quarter[1] = max(quarter[1], *children, 0.0)
            except psutil.NoSuchProcess:
                continue
            for path in made[:-4]:
                if size := path.stat().st_size:
                    written += size
                    path.write_bytes(b"")
            time.sleep(0.2)
        wall = time.monotonic() - began
        written += sum(path.stat().st_size for path in out.glob("events*"))
        print(
            f"{events:,} events in {files} files, {written / 1e9:.1f} GB, exit code {process.returncode}; "
            f"{wall:.0f} s, {events / wall:,.0f} events/s"
        )
        for k, (own_peak, worker) in enumerate(peak):
            print(f"quarter {k + 1}: campaign {own_peak:.0f} MB, largest worker {worker:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["workers", "scheduler", "memory"])
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--events", type=float, default=500_000)
    parser.add_argument("--tasks", type=float, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    if given.what == "workers":
        workers(given.files, int(given.events))
    elif given.what == "scheduler":
        scheduler(int(given.tasks))
    else:
        memory(int(given.events), given.workers)


if __name__ == "__main__":
    main()
