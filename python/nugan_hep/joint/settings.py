"""Settings of the training of one flow for many processes; it does not import torch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from nugan_hep.errors import UserError
from nugan_hep.families.common.settings import not_valid, option


@dataclass(frozen=True)
class JointConfig:
    """Settings of one run; every field is an option of the command line and a key of the TOML file."""

    steps: int = option(40_000, "training steps")
    groups: int = option(32, "groups of a batch; the events of a group are of one process")
    group: int = option(128, "events of a group")
    size: int = option(8, "numbers that tell the network the process")
    lr: float = option(2e-3, "largest learning rate, which falls to zero by a half cosine")
    warmup: int = option(500, "steps over which the rate rises from zero")
    weight_decay: float = option(1e-4, "AdamW decoupled weight decay")
    clip: float = option(1.0, "largest norm of the gradient")
    ema_decay: float = option(0.999, "decay per step of the moving average of the weights, which counts")
    log_energy: float = option(0.3, "fraction of a group drawn with probability ~ 1/E_nu")
    share: float = option(0.5, "a process gets groups in proportion to its number of events to this power")
    checkpoint_every: int = option(500, "steps between checkpoints")
    seed: int = option(1, "seed of weights and batches, below 2^31")
    threads: int = option(1, "threads, at most 256")

    bound: ClassVar[tuple[str, ...]] = ("groups", "group", "size", "steps", "seed")
    """What no resumption may change."""

    def __post_init__(self) -> None:
        counts = ("steps", "groups", "group", "size", "checkpoint_every")
        good = {
            "seed": (0 <= self.seed < 2**31, "0 to 2^31 - 1"),
            "threads": (1 <= self.threads <= 256, "1 to 256"),
            "ema_decay": (0 <= self.ema_decay < 1, "0 to 1, without 1"),
            **{name: (0 <= getattr(self, name) <= 1, "0 to 1") for name in ("log_energy", "share")},
            **{name: (getattr(self, name) > 0, "above 0") for name in ("lr", "clip")},
            **{name: (getattr(self, name) >= 0, "at least 0") for name in ("warmup", "weight_decay")},
            **{name: (getattr(self, name) >= 1, "at least 1") for name in counts},
        }
        for name, (fine, expected) in good.items():
            if not fine:
                raise UserError(not_valid(name, getattr(self, name), expected))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
