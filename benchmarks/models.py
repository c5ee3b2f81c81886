"""Rows of a model's leptons: network, events and a file, against the floors, on one thread."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import floors, networks
from benchmarks.row import Options, Row, ratios
from benchmarks.timing import PER, Action, Times, measure
from nugan_hep import Sampler, _sampler, sample
from nugan_hep.archive import find_model
from nugan_hep.families.gan.settings import PRESETS

UNIT = f"s per {PER // 10**6}M"
MOST_IN_MEMORY = 200_000  # events of a run of the network alone, whose inputs lie in memory
PUBLISHED_GAN = 28.0  # s for 1M events on one core
PUBLISHED = "against 28 s of the GAN of arXiv:2508.12987 on one core of theirs"

# the limits of the figures
AT_PEAK, IN_MEMORY, TO_FILE, EAGER, AVX2, FLOW_SECONDS = 0.85, 1.25, 1.6, 4.0, 2.2, 1.5


def rows(options: Options) -> list[Row]:
    """Rows of every model asked for, and of the papers' generator with 50 latents."""
    result: list[Row] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for model in options.models:
            result += model_rows(model, options, Path(folder))
        result += preset_rows(options, Path(folder))
    return result


def model_rows(model: str, options: Options, folder: Path) -> list[Row]:
    """Everything about one model."""
    archive = find_model(model)
    sampler = Sampler(archive, threads=1, lepton_only=True)
    is_flow = sampler.metadata.get("family") == "flow"
    group = f"{model}, {options.n:,} events, one thread"
    layers = floors.dense_layers(archive)
    actions = network_actions(archive, sampler, layers, options, folder)
    trained = networks.trained_network(sampler.metadata)
    actions["eager"] = networks.eager(trained, sampler.metadata["latent_size"], few_events(options))
    columns = sampler.sample(n=options.n, seed=1)
    actions["write"] = floors.raw_write(columns, folder / "columns")
    actions["file"] = to_file(model, options.n, folder / "events.root", "--lepton-only")
    times = measure(actions, options.repeat)
    result = [
        *floor_rows(group, layers, times),
        *event_rows(group, sampler, times),
        *other_rows(group, times, None if is_flow else EAGER),
        *file_rows(group, times, FLOW_SECONDS if is_flow else None),
    ]
    return doubted(result, times["sample"].doubt or times["peak"].doubt)


def preset_rows(options: Options, folder: Path) -> list[Row]:
    """The papers' generator with its 50 latents; its weights are random, for none such is shipped."""
    archive = folder / "inc.pt"
    config = PRESETS["inc"]
    generator = networks.write_generator(config, archive)
    sampler = Sampler(archive, threads=1, lepton_only=True)
    group = f"preset inc, {config.latent_size} latents, random weights, {options.n:,} events, one thread"
    layers = floors.dense_layers(archive)
    actions = network_actions(archive, sampler, layers, options, folder)
    actions["eager"] = networks.eager(generator, config.latent_size, few_events(options))
    actions["stub of 2"] = stub(2, options, folder)
    times = measure(actions, options.repeat)
    normals = difference(times["stub"].cpu, times["stub of 2"].cpu)
    name = f"of these, {config.latent_size - 2} normal random numbers"
    result = [
        *floor_rows(group, layers, times),
        *event_rows(group, sampler, times),
        Row(group, name, normals, UNIT, ratios(normals, times["sample"].cpu), "of the sample"),
        *other_rows(group, times, EAGER),
    ]
    return doubted(result, times["sample"].doubt or times["peak"].doubt)


def doubted(rows: list[Row], doubt: str) -> list[Row]:
    """No verdict if the core was shared.

    Then the peak is too low, wall times are too long, and LibTorch loses more to others in the caches
    than the kernels do. What only computes tells; a file waits for the disk too.
    """
    return [replace(row, doubt=doubt) for row in rows]


