"""Time against the number of events and against threads."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import floors
from benchmarks.commands import nugan_sample
from benchmarks.row import Options
from nugan_hep import Sampler
from nugan_hep.archive import find_model

FIRST = 1_000
BACKENDS = ("auto", "torch")
MOST_BY_TORCH = 10_000_000  # its line is straight long before


def scan(options: Options, most: int) -> dict[str, Any]:
    """Both scans for each model; ``most`` events are the end of the first."""
    return {
        "floor_s": {model: peak_seconds(model) for model in options.models},
        "n": [point for model in options.models for point in over_events(model, options.folder, most)],
        "threads": [point for model in options.models for point in over_threads(model, options)],
    }


def peak_seconds(model: str) -> float:
    """The arithmetic of one event at the FMA peak of one thread [s]."""
    flop = 2.0 * floors.multiply_adds(floors.dense_layers(find_model(model)))
    return flop / floors.multiply_add_rate()[0]


def sizes(most: int) -> list[int]:
    """1,000, 10,000 and so on to ``most``."""
    result = [FIRST]
    while result[-1] * 10 <= most:
        result.append(result[-1] * 10)
    return result


def over_events(model: str, folder: Path, most: int) -> Iterator[dict[str, Any]]:
    """``nugan-sample --threads 1`` as a command, start of Python and file included."""
    for backend in BACKENDS:
        for n in sizes(most if backend == "auto" else min(most, MOST_BY_TORCH)):
            with tempfile.TemporaryDirectory(dir=folder) as inner:
                run = nugan_sample(model, n, Path(inner), backend=backend)
            progress(f"{model}, {backend}, {n:,} events: {run['wall_s']:.2f} s")
            yield {"model": model, "backend": backend, "n": n, **run}


def over_threads(model: str, options: Options) -> Iterator[dict[str, Any]]:
    """``Sampler.sample`` of all columns in memory; wall times, the settings in turn."""
    cores = len(os.sched_getaffinity(0))
    numbers = sorted({*range(1, min(cores, 8) + 1), *range(8, cores + 1, 4), cores})
    samplers = {
        (b, t): Sampler(model, threads=t, backend=b, lepton_only=True) for b in BACKENDS for t in numbers
    }
    times: dict[tuple[str, int], list[float]] = {key: [] for key in samplers}
    for _ in range(options.repeat):
        for key, sampler in samplers.items():
            n = options.n if key[0] == "auto" else max(1, options.n // 4)
            start = time.perf_counter()
            sampler.sample(n=n, seed=1)
            times[key].append((time.perf_counter() - start) * options.n / n)
    for (backend, threads), seconds in times.items():
        progress(f"{model}, {backend}, {threads} threads: {statistics.median(seconds):.3f} s")
        yield {"model": model, "backend": backend, "threads": threads, "n": options.n, "wall_s": seconds}


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
