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
from nugan_hep.networks.flow import FLOW_PRESETS
from nugan_hep.networks.presets import PRESETS

_HELP, _FAMILY = "help", "family"


def _option(default: Any, text: str, family: str | None = None) -> Any:
    """A setting of one family of networks, or of all."""
    return field(default=default, metadata={_HELP: text, _FAMILY: family})


@dataclass(frozen=True)
class TrainingConfig:
    """Settings of one run; every field is an option of the command line and a key of the TOML file."""

    preset: str = _option("inc", "networks: qe, inc-p1 or inc (GANs), or flow")
    steps: int = _option(400_000, "training steps (mini-batches)")
    batch: int = _option(1000, "true events per step, B; the generator's step uses 2B")
    lr: float = _option(2e-3, "learning rate of a flow", "flow")
    lr_generator: float = _option(1e-5, "learning rate of the generator", "gan")
    lr_discriminator: float = _option(1e-4, "learning rate of the discriminator", "gan")
    beta1: float = _option(0.5, "AdamW beta1")
    beta2: float = _option(0.9, "AdamW beta2")
    weight_decay: float = _option(0.01, "AdamW decoupled weight decay")
    amsgrad_from: int = _option(200_000, "step from which AdamW becomes AMSGrad; -1: never", "gan")
    decay_from: int = _option(-1, "step from which the rates fall (half cosine) to zero; -1: never")
    warmup: int = _option(0, "steps over which the rates rise from zero")
    clip: float = _option(0.0, "largest norm of a flow's gradient; 0: any", "flow")
    latent_size: int = _option(50, "latents of the generator; 2 with a teacher", "gan")
    teacher: str = _option(
        "", "flow (name or archive) that the generator is fitted to; none: adversarial", "gan"
    )
    loss: str = _option("hce", "generator loss: ce, heuristic or hce; relativistic: of both", "gan")
    r1: float = _option(0.0, "weight of the gradient penalty r1/2 |grad D|^2 on true events; 0: none", "gan")
    spectral_norm: bool = _option(False, "spectral normalisation of the discriminator", "gan")
    log_energy: bool = _option(False, "the generator sees the logarithm of the energy too", "gan")
    peak_features: bool = _option(False, "the discriminator sees log energy and two peaks' places too", "gan")
    log_energy_batches: float = _option(0.0, "fraction of a batch drawn with probability ~ 1/E_nu")
    dropout: float = _option(0.1, "dropout fraction after each block", "gan")
    generator_noise: float = _option(1e-3, "sigma of the generator's noise", "gan")
    discriminator_noise: float = _option(1e-3, "sigma of the discriminator's noise", "gan")
    shift: float = _option(SHIFT_P2, "energy shift s of the proxies, above 0 GeV")
    enu_min: float = _option(0.3, "lower edge of the neutrino energies, GeV, above the muon mass plus s")
    enu_max: float = _option(10.0, "upper edge of the neutrino energies, GeV")
    ema_decay: float = _option(0.999, "decay per step of the moving average of the weights")
    choose: str = _option("map", "the best epoch: least map (<MAP-3D>), least nll (of a flow), or last")
    eval_every: int = _option(2000, "steps between evaluations")
    checkpoint_every: int = _option(1000, "steps between checkpoints")
    seed: int = _option(1, "seed of weights, batches, latents and noise, below 2^31")
    device: str = _option("cpu", "cpu or cuda[:k]")
    threads: int = _option(1, "intra-op threads on the CPU, at most 256")

    def __post_init__(self) -> None:
        checks = {
            "preset": self.preset in {**PRESETS, **FLOW_PRESETS},
            "choose": self.choose in ("map", "last") or (self.choose == "nll" and self.family == "flow"),
            "loss": self.loss in ("ce", "heuristic", "hce", "relativistic"),
            "log_energy_batches": 0 <= self.log_energy_batches <= 1,
            **{name: getattr(self, name) >= 1 for name in _AT_LEAST_ONE},
            **{name: getattr(self, name) > 0 for name in _ABOVE_ZERO},
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

    @property
    def family(self) -> str:
        """``gan`` or ``flow``."""
        return "flow" if self.preset in FLOW_PRESETS else "gan"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def settings(self) -> dict[str, Any]:
        """What counts for this family."""
        return {name: value for name, value in asdict(self).items() if _family(name) in (None, self.family)}


# inputs that a transfer may add, beginning at weight zero
WIDENING_KEYS = ("log_energy", "peak_features")
# what the weights of a run are bound to: no resumption may change it, and a transfer only widen
BOUND_KEYS = ("preset", "latent_size", "shift", "enu_min", "enu_max", "spectral_norm", *WIDENING_KEYS)

_ABOVE_ZERO = ("lr", "lr_generator", "lr_discriminator", "shift")
_AT_LEAST_ONE = ("latent_size", "steps", "batch", "eval_every", "checkpoint_every")
_NOT_NEGATIVE = ("r1", "weight_decay", "warmup", "clip", "generator_noise", "discriminator_noise")

# where a preset differs from the defaults above (arXiv:2502.20244; the flow's are our own)
TRAINING_PRESETS: dict[str, dict[str, Any]] = {
    "qe": {"batch": 10_000, "steps": 40_000, "amsgrad_from": -1, "loss": "ce", "generator_noise": 1e-4},
    "inc-p1": {"amsgrad_from": -1, "loss": "ce", "generator_noise": 0.0},
    "inc": {},
    "flow": {
        "steps": 60_000,
        "batch": 2048,
        "beta1": 0.9,
        "beta2": 0.99,
        "weight_decay": 1e-4,
        "decay_from": 0,
        "warmup": 500,
        "clip": 1.0,
        "choose": "nll",
    },
}
TRAINING_PRESETS["qe"]["shift"] = TRAINING_PRESETS["inc-p1"]["shift"] = SHIFT_P1


def _help(name: str) -> str:
    return next(str(f.metadata[_HELP]) for f in fields(TrainingConfig) if f.name == name)


def _family(name: str) -> str | None:
    family: str | None = TrainingConfig.__dataclass_fields__[name].metadata[_FAMILY]
    return family


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option per field of :class:`TrainingConfig`, and ``--config FILE.toml``."""
    group = parser.add_argument_group("configuration (command line over --config over preset)")
    group.add_argument("--config", type=Path, metavar="TOML", help="file with any of the keys below")
    types = get_type_hints(TrainingConfig)
    for item in fields(TrainingConfig):
        option = "--" + item.name.replace("_", "-")
        if types[item.name] is bool:
            text = f"{item.metadata[_HELP]} (default no)"
            group.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=text)
            continue
        group.add_argument(
            option,
            type=whole if types[item.name] is int else types[item.name],
            default=None,
            metavar=types[item.name].__name__.upper(),
            help=f"{item.metadata[_HELP]} (default {item.default})",
        )


def whole(text: str) -> int:
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
    """Defaults < preset < ``base`` < TOML < command line.

    Raises
    ------
    UserError : a value that is not valid, or a setting of another family of networks
    """
    from_file = read_toml(arguments.config) if arguments.config else {}
    given = {f.name: getattr(arguments, f.name) for f in fields(TrainingConfig)}
    given = {name: value for name, value in given.items() if value is not None}
    chosen = {**(base or {}), **from_file, **given}
    preset = chosen.get("preset", TrainingConfig().preset)
    config = replace(TrainingConfig(), **{**TRAINING_PRESETS.get(preset, {}), **chosen})
    for name in (*from_file, *given):
        if name not in config.settings():
            raise UserError(f"{name} is no setting of preset {preset}, which is a {config.family}")
    return config


def from_saved(values: Mapping[str, Any]) -> TrainingConfig:
    """The configuration in a checkpoint or model; of one older than a setting, the default is meant."""
    known = {item.name for item in fields(TrainingConfig)}
    if unknown := values.keys() - known:
        raise UserError(f"made by a newer nugan-hep: unknown setting {min(unknown)!r}")
    return TrainingConfig(**values)
