"""What the work must cost at least on this machine: its arithmetic, its bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from benchmarks.timing import QUIET, Action, Own
from nugan_hep import _sampler

TILE = 512
TRIES = 20


def dense_layers(archive: Path) -> list[tuple[int, int]]:
    """Inputs and outputs of the lepton's dense layers in an archive, whose input layers are folded."""
    named = torch.jit.load(str(archive)).named_parameters()
    return [(w.shape[1], w.shape[0]) for name, w in named if w.ndim == 2 and not name.startswith("hadrons.")]


def multiply_adds(layers: list[tuple[int, int]]) -> int:
    """Multiplications with an addition that one event takes; each counts as two operations."""
    return sum(inputs * outputs for inputs, outputs in layers)


def fma_peak(layers: list[tuple[int, int]]) -> Action:
    """The time of the network's arithmetic if every FMA unit were busy in every cycle."""

    def run() -> Own:
        rate, share = multiply_add_rate()
        return Own(2.0 * multiply_adds(layers) / rate, share)

    return Action(run, 1)


def multiply_add_rate() -> tuple[float, float]:
    """FLOP/s of one thread's FMA units, and the share of a core of the measurement it is from.

    The core takes wall times: where another process interrupts, the peak comes out too low and ratios
    to it too good. So it is tried until nothing interrupts, for a second or two.
    """
    tries = []
    for _ in range(TRIES):
        wall, cpu = time.perf_counter(), time.process_time()
        rate = _sampler.multiply_add_rate()
        share = (time.process_time() - cpu) / (time.perf_counter() - wall)
        if share >= QUIET:
            return rate, share
        tries.append((rate, share))
    return max(tries)


def sgemm(layers: list[tuple[int, int]], events: int) -> Action:
    """The matrix products of the network, one after the other, by torch on one thread."""
    products = [(torch.randn(TILE, a), torch.randn(a, b), torch.empty(TILE, b)) for a, b in layers]
    loops = max(1, events // TILE)

    def run() -> None:
        for _ in range(loops):
            for x, weight, out in products:
                torch.mm(x, weight, out=out)

    return Action(run, loops * TILE)


def raw_write(columns: Mapping[str, NDArray[Any]], path: Path) -> Action:
    """The columns' bytes as they lie in memory to a new file that is on the disk at the end (fsync)."""

    def run() -> None:
        with path.open("wb", buffering=0) as stream:
            for column in columns.values():
                stream.write(column.data)
            os.fsync(stream.fileno())
        path.unlink()

    return Action(run, len(columns["Ev"]))
