"""Train one flow for many processes: ``python -m nugan_hep.joint train PROCESSES.toml --out RUN``."""

from __future__ import annotations

import argparse
import time
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import torch

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import PRESETS, FlowTrainingConfig
from nugan_hep.joint.learning import Learning, mean_nll
from nugan_hep.joint.processes import events_of, proxies_of, read_processes
from nugan_hep.joint.saved import CHECKPOINT_KEYS, load, save_network
from nugan_hep.joint.settings import JointConfig
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.config import from_saved, read_toml, setting_arguments
from nugan_hep.training.start import load_start

LOG_EVERY = 200


def settings() -> dict[str, tuple[Any, type]]:
    """By name, the settings and their types."""
    types = get_type_hints(JointConfig)
    return {item.name: (item, types[item.name]) for item in fields(JointConfig)}


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("train", help="train one flow for many processes")
    parser.add_argument("processes", type=Path, metavar="TOML", help="list of processes and their events")
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
    if not isinstance(config, FlowTrainingConfig):
        raise UserError(f"--from {name}: a {config.family}, expected a flow")
    return dict(state["flow"])


def command(arguments: argparse.Namespace) -> int:
    """Train; the exit code is 0, or 128 plus the signal's number after SIGINT or SIGTERM."""
    folder: Path = arguments.out
    path = folder / checkpoint.CHECKPOINT
    resumed = load(path, CHECKPOINT_KEYS) if arguments.resume else None
    if not resumed and path.exists():
        raise UserError(f"{folder} holds a run: give --resume to continue it, or another --out")
    values = dict(resumed["config"]) if resumed else {}
    if arguments.config:
        values |= read_toml(arguments.config, settings())
    given = {name: getattr(arguments, name) for name in settings()}
    config = JointConfig(**{**values, **{name: value for name, value in given.items() if value is not None}})
    torch.set_num_threads(config.threads)
    listed = read_processes(arguments.processes, arguments.data_folder)
    for name in arguments.leave_out:
        if name not in [process.name for process in listed]:
            raise UserError(f"--leave-out {name}: no such process in {arguments.processes}")
    listed = [process for process in listed if process.name not in arguments.leave_out]
    names = [process.name for process in listed]
    if resumed:
        for key in config.bound:
            if getattr(config, key) != resumed["config"][key]:
                raise UserError(
                    f"the run in {folder} has {key} = {resumed['config'][key]}, not {getattr(config, key)}"
                )
        if resumed["processes"] != names:
            raise UserError(
                f"the run in {folder} is of {', '.join(resumed['processes'])}, not of {', '.join(names)}"
            )
    flow = PRESETS["flow"]
    samples, tests = [], []
    for process in listed:
        training, test = events_of(process, flow)
        print(f"{process.name}: {len(training):,} training events, {len(test):,} to test", flush=True)
        samples.append(proxies_of(training, process.lepton_mass, flow))
        tests.append(proxies_of(test, process.lepton_mass, flow))
    learning = Learning(samples, config, flow)
    before = 0.0
    if arguments.start and not resumed:
        learning.begin_with(start_of(arguments.start))
    if resumed:
        learning.restore(resumed)
        before = resumed["seconds"]
    run_files.make_folder(folder)
    began = time.monotonic()

    def state() -> dict[str, Any]:
        seconds, events = before + time.monotonic() - began, sum(map(len, samples))
        about = {
            "format": 1,
            "config": config.as_dict(),
            "processes": names,
            "events": events,
            "seconds": seconds,
        }
        return {**about, **learning.state()}

    with stop_signals() as caught, cli.progress("steps", arguments.quiet) as bar:
        task = bar.add_task("training", total=config.steps, completed=learning.step, note="")
        total = 0.0
        while learning.step < config.steps and not caught:
            total += learning.advance()
            if learning.step % LOG_EVERY == 0:
                bar.update(task, completed=learning.step, note=f"loss {total / LOG_EVERY:+.4f}")
                if bar.disable and not arguments.quiet:
                    mean, seconds = total / LOG_EVERY, time.monotonic() - began
                    print(f"step {learning.step:,}  loss {mean:+.4f}  {seconds:.0f} s", flush=True)
                total = 0.0
            if learning.step % config.checkpoint_every == 0:
                checkpoint.save_rotating(state(), folder)
    checkpoint.save_rotating(state(), folder)
    if learning.step < config.steps:
        print(f"stopped at step {learning.step}; continue with --resume")
        return 128 + caught[0]
    save_network(state(), folder)
    for k, (name, held) in enumerate(zip(names, tests, strict=True)):
        nll = mean_nll(learning.average, held, learning.average.embeddings[k])
        print(f"{name}: NLL {nll:+.4f} of {len(held):,} test events")
    return 0
