"""Sampling on a device: what the card could do at most, the network there, and the events on the host.

All times are wall times. The network's arithmetic is counted as in :mod:`benchmarks.floors` and compared
with the rate of a large matrix product in float32 (TF32 is off), measured on the same card.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks import floors
from benchmarks.models import UNIT, to_file
from benchmarks.row import Options, Row
from benchmarks.timing import PER, Action, Own, Times, measure
from nugan_hep import Sampler
from nugan_hep.archive import find_model

TILE = 131_072  # events that the sampler gives a device at a time
LARGER_TILE = 1 << 20
MUON_BYTES = 8  # E_mu and theta in float32: what comes back from the device
OF_THE_LIMIT, TO_HOST, SAME = 0.5, 2.0, 1e-3


def rows(options: Options) -> list[Row]:
    """Limits of the card, then each model."""
    about, limits = limit_rows(options)
    result = about
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for model in options.models:
            result += model_rows(model, options, limits, Path(folder))
    return result


def timed(device: torch.device, work: Callable[[], object], events: int) -> Action:
    """Work whose time ends when the device has done it."""

    def run() -> Own:
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        return Own(time.perf_counter() - start, 1.0)

    return Action(run, events)


def synchronize(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def limit_rows(options: Options) -> tuple[list[Row], dict[str, float]]:
    """FP32 FLOP/s; bytes/s of the device's memory, of copies to the host and on the host."""
    device = torch.device(options.device)
    size, length = (512, 1 << 22) if options.quick else (8192, 1 << 28)
    a, b = torch.randn(2, size, size, device=device)
    source, target = torch.randn(length, device=device), torch.empty(length, device=device)
    pinned = torch.empty(length, pin_memory=device.type == "cuda")
    columns, other = np.ones(length, np.float32), np.ones(length, np.float32)
    count, bytes_moved = 2.0 * size**3, 4.0 * length
    units = {
        "FP32 matrix product": (count, "FLOP/s"),
        "copy on the device, read and written": (2 * bytes_moved, "bytes/s"),
        "copy to pinned memory of the host": (bytes_moved, "bytes/s"),
        "write on the host, one thread": (bytes_moved, "bytes/s"),
    }
    works: tuple[Callable[[], object], ...] = (
        lambda: torch.mm(a, b),
        lambda: target.copy_(source),
        lambda: pinned.copy_(source, non_blocking=True),
        lambda: np.copyto(columns, other),
    )
    actions = {name: timed(device, work, PER) for name, work in zip(units, works, strict=True)}
    times = measure(actions, options.repeat)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    result = []
    for key, (amount, unit) in units.items():
        rate = [amount / t for t in times[key].wall]
        result.append(Row(f"limits of {name}", key, rate, unit))
    rates = {row.name: float(np.median(row.values)) for row in result}
    return result, dict(zip(("flops", "memory", "to_host", "host"), rates.values(), strict=True))


