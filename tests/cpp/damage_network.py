"""Archives that are whole, with the right SHA-256, of networks and attributes that no training makes."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from make_model import MUON_MASS, ToyGenerator
from torch import nn

from nugan_hep.families.common.exported import weights_sha256
from nugan_hep.families.flow.exported import ExportedFlow
from nugan_hep.families.flow.network import Flow
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.families.gan.exported import ExportedGenerator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS

ATTRIBUTES: dict[str, Any] = {
    "format_version": 1,
    "name": "untrained",
    "probe": 14,
    "target": 1000060120,
    "interaction": "CC inclusive",
    "lepton_mass": MUON_MASS,
}
TABLES = ("xsec_enu", "xsec")
NAN, INF = math.nan, math.inf


def toy() -> nn.Module:
    return ToyGenerator()


def gan() -> nn.Module:
    torch.manual_seed(5)
    config = replace(PRESETS["inc"], latent_size=6, first_width=20, width=18, log_energy=True)
    return described(ExportedGenerator(Generator(config), 0.004, (0.3, 10.0)), latent_size=6)


def flow() -> nn.Module:
    torch.manual_seed(6)
    network = Flow(FlowConfig(angle_width=12, angle_bins=5, energy_width=17, energy_layers=2, energy_bins=7))
    for last in (network.angle[-1], network.energy[-1]):
        nn.init.normal_(last.weight, std=0.3)  # a network that was not trained is uniform
    return described(ExportedFlow(network), latent_size=2)


def described(model: nn.Module, latent_size: int) -> nn.Module:
    for name, value in (ATTRIBUTES | {"latent_size": latent_size}).items():
        setattr(model, name, value)
    for name in TABLES:
        model.register_buffer(name, torch.linspace(0.3, 10.0, 5, dtype=torch.float64))
    return model


FAMILIES: dict[str, Callable[[], nn.Module]] = {"toy": toy, "gan": gan, "flow": flow}


def archive(model: nn.Module, sha256: Any = None, metadata: bytes | None = b"{}") -> bytes:
    """The model as TorchScript with its SHA-256, or another."""
    model = model.eval().requires_grad_(False)
    try:
        model.sha256 = weights_sha256(model) if sha256 is None else sha256
    except (RuntimeError, TypeError):  # tensors that have no bytes, or too many
        model.sha256 = 64 * "0"
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what the network holds, and that TorchScript is in maintenance
        script = torch.jit.script(model)
        torch.jit.save(script, out, _extra_files={} if metadata is None else {"nugan.json": metadata})
    return out.getvalue()


Change = Callable[[nn.Module], object]


def setter(name: str, value: Any) -> Change:
    def change(model: nn.Module) -> None:
        place, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(place), attribute, value)

    return change


def parameter(name: str, function: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """A parameter or buffer replaced by a function of it, whatever its type."""

    def change(model: nn.Module) -> None:
        place, _, attribute = name.rpartition(".")
        module = model.get_submodule(place)
        new = function(getattr(module, attribute).detach().clone())
        if attribute in module._buffers:
            module._buffers[attribute] = new
        else:
            module._parameters[attribute] = nn.Parameter(new, requires_grad=False)

    return change


def first_as(value: float) -> Callable[[torch.Tensor], torch.Tensor]:
    def function(x: torch.Tensor) -> torch.Tensor:
        x.view(-1)[:1] = value
        return x

    return function


def as_type(dtype: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda x: x.to(dtype)


TENSORS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    **{f"first {v}": first_as(v) for v in (NAN, INF, -INF, 1e38, -1e38, 1e-44)},
    **{f"all {v}": (lambda x, v=v: torch.full_like(x, v)) for v in (NAN, INF, 1e38, -3e38, 1e20, 0.0, 1e-44)},
    **{f"times {v}": (lambda x, v=v: x * v) for v in (1e3, 1e10, 1e38, -1.0)},
    **{str(t)[6:]: as_type(t) for t in (torch.float64, torch.int32, torch.int64, torch.float16, torch.bool)},
    "complex64": as_type(torch.complex64),
    "one row more": lambda x: torch.cat([x, x[:1]]),
    "one row less": lambda x: x[:-1],
    "one column more": lambda x: torch.cat([x, x[..., :1]], -1),
    "one column less": lambda x: x[..., 1:],
    "transposed": lambda x: x.t().contiguous(),
    "transposed view": lambda x: x.t().contiguous().t(),
    "flat": lambda x: x.reshape(-1),
    "of three dimensions": lambda x: x.unsqueeze(0),
    "one number": lambda x: x.reshape(-1)[0],
    "one row": lambda x: x[:1],
    "empty": lambda x: x.new_empty(0),
    "no rows": lambda x: x[:0],
    "no columns": lambda x: x[..., :0],
    "a view of more": lambda x: torch.cat([x, x])[1 : 1 + len(x)],
    "all of one number": lambda x: x.new_zeros(1).expand(x.shape),
    "of 2**40 equal rows": lambda x: x[:1].expand(2**40, *x.shape[1:]),
}
"""What may be wrong with a tensor; each keeps the tensor's name."""

