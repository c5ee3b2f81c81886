"""Test chi2 against the number of trained last blocks: ``python -m nugan_hep.xsec layerwise``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target
from nugan_hep.output.figure import write_figure
from nugan_hep.signals import stop_signals
from nugan_hep.training.run_files import make_folder
from nugan_hep.xsec.commands.arguments import add_selection_arguments, add_transfer_arguments
from nugan_hep.xsec.fit import config as settings
from nugan_hep.xsec.fit.figures import figure_layerwise
from nugan_hep.xsec.fit.run import write_json
from nugan_hep.xsec.fit.scan import Scan
from nugan_hep.xsec.fit.start import open_start
from nugan_hep.xsec.fit.transfer import check_last

FIGURE_FILE, RESULTS_FILE = "layerwise.png", "layerwise.json"
EPILOG = """\
For every data file and every K, what finetune --unfreeze-last K does; beside it the same
networks from scratch and untrained (zero-shot). OUT gets layerwise.json, which grows as the scan goes on (a
scan that was stopped continues with --resume), and layerwise.png.

examples:
  python -m nugan_hep.xsec layerwise --from e_12C --data 56Fe.csv 40Ca.csv 16O.csv --members 10 --out scan
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM); continue with --resume"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_transfer_arguments(parser)
    parser.add_argument(
        "--data", type=Path, required=True, nargs="+", metavar="FILE", help="points, a file for each nucleus"
    )
    parser.add_argument("--layers", type=cli.whole, nargs="+", metavar="K", help="default: 1 to all blocks")
    add_selection_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    parser.add_argument("--resume", action="store_true", help="continue the scan in DIR")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    settings.add_arguments(parser, settings.TRANSFER_SETTINGS, settings.TRANSFER_DEFAULTS)


def run(arguments: argparse.Namespace) -> int:
    start = open_start(arguments, settings.given(arguments))
    layers = arguments.layers or list(range(1, start.blocks + 1))
    for last in layers:
        check_last(last, start.blocks)
    torch.set_num_threads(start.config.threads)
    results = arguments.out / RESULTS_FILE
    about = {
        "from": start.name,
        "train_fraction": arguments.train_fraction,
        "epochs": arguments.epochs,
        "configuration": start.config.as_dict(),
    }
    done = _earlier(results, arguments.resume, about)
    make_folder(arguments.out)
    check_target(results, force=True)
    scan = Scan(start, arguments, done)
    tasks = scan.tasks(arguments.data, layers)
    with stop_signals() as caught, cli.progress("trainings", arguments.quiet) as bar:
        task = bar.add_task("scan", total=len(tasks), note="")
        for path, name, what in tasks:
            if what not in done.get(name, {}):
                score = scan.run(path, what, lambda: bool(caught))
                if caught:
                    print(f"stopped at {name}, {what}; continue with --resume", file=sys.stderr)
                    return 128 + caught[0]
                done.setdefault(name, {})[what] = score
                write_json(results, {**about, "results": done})
                if not arguments.quiet:
                    text = f"{name:5} {what:10} chi2/N {score['chi2']:.2f}  {score['epochs']} epochs"
                    bar.console.print(text, highlight=False)
            bar.advance(task)
    figure = figure_layerwise(done, start.blocks)
    write_figure(figure, arguments.out / FIGURE_FILE, force=True)
    print(table(done, layers))
    print(f"wrote {results} and {arguments.out / FIGURE_FILE}")
    return 0


def _earlier(path: Path, resume: bool, about: dict[str, Any]) -> dict[str, Any]:
    """Results of the scan that is continued.

    Raises
    ------
    UserError : there are some and nobody said to continue, or they are of other settings
    """
    if not path.exists():
        return {}
    if not resume:
        raise UserError(f"{path.parent} holds a scan: give --resume to continue it, or another --out")
    try:
        saved = json.loads(path.read_text())
        results = dict(saved["results"])
    except (OSError, ValueError, KeyError):
        raise UserError(f"{path} is no scan of layers") from None
    for key, value in about.items():
        if saved.get(key) != value:
            raise UserError(f"the scan in {path.parent} has another {key}: give another --out")
    return results


def table(done: dict[str, Any], layers: Sequence[int]) -> str:
    """Test chi2/N as plain text, a line for each nucleus."""
    heads = ["zero-shot", "scratch", *(str(last) for last in layers)]
    lines = [f"{'':6}" + "".join(f"{head:>10}" for head in heads)]
    for name, scores in done.items():
        cells = (f"{scores[head]['chi2']:.2f}" if head in scores else "-" for head in heads)
        lines.append(f"{name:6}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines)