def few_events(options: Options) -> int:
    """Events of a run of what is slow."""
    return max(1, min(options.n, MOST_IN_MEMORY) // 4)


def difference(longer: list[float], shorter: list[float]) -> list[float]:
    return [a - b for a, b in zip(longer, shorter, strict=True)]


def total(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def line_of(group: str) -> Callable[..., Row]:
    """Rows of a group in seconds: name, values, figures, what they are, target."""

    def line(
        name: str,
        values: list[float],
        figures: Sequence[float] = (),
        figure: str = "",
        target: float | None = None,
        *,
        at_least: bool = False,
    ) -> Row:
        return Row(group, name, values, UNIT, list(figures), figure, target, at_least)

    return line


def network_actions(
    archive: Path, sampler: Sampler, layers: list[tuple[int, int]], options: Options, folder: Path
) -> dict[str, Action]:
    """Floors, whole events with and without their network, and the network by other means."""
    events = min(options.n, MOST_IN_MEMORY)
    actions = {
        "peak": floors.fma_peak(layers),
        "sgemm": floors.sgemm(layers, events),
        "sample": sampling(sampler, options.n),
        "stub": stub(sampler.metadata["latent_size"], options, folder),
        "generate": networks.generate(sampler, events),
    }
    for name in _sampler.simd_names():
        with networks.instructions(name):
            other = Sampler(archive, threads=1, lepton_only=True)
        if other.backend == f"fused {name}" != sampler.backend:
            actions[name] = sampling(other, options.n if name != "portable" else few_events(options))
    by_torch = Sampler(archive, threads=1, backend="torch", lepton_only=True)
    actions["torch"] = networks.generate(by_torch, few_events(options))
    return actions


def sampling(sampler: Sampler, n: int) -> Action:
    def run() -> None:
        sampler.sample(n=n, seed=1)

    return Action(run, n)


def stub(latent_size: int, options: Options, folder: Path) -> Action:
    """Whole events but for the network."""
    archive = folder / f"stub_{latent_size}.pt"
    networks.write_stub(latent_size, archive)
    return sampling(Sampler(archive, threads=1), options.n)


def to_file(model: str, n: int, path: Path, *more: str) -> Action:
    """What ``nugan-sample`` does once Python has started: load, check, sample, compress, write, sync."""
    arguments = [
        "--model",
        model,
        "-n",
        str(n),
        "--out",
        str(path),
        "--threads",
        "1",
        "--quiet",
        "--force",
        *more,
    ]

    def run() -> None:
        if code := sample.main(arguments):
            raise RuntimeError(f"nugan-sample {' '.join(arguments)} ended with {code}")

    return Action(run, n)


def floor_rows(group: str, layers: list[tuple[int, int]], times: dict[str, Times]) -> list[Row]:
    """The network's arithmetic at the rates of this machine."""
    flop = 2.0 * floors.multiply_adds(layers) * PER
    result = []
    for key, name in (("peak", "floor: FMA peak"), ("sgemm", "floor: sgemm at the network's shapes")):
        speed = [flop / t / 1e9 for t in times[key].cpu]
        result.append(Row(group, name, times[key].cpu, UNIT, speed, "GFLOP/s"))
    return result


def event_rows(group: str, sampler: Sampler, times: dict[str, Times]) -> list[Row]:
    """Whole events, and how they divide into the network and what is around it."""
    peak, whole, around = times["peak"].cpu, times["sample"].cpu, times["stub"].cpu
    network = difference(whole, around)
    limit = AT_PEAK if sampler.backend == "fused avx512" else None
    name = f"network, {sampler.backend}: sample less the row above"
    line = line_of(group)
    return [
        line("sample in memory, all columns", whole, ratios(whole, peak), "FMA floors", IN_MEMORY),
        Row(group, "pages from the kernel meanwhile", times["sample"].faults, f"per {PER // 10**6}M"),
        line("random numbers, kinematics, columns", around, ratios(around, whole), "of the sample"),
        line(name, network, ratios(peak, network), "of the FMA peak", limit, at_least=True),
    ]


def other_rows(group: str, times: dict[str, Times], least_eager: float | None) -> list[Row]:
    """The network by other instructions and by LibTorch."""
    peak, around = times["peak"].cpu, times["stub"].cpu
    network = difference(times["sample"].cpu, around)
    line, result = line_of(group), []
    for name, limit in (("avx512", None), ("avx2", AVX2), ("portable", None)):
        if name in times:
            other = difference(times[name].cpu, around)
            over = ratios(other, peak)
            result.append(line(f"network, fused {name}", other, over, "FMA floors", limit))
    for key, label, limit in (
        ("generate", "Sampler.generate, latents and muons in NumPy arrays", None),
        ("torch", "the same by LibTorch, the archive's TorchScript", None),
        ("eager", "network as trained, not folded, eager PyTorch", least_eager),
    ):
        spent = times[key].cpu
        result.append(line(label, spent, ratios(spent, network), "times the network", limit, at_least=True))
    return result


def file_rows(group: str, times: dict[str, Times], most_seconds: float | None) -> list[Row]:
    """Sampling into a TTree. The floor of a file is sgemm and the write of the columns' bytes."""
    file, write, sgemm, line = times["file"], times["write"], times["sgemm"], line_of(group)
    cpu = ratios(file.cpu, total(sgemm.cpu, write.cpu))
    wall = ratios(file.wall, total(sgemm.wall, write.wall))
    peak, published = ratios(file.cpu, times["peak"].cpu), [PUBLISHED_GAN / t for t in file.cpu]
    result = [
        line("floor: raw write of the columns, synced, wall time", write.wall),
        line("to a zstd:1 TTree, CPU time", file.cpu, cpu, "floors of a file", TO_FILE),
        line("to a zstd:1 TTree, wall time", file.wall, wall, "floors of a file", TO_FILE),
        line("CPU time over the FMA peak", file.cpu, peak, "FMA floors"),
        line(f"CPU time, {PUBLISHED}", file.cpu, published, "times as fast"),
    ]
    if most_seconds:
        result.append(line("wall time", file.wall, file.wall, UNIT, most_seconds))
    return result