def model_rows(model: str, options: Options, limits: dict[str, float], folder: Path) -> list[Row]:
    """The network on the device, muons and whole events on the host, a file; the same events as a CPU's."""
    archive, device = find_model(model), torch.device(options.device)
    sampler = Sampler(archive, device=options.device, backend="torch", lepton_only=True)
    columns = sampler.sample(n=1, seed=1)
    event_bytes = sum(column.nbytes for column in columns.values() if isinstance(column, np.ndarray))
    flop = 2.0 * floors.multiply_adds(floors.dense_layers(archive))
    arithmetic = PER * flop / limits["flops"]
    to_host = PER * MUON_BYTES / limits["to_host"]
    in_memory = PER * event_bytes / limits["host"]
    network = NetworkOnDevice(archive, sampler.metadata["latent_size"], device)
    actions = {
        "tile": network.action(options.n, min(TILE, options.n)),
        "larger": network.action(options.n, min(LARGER_TILE, options.n)),
        "pinned": network.action(options.n, min(TILE, options.n), to_host=True),
        "sample": timed(device, lambda: sampler.sample(n=options.n, seed=1), options.n),
        "file": timed_file(model, options, folder / "events.root"),
    }
    times = measure(actions, min(options.repeat, 2))
    group = f"{model} on {options.device}, {options.n:,} events"

    def row(name: str, key: str, limit: float, target: float | None, *, share: bool = False) -> Row:
        values = times[key].wall
        figures = [limit / t if share else t / limit for t in values]
        figure = "of the FP32 limit" if share else "times the largest limit"
        return Row(group, name, values, UNIT, figures, figure, target, share, per_second(times[key]))

    return [
        Row(group, "floor: FP32 arithmetic of the folded network", [arithmetic], UNIT),
        Row(group, "floor: muons to pinned memory", [to_host], UNIT),
        Row(group, f"floor: {event_bytes} bytes an event in the host's memory", [in_memory], UNIT),
        row(f"network on the device, tiles of {TILE:,}", "tile", arithmetic, OF_THE_LIMIT, share=True),
        row(f"the same, tiles of {LARGER_TILE:,}", "larger", arithmetic, OF_THE_LIMIT, share=True),
        row("the first, to pinned memory", "pinned", max(arithmetic, to_host), TO_HOST),
        row("Sampler.sample, all columns", "sample", max(arithmetic, to_host, in_memory), TO_HOST),
        Row(
            group,
            "nugan-sample to a TTree, a tenth of the events",
            times["file"].wall,
            UNIT,
            note=per_second(times["file"]),
        ),
        *same_rows(group, archive, sampler, options),
    ]


def per_second(times: Times) -> str:
    return f"{PER / float(np.median(times.wall)):.3g} events/s"


class NetworkOnDevice:
    """An archive's TorchScript with random latents and energies made on the device."""

    def __init__(self, archive: Path, latent_size: int, device: torch.device) -> None:
        self.module = torch.jit.load(str(archive), map_location=device).eval()
        self.latent_size, self.device = latent_size, device

    def action(self, events: int, tile: int, *, to_host: bool = False) -> Action:
        """Muons [tile, 2] of one tile after the other, which stay there or come to the host."""
        loops = max(1, events // tile)
        host = torch.empty(tile, 2, pin_memory=self.device.type == "cuda") if to_host else None

        def run() -> None:
            # as the sampler runs it: no fusion by TorchScript's compiler
            with torch.inference_mode(), torch.jit.optimized_execution(False):
                for _ in range(loops):
                    muons = self.muons(tile)
                    if host is not None:
                        host.copy_(muons, non_blocking=True)

        return timed(self.device, run, loops * tile)

    def muons(self, tile: int) -> Tensor:
        latent = torch.randn(tile, self.latent_size, device=self.device)
        enu = torch.rand(tile, device=self.device).mul_(9.6).add_(0.35)
        muons: Tensor = self.module(latent, enu)
        return muons


def timed_file(model: str, options: Options, path: Path) -> Action:
    n = max(1, options.n // 10)
    action = to_file(model, n, path, "--lepton-only", "--device", options.device)
    return timed(torch.device(options.device), action.run, n)


def same_rows(group: str, archive: Path, sampler: Sampler, options: Options) -> list[Row]:
    """How far the events of one seed on the device are from those of the CPU's kernels, at most."""
    n = min(options.n, 100_000)
    here, there = Sampler(archive, lepton_only=True).sample(n=n, seed=7), sampler.sample(n=n, seed=7)
    result = []
    for name in ("El", "thetal"):
        far = float(np.max(np.abs(there[name] - here[name]) / np.maximum(np.abs(here[name]), 1e-2)))
        note = f"{n:,} events, seed 7"
        result.append(
            Row(
                group,
                f"largest relative difference to the CPU, {name}",
                [far],
                "",
                [far],
                "",
                SAME,
                note=note,
            )
        )
    return result
