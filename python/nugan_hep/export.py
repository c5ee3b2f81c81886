"""Export the best epoch of a run as a model: ``python -m nugan_hep.export RUNDIR``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nugan_hep import cli
from nugan_hep.archive import list_models
from nugan_hep.errors import UserError
from nugan_hep.run_folder import HADRONS, MODEL_FILE, read_run

CARD_FILE = "model.md"


def _join_hadrons(arguments: argparse.Namespace) -> int:
    from nugan_hep.hadrons.export import attach, of_archive, of_run
    from nugan_hep.training.model_card import write_card

    is_run = arguments.run.is_dir()
    hadrons = of_run(arguments.run) if is_run else of_archive(str(arguments.run))
    if not arguments.lepton:
        what = "a run of hadrons" if is_run else "a model already"
        raise UserError(f"{arguments.run} is {what}: --lepton names the model that its hadrons join")
    if not is_run and not arguments.out:
        raise UserError(f"{arguments.run} is a model: give --out")
    path = arguments.out or arguments.run / MODEL_FILE
    metadata = attach(hadrons, arguments.lepton, path)
    write_card(path, metadata)
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB) and {path.with_suffix('.md').name}")
    return 0


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(prog="python -m nugan_hep.export", description=__doc__)
    parser.add_argument(
        "run", type=Path, metavar="RUNDIR", help="folder of a training, or a model with hadrons"
    )
    parser.add_argument(
        "--out", type=Path, help="archive to write (default RUNDIR/model.pt); the card is beside it"
    )
    parser.add_argument("--name", help="name of the model (default: the run's)")
    parser.add_argument(
        "--lepton", metavar="MODEL", help="of hadrons: the model of the lepton that they join"
    )
    arguments = parser.parse_args(argv)
    is_model = arguments.run.is_file() or str(arguments.run) in list_models()
    if is_model or read_run(arguments.run).get("stage") == HADRONS:
        return _join_hadrons(arguments)
    if arguments.lepton:
        raise UserError(f"--lepton {arguments.lepton}: the run in {arguments.run} has no hadrons")
    from nugan_hep.training.exporting import export_best

    path = export_best(arguments.run, arguments.out, arguments.name)
    print(f"wrote {path} ({path.stat().st_size / 1e3:.0f} kB) and {path.with_suffix('.md').name}")
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run("python -m nugan_hep.export", _command, argv)


if __name__ == "__main__":
    sys.exit(main())
