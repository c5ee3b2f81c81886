"""The flow's networks and settings by preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from nugan_hep.families.common.settings import TrainingConfig, option


@dataclass(frozen=True)
class FlowConfig:
    """Widths of the two networks and bins of the two splines.

    ``shift``, ``enu_min`` and ``enu_max`` [GeV] define the proxies.
    """

    angle_width: int = 64
    angle_layers: int = 2
    angle_bins: int = 32
    energy_width: int = 112
    energy_layers: int = 3
    energy_bins: int = 32
    shift: float = 0.004
    enu_min: float = 0.3
    enu_max: float = 10.0


PRESETS = {"flow": FlowConfig()}


@dataclass(frozen=True)
class FlowTrainingConfig(TrainingConfig):
    """Settings of the training of a flow."""

    preset: str = option("flow", "networks")
    lr: float = option(2e-3, "learning rate of a flow")
    clip: float = option(0.0, "largest norm of a flow's gradient; 0: any")

    family: ClassVar[str] = "flow"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
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
    choices = (*TrainingConfig.choices, "nll")
    transfer: ClassVar[Mapping[str, Any]] = {
        "steps": 1000,
        "batch": 1000,
        "eval_every": 25,
        "checkpoint_every": 250,
        "lr": 5e-4,
        "warmup": 20,
    }

    def checks(self) -> dict[str, bool]:
        return {**super().checks(), "lr": self.lr > 0, **self.at_least(0, "clip")}


def flow_config(config: FlowTrainingConfig) -> FlowConfig:
    """The preset's networks, in the proxies of the configuration."""
    return replace(PRESETS[config.preset], shift=config.shift, enu_min=config.enu_min, enu_max=config.enu_max)
