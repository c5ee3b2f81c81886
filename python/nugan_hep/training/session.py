"""What ``train`` and ``finetune`` share: events in, run folder, progress, export of the best epoch."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nugan_hep import _core, cli
from nugan_hep.archive import process_of
from nugan_hep.cross_section import read_csv, to_table
from nugan_hep.data import Events, read_events
from nugan_hep.errors import UserError
from nugan_hep.families.common import shares
from nugan_hep.families.common.settings import TrainingConfig, not_valid
from nugan_hep.kinematics import to_proxies
from nugan_hep.run_folder import read_run
from nugan_hep.signals import stop_signals
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.config import add_arguments, with_lepton
from nugan_hep.training.loop import Progress, Trainer

HELD_OUT = 0.1
LOG_EVERY = 1000


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of both commands."""
    parser.add_argument(
        "--data", nargs="+", required=True, metavar="FILE", help="training events: ROOT, .npz, Parquet"
    )
    parser.add_argument(
        "--val", nargs="+", metavar="FILE", help="validation events (default: a tenth of the data)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUNDIR", help="run folder")
    parser.add_argument("--resume", action="store_true", help="continue the run in RUNDIR")
    parser.add_argument("--limit", type=cli.count, metavar="N", help="use the first N training events")
    parser.add_argument(
        "--allow-unphysical",
        action="store_true",
        help="drop rows that no event can be, however many; otherwise more than 1 %% of them are an error",
    )
    parser.add_argument("--name", help="name of the model (default: the run folder's)")
    parser.add_argument(
        "--probe", type=cli.probe, metavar="P", help="the neutrino: numu, nuebar or PDG number (default numu)"
    )
    parser.add_argument(
        "--target", type=cli.nucleus, metavar="T", help="the nucleus: C12, Ar40 or PDG number (default C12)"
    )
    parser.add_argument(
        "--interaction",
        type=cli.interaction,
        help='current and channel of the events (default "CC inclusive")',
    )
    parser.add_argument(
        "--cross-section", type=Path, metavar="CSV", help="enu [GeV], sigma [1e-38 cm2/nucleon]"
    )
    parser.add_argument("--tensorboard", action="store_true", help="also log to RUNDIR/tensorboard")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    add_arguments(parser)


def run(
    arguments: argparse.Namespace,
    config: TrainingConfig,
    resumed: dict[str, Any] | None,
    *,
    defaults: dict[str, Any],
    export: Callable[[Path], Path],
    start: dict[str, Any] | None = None,
    freeze: str | None = None,
) -> int:
    """Train in ``arguments.out`` and export the best epoch.

    ``defaults`` has what the model is called and describes where the command line is silent; ``export``
    makes a model of the best epoch in a run folder. Processes of ``torchrun`` share each batch.
    The exit code is 0, or 128 plus the signal's number after SIGINT or SIGTERM.
    """
    with shares.joined():
        return _run(arguments, config, resumed, defaults, export, start, freeze)


def _run(
    arguments: argparse.Namespace,
    config: TrainingConfig,
    resumed: dict[str, Any] | None,
    defaults: dict[str, Any],
    export: Callable[[Path], Path],
    start: dict[str, Any] | None,
    freeze: str | None,
) -> int:
    use_device(config.device)
    torch.set_num_threads(config.threads)
    folder: Path = arguments.out
    description = describe_run(arguments, defaults, read_run(folder) if resumed else None)
    config = _with_lepton(config, description)
    training, validation, files = _read(arguments, config, description)
    description["data"] = files | {"start": description["start"]}
    freeze = freeze or (resumed["freeze"] if resumed else "none")
    trainer = Trainer(config, training, validation, folder, start=start, freeze=freeze)
    if resumed is not None:
        trainer.restore(resumed)
        if trainer.step >= config.steps:
            raise UserError(f"the run is at step {trainer.step:,} of {config.steps:,}: give more --steps")
    if shares.number() > 0:
        with stop_signals() as caught:
            trainer.run(lambda now: None, lambda: bool(caught))
        return 0
    run_files.begin(folder, description, config.as_dict())
    with stop_signals() as caught, _reporter(arguments, config, trainer.step) as report:
        trainer.run(report, lambda: bool(caught))
    if (folder / checkpoint.BEST).exists():
        path = export(folder)
        print(f"best {_best(trainer.best, config)}; wrote {path} ({path.stat().st_size / 1e3:.0f} kB)")
    if trainer.step < config.steps:
        print(f"stopped at step {trainer.step}; continue with --resume", file=sys.stderr)
        return 128 + (caught[0] if caught else signal.SIGTERM)  # another process may have been told
    return 0


