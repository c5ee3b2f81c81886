"""Adapt an ensemble to another nucleus: ``python -m nugan_hep.xsec finetune --from MODEL --data FILE``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from nugan_hep import cli
from nugan_hep.output.atomic import write_text
from nugan_hep.run_folder import RUN_FILE
from nugan_hep.signals import stop_signals
from nugan_hep.training.config import to_toml
from nugan_hep.training.run_files import CONFIG_FILE, make_folder
from nugan_hep.xsec.commands.arguments import add_data_arguments, add_transfer_arguments
from nugan_hep.xsec.fit import config as settings
from nugan_hep.xsec.fit.run import check_run_folder, write_json
from nugan_hep.xsec.fit.session import finish
from nugan_hep.xsec.fit.start import open_start
from nugan_hep.xsec.fit.transfer import check_last, train_last

EPILOG = """\
The networks start from those of the model, and see their inputs scaled as it did; charge, mass number and
Fermi momentum are those of the new nucleus. The output layer and the last K blocks are trained on a random
part of the points, the others are the test. Without --epochs their number comes from a cross-validation
within the training points, up to --max-epochs. --from-scratch begins at random weights instead: what the
transfer is compared with.

examples:
  python -m nugan_hep.xsec finetune --from e_12C --data 56Fe.csv --out iron
  python -m nugan_hep.xsec finetune --from run --data 16O.csv --unfreeze-last 2 --out oxygen
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM; nothing written)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_transfer_arguments(parser)
    add_data_arguments(parser)
    parser.add_argument(
        "--unfreeze-last",
        type=cli.whole,
        metavar="K",
        help="blocks trained beside the output layer (default: all)",
    )
    parser.add_argument("--from-scratch", action="store_true", help="random weights in place of the model's")
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    parser.add_argument("--name", help="name of the model (default: e_ and the nucleus)")
    parser.add_argument("--force", action="store_true", help="replace an earlier model in RUNDIR")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    settings.add_arguments(parser, settings.TRANSFER_SETTINGS, settings.TRANSFER_DEFAULTS)


def run(arguments: argparse.Namespace) -> int:
    check_run_folder(arguments.out, arguments.force)
    start = open_start(arguments, settings.given(arguments))
    last = start.blocks if arguments.unfreeze_last is None else arguments.unfreeze_last
    check_last(last, start.blocks)
    torch.set_num_threads(start.config.threads)
    sample = start.sample(arguments.data, arguments)
    print(f"{sample.points.nucleus.name}: {sample.text}")
    form = start.form_for(sample.points.nucleus)
    network = start.random(sample, form) if arguments.from_scratch else start.ensemble
    with stop_signals() as caught:
        outcome = train_last(
            network, last, sample.train, form, start.config, arguments.epochs, stopped=lambda: bool(caught)
        )
    if caught:
        print(f"{arguments.program}: interrupted, nothing written", file=sys.stderr)
        return 128 + caught[0]
    about = {
        "name": arguments.name or f"e_{sample.points.nucleus.name}",
        "start": None if arguments.from_scratch else start.name,
        "unfrozen": last,
        "epoch": outcome.epochs,
        "seconds": outcome.seconds,
    }
    make_folder(arguments.out)
    write_json(arguments.out / RUN_FILE, {**about, "data": sample.about})
    write_text(arguments.out / CONFIG_FILE, to_toml(start.config.as_dict()) + "\n")
    print(f"{outcome.epochs} epochs, {outcome.seconds:.0f} s")
    finish(outcome.ensemble, form, sample, start.config, arguments.out, about)
    return 0
