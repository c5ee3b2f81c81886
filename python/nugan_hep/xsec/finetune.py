"""Adapt an ensemble to another nucleus: ``python -m nugan_hep.xsec.finetune --from MODEL --data FILE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nugan_hep import cli

PROGRAM = "python -m nugan_hep.xsec.finetune"
EPILOG = """\
The networks start from those of the model, and see their inputs scaled as it did; charge, mass number and
Fermi momentum are those of the new nucleus. The output layer and the last K blocks are trained on a random
part of the points, the others are the test. Without --epochs their number comes from a cross-validation
within the training points, up to --max-epochs. --from-scratch begins at random weights instead: what the
transfer is compared with.

examples:
  python -m nugan_hep.xsec.finetune --from e_12C --data 56Fe.csv --out iron
  python -m nugan_hep.xsec.finetune --from run --data 16O.csv --unfreeze-last 2 --out oxygen
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM; nothing written)"""


def add_transfer_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``finetune`` and ``layerwise`` share."""
    from nugan_hep.xsec import session
    from nugan_hep.xsec.config import TRANSFER_DEFAULTS

    parser.add_argument(
        "--from", dest="start", required=True, metavar="MODEL", help="model's name, run folder or archive"
    )
    parser.add_argument(
        "--train-fraction", type=session.fraction, default=0.1, metavar="F", help="trained on (default 0.1)"
    )
    parser.add_argument("--epochs", type=cli.count, metavar="N", help="default: by cross-validation")
    parser.add_argument(
        "--max-epochs", type=cli.count, default=TRANSFER_DEFAULTS["epochs"], metavar="N", help="default 400"
    )
    parser.add_argument("--members", type=cli.count, metavar="M", help="use the first M networks only")


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(
        prog=PROGRAM,
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    import torch

    from nugan_hep.signals import stop_signals
    from nugan_hep.training.config import to_toml
    from nugan_hep.xsec import config as settings
    from nugan_hep.xsec import session
    from nugan_hep.xsec.run import CONFIG_FILE, RUN_FILE, write_json, write_text
    from nugan_hep.xsec.start import open_start
    from nugan_hep.xsec.transfer import check_last, transfer

    add_transfer_arguments(parser)
    session.add_data_arguments(parser)
    parser.add_argument(
        "--unfreeze-last",
        type=int,
        metavar="K",
        help="blocks trained beside the output layer (default: all)",
    )
    parser.add_argument("--from-scratch", action="store_true", help="random weights in place of the model's")
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    parser.add_argument("--name", help="name of the model (default: e_ and the nucleus)")
    parser.add_argument("--force", action="store_true", help="replace an earlier model in RUNDIR")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    settings.add_arguments(parser, settings.TRANSFER_SETTINGS, settings.TRANSFER_DEFAULTS)
    arguments = parser.parse_args(argv)
    session.check_run_folder(arguments.out, arguments.force)
    start = open_start(arguments, settings.given(arguments))
    last = start.blocks if arguments.unfreeze_last is None else arguments.unfreeze_last
    check_last(last, start.blocks)
    torch.set_num_threads(start.config.threads)
    sample = start.sample(arguments.data, arguments)
    print(f"{sample.points.nucleus.name}: {sample.text}")
    form = start.form_for(sample.points.nucleus)
    network = start.random(sample, form) if arguments.from_scratch else start.ensemble
    with stop_signals() as caught:
        outcome = transfer(
            network, last, sample.train, form, start.config, arguments.epochs, stopped=lambda: bool(caught)
        )
    if caught:
        print(f"{PROGRAM}: interrupted, nothing written", file=sys.stderr)
        return 128 + caught[0]
    about = {
        "name": arguments.name or f"e_{sample.points.nucleus.name}",
        "start": None if arguments.from_scratch else start.name,
        "unfrozen": last,
        "epoch": outcome.epochs,
        "seconds": outcome.seconds,
    }
    session.make_folder(arguments.out)
    write_json(arguments.out / RUN_FILE, {**about, "data": sample.about})
    write_text(arguments.out / CONFIG_FILE, to_toml(start.config.as_dict()) + "\n")
    print(f"{outcome.epochs} epochs, {outcome.seconds:.0f} s")
    session.finish(outcome.ensemble, form, sample, start.config, arguments.out, about)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


if __name__ == "__main__":
    sys.exit(main())