def provenance(path: str) -> dict[str, Any] | None:
    """What ``nugan_hep.replay`` wrote beside a file of events: source, files and number of the data."""
    try:
        return dict(json.loads(Path(path).with_suffix(".json").read_text())["replay"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # events of another origin


def describe_run(
    arguments: argparse.Namespace, defaults: dict[str, Any], saved: dict[str, Any] | None
) -> dict[str, Any]:
    """Name, PDG codes, interaction and cross section: of the run that is resumed, or as given.

    Raises
    ------
    UserError : a resumed run is given another identity
    """
    described = dict(saved or defaults)
    for key in ("name", "probe", "target", "interaction"):
        given = getattr(arguments, key)
        if saved and given is not None and given != saved[key]:
            raise UserError(f"--{key} {given}, but the run in {arguments.out} has {saved[key]}")
        described[key] = described[key] if given is None else given
    if arguments.cross_section:
        described["cross_section"] = to_table(read_csv(arguments.cross_section))
    return {"cross_section": None, "start": None, **described}


def resumable(arguments: argparse.Namespace) -> dict[str, Any] | None:
    """The checkpoint to continue from, or None for a new run.

    Raises
    ------
    UserError : a new run into a folder that has one, or a resumption where there is none
    """
    path = arguments.out / checkpoint.CHECKPOINT
    if arguments.resume:
        return checkpoint.load(path, checkpoint.CHECKPOINT_KEYS)
    if path.exists():
        raise UserError(f"{arguments.out} holds a run: give --resume to continue it, or another --out")
    return None


def use_device(name: str) -> None:
    """Make a device current; UserError for a name of none, or of one that torch does not have."""
    try:
        kind, number = _core.parse_device(name)
    except UserError as error:
        raise UserError(f"device {error}") from None
    if kind == "cuda":
        count = torch.cuda.device_count()
        if number >= count:
            raise UserError(f"device {name!r} is not there: torch finds {count} CUDA devices")
        torch.cuda.set_device(number)  # streams and graphs are those of the current device


def _read(
    arguments: argparse.Namespace, config: TrainingConfig, description: dict[str, Any]
) -> tuple[Tensor, Tensor, dict[str, Any]]:
    mass = _lepton_mass(config, description)
    selection: dict[str, Any] = {
        "probe": description["probe"],
        "target": description["target"],
        "shift": config.shift,
        "enu_range": (config.enu_min, config.enu_max),
        "allow_unphysical": arguments.allow_unphysical,
    }
    events = read_events(arguments.data, limit=arguments.limit, **selection)
    print(f"training: {events.report}")
    proxies = _proxies(events, config, mass)
    if arguments.val:
        held = read_events(arguments.val, **selection)
        print(f"validation: {held.report}")
        validation = _proxies(held, config, mass)
    else:
        order = torch.from_numpy(np.random.default_rng(config.seed).permutation(len(proxies)))
        cut = max(int(HELD_OUT * len(proxies)), 1)
        validation, proxies = proxies[order[:cut]], proxies[order[cut:]]
        print(f"validation: {cut} held-out events")
    data: dict[str, Any] = {"files": [Path(f).name for f in arguments.data], "events": len(proxies)}
    if made := [about for about in map(provenance, arguments.data) if about]:
        data["replay"] = made[0]
    return proxies, validation, data


def _with_lepton(config: TrainingConfig, description: dict[str, Any]) -> TrainingConfig:
    """The settings, with the lepton of the process where a family has that among them.

    Raises
    ------
    UserError : another lepton was given
    """
    lepton, given = process_of(description).lepton, getattr(config, "lepton", 0)
    if given not in (0, lepton):
        raise UserError(f"lepton = {given}, but the process of --probe makes {lepton}")
    return with_lepton(config, lepton)


def _lepton_mass(config: TrainingConfig, description: dict[str, Any]) -> float:
    """Mass of the lepton that the process makes [GeV].

    Raises
    ------
    UserError : a neutral current; energies below threshold
    """
    process = process_of(description)
    if process.current != "CC":
        raise UserError(
            f"--interaction {description['interaction']}: only charged currents can be trained so far; the "
            "readers of events (nugan_hep.data) take the charged lepton, and have no column for the neutrino "
            "that leaves in a neutral current"
        )
    threshold = process.lepton_mass + config.shift
    if not config.enu_min > threshold:
        raise UserError(not_valid("enu_min", config.enu_min, f"above {threshold:g} GeV, the threshold"))
    return process.lepton_mass


def _proxies(events: Events, config: TrainingConfig, mass: float) -> Tensor:
    frame = config.shift, (config.enu_min, config.enu_max)
    columns = to_proxies(events.enu, events.emu, events.theta, *frame, mass=mass)
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))


