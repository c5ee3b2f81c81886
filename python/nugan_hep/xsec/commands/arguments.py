"""Options that commands share."""

from __future__ import annotations

import argparse
from pathlib import Path

from nugan_hep import cli
from nugan_hep.xsec.fit.config import TRANSFER_DEFAULTS


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """The data file and what of it counts."""
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FILE",
        help="points of one nucleus: CSV, or the archive's text",
    )
    add_selection_arguments(parser)


def add_selection_arguments(parser: argparse.ArgumentParser) -> None:
    """What of the data counts."""
    parser.add_argument(
        "--exclude",
        nargs="*",
        metavar="SOURCE",
        help="data sets to leave out (default: 12C without Zeller:1973ge)",
    )
    parser.add_argument(
        "--drop-negative", action="store_true", help="leave out negative cross sections, which are refused"
    )


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Where a training goes."""
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    parser.add_argument("--resume", action="store_true", help="continue the run in RUNDIR")
    parser.add_argument("--name", help="name of the model (default: e_ and the nucleus)")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def fraction(text: str) -> float:
    """Argument type of a number from 0 to below 1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 0 to below 1")
    return value


def add_transfer_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``finetune`` and ``layerwise`` share."""
    parser.add_argument(
        "--from", dest="start", required=True, metavar="MODEL", help="model's name, run folder or archive"
    )
    parser.add_argument(
        "--train-fraction", type=fraction, default=0.1, metavar="F", help="trained on (default 0.1)"
    )
    parser.add_argument("--epochs", type=cli.count, metavar="N", help="default: by cross-validation")
    parser.add_argument(
        "--max-epochs", type=cli.count, default=TRANSFER_DEFAULTS["epochs"], metavar="N", help="default 400"
    )
    parser.add_argument("--members", type=cli.count, metavar="M", help="use the first M networks only")
