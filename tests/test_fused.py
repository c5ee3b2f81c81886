"""The fused kernel against LibTorch and against the network in float64, on every instruction set."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import uproot
from make_model import write_model
from numpy.typing import NDArray
from torch import Tensor, nn

from nugan_hep import Sampler, _core, _sampler, archive, kinematics, list_models, sample
from nugan_hep.errors import UserError
from nugan_hep.families.common.blocks import Block
from nugan_hep.families.common.exported import Exported, scripted
from nugan_hep.families.flow import spline
from nugan_hep.families.flow.exported import ExportedFlow
from nugan_hep.families.flow.network import Flow, normal_cdf
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.families.gan.exported import ExportedGenerator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS, NetworkConfig

Columns = dict[str, NDArray[Any]]

SIMD = _sampler.simd_names()
EXACT = [name for name in SIMD if name != "portable"]
"""Instruction sets that fuse multiplication and addition, and so agree in every bit."""

LARGEST = 6.8
"""No latent number that the core draws is larger."""

SHIFT = 0.0098
QE, P1, INC = PRESETS["qe"], PRESETS["inc-p1"], PRESETS["inc"]
GANS = {
    "qe": QE,
    "inc-p1": P1,
    "inc": INC,
    "inc log_energy": replace(INC, log_energy=True),
    "qe log_energy": replace(QE, log_energy=True, latent_size=2),
    "qe half of the skip": replace(QE, skip_scale=0.5, width=101),
    "prelu": replace(P1, generator_activation="prelu", latent_size=3, skip_scale=1.0),
    "leaky conditioned": replace(INC, generator_activation="leaky_relu", latent_size=1, log_energy=True),
    "one neuron": replace(INC, first_width=2, width=1, latent_size=1),
    "two neurons": replace(QE, first_width=3, width=2, latent_size=2, log_energy=True),
    "odd": replace(INC, first_width=27, width=13, latent_size=3),
    "a group and one": replace(P1, first_width=53, width=14, generator_activation="prelu"),
    "less than two groups": replace(INC, first_width=25, width=23, latent_size=7),
    "widening": replace(QE, first_width=11, width=64, latent_size=20),
    "wide": replace(INC, first_width=300, width=299, log_energy=True),
}
FLOWS = {
    "flow": FlowConfig(shift=SHIFT),
    "flow 1 layer": FlowConfig(angle_layers=1, energy_layers=1, angle_bins=2, energy_bins=2),
    "flow 4 layers": FlowConfig(angle_layers=4, energy_layers=4, angle_width=17, energy_width=9),
    "flow narrow": FlowConfig(angle_width=1, energy_width=2, angle_bins=3, energy_bins=5, energy_layers=2),
    "flow wide": FlowConfig(angle_width=201, energy_width=33, angle_bins=48, energy_bins=7, enu_max=6.0),
    "flow 48 bins": FlowConfig(angle_width=31, angle_layers=3, angle_bins=9, energy_bins=48, enu_min=0.5),
}
DEPTHS = {"no body": 0, "deep": 3}
"""Further blocks behind the first of a GAN, in place of two."""

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def fastest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor's fastest instructions; ``portable`` is not taken unasked."""
    monkeypatch.delenv("NUGAN_SIMD", raising=False)
    if not EXACT:
        monkeypatch.setenv("NUGAN_SIMD", "portable")


def randomise(network: nn.Module, gain: float) -> None:
    """Random weights that keep the size of what passes through, times ``gain``; random norms and slopes."""
    generator = torch.Generator().manual_seed(11)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            normal = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 2:
                parameter.copy_(gain * normal / parameter.shape[1] ** 0.5)
            else:
                parameter.copy_(0.3 * normal + (1.0 if "norm.weight" in name else 0.0))


def generator_of(config: NetworkConfig, blocks: int = 2) -> Generator:
    """A random generator with a number of blocks behind the first, the last ones with skip connections."""
    generator = Generator(config)
    if blocks == 0:
        generator.body = nn.ModuleList()
        generator.output = nn.Linear(config.first_width, 2)
    for k in range(2, blocks):
        generator.body.append(
            Block(
                config.width,
                config.width,
                activation_name="prelu",
                dropout=0.0,
                noise=0.0,
                noise_place="parameters",
                skip=k % 2 == 0,
                scale=0.7,
                conditions=k % 2,
            )
        )
    randomise(generator, gain=1.0)
    return generator


def of_muons(module: Exported) -> Any:
    module.lepton_mass = kinematics.MUON_MASS
    return module


