"""A run from its first epoch to its model: resumption, progress, the archive with its card."""

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
from nugan_hep.output.atomic import write_text
from nugan_hep.run_folder import RUN_FILE
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint
from nugan_hep.training.config import to_toml
from nugan_hep.training.run_files import CONFIG_FILE, make_folder
from nugan_hep.xsec.data.hull import make_hull
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.draws import dropout_draws, laplace_draws
from nugan_hep.xsec.fit.run import load_checkpoint, write_json
from nugan_hep.xsec.fit.sample import Sample
from nugan_hep.xsec.fit.scores import assess, finite_or_none, score_table
from nugan_hep.xsec.fit.training import KEYS, Progress, Training
from nugan_hep.xsec.model.archive import write_archive
from nugan_hep.xsec.model.card import CARD_FILE, model_card
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.lookup import MODEL_FILE
from nugan_hep.xsec.model.network import Ensemble

LOG_EVERY = 20


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
