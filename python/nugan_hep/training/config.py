"""The configuration of a training: one flat dataclass, presets, TOML and command-line overrides."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, SHIFT_P1, SHIFT_P2
from nugan_hep.networks.presets import PRESETS

_HELP = "help"


def _option(default: Any, text: str) -> Any:
    return field(default=default, metadata={_HELP: text})


@dataclass(frozen=True)
class TrainingConfig:
    """Settings of one run; every field is an option of the command line and a key of the TOML file."""

    preset: str = _option("inc", "networks: qe, inc-p1 or inc")
    steps: int = _option(400_000, "training steps (mini-batches)")
    batch: int = _option(1000, "true events per step, B; the generator's step uses 2B")
    lr_generator: float = _option(1e-5, "learning rate of the generator")
    lr_discriminator: float = _option(1e-4, "learning rate of the discriminator")
    beta1: float = _option(0.5, "AdamW beta1")
    beta2: float = _option(0.9, "AdamW beta2")
    weight_decay: float = _option(0.01, "AdamW decoupled weight decay")
    amsgrad_from: int = _option(200_000, "step from which AdamW becomes AMSGrad; -1: never")
    decay_from: int = _option(-1, "step from which both rates fall (half cosine) to zero; -1: never")
    loss: str = _option("hce", "generator loss: ce, heuristic or hce")
    dropout: float = _option(0.1, "dropout fraction after each block")
    generator_noise: float = _option(1e-3, "sigma of the generator's noise")
    discriminator_noise: float = _option(1e-3, "sigma of the discriminator's noise")
    shift: float = _option(SHIFT_P2, "energy shift s of the proxies, above 0 GeV")
    enu_min: float = _option(0.3, "lower edge of the neutrino energies, GeV, above the muon mass plus s")
    enu_max: float = _option(10.0, "upper edge of the neutrino energies, GeV")
    ema_decay: float = _option(0.999, "decay per step of the generator's moving average")
    eval_every: int = _option(2000, "steps between evaluations")
    checkpoint_every: int = _option(1000, "steps between checkpoints")
    seed: int = _option(1, "seed of weights, batches, latents and noise, below 2^31")
    device: str = _option("cpu", "cpu or cuda[:k]")
    threads: int = _option(1, "intra-op threads on the CPU, at most 256")

    def __post_init__(self) -> None:
        checks = {
            "preset": self.preset in PRESETS,
            "loss": self.loss in ("ce", "heuristic", "hce"),
            **{name: getattr(self, name) >= 1 for name in _AT_LEAST_ONE},
            **{name: getattr(self, name) > 0 for name in ("lr_generator", "lr_discriminator", "shift")},
            # the largest that stay safe: the epoch goes beside the seed, torch starts every thread
            "seed": 0 <= self.seed < 2**31,
            "threads": 1 <= self.threads <= 256,
            "enu_min": self.enu_min > MUON_MASS + self.shift,
            **{name: 0 <= getattr(self, name) < 1 for name in ("beta1", "beta2", "dropout", "ema_decay")},
            **{name: getattr(self, name) >= 0 for name in _NOT_NEGATIVE},
            "enu_max": self.enu_max > self.enu_min,
        }
        for name, good in checks.items():
            if not good:
                raise UserError(f"{name} = {getattr(self, name)!r} is not valid: {_help(name)}")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


# what the weights of a run are bound to: neither a resumption nor a transfer may change it
BOUND_KEYS = ("preset", "shift", "enu_min", "enu_max")

_AT_LEAST_ONE = ("steps", "batch", "eval_every", "checkpoint_every")
_NOT_NEGATIVE = ("weight_decay", "generator_noise", "discriminator_noise")

# where a preset differs from the defaults above (arXiv:2502.20244)
TRAINING_PRESETS: dict[str, dict[str, Any]] = {
    "qe": {"batch": 10_000, "steps": 40_000, "amsgrad_from": -1, "loss": "ce", "generator_noise": 1e-4},
    "inc-p1": {"amsgrad_from": -1, "loss": "ce", "generator_noise": 0.0},
    "inc": {},
}
TRAINING_PRESETS["qe"]["shift"] = TRAINING_PRESETS["inc-p1"]["shift"] = SHIFT_P1


def _help(name: str) -> str:
    return next(str(f.metadata[_HELP]) for f in fields(TrainingConfig) if f.name == name)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option per field of :class:`TrainingConfig`, and ``--config FILE.toml``."""
    group = parser.add_argument_group("configuration (command line over --config over preset)")
    group.add_argument("--config", type=Path, metavar="TOML", help="file with any of the keys below")
    types = get_type_hints(TrainingConfig)
    for item in fields(TrainingConfig):
        group.add_argument(
            "--" + item.name.replace("_", "-"),
            type=_whole if types[item.name] is int else types[item.name],
            default=None,
            metavar=types[item.name].__name__.upper(),
            help=f"{item.metadata[_HELP]} (default {item.default})",
        )


def _whole(text: str) -> int:
    """A whole number of any sign; ``1e5`` is one."""
    try:
        value = float(text)
        if value == int(value):
            return int(text) if text.lstrip("+-").isdigit() else int(value)
    except (ValueError, OverflowError):
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")


def read_toml(path: Path) -> dict[str, Any]:
    """Keys of a TOML file, checked against the fields and types of :class:`TrainingConfig`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"cannot read configuration {path}: {error}") from None
    types = get_type_hints(TrainingConfig)
    for key, value in values.items():
        if key not in types:
            raise UserError(f"{path}: unknown key {key!r}; known: {', '.join(types)}")
        if types[key] is float and type(value) is int:
            values[key] = float(value)
        elif type(value) is not types[key]:
            raise UserError(f"{path}: {key} = {value!r} is not of type {types[key].__name__}")
    return values


def to_toml(values: Mapping[str, Any]) -> str:
    """Flat settings as TOML that :func:`read_toml` takes back."""
    # JSON's strings, numbers and booleans are TOML's
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())


def resolve(arguments: argparse.Namespace, base: Mapping[str, Any] | None = None) -> TrainingConfig:
    """Defaults < preset < ``base`` < TOML < command line."""
    from_file = read_toml(arguments.config) if arguments.config else {}
    given = {f.name: getattr(arguments, f.name) for f in fields(TrainingConfig)}
    given = {name: value for name, value in given.items() if value is not None}
    chosen = {**(base or {}), **from_file, **given}
    preset = chosen.get("preset", TrainingConfig().preset)
    return replace(TrainingConfig(), **{**TRAINING_PRESETS.get(preset, {}), **chosen})