def gan(config: NetworkConfig, blocks: int = 2) -> ExportedGenerator:
    return of_muons(ExportedGenerator(generator_of(config, blocks), SHIFT, (config.enu_min, config.enu_max)))


def flow(config: FlowConfig) -> ExportedFlow:
    network = Flow(config)
    randomise(network, gain=1.1)
    return of_muons(ExportedFlow(network))


def write(module: nn.Module, latent_size: int, path: Path) -> Path:
    """An archive of an exported network."""
    attributes = {
        "format_version": 1,
        "name": path.stem,
        "probe": 14,
        "target": 1000060120,
        "interaction": "CC inclusive",
        "latent_size": latent_size,
    }
    empty = torch.empty(0, dtype=torch.float64)
    document = json.dumps({"name": path.stem, "latent_size": latent_size})
    script = scripted(module, attributes, {"xsec_enu": empty, "xsec": empty.clone()})
    torch.jit.save(script, str(path), _extra_files={"nugan.json": document})
    return path


@dataclass
class Case:
    """A model with latents [N, L] and energies [N] (GeV) and what they give in float64, [N, 2]."""

    path: Path
    latent: NDArray[np.float32]
    enu: NDArray[np.float32]
    corner: NDArray[np.bool_]
    truth: NDArray[np.float64]
    shift: float

    def errors(self, backend: str) -> NDArray[np.float64]:
        return self.distance(Sampler(self.path, backend=backend).generate(self.latent, self.enu))

    def distance(self, muons: tuple[NDArray[np.float32], ...], other: Any = None) -> NDArray[np.float64]:
        """Larger of the two distances in the proxies of muons and ``other`` or truth [N].

        Rounding to float32 is left out: the roots in v and w magnify it at the edges of the phase space.
        """
        enu = self.enu.astype(np.float64)
        available = enu - self.shift - kinematics.MUON_MASS
        distances = []
        for k, (offset, scale) in enumerate([(enu - self.shift, -available), (0.0, np.pi)]):
            a = muons[k].astype(np.float64)
            b = self.truth[:, k] if other is None else other[k].astype(np.float64)
            roots = sum(np.sqrt(np.maximum((value - offset) / scale, 0.0)) for value in (a, b))
            beyond = np.maximum(np.abs(a - b) - np.finfo(np.float32).eps * np.abs(b), 0.0)
            distances.append(2 * beyond / np.abs(scale) / np.maximum(roots, 1e-12))
        return np.max(distances, axis=0)


