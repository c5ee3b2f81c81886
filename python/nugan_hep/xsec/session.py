"""What the commands that train share: run folder, progress, the model at the end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint
from nugan_hep.training.config import to_toml
from nugan_hep.xsec.card import model_card
from nugan_hep.xsec.config import XsecConfig
from nugan_hep.xsec.draws import dropout_draws, laplace_draws
from nugan_hep.xsec.export import write_archive
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.hull import make_hull
from nugan_hep.xsec.network import Ensemble
from nugan_hep.xsec.run import (
    CARD_FILE,
    CONFIG_FILE,
    MODEL_FILE,
    RUN_FILE,
    Sample,
    assess,
    finite_or_none,
    load_checkpoint,
    score_table,
    write_json,
    write_text,
)
from nugan_hep.xsec.training import KEYS, Progress, Training

LOG_EVERY = 20


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


def resumable(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """The checkpoint to continue from, or None for a new run.

    Raises
    ------
    UserError : a new run into a folder that has one, or a resumption where there is none
    """
    if arguments.resume:
        return load_checkpoint(arguments.out, KEYS)
    if any((arguments.out / name).exists() for name in (checkpoint.CHECKPOINT, MODEL_FILE)):
        raise UserError(f"{arguments.out} holds a run: give --resume to continue it, or another --out")
    return None


def check_run_folder(folder: Path, force: bool) -> None:
    """Refuse a folder that holds a model, without ``force``, or that cannot be one.

    Raises
    ------
    UserError : it may not be written
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write to {folder}: it exists and is not a folder")
    if (folder / MODEL_FILE).exists() and not force:
        raise UserError(f"{folder} holds a model: give another --out or --force to replace it")


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write run folder {folder}: {error.strerror}") from None


def run_training(training: Training, arguments: argparse.Namespace, description: dict[str, Any]) -> int:
    """Train in ``arguments.out``; 0 at the end, or 128 plus the number of the signal that stopped it."""
    folder: Path = arguments.out
    make_folder(folder)
    write_json(folder / RUN_FILE, description)
    write_text(folder / CONFIG_FILE, to_toml(training.config.as_dict()) + "\n")
    with stop_signals() as caught, reporter(training, arguments.quiet) as report:
        training.run(report, lambda: bool(caught))
    if training.epoch < training.config.epochs:
        print(f"stopped at epoch {training.epoch}; continue with --resume", file=sys.stderr)
        return 128 + caught[0]
    return 0


@contextmanager
def reporter(training: Training, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Progress as a bar on a terminal and as lines in a log."""
    epochs = training.config.epochs
    with cli.progress("epochs", quiet) as bar:
        task = bar.add_task("training", total=epochs, completed=training.epoch, note="")

        def report(now: Progress) -> None:
            bar.update(task, completed=now.epoch, note=f"loss {now.loss:.3f}")
            if not quiet and bar.disable and (now.epoch % LOG_EVERY == 0 or now.epoch == epochs):
                left = now.seconds / now.epoch * (epochs - now.epoch) / 60
                text = f"epoch {now.epoch:>6,}  loss {now.loss:.4f}  left {left:.1f} min"
                bar.console.print(text, highlight=False, soft_wrap=True)

        yield report


def drawn(network: Ensemble, form: Form, sample: Sample, config: XsecConfig) -> Ensemble:
    """The ensemble of a method: the networks themselves, or draws from the one."""
    if config.method == "dropout":
        return dropout_draws(network, config.dropout, config.members, config.seed)
    if config.method == "laplace":
        return laplace_draws(network, form, sample.train, config.widths, config.members, config.seed)
    return network.folded()


def finish(
    ensemble: Ensemble,
    form: Form,
    sample: Sample,
    config: XsecConfig,
    folder: Path,
    about: dict[str, Any],
) -> None:
    """Write the model with its card and say how good it is."""
    torch.manual_seed(config.seed)
    scores = assess(ensemble, form, sample, config.widths)
    points = sample.points
    metadata = {
        "name": about["name"],
        "nucleus": points.nucleus.name,
        "pdg": points.nucleus.pdg,
        "configuration": config.as_dict(),
        "data": sample.about,
        "sources": list(points.sources),
        "excluded": [s for k, s in enumerate(points.sources) if not (points.source == k).any()],
        "energies": [float(points.energy.min()), float(points.energy.max())],
        "angles": [float(points.theta.min()), float(points.theta.max())],
        "hull": make_hull(points),
        "separation": form.separation,
        "cut": form.cut,
        "scores": finite_or_none(scores),
        **about,
    }
    path = folder / MODEL_FILE
    metadata = write_archive(path, ensemble, form, metadata)
    write_text(path.with_name(CARD_FILE), model_card(metadata))
    print(score_table(scores))
    print(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB)")