@contextmanager
def _reporter(
    arguments: argparse.Namespace, config: TrainingConfig, first: int
) -> Iterator[Callable[[Progress], None]]:
    """Progress as a bar on a terminal and as lines in a log; TensorBoard where asked for."""
    writer = None
    if arguments.tensorboard:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise UserError("--tensorboard needs the package tensorboard: pip install tensorboard") from None
        writer = SummaryWriter(str(arguments.out / "tensorboard"))
    with cli.progress("steps", arguments.quiet) as bar:
        task = bar.add_task("training", total=config.steps, completed=first, note="")

        def report(now: Progress) -> None:
            note = f"{_losses(now)} best {_best(now.best, config)}"
            bar.update(task, completed=now.step, note=note)
            if not arguments.quiet and (now.scores or (bar.disable and now.step % LOG_EVERY == 0)):
                bar.console.print(describe(now, config.steps), highlight=False, soft_wrap=True)
            if writer:
                values = {name.replace("_", "/"): value for name, value in now.losses.items()}
                for name, scores in now.scores.items():
                    values |= {f"{metric}/{name}": value for metric, value in scores.figures().items()}
                for key, value in values.items():
                    writer.add_scalar(key, value, now.step)

        try:
            yield report
        finally:
            if writer:
                writer.close()


def describe(now: Progress, steps: int) -> str:
    """One log line: step, losses, scores, time left."""
    left = now.seconds / now.step * (steps - now.step)
    text = f"step {now.step:>7,}  {_losses(now)}"
    for name, s in now.scores.items():
        text += f"  {name}: MAP-2D {s.map_2d:.3f} MAP-3D {s.map_3d:.3f} EMD {s.emd:.3f}"
        text += "" if s.nll is None else f" NLL {s.nll:.5f}"
    hours, minutes = divmod(round(left / 60), 60)
    return text + f"  left {hours}:{minutes:02d} h"


_SHORT = {"loss_discriminator": "D", "loss_generator": "G"}


def _losses(now: Progress) -> str:
    return "  ".join(f"{_SHORT.get(name, name)} {value:+.4f}" for name, value in now.losses.items())


def _best(value: float, config: TrainingConfig) -> str:
    return f"NLL {value:.5f}" if config.choose == "nll" else f"<MAP-3D> {value:.3f}"