VALUES: dict[str, tuple[Any, ...]] = {
    "format_version": (0, 2, -1, 2**32 + 1, "1", 1.0),
    "name": ("", "x" * 5000, "two\nlines", "µ", 3, 1.0),
    "probe": ("14", 14.0, 2**40, -14),
    "target": ("C12", 0.5, 2**62),
    "interaction": ("", 1, "two\nlines"),
    "latent_size": (0, -1, 1, 3, 7, 49, 51, 4000, 65536, 65537, 2**31, 2**32 + 6, 2**32 + 50, "6", 6.0),
    "enu_min": (0.0, -1.0, 0.1, 0.11, 11.0, NAN, INF, -INF, 1e300, 0.3000001, 9.9999999),
    "enu_max": (0.0, 0.3, 0.2, 0.30000001, 1e4, 1e30, 1e39, 1e300, NAN, INF),
    "shift": (0.0, -0.004, 1e-300, 0.19, 0.5, 1e300, NAN, INF),
    "lepton_mass": (0.0, -1.0, NAN, 1e30, 0.5),
    "mass": (0.0, -1.0, NAN, 1e30, 0.5),
    "pi": (0.0, -3.0, NAN, 1e30, 4.0),
    "log_energy": (False,),
    "input_norm.eps": (0.0, -1.0, NAN, INF, 1e30),
    "body.1.scale": (0.0, -0.5, NAN, INF, 1e38, 3.0),
    "body.1.skip": (False,),
    "body.0.skip": (True,),
    "body.1.conditioned": (False,),
    "body": (nn.ModuleList(), nn.ModuleList([nn.Identity()])),
    "input_norm": (nn.Identity(), nn.LayerNorm(21), nn.LayerNorm(20, elementwise_affine=False)),
    "input_activation": (nn.GELU(), nn.Identity(), nn.PReLU(20), nn.PReLU(3), nn.LeakyReLU(NAN)),
    "body.0.activation": (nn.LeakyReLU(1e38), nn.LeakyReLU(-2.0), nn.PReLU(1, INF), nn.SiLU()),
    "output": (nn.Linear(18, 1), nn.Linear(18, 3), nn.Linear(18, 2, bias=False), nn.Identity()),
    **{
        f"flow.{one}.{last}": tuple(nn.Linear(width, n) for n in (1, 2, 3, 4, 6, 7, 21, 23, 95, 2998, 4000))
        for one, last, width in (("angle", 4, 12), ("energy", 4, 17))
    },
    "flow.angle.1": (nn.Identity(), nn.ReLU(), nn.Sequential(nn.SiLU(), nn.SiLU())),
    "flow.energy": (nn.Sequential(), nn.Sequential(nn.Linear(5, 22)), nn.Sequential(nn.SiLU())),
    "xsec": (
        *(torch.linspace(0.3, 10.0, n, dtype=torch.float64) for n in (0, 4, 6)),
        torch.tensor([NAN, INF, -1.0, 0.0, 1e308]),
        torch.zeros(5, 1),
        torch.tensor(1.0),
        torch.zeros(5, dtype=torch.complex64),
        torch.arange(5),
        torch.zeros(5).to_sparse(),
        torch.zeros(1).expand(2**40),
    ),
}
"""Attributes of the three families, with values that are wrong, or strange and right."""


def damaged_networks(family: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What is wrong with a network, and how its archive is made, once for everything in the tables."""
    make = FAMILIES[family]

    def changed(change: Change, **options: Any) -> Callable[[], bytes]:
        def build() -> bytes:
            model = make()
            change(model)
            return archive(model, **options)

        return build

    whole = make()
    for name in whole.state_dict():
        for what, function in TENSORS.items():
            yield f"{family}: {name} {what}", changed(parameter(name, function))
    yield f"{family}: all float64", changed(lambda model: model.double())
    yield f"{family}: all float16", changed(lambda model: model.half())
    for name, values in VALUES.items():
        place, _, attribute = name.rpartition(".")
        if place not in dict(whole.named_modules()) or not hasattr(whole.get_submodule(place), attribute):
            continue
        for value in values:
            yield f"{family}: {name} = {str(value)[:60]!r}", changed(setter(name, value))
    for name in (*ATTRIBUTES, "latent_size", "enu_min", *TABLES):
        yield f"{family}: no {name}", changed(lambda model, name=name: delattr(model, name))
    for sha256 in ("", "0" * 64, "é", 5):
        yield f"{family}: sha256 = {sha256!r}", changed(lambda model: None, sha256=sha256)
    for metadata in (None, b"", b"no JSON", b"\xff\xfe", b"\0"):
        yield f"{family}: metadata {metadata!r}", changed(lambda model: None, metadata=metadata)
