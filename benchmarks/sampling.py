"""Speed of sampling on one thread, against what its arithmetic must cost on the same machine.

Run ``python benchmarks/sampling.py``. The floor is the floating-point operations of the folded
network divided by the sgemm rate measured at the network's own shapes, in the same run; absolute
times depend on the machine, the ratios hardly do.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from nugan_hep import Sampler, sample
from nugan_hep.archive import find_model

TILE = 512


def dense_layers(model: str) -> list[tuple[int, int]]:
    """Inputs and outputs of the dense layers of an archive, whose input layers are folded."""
    module = torch.jit.load(str(find_model(model)))
    return [(w.shape[1], w.shape[0]) for w in module.parameters() if w.ndim == 2]


def seconds(action: Callable[[], object], repeat: int) -> list[float]:
    action()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return times


def sgemm_rate(shapes: list[tuple[int, int]]) -> float:
    """FLOP/s of one thread's matrix products at the shapes of the network."""
    layers = [(torch.randn(TILE, a), torch.randn(a, b)) for a, b in shapes]
    loops = 200

    def products() -> None:
        for _ in range(loops):
            for x, w in layers:
                torch.mm(x, w)

    flop = loops * 2 * TILE * sum(a * b for a, b in shapes)
    return flop / min(seconds(products, 5))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="numu_C12_inc")
    parser.add_argument("-n", type=int, default=1_000_000, help="events a run")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    n, repeat = arguments.n, arguments.repeat
    sampler = Sampler(arguments.model, threads=1)
    shapes = dense_layers(arguments.model)
    floor = 2 * n * sum(a * b for a, b in shapes) / sgemm_rate(shapes)
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "events.root")
        options = ["--model", arguments.model, "-n", str(n), "--out", out]
        options += ["--threads", "1", "--quiet", "--force"]
        rows = {
            "sampling only": seconds(lambda: sampler.sample(n=n, seed=1), repeat),
            "to a zstd:1 TTree": seconds(lambda: sample.main(options), repeat),
        }
    print(
        f"{platform.processor() or platform.machine()}, torch {torch.__version__}, one thread, {n:,} events"
    )
    print(f"floor (sgemm at the network's shapes): {floor:.2f} s")
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"{name:18s} {median:6.2f} s ({min(times):.2f}-{max(times):.2f}), {median / floor:.2f} floors")
    if arguments.json:
        arguments.json.write_text(json.dumps({"events": n, "floor_s": floor, "seconds": rows}, indent=1))


if __name__ == "__main__":
    main()
