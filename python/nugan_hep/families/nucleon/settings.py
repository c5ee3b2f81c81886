"""The networks of a free nucleon and their settings by preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from nugan_hep.families.common.settings import option
from nugan_hep.families.flow.settings import FlowTrainingConfig

WIDTH, BINS = 48, 32
"""Neurons of the hidden layers, bins of the splines."""


@dataclass(frozen=True)
class NucleonTrainingConfig(FlowTrainingConfig):
    """Settings of the training of a free nucleon; optimiser and rates are those of a flow."""

    preset: str = option("nucleon", "networks")
    lepton: int = option(0, "PDG number of the charged lepton, that of the process (0: from --probe)")

    family: ClassVar[str] = "nucleon"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "nucleon": {
            "steps": 12_000,
            "batch": 2048,
            "beta1": 0.9,
            "beta2": 0.99,
            "weight_decay": 1e-4,
            "decay_from": 0,
            "warmup": 200,
            "clip": 1.0,
            "choose": "nll",
            "eval_every": 500,
            "shift": 1e-6,
        },
    }
    bound: ClassVar[tuple[str, ...]] = (*FlowTrainingConfig.bound, "lepton")
