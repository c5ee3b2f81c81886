"""Settings of the hadrons' training; it does not import torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from nugan_hep.errors import UserError
from nugan_hep.families.common.settings import not_valid, option
from nugan_hep.run_folder import HADRONS

PRESET = HADRONS
INHERITED = ("topology_width", "remnant_width", "step_width")
"""What a transfer has from the networks that it begins with."""
TRANSFERS: tuple[tuple[int, dict[str, Any]], ...] = (
    (30_000, {"steps": 800, "lr": 3e-4, "warmup": 20, "eval_every": 20, "patience": 8}),
    (300_000, {"steps": 1_000, "lr": 1e-3, "warmup": 50, "eval_every": 50, "patience": 6}),
)
"""Settings of a transfer from at most so many events."""
TRANSFER: dict[str, Any] = {"steps": 3_000, "lr": 1e-3, "eval_every": 100, "patience": 10}
"""Settings of a transfer from more."""


AT_LEAST_0 = ("warmup", "weight_decay", "patience")
AT_LEAST_1 = (
    *("steps", "batch", "least_batch", "topology_width", "remnant_width", "step_width"),
    *("least_seen", "eval_every", "checkpoint_every"),
)


def transfer(events: int) -> dict[str, Any]:
    """The settings of a transfer from so many training events that differ from the defaults."""
    return next((settings for most, settings in TRANSFERS if events <= most), TRANSFER)


@dataclass(frozen=True)
class HadronsConfig:
    """Settings of one run; every field is an option of the command line and a key of the TOML file."""

    preset: str = option(PRESET, "the hadrons of whole events")
    steps: int = option(8_000, "training steps")
    batch: int = option(4096, "events per step; every network sees its share of them")
    least_batch: int = option(256, "smallest batch of a network, which then learns in fewer steps")
    lr: float = option(2.5e-3, "largest learning rate, which falls to zero by a half cosine")
    warmup: int = option(200, "steps over which the rate rises from zero")
    weight_decay: float = option(1e-4, "AdamW decoupled weight decay")
    clip: float = option(3.0, "largest norm of a network's gradient")
    ema_decay: float = option(0.999, "decay per step of the moving average of the weights, which is exported")
    topology_width: int = option(80, "neurons of the topology's trunk")
    remnant_width: int = option(72, "neurons of the remnants' trunks")
    step_width: int = option(96, "neurons of the emissions' trunks")
    least_seen: int = option(2, "times that a set of rare hadrons must be seen to be in the vocabulary")
    eval_every: int = option(500, "steps between evaluations")
    patience: int = option(
        0, "evaluations without a better one after which training ends; of each stage the best counts; 0: all"
    )
    checkpoint_every: int = option(200, "steps between checkpoints")
    seed: int = option(1, "seed of weights and batches, below 2^31")
    threads: int = option(1, "threads, at most 256")

    bound: ClassVar[tuple[str, ...]] = (
        "preset",
        "topology_width",
        "remnant_width",
        "step_width",
        "least_seen",
        "seed",
        "batch",
        "least_batch",
    )
    """What no resumption may change."""

    def __post_init__(self) -> None:
        good = {
            "preset": (self.preset == PRESET, PRESET),
            "seed": (0 <= self.seed < 2**31, "0 to 2^31 - 1"),
            "threads": (1 <= self.threads <= 256, "1 to 256"),
            "ema_decay": (0 <= self.ema_decay < 1, "0 to 1, without 1"),
            "lr": (self.lr > 0, "above 0"),
            "clip": (self.clip > 0, "above 0"),
            **{name: (getattr(self, name) >= 0, "at least 0") for name in AT_LEAST_0},
            **{name: (getattr(self, name) >= 1, "at least 1") for name in AT_LEAST_1},
        }
        for name, (fine, expected) in good.items():
            if not fine:
                raise UserError(not_valid(name, getattr(self, name), expected))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
