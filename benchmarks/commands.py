"""Rows of whole commands, each in a process of its own: start-up and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.row import Options, Row, ratios

START_UP, GIGABYTES = 1.5, 1.0

# The kernel's own high-water mark of this process; that of getrusage starts with the parent's
SAMPLE = """
import re, sys
from nugan_hep.sample import main
code = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
sys.exit(code)
"""


def rows(options: Options) -> list[Row]:
    return [*start_rows(options), *memory_rows(options)]


def seconds(arguments: list[str]) -> float:
    """Wall time of ``python`` with these arguments."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def start_rows(options: Options) -> list[Row]:
    """How long one event takes, against an import of torch."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        out = str(Path(folder) / "one.root")
        commands = {
            "python -c 'import torch'": ["-c", "import torch"],
            "python -c 'import nugan_hep'": ["-c", "import nugan_hep"],
            "nugan-sample -n 1": ["-m", "nugan_hep.sample", "-n", "1", "--out", out, "--force", "--quiet"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(options.repeat + 1):
            for name, arguments in commands.items():
                spent = seconds(arguments)
                if turn > 0:  # the first reads the files from the disk
                    times[name].append(spent)
    torch, alone, one = times.values()
    group, figure = "start-up, wall time of a process", "imports of torch"
    return [
        Row(group, "python -c 'import torch'", torch, "s"),
        Row(group, "python -c 'import nugan_hep'", alone, "s", ratios(alone, torch), figure),
        Row(group, "nugan-sample -n 1", one, "s", ratios(one, torch), figure, START_UP),
    ]


def nugan_sample(
    model: str, n: int, folder: Path, threads: int = 1, backend: str = "auto", lepton_only: bool = True
) -> dict[str, float]:
    """Run ``nugan-sample`` into ``folder``: its wall and CPU time [s], peak memory [GB], file size [GB].

    The file is deleted.
    """
    out = folder / "events.root"
    arguments = ["--model", model, "-n", str(n), "--out", str(out), "--threads", str(threads)]
    arguments += ["--lepton-only"] * lepton_only
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", SAMPLE, *arguments, "--backend", backend, "--quiet"],
        check=True,
        capture_output=True,
        text=True,
    )
    wall, after = time.perf_counter() - start, os.times()
    size = out.stat().st_size
    out.unlink()
    return {
        "wall_s": wall,
        "cpu_s": sum(after[2:4]) - sum(before[2:4]),
        "memory_gb": int(done.stdout) * 1024 / 1e9,
        "file_gb": size / 1e9,
    }


def memory_rows(options: Options) -> list[Row]:
    return [memory_row(options.models[0], options)]


def memory_row(model: str, options: Options, *, lepton_only: bool = True) -> Row:
    """The most memory that a run to a file takes."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        run = nugan_sample(model, options.memory_n, Path(folder), lepton_only=lepton_only)
    peak, what = [run["memory_gb"]], "" if lepton_only else " with hadrons"
    group = f"nugan-sample --model {model} -n {options.memory_n:,}{what}, one thread"
    note = f"{run['wall_s']:.1f} s wall, {run['cpu_s']:.1f} s CPU, file of {run['file_gb']:.2f} GB"
    return Row(group, "peak memory (resident)", peak, "GB", peak, "GB", GIGABYTES, note=note)
