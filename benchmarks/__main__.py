"""``python -m benchmarks``: what the sampler takes, as ratios to what this machine must take at least.

Times are CPU times of one thread unless a row says otherwise. Everything that is compared runs in
turn, and a ratio is formed within a round; the median of the rounds is judged. To leave other work
out, run it on a quiet core: ``taskset -c 1 python -m benchmarks``.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import commands, device, hadrons, machine, models, replicas, report
from benchmarks.figures import draw
from benchmarks.row import Options, Row
from benchmarks.scan import scan
from nugan_hep import cli

PARTS = {"models": models.rows, "hadrons": hadrons.rows, "replicas": replicas.rows, "commands": commands.rows}
# only where asked for, with --device
ON_DEVICE = {"device": device.rows}
QUICK = {"n": 20_000, "repeat": 2, "memory_n": 20_000}

# training is measured by a module of its own
if importlib.util.find_spec("benchmarks.training"):
    PARTS["training"] = importlib.import_module("benchmarks.training").rows
    ON_DEVICE["device-training"] = importlib.import_module("benchmarks.training").device_rows


def parser() -> argparse.ArgumentParser:
    result = cli.Parser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = result.add_argument
    add(
        "--model",
        action="append",
        metavar="NAME|PATH",
        help="may be repeated (default the carbon GAN and flow)",
    )
    add("-n", type=cli.count, help="events a run (default 1e6)")
    add("--repeat", type=cli.count, help="rounds (default 5)")
    add("--memory-n", type=cli.count, metavar="N", help="events of the run for peak memory (default 1e7)")
    add(
        "--part",
        action="append",
        choices=PARTS | ON_DEVICE,
        help="only this part; may be repeated; what begins with `device` runs only where it is asked for",
    )
    add("--device", type=cli.device, default="cpu", metavar="cpu|cuda[:k]", help="of the parts `device...`")
    add("--quick", action="store_true", help="20,000 events, 2 rounds: to see that it runs")
    add("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where files are written")
    add("--json", type=Path, metavar="FILE", help="write every measurement here")
    add("--markdown", action="store_true", help="print Markdown")
    add("--scan", action="store_true", help="only times against n and threads; draws them with --figures")
    add(
        "--scan-to",
        type=cli.count,
        default=10_000_000,
        metavar="N",
        help="largest n of the scan (default 1e7)",
    )
    add("--figures", type=Path, metavar="FOLDER", help="where the pictures of the scan go")
    return result


def options_of(arguments: argparse.Namespace) -> Options:
    """Defaults, shortened by ``--quick``, unless given."""
    given = {name: getattr(arguments, name) for name in QUICK if getattr(arguments, name) is not None}
    result = Options(
        models=tuple(arguments.model or ("numu_C12_inc_gan", "numu_C12_inc")),
        n=1_000_000,
        repeat=5,
        memory_n=10_000_000,
        folder=arguments.folder,
        quick=arguments.quick,
        device=arguments.device,
    )
    return replace(result, **{**(QUICK if arguments.quick else {}), **given})


def benchmark(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    options = options_of(arguments)
    torch.set_num_threads(1)
    about = machine.describe()
    print(report.machine_text(about, arguments.markdown), flush=True)
    rows: list[Row] = []
    points: dict[str, Any] = {}
    if arguments.scan:
        points = scan(options, arguments.scan_to)
        if arguments.figures:
            print(*draw(points, about["processor"], arguments.figures))
    else:
        for part in arguments.part or PARTS:
            more = (PARTS | ON_DEVICE)[part](options)
            print("\n" + report.table(more, arguments.markdown), flush=True)
            rows += more
    if arguments.json:
        settings = {**vars(options), "models": list(options.models), "folder": os.fspath(options.folder)}
        arguments.json.write_text(report.document(about, settings, rows, points))
    return 0


if __name__ == "__main__":
    sys.exit(cli.run("python -m benchmarks", benchmark))
