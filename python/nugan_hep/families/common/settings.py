"""Settings that every training has; each family of networks adds its own in a subclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

from nugan_hep.errors import UserError
from nugan_hep.kinematics import SHIFT_P2


def option(default: Any, text: str) -> Any:
    """A field that is an option of the command line, with its help, and a key of the TOML file."""
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class TrainingConfig:
    """Settings of one run; every field is an option of the command line and a key of the TOML file."""

    preset: str = option("", "networks")
    steps: int = option(400_000, "training steps (mini-batches)")
    batch: int = option(1000, "true events per step, B; the generator's step uses 2B")
    beta1: float = option(0.5, "AdamW beta1")
    beta2: float = option(0.9, "AdamW beta2")
    weight_decay: float = option(0.01, "AdamW decoupled weight decay")
    decay_from: int = option(-1, "step from which the rates fall (half cosine) to zero; -1: never")
    warmup: int = option(0, "steps over which the rates rise from zero")
    log_energy_batches: float = option(0.0, "fraction of a batch drawn with probability ~ 1/E_nu")
    shift: float = option(SHIFT_P2, "energy shift s of the proxies, above 0 GeV")
    enu_min: float = option(0.3, "lower edge of the neutrino energies, GeV, above the lepton's mass plus s")
    enu_max: float = option(10.0, "upper edge of the neutrino energies, GeV")
    ema_decay: float = option(0.999, "decay per step of the moving average of the weights")
    choose: str = option("map", "the best epoch: least map (<MAP-3D>), least nll (of a flow), or last")
    eval_every: int = option(2000, "steps between evaluations")
    checkpoint_every: int = option(1000, "steps between checkpoints")
    seed: int = option(1, "seed of weights, batches, latents and noise, below 2^31")
    device: str = option("cpu", "cpu or cuda[:k]")
    threads: int = option(1, "intra-op threads on the CPU, at most 256")

    family: ClassVar[str] = ""
    """Name of the family in archives and in :data:`nugan_hep.families.FAMILIES`."""

    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"": {}}
    """By name, the settings that differ from the defaults above."""

    choices: ClassVar[tuple[str, ...]] = ("map", "last")
    """What ``choose`` may be."""

    bound: ClassVar[tuple[str, ...]] = ("preset", "shift", "enu_min", "enu_max")
    """What the weights of a run are bound to: no resumption may change it, and no transfer."""

    widening: ClassVar[tuple[str, ...]] = ()
    """Of ``bound``, inputs that a transfer may add, beginning at weight zero."""

    fixed: ClassVar[tuple[str, ...]] = ("choose",)
    """What no resumption may change either: the best epoch so far was chosen by it."""

    transfer: ClassVar[Mapping[str, Any]] = {}
    """Defaults of a transfer."""

    inherited: ClassVar[tuple[str, ...]] = ()
    """What a transfer takes over beside ``bound``, unless told otherwise."""

    def __post_init__(self) -> None:
        for name, good in self.checks().items():
            if not good:
                raise UserError(not_valid(name, getattr(self, name), help_of(type(self), name)))

    def checks(self) -> dict[str, bool]:
        """By setting, whether its value makes sense."""
        return {
            "preset": self.preset in self.presets,
            "choose": self.choose in self.choices,
            "log_energy_batches": 0 <= self.log_energy_batches <= 1,
            **self.at_least(1, "steps", "batch", "eval_every", "checkpoint_every"),
            "shift": self.shift > 0,
            # the largest that stay safe: the epoch goes beside the seed, torch starts every thread
            "seed": 0 <= self.seed < 2**31,
            "threads": 1 <= self.threads <= 256,
            "enu_min": self.enu_min > self.shift,
            **{name: 0 <= getattr(self, name) < 1 for name in ("beta1", "beta2", "ema_decay")},
            **self.at_least(0, "weight_decay", "warmup"),
            "enu_max": self.enu_max > self.enu_min,
        }

    def at_least(self, least: float, *names: str) -> dict[str, bool]:
        """Checks that settings are not below ``least``."""
        return {name: getattr(self, name) >= least for name in names}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def help_of(config: type[TrainingConfig], name: str) -> str:
    """The help of a setting."""
    return next(str(item.metadata["help"]) for item in fields(config) if item.name == name)


def not_valid(name: str, value: object, expected: str) -> str:
    """The message about a value that makes no sense."""
    return f"{name} = {value!r} is not valid: {expected}"
