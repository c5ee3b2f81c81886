"""Draw metrics of runs against epoch: ``python -m nugan_hep.history RUNDIR [RUNDIR ...]``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.output.figure import check_figure, write_figure

PROGRAM = "python -m nugan_hep.history"
EPILOG = """\
Runs are folders of nugan_hep.train or nugan_hep.finetune; their names are in the legend. Full lines
are the averaged weights, faint ones those of the step, the points the least values.

examples:
  python -m nugan_hep.history scratch transfer --out scratch_and_transfer.png
  python -m nugan_hep.history flow --metric nll map_2d map_3d --against hours
exit codes: 0 done, 2 bad input, 130 interrupted (nothing written)"""


def history(argv: Sequence[str] | None = None) -> int:
    """Write the figure; the exit code."""
    options = _parser().parse_args(argv)
    check_figure(options.out, options.force)
    from nugan_hep.evaluation.history import figure_history, read_run

    folders = [folder.resolve() for folder in options.runs]
    for k, folder in enumerate(folders):
        if folder in folders[:k]:
            raise UserError(f"{options.runs[k]}: given twice")
    runs = [read_run(folder) for folder in options.runs]
    names = [run.name for run in runs]
    runs = [
        run if names.count(run.name) == 1 else run._replace(name=os.fspath(folder))
        for run, folder in zip(runs, options.runs, strict=True)
    ]
    write_figure(figure_history(runs, options.metric, options.against), options.out, options.force)
    print(f"wrote {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        description="Metrics of one or several runs against the progress of the training.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("runs", nargs="+", type=Path, metavar="RUNDIR", help="run folders")
    add(
        "--metric",
        nargs="+",
        default=["map_3d"],
        metavar="NAME",
        help="map_3d (default), map_2d, emd, nll, ...: columns of history.csv without average_ or raw_",
    )
    add(
        "--against",
        choices=("epochs", "events", "steps", "hours"),
        default="epochs",
        help="abscissa (default epochs)",
    )
    add(
        "--out",
        type=Path,
        default=Path("history.png"),
        metavar="FILE",
        help="figure, .png, .pdf or .svg (default history.png)",
    )
    add("--force", action="store_true", help="replace an earlier figure")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``python -m nugan_hep.history``."""
    return cli.run(PROGRAM, history, argv)


if __name__ == "__main__":
    sys.exit(main())
