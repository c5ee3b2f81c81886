"""Train the hadrons of whole events: ``python -m nugan_hep.train --preset hadrons --data FILE --out RUN``."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.hadrons import dataset
from nugan_hep.hadrons.learning import Learning
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.saved import Start, frame_of, load, sizes, start_of
from nugan_hep.hadrons.settings import INHERITED, PRESET, HadronsConfig
from nugan_hep.hadrons.settings import transfer as transfer_settings
from nugan_hep.hadrons.widening import joined, widened
from nugan_hep.run_folder import read_run
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.config import read_toml, setting_arguments, settings_of

HELD_OUT = 0.1
LOG_EVERY = 100
PROBE, TARGET = 14, 1000060120


def parser(prog: str, transfer: bool) -> argparse.ArgumentParser:
    """The command line of a training of hadrons, or of a transfer from another."""
    made = cli.Parser(prog=prog, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = made.add_argument
    if transfer:
        add(
            "--from",
            dest="start",
            required=True,
            metavar="MODEL_OR_RUNDIR",
            help="model name, archive or run folder",
        )
    add(
        "--data",
        nargs="+",
        required=True,
        metavar="FILE",
        help="whole events, see docs/hadrons.md",
    )
    add("--val", nargs="+", metavar="FILE", help="validation events (default: a tenth of the data)")
    add("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    add("--resume", action="store_true", help="continue the run in RUNDIR")
    add("--limit", type=cli.count, metavar="N", help="use the first N training events")
    add("--name", help="name of the model (default: the run folder's)")
    usual = ("that of --from",) * 2 if transfer else (PROBE, TARGET)
    add(
        "--probe",
        type=cli.probe,
        metavar="P",
        help=f"the neutrino: numu, nuebar or PDG number (default {usual[0]})",
    )
    add(
        "--target",
        type=cli.nucleus,
        metavar="T",
        help=f"the nucleus: C12, Ar40 or PDG number (default {usual[1]})",
    )
    add("--quiet", action="store_true", help="no progress")
    setting_arguments(made, settings())
    return made


def settings() -> dict[str, tuple[Any, type]]:
    """By name, the settings and their types."""
    return settings_of(HadronsConfig)


def resolve(arguments: argparse.Namespace, base: dict[str, Any]) -> HadronsConfig:
    """Defaults < ``base`` < TOML < command line.

    Raises
    ------
    UserError : a value that is not valid
    """
    values = dict(base)
    if arguments.config:
        values |= read_toml(arguments.config, settings())
    given = {name: getattr(arguments, name) for name in settings()}
    return HadronsConfig(**{**values, **{name: value for name, value in given.items() if value is not None}})


def command(argv: Sequence[str] | None, prog: str, transfer: bool = False) -> int:
    """Train; the exit code is 0, or 128 plus the signal's number after SIGINT or SIGTERM."""
    arguments = parser(prog, transfer).parse_args(argv)
    folder: Path = arguments.out
    path = folder / checkpoint.CHECKPOINT
    resumed = None
    if arguments.resume:
        resumed = load(path)
    elif path.exists():
        raise UserError(f"{folder} holds a run: give --resume to continue it, or another --out")
    start = start_of(arguments.start) if transfer and not resumed else None
    inherited = {key: start.config[key] for key in INHERITED} if start else {}
    config = resolve(arguments, resumed["config"] if resumed else inherited)
    torch.set_num_threads(config.threads)
    about = _about(arguments, read_run(folder) if resumed else None, start)
    if resumed:
        for key in config.bound:
            if getattr(config, key) != resumed["config"][key]:
                raise UserError(
                    f"the run in {folder} has {key} = {resumed['config'][key]}, not {getattr(config, key)}"
                )
    identity = {"probe": about["probe"], "target": about["target"]}
    events = dataset.read(arguments.data, arguments.limit, **identity)
    if start:  # how long and how fast depends on how much there is to learn from
        config = resolve(arguments, {**inherited, **transfer_settings(len(events))})
    if arguments.val:
        held = dataset.read(arguments.val, **identity)
    else:
        events, held = dataset.split(events, HELD_OUT, config.seed)
    torch.manual_seed(config.seed)
    frame = dataset.frame(events, about["probe"], about["target"], config.least_seen)
    if resumed:
        frame = frame_of(resumed["frame"])
    elif start:
        frame = joined(frame, start.frame)
    model = HadronModel(frame, sizes(config))
    training, report = dataset.encoded(events, model)
    print(f"training: {report}")
    validation, report = dataset.encoded(held, model)
    print(f"validation: {report}")
    if not arguments.quiet:
        print("negative log-likelihood per event, training and validation; steps are the emissions")
    del events, held
    if start:
        model.load_state_dict(widened(model, start.weights))
    elif not resumed:
        model.fit_inputs(training.take(torch.arange(min(len(training), 40_000))))
    else:
        model.load_state_dict(resumed["hadrons"])
    learning = Learning(model, training, validation, config)
    about["data"] = {"files": [Path(f).name for f in arguments.data], "events": len(training)}
    if origin := start.name if start else read_run(folder).get("data", {}).get("start") if resumed else None:
        about["data"]["start"] = origin
    return _run(learning, folder, about, resumed, arguments.quiet)


