"""The benchmark suite runs and reports every row; how long anything takes is not tested."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

ROOT = Path(__file__).parents[2]
MODELS = ("numu_C12_inc_gan", "numu_C12_inc")
PRESET = "preset inc, 50 latents, random weights"
TINY = ["--quick", "-n", "2000", "--repeat", "1", "--memory-n", "1000"]

EVERY_NETWORK = {
    "floor: FMA peak",
    "floor: sgemm at the network's shapes",
    "sample in memory, all columns",
    "pages from the kernel meanwhile",
    "random numbers, kinematics, columns",
    "Sampler.generate, latents and muons in NumPy arrays",
    "the same by LibTorch, the archive's TorchScript",
    "network as trained, not folded, eager PyTorch",
}
EVERY_FILE = {
    "floor: raw write of the columns, synced, wall time",
    "to a zstd:1 TTree, CPU time",
    "to a zstd:1 TTree, wall time",
    "CPU time over the FMA peak",
}
WHOLE_EVENTS = {
    "the lepton alone, in memory",
    "whole events in memory",
    "to a zstd:1 gst, CPU time",
    "to a zstd:1 rootracker, CPU time",
}
REPLICAS = {"the lepton alone", *(f"weights of {count} replicas" for count in (1, 10, 100))}
COMMANDS = {
    "python -c 'import torch'",
    "python -c 'import nugan_hep'",
    "nugan-sample -n 1",
    "peak memory (resident)",
}


@pytest.fixture(autouse=True)
def suite_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """``benchmarks`` lies beside the package and is not installed."""
    monkeypatch.syspath_prepend(ROOT)


def run(*arguments: str, models: tuple[str, ...] = MODELS) -> str:
    named = [option for model in models for option in ("--model", model)]
    command = [sys.executable, "-m", "benchmarks", *TINY, *named, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.heavy
def test_report_has_every_row(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    parts = [option for name in ("models", "hadrons", "replicas", "commands") for option in ("--part", name)]
    text = run(*parts, "--folder", str(tmp_path), "--json", str(path))
    report = json.loads(path.read_text())
    assert report["machine"]["processor"]
    assert report["options"]["models"] == list(MODELS)
    names: dict[str, set[str]] = {}
    for row in report["rows"]:
        names.setdefault(row["group"].split(", 2,000")[0], set()).add(row["name"])
        assert row["name"] in text
        assert len(row["values"]) == 1
        assert all(math.isfinite(value) for value in row["values"] + row["figures"])
        if row["target"] is not None:
            assert row["figures"]
            assert row["met"] is not None or row["doubt"]
    for model in MODELS:
        assert names[model] >= EVERY_NETWORK | EVERY_FILE
    assert names[PRESET] >= EVERY_NETWORK
    assert set().union(*names.values()) >= WHOLE_EVENTS
    assert set().union(*names.values()) >= REPLICAS
    assert set().union(*names.values()) >= COMMANDS
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]  # nothing is left behind


@pytest.mark.heavy
def test_scan_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    run("--scan", "--scan-to", "1000", "--figures", str(tmp_path), "--json", str(path), models=MODELS[:1])
    scan = json.loads(path.read_text())["scan"]
    assert [(p["backend"], p["n"]) for p in scan["n"]] == [("auto", 1000), ("torch", 1000)]
    assert all(p["memory_gb"] > 0 and p["file_gb"] > 0 for p in scan["n"])
    assert {point["threads"] for point in scan["threads"]} >= {1}
    for name in ("performance_n.png", "performance_threads.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_unknown_model_is_one_line() -> None:
    command = [sys.executable, "-m", "benchmarks", "--quick", "--model", "no_such_model"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no_such_model" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("latent_size", [2, 50])
def test_floor_counts_what_torch_counts(tmp_path: Path, latent_size: int) -> None:
    from benchmarks.networks import write_generator

    from benchmarks import floors
    from nugan_hep.families.gan.exported import ExportedGenerator
    from nugan_hep.families.gan.settings import PRESETS

    config = replace(PRESETS["inc"], latent_size=latent_size)
    generator = write_generator(config, tmp_path / "model.pt")
    folded = ExportedGenerator(generator, 0.004, (0.3, 10.0))
    events = 3
    with FlopCounterMode(display=False) as counter:
        folded(torch.zeros(events, latent_size), torch.ones(events))
    layers = floors.dense_layers(tmp_path / "model.pt")
    assert 2 * events * floors.multiply_adds(layers) == counter.get_total_flops()


def test_floor_of_the_lepton_leaves_out_the_hadrons() -> None:
    from benchmarks import floors
    from nugan_hep.archive import find_model

    # two networks, 2 x 64 and 3 x 112, and 3 x 32 + 1 numbers of a spline
    layers = floors.dense_layers(Path(find_model("numu_C12_inc")))
    assert [outputs for _, outputs in layers] == [64, 64, 97, 112, 112, 112, 97]


def row(**settings: Any) -> Any:
    from benchmarks.row import Row

    values = settings.pop("values", [1.0])
    return Row(group="g", name="n", values=values, unit="s", **settings)


def test_targets_are_judged_by_the_median() -> None:
    figures = [0.1, 2.0, 9.0]
    assert row(figures=figures, target=2.0).met
    assert not row(figures=figures, target=1.9).met
    assert row(figures=figures, target=2.0, at_least=True).met
    assert not row(figures=figures, target=2.1, at_least=True).met
    assert row(figures=figures).met is None


def test_a_shared_core_is_not_judged() -> None:
    from benchmarks.report import table
    from benchmarks.timing import Times

    assert Times(share=[0.97, 0.5, 0.99]).doubt == ""
    shared = Times(share=[0.97, 0.5, 0.5]).doubt
    doubtful = row(figures=[1.0], target=2.0, doubt=shared)
    assert doubtful.met is None
    assert "not judged" in table([doubtful], markdown=True)


def test_things_to_compare_run_in_turn() -> None:
    from benchmarks.timing import Action, Own, measure

    calls: list[str] = []

    def action(name: str) -> Action:
        return Action(lambda: calls.append(name), 1)

    times = measure({"a": action("a"), "b": action("b"), "own": Action(lambda: Own(2.0, 1.0), 500_000)}, 2)
    assert "".join(calls) == "ab" + "abab"  # the first of each counts for nothing
    assert times["own"].cpu == times["own"].wall == [4.0, 4.0]


def test_profile_takes_the_innermost_known_function() -> None:
    from benchmarks.profile import SAMPLER, classify_functions

    gan = "void nugan::run_gan<nugan::simd::Avx512>(nugan::PackedGan const&, nugan::Batch const&)"
    dense = "void nugan::dense_group<nugan::simd::Avx512, 13, nugan::run_gan<nugan::simd::Avx512>(...)>(...)"
    assert classify_functions(["nugan::simd::Avx512::fma(...)", dense, gan]) == "dense layers"
    silu = "nugan::simd::silu<nugan::simd::Avx512>(...)"
    assert classify_functions([silu, dense, gan]) == "activations, normalisation"
    counted = "nugan::run_gan<nugan::simd::Avx512>(...)::{lambda(int)#3}::operator()(int) const"
    assert classify_functions([counted, dense, gan]) == "dense layers"
    assert classify_functions([gan]) == "rest of the network"
    assert classify_functions([]) == SAMPLER
