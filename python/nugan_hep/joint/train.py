"""Train one flow for many processes: ``python -m nugan_hep.joint train PROCESSES.toml --out RUN``."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import PRESETS, FlowTrainingConfig
from nugan_hep.joint.learning import Learning, mean_nll
from nugan_hep.joint.processes import Process, events_of, proxies_of, read_processes
from nugan_hep.joint.saved import CHECKPOINT_KEYS, load, save_network
from nugan_hep.joint.settings import JointConfig
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.config import from_saved, read_toml, setting_arguments, settings_of
from nugan_hep.training.start import load_start

LOG_EVERY = 200


def settings() -> dict[str, tuple[Any, type]]:
    """By name, the settings and their types."""
    return settings_of(JointConfig)


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("train", help="train one flow for many processes")
    parser.add_argument(
        "processes", type=Path, nargs="+", metavar="TOML", help="lists of processes and their events"
    )
    parser.add_argument(
        "--data-folder", type=Path, default=Path(), metavar="DIR", help="where the events lie (default: here)"
    )
    parser.add_argument(
        "--from", dest="start", metavar="MODEL", help="flow to begin with (default: random weights)"
    )
    parser.add_argument(
        "--leave-out", nargs="+", default=[], metavar="NAME", help="processes not to train on"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    parser.add_argument("--resume", action="store_true", help="continue the run in RUNDIR")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    setting_arguments(parser, settings())
    parser.set_defaults(command=command)


def start_of(name: str) -> dict[str, Any]:
    """The weights of a flow.

    Raises
    ------
    UserError : no such model, or no flow
    """
    state, _ = load_start(name)
    config = from_saved(state["config"])
    if type(config) is not FlowTrainingConfig:
        raise UserError(f"--from {name}: a {config.family}, expected a flow")
    return dict(state["flow"])


def configured(arguments: argparse.Namespace, resumed: dict[str, Any] | None) -> JointConfig:
    """Defaults < the resumed run's < TOML < command line.

    Raises
    ------
    UserError : a value that is not valid, or that no resumption may change
    """
    values = dict(resumed["config"]) if resumed else {}
    if arguments.config:
        values |= read_toml(arguments.config, settings())
    given = {name: getattr(arguments, name) for name in settings()}
    config = JointConfig(**{**values, **{name: value for name, value in given.items() if value is not None}})
    for key in config.bound if resumed else ():
        if resumed and getattr(config, key) != resumed["config"][key]:
            raise UserError(
                f"the run in {arguments.out} has {key} = {resumed['config'][key]}, not {getattr(config, key)}"
            )
    return config


def chosen(arguments: argparse.Namespace, resumed: dict[str, Any] | None) -> list[Process]:
    """The processes to train on.

    Raises
    ------
    UserError : one to leave out that is not there; others than those of the run that is resumed
    """
    listed = read_processes(arguments.processes, arguments.data_folder)
    for name in arguments.leave_out:
        if name not in [process.name for process in listed]:
            raise UserError(
                f"--leave-out {name}: no such process in {' '.join(map(str, arguments.processes))}"
            )
    listed = [process for process in listed if process.name not in arguments.leave_out]
    names = [process.name for process in listed]
    if not names:
        raise UserError("--leave-out leaves no process")
    if resumed and resumed["processes"] != names:
        has = ", ".join(resumed["processes"])
        raise UserError(f"the run in {arguments.out} is of {has}, not of {', '.join(names)}")
    return listed


def command(arguments: argparse.Namespace) -> int:
    """Train; the exit code is 0, or 128 plus the signal's number after SIGINT or SIGTERM."""
    folder: Path = arguments.out
    path = folder / checkpoint.CHECKPOINT
    resumed = load(path, CHECKPOINT_KEYS) if arguments.resume else None
    if not resumed and path.exists():
        raise UserError(f"{folder} holds a run: give --resume to continue it, or another --out")
    config = configured(arguments, resumed)
    torch.set_num_threads(config.threads)
    listed, flow = chosen(arguments, resumed), PRESETS["flow"]
    start = start_of(arguments.start) if arguments.start and not resumed else None
    samples, tests = [], []
    for process in listed:
        training, test = events_of(process, flow)
        print(f"{process.name}: {len(training):,} training events, {len(test):,} to test", flush=True)
        samples.append(proxies_of(training, process.lepton_mass, flow))
        tests.append(proxies_of(test, process.lepton_mass, flow))
    learning = Learning(samples, config, flow)
    if start:
        learning.begin_with(start)
    if resumed:
        learning.restore(resumed)
        if learning.step >= config.steps:
            raise UserError(
                f"the run in {folder} is at step {learning.step:,} of {config.steps:,}: it is done"
            )
    run_files.make_folder(folder)
    began, before = time.monotonic(), resumed["seconds"] if resumed else 0.0

    def state() -> dict[str, Any]:
        return {
            "format": 1,
            "config": config.as_dict(),
            "processes": [process.name for process in listed],
            "events": sum(map(len, samples)),
            "seconds": before + time.monotonic() - began,
            **learning.state(),
        }

    with stop_signals() as caught, cli.progress("steps", arguments.quiet) as bar:
        task = bar.add_task("training", total=config.steps, completed=learning.step, note="")
        total, seen = 0.0, 0
        while learning.step < config.steps and not caught:
            total, seen = total + learning.advance(), seen + 1
            save = learning.step % config.checkpoint_every == 0
            if not save and learning.step % LOG_EVERY != 0:
                continue
            mean, seconds = total / seen, time.monotonic() - began
            if not math.isfinite(mean):
                raise UserError(
                    f"training diverged at step {learning.step}; try a lower learning rate "
                    f"(the last good checkpoint, if there is one, is in {folder})"
                )
            bar.update(task, completed=learning.step, note=f"loss {mean:+.4f}")
            if bar.disable and not arguments.quiet:
                print(f"step {learning.step:,}  loss {mean:+.4f}  {seconds:.0f} s", flush=True)
            total, seen = 0.0, 0
            if save:
                checkpoint.save_rotating(state(), folder)
    if learning.step % config.checkpoint_every != 0:
        checkpoint.save_rotating(state(), folder)
    if learning.step < config.steps:
        print(f"stopped at step {learning.step}; continue with --resume", file=sys.stderr)
        return 128 + caught[0]
    save_network(state(), folder)
    for k, (process, held) in enumerate(zip(listed, tests, strict=True)):
        nll = mean_nll(learning.average, held, learning.average.embeddings[k])
        print(f"{process.name}: NLL {nll:+.4f} of {len(held):,} test events")
    return 0