def make_case(path: Path, n: int = 6000) -> Case:
    """Normal latents, a quarter moved to corners and faces of the cube of all latents; all energies."""
    module = torch.jit.load(str(path)).double()
    random = np.random.default_rng(7)
    latent = random.standard_normal((n, module.latent_size)).astype(np.float32)
    corner = np.arange(n) % 4 == 0
    latent[::8] = random.choice([-LARGEST, LARGEST], size=latent[::8].shape)
    latent[4::8] *= LARGEST / np.abs(latent[4::8]).max(axis=1, keepdims=True)
    low, high = module.enu_min, module.enu_max
    enu = random.uniform(low, high, n).astype(np.float32).clip(np.float32(low), np.float32(high))
    enu[random.integers(0, n, n // 10)] = low
    enu[random.integers(0, n, n // 10)] = high
    with torch.no_grad():
        truth = module(torch.from_numpy(latent).double(), torch.from_numpy(enu).double()).numpy()
    return Case(path, latent, enu, corner, truth, module.shift)


UNKNOWN = ["numu_H1_inc", "numubar_H1_inc"]
"""Models whose networks the kernels do not have."""


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_no_kernel_has_runs_through_libtorch(name: str) -> None:
    if name not in list_models():
        pytest.skip("no model is installed")
    assert Sampler(name).backend == "torch"
    with pytest.raises(UserError, match="fused"):
        Sampler(name, backend="fused")


@pytest.fixture(
    scope="module",
    params=[*(name for name in list_models() if name not in UNKNOWN), *GANS, *FLOWS, *DEPTHS],
)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    name = request.param
    if name in list_models():
        return make_case(Path(archive.find_model(name)))
    path = tmp_path_factory.mktemp("random") / f"{name}.pt"
    if name in FLOWS:
        return make_case(write(flow(FLOWS[name]), 2, path))
    config = GANS.get(name, replace(INC, first_width=41, width=26, latent_size=5))
    return make_case(write(gan(config, DEPTHS.get(name, 2)), config.latent_size, path))


def test_fused_is_the_default(case: Case) -> None:
    assert Sampler(case.path).backend == f"fused {SIMD[0]}"
    assert Sampler(case.path, backend="fused").backend == f"fused {SIMD[0]}"
    assert Sampler(case.path, backend="torch").backend == "torch"


def test_fused_agrees_with_libtorch(case: Case) -> None:
    fused, plain = (
        Sampler(case.path, backend=name).generate(case.latent, case.enu) for name in ("fused", "torch")
    )
    distance = case.distance(fused, plain)[~case.corner]
    assert np.quantile(distance, 0.99) < 1e-5
    assert distance.max() < 1e-3


def test_fused_is_no_worse_than_float32_of_libtorch(case: Case) -> None:
    """Where the density of a flow is low, float32 moves a muon by much more than its rounding, in either."""
    assert np.isfinite(case.truth).all()
    fused, plain = case.errors("fused"), case.errors("torch")
    drawn, quantiles = ~case.corner, [0.5, 0.9, 0.99, 0.999]
    ours, theirs = np.quantile(fused[drawn], quantiles), np.quantile(plain[drawn], quantiles)
    assert (ours <= [2, 2, 2, 4] * theirs + 3e-7).all(), (ours, theirs)
    for figure in (np.mean, np.max):
        assert figure(fused[case.corner]) <= 4 * figure(plain[case.corner]) + 3e-7


def assert_same_bits(columns: Columns, expected: Columns, part: slice = slice(None)) -> None:
    for name, column in expected.items():
        assert columns[name].tobytes() == column[part].tobytes(), name


def test_instruction_sets_agree(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """AVX-512 and AVX2 in every bit; plain C++ but for rounding, with the same random numbers."""
    events, muons = {}, {}
    for name in SIMD:
        monkeypatch.setenv("NUGAN_SIMD", name)
        sampler = Sampler(case.path, backend="fused", threads=1, lepton_only=True)
        assert sampler.backend == f"fused {name}"
        events[name] = sampler.sample(n=1201, seed=5, first=77)
        muons[name] = sampler.generate(case.latent, case.enu)
    for name in EXACT:
        assert_same_bits(events[name], events[SIMD[0]])
        np.testing.assert_array_equal(muons[name], muons[SIMD[0]])
    for name in ("iev", "Ev", "phil"):
        assert events["portable"][name].tobytes() == events[SIMD[0]][name].tobytes()
    distance = case.distance(muons["portable"], muons[SIMD[0]])[~case.corner]
    assert np.quantile(distance, 0.99) < 1e-5
    assert distance.max() < 1e-3


@pytest.fixture(scope="module", params=["gan", "flow"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of each family that is quick to run."""
    path = tmp_path_factory.mktemp("small") / f"{request.param}.pt"
    if request.param == "flow":
        return write(flow(FlowConfig(angle_width=9, energy_width=15, shift=SHIFT)), 2, path)
    return write(gan(replace(INC, first_width=30, width=15, latent_size=3)), 3, path)


@pytest.mark.parametrize("backend", ["fused", "torch"])
def test_any_part_of_a_run_is_the_same(small: Path, backend: str) -> None:
    whole = Sampler(small, backend=backend, threads=1).sample(n=2100, seed=9)
    energies = np.linspace(0.3, 10.0, 2100)
    whole_at = Sampler(small, backend=backend, threads=2).sample(energies, seed=9)
    parts = [
        (0, 1),
        (31, 1),
        (32, 1),
        (2099, 1),
        (1, 33),
        (33, 31),
        (511, 2),
        (512, 513),
        (480, 64),
        (999, 777),
    ]
    for threads in (1, 2):
        sampler = Sampler(small, backend=backend, threads=threads)
        for first, n in parts:
            part = slice(first, first + n)
            assert_same_bits(sampler.sample(n=n, seed=9, first=first), whole, part)
            assert_same_bits(sampler.sample(energies[part], seed=9, first=first), whole_at, part)


@pytest.mark.parametrize("backend", ["fused", "torch"])
def test_the_last_event_numbers(small: Path, backend: str) -> None:
    sampler = Sampler(small, backend=backend, threads=2)
    first = 2**31 - 1101
    whole = sampler.sample(n=1101, seed=2**64 - 1, first=first)
    assert whole["iev"][-1] == 2**31 - 1
    for start, n in ((1, 1100), (543, 17), (1100, 1)):
        part = sampler.sample(n=n, seed=2**64 - 1, first=first + start)
        assert_same_bits(part, whole, slice(start, start + n))


@pytest.mark.parametrize("n", [1, 7, 32, 513])
def test_muons_of_given_latents(small: Path, n: int) -> None:
    sampler = Sampler(small, threads=1)
    events = sampler.sample(n=n, seed=3)
    emu, theta = sampler.generate(_core.latents(3, 0, n, sampler.metadata["latent_size"]), events["Ev"])
    np.testing.assert_array_equal(emu, events["El"])
    np.testing.assert_array_equal(theta, events["thetal"])


def test_given_latents_that_do_not_fit(small: Path) -> None:
    sampler = Sampler(small)
    size = sampler.metadata["latent_size"]
    assert sampler.generate(np.zeros((0, size)), [])[0].shape == (0,)
    for shape, n in (((3, size + 1), 3), ((size,), 1), ((2 * size, 1), 2)):
        with pytest.raises(UserError, match=rf"expected the shapes \[N, {size}\] and \[N\]"):
            sampler.generate(np.zeros(shape), np.ones(n))
    for energy in (0.29, 10.1, np.nan):
        with pytest.raises(UserError, match="outside the range"):
            sampler.generate(np.zeros((2, size)), [1.0, energy])


class OtherProxies(ExportedGenerator):
    """Modules that the kernel knows, but another function of their outputs."""

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        energies = (2.0 * (enu - self.enu_min) / (self.enu_max - self.enu_min) - 1.0).unsqueeze(1)
        hidden = self.input_activation(self.input_norm(self.input(torch.cat([latent, energies], dim=1))))
        for block in self.body:
            hidden = block(hidden, energies)
        unit = 0.5 * (torch.tanh(self.output(hidden)) + 1.0)
        available = enu - (self.shift + self.lepton_mass)
        return torch.stack([self.lepton_mass + available * unit[:, 0], self.pi * unit[:, 1]], dim=1)


def other_proxies(_: Path) -> tuple[nn.Module, int]:
    return of_muons(OtherProxies(generator_of(INC), SHIFT, (0.3, 10.0))), 50


def tanh_activation(_: Path) -> tuple[nn.Module, int]:
    module = gan(INC)
    module.body[1].activation = nn.Tanh()
    return module, 50


def slope_of_each_neuron(_: Path) -> tuple[nn.Module, int]:
    module = gan(INC)
    module.body[0].activation = nn.PReLU(INC.width)
    return module, 50


def negative_scale(_: Path) -> tuple[nn.Module, int]:
    return gan(replace(INC, skip_scale=-0.5)), 50


def three_latents(_: Path) -> tuple[nn.Module, int]:
    return flow(FlowConfig()), 3


def other_spline(folder: Path) -> tuple[nn.Module, int]:
    """A flow whose bins are wider than those that the kernel knows."""
    source = Path(spline.__file__).read_text()
    wider = source.replace("MIN_WIDTH = 1e-3", "MIN_WIDTH = 4e-3")
    assert wider != source
    (folder / "wider_spline.py").write_text(wider)
    specification = importlib.util.spec_from_file_location("wider_spline", folder / "wider_spline.py")
    assert specification is not None
    assert specification.loader is not None
    wider_spline = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(wider_spline)
    quantile = wider_spline.quantile

    class WiderFlow(Flow):
        def unit_sample(self, uniform: Tensor, energies: Tensor) -> Tensor:
            angle = quantile(self.angle(energies), uniform[:, 0])
            energy = quantile(self.energy(self.features(energies, angle)), uniform[:, 1])
            return torch.stack([energy, angle], dim=1)

    network = WiderFlow(FlowConfig())
    randomise(network, gain=1.1)
    return of_muons(ExportedFlow(network)), 2


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (tanh_activation, "which does not know this network"),
        (slope_of_each_neuron, "which does not know this network"),
        (negative_scale, "which does not know this network"),
        (three_latents, "which does not know this network"),
        (other_proxies, "which deviates from LibTorch by .* of a proxy"),
        (other_spline, "which deviates from LibTorch by .* of a proxy"),
        (None, "which does not know this network"),
    ],
)
def test_other_networks_run_through_libtorch(
    make: Callable[[Path], tuple[nn.Module, int]] | None, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "other.pt"
    if make is None:
        write_model(path)
    else:
        module, latent_size = make(tmp_path)
        write(module, latent_size, path)
    sampler = Sampler(path, threads=1)
    assert sampler.backend == "torch"
    assert_same_bits(
        sampler.sample(n=700, seed=1), Sampler(path, backend="torch", threads=1).sample(n=700, seed=1)
    )
    with pytest.raises(UserError, match=rf"other\.pt: no fused kernel, {reason}") as caught:
        Sampler(path, backend="fused")
    assert "\n" not in str(caught.value)


def test_unknown_backends_and_instructions(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="backend 'cuda': expected auto, fused or torch"):
        Sampler(small, backend="cuda")
    with pytest.raises(ValueError, match="backend = 3: expected auto, fused or torch"):
        Sampler(small, backend=3)  # type: ignore[arg-type]
    monkeypatch.setenv("NUGAN_SIMD", "sse9")
    with pytest.raises(
        UserError, match=rf"NUGAN_SIMD = sse9: this processor has {', '.join(SIMD)}$"
    ) as caught:
        Sampler(small)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("simd", SIMD)
def test_rate_of_multiplications(simd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUGAN_SIMD", simd)
    rate = _sampler.multiply_add_rate()
    assert np.isfinite(rate)
    assert rate > 0


def command_line(model: Path, out: Path, *arguments: str, simd: str = "") -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "nugan_hep.sample",
        "--model",
        str(model),
        "--out",
        str(out),
        "-n",
        "999",
    ]
    environment = {**os.environ, "NUGAN_SIMD": simd}
    return subprocess.run(
        [*command, "--quiet", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_files_name_what_ran_the_network(tmp_path: Path) -> None:
    model = write(gan(replace(INC, first_width=30, width=15, latent_size=3)), 3, tmp_path / "gan.pt")
    events = {}
    for name in (*SIMD, "torch"):
        out = tmp_path / f"{name}.root"
        if name == "torch":
            options = ["--model", str(model), "--out", str(out), "-n", "999", "--quiet", "--backend", "torch"]
            assert sample.main(options) == 0
        else:
            done = command_line(model, out, "--backend", "fused", simd=name)
            assert done.returncode == 0, done.stderr
        with uproot.open(out) as file:
            backend = json.loads(str(file["nugan"]))["backend"]
            events[name] = file["gst"].arrays(library="np")
        assert backend == (name if name == "torch" else f"fused {name}")
    for name in EXACT:
        assert_same_bits(events[name], events[SIMD[0]])
    for name in events:
        np.testing.assert_allclose(events[name]["El"], events[SIMD[0]]["El"], rtol=1e-5)
    done = command_line(model, tmp_path / "sse9.root", simd="sse9")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "NUGAN_SIMD = sse9: this processor has" in done.stderr
    assert not (tmp_path / "sse9.root").exists()


class Edges(nn.Module):
    """No network: muons between and, two of three times each, at the ends of the energies and angles."""

    def __init__(self) -> None:
        super().__init__()
        self.enu_min, self.enu_max, self.shift = 0.3, 10.0, 0.004
        self.muon_mass, self.pi = kinematics.MUON_MASS, np.pi

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        unit = torch.clamp(normal_cdf(latent) * 3.0 - 1.0, 0.0, 1.0)
        highest = enu - self.shift
        emu = self.muon_mass + (highest - self.muon_mass) * unit[:, 0]
        emu = torch.where(unit[:, 0] == 1.0, highest, emu)
        return torch.stack([emu, self.pi * unit[:, 1]], dim=1)


@pytest.mark.parametrize("simd", SIMD)
def test_columns_at_the_edges_of_the_phase_space(
    simd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns are those of the kinematics in float64, rounded once to float32."""
    monkeypatch.setenv("NUGAN_SIMD", simd)
    n, seed = 20_001, 12
    events = Sampler(write(Edges(), 2, tmp_path / "edges.pt")).sample(n=n, seed=seed)
    enu, emu, theta = (events[name].astype(np.float64) for name in ("Ev", "El", "thetal"))
    assert np.mean(emu == np.float32(kinematics.MUON_MASS)) > 0.3
    assert np.mean(emu == events["Ev"] - np.float32(0.004)) > 0.3
    assert np.mean(theta == 0.0) > 0.3
    assert np.mean(theta == np.float32(np.pi)) > 0.3
    phi = np.pi * (2 * _core.uniforms(seed, 0, n)[:, 1] - 1)
    p = kinematics.momentum(emu, kinematics.MUON_MASS)
    expected = {
        "pl": p,
        "pxl": p * np.sin(theta) * np.cos(phi),
        "pyl": p * np.sin(theta) * np.sin(phi),
        "pzl": kinematics.pz(emu, theta, kinematics.MUON_MASS),
        "phil": phi,
        "Q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
        "W": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
        "x": kinematics.bjorken_x(enu, emu, theta, kinematics.MUON_MASS),
        "y": kinematics.inelasticity(enu, emu),
    }
    for name, column in expected.items():
        np.testing.assert_array_max_ulp(events[name], column.astype(np.float32), maxulp=1)
    np.testing.assert_allclose(events["cthl"], np.cos(theta), rtol=0, atol=1e-15)
    assert np.any(events["W"] == kinematics.W_UNDEFINED)
    np.testing.assert_array_equal(events["iev"], np.arange(n))
