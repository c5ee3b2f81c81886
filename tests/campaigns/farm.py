"""A Dask farm of processes, one scheduler and workers with their nannies, that can be killed at random.

``python farm.py KILLS``: a campaign on such a farm, beside an undisturbed one; prints what happened.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

COMMAND = [sys.executable, "-m", "nugan_hep.campaigns"]
SECONDS = 3600.0
"""After which a farm that does not go on is given up."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Farm:
    """Starts scheduler, workers and the campaign's own process, and starts again what was killed."""

    def __init__(self, folder: Path, workers: int, words: list[str]) -> None:
        self.folder, self.logs = folder, folder.with_name(f"{folder.name}.log").open("wb")
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.words = [*words, "--on", self.address, "--out", str(folder), "--quiet", "--patience", "300"]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.names = ["scheduler", *(f"worker {k}" for k in range(workers)), "campaign"]

    def start(self) -> None:
        """Start what is not running."""
        for name in self.names:
            process = self.running.get(name)
            if process is None or (process.poll() is not None and not self.is_done()):
                self.running[name] = subprocess.Popen(
                    self._command(name), stdout=self.logs, stderr=self.logs, cwd=self.folder.parent
                )

    def _command(self, name: str) -> list[str]:
        port = self.address.rpartition(":")[2]
        if name == "scheduler":
            words = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
            return [sys.executable, "-m", "dask", *words]
        if name == "campaign":
            resume = ["--resume"] if (self.folder / "manifest.json").exists() else []
            return [*COMMAND, "run", *self.words, *resume]
        words = ["worker", self.address, "--nthreads", "1", "--no-dashboard", "--death-timeout", "60"]
        return [sys.executable, "-m", "dask", *words, "--local-directory", str(self.folder.parent)]

    def is_done(self) -> bool:
        """Whether the campaign ended well."""
        process = self.running.get("campaign")
        return process is not None and process.poll() == 0

    def files(self) -> int:
        return len(list(self.folder.glob("events-*")))

    def kill(self, dice: random.Random) -> str:
        """Kill a process with SIGKILL: the scheduler, a worker, its nanny, or the campaign's own process."""
        name = dice.choice(self.names)
        process = psutil.Process(self.running[name].pid)
        kind = name.partition(" ")[0]
        with contextlib.suppress(psutil.NoSuchProcess):
            children = [one for one in process.children() if "spawn_main" in " ".join(one.cmdline())]
            if kind == "worker" and children and dice.random() < 0.7:
                process, kind = children[0], "worker"
            elif kind == "worker":
                kind = "nanny"
            process.kill()
            if kind != "worker":
                self.running[name].wait()
        return kind

    def stop(self) -> None:
        for process in self.running.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            process.kill()
            process.wait()
        self.logs.close()


def disturbed(folder: Path, words: list[str], kills: int, seed: int = 1, workers: int = 2) -> Counter[str]:
    """Run a campaign to its end while processes are killed, each after one more file at least."""
    dice, killed = random.Random(seed), Counter[str]()
    farm, began = Farm(folder, workers, words), time.monotonic()
    try:
        farm.start()
        files = 0
        while not farm.is_done():
            if time.monotonic() - began > SECONDS:
                raise TimeoutError(f"{farm.files()} files after {SECONDS:g} s and {killed}")
            if farm.files() > files and killed.total() < kills:
                time.sleep(dice.uniform(0, 1))
                files = farm.files()
                killed[farm.kill(dice)] += 1
            farm.start()
            time.sleep(0.05)
    finally:
        farm.stop()
    return killed


def undisturbed(folder: Path, words: list[str]) -> None:
    subprocess.run(
        [*COMMAND, "run", *words, "--on", "here", "--out", str(folder), "--quiet"],
        check=True,
        cwd=folder.parent,
    )


def main(kills: int, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        began = time.monotonic()
        undisturbed(base / "calm", words)
        between = time.monotonic()
        killed = disturbed(base / "wild", words, kills)
        ended = time.monotonic()
        same = all(
            (base / "wild" / one.name).read_bytes() == one.read_bytes()
            for one in (base / "calm").glob("[a-z]*")
        )
        print(
            f"undisturbed {between - began:.1f} s, disturbed {ended - between:.1f} s; killed {dict(killed)}"
        )
        print(f"{len(list((base / 'wild').glob('events-*')))} files, manifest and files the same: {same}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ["OMP_NUM_THREADS"] = "1"
    main(int(sys.argv[1]), sys.argv[2:])
