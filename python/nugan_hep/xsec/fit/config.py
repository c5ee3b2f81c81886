"""The settings of a training of cross sections: one flat dataclass, every field an option."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_type_hints

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.xsec.fit.chi2 import Widths
from nugan_hep.xsec.model.form import FORMS

_HELP = "help"
METHODS = ("bootstrap", "ensemble", "dropout", "laplace")
NETWORKS = ("residual", "published")
POINT_ERRORS = ("scatter", "floor")


def _option(default: Any, text: str) -> Any:
    return field(default=default, metadata={_HELP: text})


@dataclass(frozen=True)
class XsecConfig:
    """Settings of one run."""

    method: str = _option(
        "bootstrap",
        "uncertainty: bootstrap (model A), ensemble (no clones), dropout (model B) or laplace (last layer)",
    )
    members: int = _option(50, "networks of the ensemble, or draws of dropout and laplace")
    form: str = _option("response", "response (R_L and R_T) or mott (published)")
    network: str = _option("residual", "residual (SiLU) or published (batch normalisation, ReLU)")
    width: int = _option(64, "units of a block")
    blocks: int = _option(10, "hidden blocks")
    dropout: float = _option(0.0, "dropout fraction after each block")
    epochs: int = _option(150, "passes over the training points")
    batch: int = _option(256, "points per step")
    lr: float = _option(2e-3, "learning rate, half a cosine to zero")
    weight_decay: float = _option(1e-2, "AdamW decoupled weight decay")
    warmup: int = _option(100, "steps over which the rate rises from zero")
    ema_decay: float = _option(0.995, "decay per step of the moving average of the weights")
    relax: float = _option(0.3, "relative error added at the start; it shrinks to zero at 0.8 of the steps")
    huber: float = _option(3.0, "pull beyond which a point's loss grows linearly")
    point_errors: str = _option(
        "scatter", "relative error added to the points: scatter (of neighbours, for each data set) or floor"
    )
    error_floor: float = _option(0.01, "the least relative error that is added in quadrature")
    normalisation: float = _option(0.05, "prior width of a data set's normalisation")
    spectrum_normalisation: float = _option(0.02, "prior width of a spectrum's normalisation beside it")
    energy_shift: float = _option(
        5e-4, "prior width of a shift of a spectrum's omega, in units of sqrt(E^2 + (2 GeV)^2)"
    )
    outlier: float = _option(
        5.0, "errors by which a point must stick out from its neighbours to be left out; 0: none is"
    )
    seed: int = _option(1, "seed of splits, clones, weights and batches, below 2^31")
    threads: int = _option(1, "intra-op threads, at most 256")
    checkpoint_every: int = _option(10, "epochs between checkpoints")

    def __post_init__(self) -> None:
        checks = {
            "method": self.method in METHODS,
            "form": self.form in FORMS,
            "network": self.network in NETWORKS,
            "point_errors": self.point_errors in POINT_ERRORS,
            **{name: getattr(self, name) >= 1 for name in _AT_LEAST_ONE},
            **{name: getattr(self, name) > 0 for name in ("lr", "huber")},
            **{name: 0 <= getattr(self, name) < 1 for name in ("dropout", "ema_decay")},
            **{name: 0 <= getattr(self, name) < float("inf") for name in _NOT_NEGATIVE},
            "seed": 0 <= self.seed < 2**31,
            "threads": 1 <= self.threads <= 256,
        }
        for name, good in checks.items():
            if not good:
                raise UserError(f"{name} = {getattr(self, name)!r} is not valid: {_help(name)}")
        if self.method == "dropout" and self.dropout == 0:
            raise UserError("dropout = 0.0 is not valid for method dropout: expected above 0")

    @property
    def networks(self) -> int:
        """Networks that are trained; the draws of the other methods come from one."""
        return self.members if self.method in ("bootstrap", "ensemble") else 1

    @property
    def widths(self) -> Widths:
        """Of the nuisances."""
        return Widths(self.normalisation, self.spectrum_normalisation, self.energy_shift)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_AT_LEAST_ONE = ("members", "width", "blocks", "epochs", "batch", "checkpoint_every")
_WIDTHS = ("normalisation", "spectrum_normalisation", "energy_shift")
_NOT_NEGATIVE = ("weight_decay", "warmup", "relax", "error_floor", "outlier", *_WIDTHS)

PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    # PRC 110 025501: model A; model B is --method dropout
    "published": {"form": "mott", "network": "published", "width": 300},
}
TRANSFER_SETTINGS = ("lr", "weight_decay", "batch", "warmup", "ema_decay", "huber", "seed", "threads")
TRANSFER_DEFAULTS: dict[str, Any] = {
    "lr": 3e-4,
    "batch": 32,
    "warmup": 20,
    "ema_decay": 0.98,
    "relax": 0.0,
    "epochs": 400,
}
"""Where a transfer's settings differ from those of the model that it starts from."""

METHOD_DEFAULTS: dict[str, dict[str, Any]] = {"dropout": {"dropout": 0.05}}


def _help(name: str) -> str:
    return next(str(f.metadata[_HELP]) for f in fields(XsecConfig) if f.name == name)


def add_arguments(
    parser: argparse.ArgumentParser,
    names: Sequence[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> None:
    """One option per field of :class:`XsecConfig`, or of those named; ``defaults`` are for the help."""
    group = parser.add_argument_group("configuration")
    if names is None:
        group.add_argument(
            "--preset", choices=tuple(PRESETS), default="default", help="settings to begin from"
        )
    types = get_type_hints(XsecConfig)
    for item in fields(XsecConfig):
        if names is not None and item.name not in names:
            continue
        kind = types[item.name]
        group.add_argument(
            "--" + item.name.replace("_", "-"),
            type=cli.whole if kind is int else kind,
            metavar=kind.__name__.upper(),
            help=f"{item.metadata[_HELP]} (default {(defaults or {}).get(item.name, item.default)})",
        )


def given(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command line has."""
    named = {f.name: getattr(arguments, f.name, None) for f in fields(XsecConfig)}
    return {name: value for name, value in named.items() if value is not None}


def resolve(arguments: argparse.Namespace) -> XsecConfig:
    """Defaults < preset < method < command line."""
    chosen = {**PRESETS[arguments.preset], **given(arguments)}
    method = chosen.get("method", XsecConfig().method)
    return replace(XsecConfig(), **{**METHOD_DEFAULTS.get(method, {}), **chosen})


def from_saved(values: Mapping[str, Any]) -> XsecConfig:
    """The configuration in a checkpoint or archive."""
    known = {item.name for item in fields(XsecConfig)}
    if unknown := values.keys() - known:
        raise UserError(f"made by a newer nugan-hep: unknown setting {min(unknown)!r}")
    return XsecConfig(**values)
