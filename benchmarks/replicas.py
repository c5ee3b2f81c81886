"""Rows of the weights of replicas: what each costs an event, on one thread."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.models import difference, doubted, line_of, sampling
from benchmarks.row import Options, Row
from benchmarks.timing import PER, Action, measure
from nugan_hep import Sampler
from nugan_hep.replicas import Block, attach

COUNTS = (1, 10, 100)
SIZE = (106, 31, 15)
"""Nodes: steps of 0.1, 0.2 and 0.25 over the coordinates of all events."""
LOW, STEP = (-5.3, -3.0, -1.25), (0.1, 0.2, 0.25)
MICROSECONDS = 0.2
"""The limit of the figure, for an event and replica."""


def rows(options: Options) -> list[Row]:
    """Rows of the first model asked for."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        return model_rows(options.models[-1], options, Path(folder))


def model_rows(model: str, options: Options, folder: Path) -> list[Row]:
    """Events with and without weights, whose logarithms are random."""
    n = max(1, options.n // 10)
    archive = folder / "replicas.pt"
    values = 0.1 * np.random.default_rng(1).standard_normal((*SIZE, max(COUNTS)))
    names = tuple(f"replica_{k}" for k in range(max(COUNTS)))
    attach(model, [Block(LOW, STEP, values.astype(np.float16), names, "tune")], archive)
    sampler = Sampler(archive, threads=1, lepton_only=True)
    actions = {"plain": sampling(sampler, n)}
    for count in COUNTS:
        actions[f"{count}"] = weighted(sampler, n, count)
    times = measure(actions, options.repeat)
    group = f"{model} with replicas, {n:,} events, one thread"
    line, plain = line_of(group), times["plain"].cpu
    result = [line("the lepton alone", plain)]
    for count in COUNTS:
        spent = difference(times[f"{count}"].cpu, plain)
        each = [1e6 * one / (count * PER) for one in spent]
        name = f"weights of {count} replicas"
        result.append(line(name, spent, each, "us per event and replica", MICROSECONDS))
    return doubted(result, times["plain"].doubt)


def weighted(sampler: Sampler, n: int, count: int) -> Action:
    """Events with weights; the sampler is opened with them, and their table read, before the clock runs."""
    core = sampler._core.with_replicas(count)
    low, high = sampler.enu_range

    def run() -> None:
        core.sample_uniform(low, high, n, 1)

    return Action(run, n)