def _about(
    arguments: argparse.Namespace, saved: dict[str, Any] | None, start: Start | None
) -> dict[str, Any]:
    probe, target = (start.probe, start.target) if start else (PROBE, TARGET)
    defaults = {"name": arguments.out.resolve().name, "probe": probe, "target": target, "stage": PRESET}
    about = dict(saved or defaults)
    for key in ("name", "probe", "target"):
        given = getattr(arguments, key)
        if saved and given is not None and given != saved[key]:
            raise UserError(f"--{key} {given}, but the run in {arguments.out} has {saved[key]}")
        about[key] = about[key] if given is None else given
    return about


def _run(
    learning: Learning, folder: Path, about: dict[str, Any], resumed: dict[str, Any] | None, quiet: bool
) -> int:
    config = learning.config
    history: list[dict[str, float]] = []
    seconds = 0.0
    choice = Choice(config.patience)
    if resumed:
        learning.restore(resumed)
        choice.best = resumed.get("best")
        history, seconds = resumed["history"], resumed["seconds"]
        if learning.step >= config.steps:
            raise UserError(f"the run is at step {learning.step:,} of {config.steps:,}: give more --steps")
    elif config.patience:  # what it begins with may be the best already
        choice.note(learning, learning.judge())
    run_files.begin(folder, about, config.as_dict())
    began = time.monotonic() - seconds

    def save() -> None:
        state = {
            **learning.state(),
            "config": config.as_dict(),
            "frame": asdict(learning.model.frame),
            "seconds": time.monotonic() - began,
            "history": history,
            **({"best": choice.best} if choice.best else {}),
        }
        checkpoint.save_rotating(state, folder)

    with stop_signals() as caught, cli.progress("steps", quiet) as bar:
        task = bar.add_task("training", total=config.steps, completed=learning.step, note="")
        while learning.step < config.steps and not caught and not choice.over:
            learning.advance()
            if learning.step % LOG_EVERY == 0:
                bar.update(task, completed=learning.step)
            if learning.step % config.eval_every == 0 or learning.step == config.steps:
                losses, scores = learning.losses(), learning.judge()
                if not all(math.isfinite(x) for x in (*losses.values(), *scores.values())):
                    raise UserError(f"training diverged at step {learning.step}; try a lower learning rate")
                row = {"step": learning.step, "seconds": time.monotonic() - began}
                row |= {f"loss_{key}": value for key, value in losses.items()}
                row |= {f"nll_{key}": value for key, value in scores.items()}
                history.append(row)
                run_files.write_history(history, folder)
                line = _line(learning.step, losses, scores)
                bar.update(task, completed=learning.step, note=f"NLL {sum(scores.values()):.4f}")
                if not quiet:
                    bar.console.print(line, highlight=False, soft_wrap=True)
                choice.note(learning, scores)
                save()
            elif learning.step % config.checkpoint_every == 0:
                save()
    if choice.best is not None and choice.over:
        if not quiet:
            print(f"{config.patience} evaluations without a better one; the best count: steps {choice}")
    elif learning.step < config.steps:
        save()
        print(f"stopped at step {learning.step}; continue with --resume", file=sys.stderr)
        return 128 + caught[0]
    return 0


class Choice:
    """The best evaluation of each stage so far, where ``patience`` is not 0; no stage depends on another.

    Attributes
    ----------
    best : None, or by stage ``step`` and ``nll``, ``average`` (weights of all), and ``since``, the
        evaluations after the last in which a stage was better
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best: dict[str, Any] | None = None

    @property
    def over(self) -> bool:
        """Whether enough evaluations were no better."""
        return self.best is not None and bool(self.best["since"] >= self.patience)

    def note(self, learning: Learning, scores: Mapping[str, float]) -> None:
        """An evaluation."""
        if not self.patience:
            return
        weights = learning.average.state_dict()
        if self.best is None:
            kept = {name: weight.clone() for name, weight in weights.items()}
            self.best = {"step": {}, "nll": {}, "average": kept, "since": 0}
        best = self.best
        better = [stage for stage, nll in scores.items() if nll < best["nll"].get(stage, math.inf)]
        for stage in better:
            best["step"][stage], best["nll"][stage] = learning.step, scores[stage]
            own = {name: w.clone() for name, w in weights.items() if name.startswith(f"net.{stage}.")}
            best["average"].update(own)
        best["since"] = 0 if better else best["since"] + 1

    def __str__(self) -> str:
        steps = self.best["step"] if self.best else {}
        return ", ".join(f"{stage} {step:,}" for stage, step in steps.items())


def _line(step: int, losses: dict[str, float], scores: dict[str, float]) -> str:
    both = "  ".join(f"{key} {losses[key]:+.4f} {scores[key]:+.4f}" for key in scores)
    return f"step {step:>7,}  {both}  NLL {sum(scores.values()):.4f}"
