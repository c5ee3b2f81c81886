"""The density of flows, on one whose density is known in closed form, and on a trained one."""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import integrate, stats

import nugan_hep
from nugan_hep import _core, archive, kinematics
from nugan_hep.density import d2sigma, log_prob, reweight
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted, weights_sha256
from nugan_hep.families.flow.exported import ExportedFlow
from nugan_hep.families.flow.network import Flow
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.kinematics import MUON_MASS

MODELS = Path(__file__).parents[1] / "models"
SHIFT = 0.004


class ToyFlow(torch.nn.Module):
    """``p(v, w) = k v^(k - 1) n w^(n - 1)``, ``k = 2 + slope E_nu``, with v and w those of the proxies."""

    def __init__(self, slope: float, power: float, fault: str) -> None:
        super().__init__()
        self.format_version, self.name, self.probe, self.target = 1, "toy_flow", 14, 1000060120
        self.interaction, self.latent_size = "CC inclusive", 2
        self.enu_min, self.enu_max, self.shift, self.mass = 0.3, 10.0, SHIFT, MUON_MASS
        self.fault = fault
        self.register_buffer("slope", torch.tensor(slope))
        self.register_buffer("power", torch.tensor(power))
        self.register_buffer("xsec_enu", torch.tensor([0.3, 10.0], dtype=torch.float64))
        self.register_buffer("xsec", torch.tensor([0.2, 7.0], dtype=torch.float64))

    def forward(self, latent: torch.Tensor, enu: torch.Tensor) -> torch.Tensor:
        uniform = 0.5 * (1.0 + torch.erf(latent / math.sqrt(2.0)))
        v = torch.pow(uniform[:, 0], 1.0 / (2.0 + self.slope * enu))
        w = torch.pow(uniform[:, 1], 1.0 / self.power)
        emu = self.mass + (enu - self.shift - self.mass) * (1.0 - v * v)
        return torch.stack([emu, math.pi * w * w], dim=1)

    @torch.jit.export
    def log_prob(self, enu: torch.Tensor, emu: torch.Tensor, theta: torch.Tensor) -> torch.Tensor:
        available = enu - self.shift - self.mass
        left, turned = 1.0 - (emu - self.mass) / available, theta / math.pi
        inside = (left >= 0) & (left <= 1) & (turned >= 0) & (turned <= 1)
        v, w = torch.sqrt(left.clamp(1e-12, 1.0)), torch.sqrt(turned.clamp(1e-12, 1.0))
        k = 2.0 + self.slope * enu
        density = torch.log(k * self.power) + (k - 1.0) * torch.log(v) + (self.power - 1.0) * torch.log(w)
        density = density - torch.log(2.0 * v * available * 2.0 * math.pi * w)
        if self.fault == "nan":
            density = density * float("nan")
        return torch.where(inside, density, torch.full_like(density, -float("inf")))


def write_flow(
    path: Path, slope: float = 0.0, power: float = 4.0, *, fault: str = "", **changes: Any
) -> Path:
    """An archive of the toy; ``changes`` are to its metadata."""
    model = ToyFlow(slope, power, fault).eval()
    model.name = path.stem
    if table := changes.get("cross_section"):
        model.xsec_enu, model.xsec = (torch.tensor(table[key]).double() for key in ("enu", "sigma"))
    model.sha256 = "0" * 64 if fault == "sha256" else weights_sha256(model)
    about = {
        "format_version": 1,
        "name": path.stem,
        "family": "flow",
        "probe": 14,
        "target": 1000060120,
        "interaction": "CC inclusive",
        "enu_range": [0.3, 10.0],
        "latent_size": 2,
        "shift": SHIFT,
        "cross_section": {"enu": [0.3, 10.0], "sigma": [0.2, 7.0]},
    }
    torch.jit.save(
        torch.jit.script(model), str(path), _extra_files={"nugan.json": json.dumps(about | changes)}
    )
    return path


def write_exported(path: Path) -> Path:
    """A small flow of random weights, as it is exported."""
    torch.manual_seed(2)
    flow = Flow(FlowConfig(angle_width=16, angle_bins=8, energy_width=16, energy_bins=8))
    for layers in (flow.angle, flow.energy):
        torch.nn.init.normal_(layers[-1].weight, std=0.7)
    about = {"format_version": 1, "name": path.stem, "probe": 14, "target": 1000060120}
    about |= {"interaction": "CC inclusive", "latent_size": 2}
    table = {"enu": [0.3, 10.0], "sigma": [0.2, 7.0]}
    buffers = {name: torch.tensor(table[key]) for name, key in (("xsec_enu", "enu"), ("xsec", "sigma"))}
    module = scripted(ExportedFlow(flow), about, {name: buffer.double() for name, buffer in buffers.items()})
    metadata = about | {"family": "flow", "enu_range": [0.3, 10.0], "shift": SHIFT, "cross_section": table}
    torch.jit.save(module, str(path), _extra_files={"nugan.json": json.dumps(metadata)})
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flows")
    write_exported(folder / "exported.pt")
    write_flow(folder / "flat.pt")
    write_flow(folder / "steep.pt", 0.3, 5.0, cross_section={"enu": [0.3, 10.0], "sigma": [0.4, 14.0]})
    return folder


def trained() -> list[tuple[Path, list[pytest.MarkDecorator]]]:
    """The flows that are shipped; all but one are heavy tests."""
    paths = [
        path for path in sorted(MODELS.glob("*.pt")) if archive.read_metadata(path).get("family") == "flow"
    ]
    return [(path, [] if path.stem == "numu_C12_inc" else [pytest.mark.heavy]) for path in paths]


def lepton_mass(about: dict[str, Any]) -> float:
    """Of the charged lepton of a model, GeV."""
    return _core.Process(about["probe"], about["target"], about["interaction"]).lepton_mass


def grid(
    enu: float, n: int, shift: float, mass: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Points [n, 1] and [1, n] of the plane and their cells, evenly in the variables of the proxies.

    Gauss-Legendre in 64 pieces of each axis, for splines have knots.
    """
    nodes, weights = np.polynomial.legendre.leggauss(n // 64)
    unit = ((np.arange(64)[:, None] + 0.5 * (nodes + 1.0)) / 64).ravel()
    cell = np.tile(0.5 * weights / 64, 64)
    available = enu - shift - mass
    emu = mass + available * (1.0 - unit**2)
    area = (2 * available * unit * cell)[:, None] * (2 * np.pi * unit * cell)[None]
    return emu[:, None], np.pi * unit[None] ** 2, area


def test_closed_form(models: Path) -> None:
    """k = 2 and n = 4 are a flat spectrum in E_mu and 2 theta/pi² in angle."""
    rng = np.random.default_rng(3)
    enu = rng.uniform(0.3, 10.0, 70_000)  # more than one chunk
    emu, theta = (
        MUON_MASS + rng.uniform(0, 1, 70_000) * (enu - SHIFT - MUON_MASS),
        rng.uniform(0, np.pi, 70_000),
    )
    expected = np.log(2 * theta / np.pi**2 / (enu - SHIFT - MUON_MASS))
    found = log_prob(models / "flat.pt", enu, emu, theta)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_shapes_broadcast(models: Path) -> None:
    emu, theta = np.linspace(0.2, 0.9, 5)[:, None], np.linspace(0.1, 3.0, 7)
    plane = log_prob(models / "flat.pt", 1.0, emu, theta)
    assert plane.shape == (5, 7)
    assert plane[2, 3] == log_prob(models / "flat.pt", 1.0, emu[2, 0], theta[3])
    assert log_prob(models / "flat.pt", 1.0, 0.5, 0.5).shape == ()
    assert log_prob(models / "flat.pt", [], [], []).shape == (0,)
    assert log_prob(models / "flat.pt", 1, np.float32(0.5), 1).dtype == np.float64
    with pytest.raises(ValueError, match="shape"):
        log_prob(models / "flat.pt", [1.0, 2.0], [0.5, 0.5, 0.5], 0.1)
    with pytest.raises(ValueError, match="expected numbers"):
        log_prob(models / "flat.pt", "a", 0.5, 0.1)


def test_nothing_outside_of_the_phase_space(models: Path) -> None:
    flat = models / "flat.pt"
    outside = [(0.1, 0.5), (1.0, 0.5), (0.5, -0.1), (0.5, 3.2)]
    for emu, theta in outside:
        assert log_prob(flat, 1.0, emu, theta) == -np.inf
        assert d2sigma(flat, 1.0, emu, theta) == 0
        assert d2sigma(flat, 1.0, emu, theta, per="rad") == 0


@pytest.mark.parametrize(
    "path",
    ["flat.pt", "steep.pt", "exported.pt", *(pytest.param(path, marks=marks) for path, marks in trained())],
)
@pytest.mark.parametrize("theta", [0.0, -0.0, np.pi, float(np.float32(np.pi))])
def test_no_phase_space_on_the_axis(models: Path, path: str | Path, theta: float) -> None:
    """dsigma/dtheta goes with sin(theta); per cos(theta) it stays finite there."""
    model = models / path
    emu = np.array([0.2, 0.6, 0.9])
    np.testing.assert_array_equal(log_prob(model, 1.0, emu, theta), -np.inf)
    np.testing.assert_array_equal(d2sigma(model, 1.0, emu, theta, per="rad"), 0.0)
    near = d2sigma(model, 1.0, emu, 0.01 if theta < 1 else np.pi - 0.01)
    np.testing.assert_array_equal(d2sigma(model, 1.0, emu, theta), near)
    assert np.isfinite(near).all()
    assert np.isfinite(log_prob(model, 1.0, emu, [1e-12, 0.01, 3.1415926])).all()


def test_the_density_near_the_axis(models: Path) -> None:
    """2 theta/pi^2 of the flat spectrum falls to zero as the closed form does, down to 1e-9 rad."""
    theta = np.array([0.0, 1e-9, 1e-6, 1e-3])
    found = np.exp(log_prob(models / "flat.pt", 1.0, 0.6, theta))
    np.testing.assert_allclose(found, 2 * theta / np.pi**2 / (1.0 - SHIFT - MUON_MASS), rtol=1e-6, atol=0)


def test_weights_on_the_axis_are_those_beside_it(models: Path) -> None:
    """A ratio of densities has a limit where both vanish: no weight of zero, none that is no number."""
    one, other = models / "flat.pt", models / "steep.pt"
    beside = reweight(one, other, 2.0, 1.0, [1e-13, np.pi * (1 - 1e-13)])
    np.testing.assert_allclose(reweight(one, other, 2.0, 1.0, [0.0, np.pi]), beside, rtol=0.1, atol=1e-5)
    assert np.isfinite(reweight(one, one, 2.0, 1.0, [0.0, np.pi])).all()


def test_cross_section_per_cosine_and_per_angle(models: Path) -> None:
    """d2sigma/dE dcos = d2sigma/dE dtheta / sin(theta); with n = 4 it is finite at the axis."""
    flat, theta = models / "flat.pt", np.array([0.0, 0.01, 1.0, 2.0])
    sigma, width = 0.2 + 6.8 * 0.7 / 9.7, 1.0 - SHIFT - MUON_MASS
    np.testing.assert_allclose(
        d2sigma(flat, 1.0, 0.6, theta, per="rad"), sigma * 2 * theta / np.pi**2 / width, atol=1e-9
    )
    per_cosine = sigma * 2 / np.pi**2 / width
    np.testing.assert_allclose(d2sigma(flat, 1.0, 0.6, theta[:2]), per_cosine, rtol=1e-4)
    np.testing.assert_allclose(d2sigma(flat, 1.0, 0.6, 1.0), per_cosine / np.sin(1.0))
    total, _ = integrate.dblquad(
        lambda cosine, emu: float(d2sigma(flat, 1.0, emu, np.arccos(cosine))),
        *(MUON_MASS, 1.0 - SHIFT, -0.9, 0.9),
        epsabs=1e-4,
    )
    inside = (np.arccos(-0.9) ** 2 - np.arccos(0.9) ** 2) / np.pi**2
    assert total == pytest.approx(sigma * inside, rel=1e-3)
    with pytest.raises(ValueError, match="per = 'sr'"):
        d2sigma(flat, 1.0, 0.5, 0.5, per="sr")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "enu"),
    [
        *itertools.product(("steep.pt", "exported.pt"), (0.3, 1.0, 10.0)),
        *(pytest.param(path, 1.0, marks=marks) for path, marks in trained()),
    ],
)
def test_integral_over_the_plane(models: Path, path: str | Path, enu: float) -> None:
    """The density to one, the cross section, both ways, to the total one of the archive."""
    model = models / path
    about = archive.read_metadata(model)
    emu, theta, area = grid(enu, 256, about["shift"], lepton_mass(about))
    shares = np.exp(log_prob(model, enu, emu, theta)) * area
    assert shares.sum() == pytest.approx(1.0, abs=1e-3)
    table = about["cross_section"]
    sigma = np.interp(enu, table["enu"], table["sigma"])
    per_angle = d2sigma(model, enu, emu[::8], theta[:, ::8], per="rad")
    np.testing.assert_allclose(per_angle * area[::8, ::8], sigma * shares[::8, ::8], rtol=1e-9)
    per_cosine = d2sigma(model, enu, emu, theta) * np.sin(theta)
    replaced = shares[:, np.abs(theta[0] - 0.5 * np.pi) > 0.5 * np.pi - 0.01].sum()
    assert (per_cosine * area).sum() == pytest.approx(sigma, rel=1e-3 + replaced)


@pytest.mark.parametrize(
    "path",
    ["flat.pt", "steep.pt", "exported.pt", *(pytest.param(path, marks=marks) for path, marks in trained())],
)
def test_the_sampler_draws_from_the_density(models: Path, path: str | Path) -> None:
    """Events of the C++ sampler in 16 x 16 cells of the proxies against the density's integrals."""
    enu, n = 2.0, 100_000
    about = archive.read_metadata(models / path)
    shift, mass = about["shift"], lepton_mass(about)
    emu, theta, area = grid(enu, 256, shift, mass)
    expected = (np.exp(log_prob(models / path, enu, emu, theta)) * area).reshape(16, 16, 16, 16).sum(
        (1, 3)
    ) * n
    events = nugan_hep.Sampler(models / path, threads=1).sample(enu=enu, n=n, seed=5)
    assert np.isfinite(log_prob(models / path, events["Ev"], events["El"], events["thetal"])).all()
    proxies = kinematics.to_proxies(events["Ev"], events["El"], events["thetal"], shift, mass=mass)
    found, _, _ = np.histogram2d(proxies.emu, proxies.theta, 16, ((-1, 1), (-1, 1)))
    used = expected > 10
    chi2 = float(((found - expected)[used] ** 2 / expected[used]).sum())
    assert stats.chi2.sf(chi2, int(used.sum())) > 1e-4


def test_weights_turn_one_model_into_another(models: Path) -> None:
    """Means and histograms of reweighted events are the target's, within the errors of the weights."""
    one, other = (models / name for name in ("flat.pt", "steep.pt"))
    n = 200_000
    source = nugan_hep.Sampler(one, threads=1).sample(enu=2.0, n=n, seed=6)
    weights = reweight(one, other, *(source[name] for name in ("Ev", "El", "thetal")))
    assert weights.shape == (n,)
    assert weights.mean() == pytest.approx(1.0, abs=5 * weights.std() / np.sqrt(n))
    # k = 2.6 and n = 5 of the target, k = 2 and n = 4 of the source
    v = np.sqrt(1 - (source["El"].astype(float) - MUON_MASS) / (2.0 - SHIFT - MUON_MASS))
    w = np.sqrt(source["thetal"].astype(float) / np.pi)
    np.testing.assert_allclose(weights, 1.3 * v**0.6 * 1.25 * w, rtol=1e-4)
    truth = nugan_hep.Sampler(other, threads=1).sample(enu=2.0, n=n, seed=7)
    for name, edges in (("El", np.linspace(MUON_MASS, 1.996, 31)), ("thetal", np.linspace(0, np.pi, 31))):
        expected, _ = np.histogram(truth[name], edges)
        found, _ = np.histogram(source[name], edges, weights=weights)
        variance, _ = np.histogram(source[name], edges, weights=weights**2)
        chi2 = float(((found - expected) ** 2 / (variance + expected)).sum())
        assert stats.chi2.sf(chi2, 30) > 1e-4


def test_weights_with_the_rate(models: Path) -> None:
    one, other = models / "flat.pt", models / "steep.pt"
    shape, rate = (reweight(one, other, 3.0, 1.0, [0.5, 1.0], rate=rate) for rate in (False, True))
    np.testing.assert_allclose(rate, 2.0 * shape)
    np.testing.assert_allclose(reweight(one, one, 3.0, [0.5, 2.0], 0.4), 1.0)


def test_events_that_the_source_cannot_have_made(models: Path, tmp_path: Path) -> None:
    flat = models / "flat.pt"
    # energy transfers that neither has weigh nothing
    assert reweight(flat, models / "steep.pt", 1.0, [0.5, 0.998], 0.5)[1] == 0
    model = ToyFlow(0.0, 4.0, "").eval()
    model.shift = 0.1
    model.sha256 = weights_sha256(model)
    about = archive.read_metadata(flat) | {"name": "tight", "shift": 0.1}
    tight = tmp_path / "tight.pt"
    torch.jit.save(torch.jit.script(model), str(tight), _extra_files={"nugan.json": json.dumps(about)})
    with pytest.raises(UserError, match=r"1 of 2 events lie where tight has none, .* \(1, 0\.95, 0\.5\)"):
        reweight(tight, flat, 1.0, [0.5, 0.95], 0.5)
    assert reweight(flat, tight, 1.0, 0.95, 0.5) == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((0.29, 0.2, 0.1), r"enu = 0\.29 GeV: outside the range of flat, 0\.3 to 10 GeV"),
        (([1.0, 1000.0], 0.2, 0.1), "enu = 1000 GeV"),
        ((1.0, float("nan"), 0.1), "emu = nan: expected finite numbers"),
        ((1.0, 0.5, [0.1, float("inf")]), "theta = inf"),
    ],
)
def test_impossible_values(models: Path, columns: tuple[Any, ...], message: str) -> None:
    for call in (log_prob, d2sigma):
        with pytest.raises(UserError, match=message) as caught:
            call(models / "flat.pt", *columns)
        assert "\n" not in str(caught.value)


def test_float32_energies_at_the_edges(models: Path) -> None:
    enu = np.array([0.3, 10.0], dtype=np.float32)
    assert np.isfinite(log_prob(models / "flat.pt", enu, 0.2, 0.1)).all()
    assert (d2sigma(models / "flat.pt", enu, 0.2, 0.1) > 0).all()


def test_models_without_a_density(tmp_path: Path) -> None:
    write_flow(tmp_path / "some_gan.pt", family="gan")
    write_flow(tmp_path / "broken.pt", fault="nan")
    write_flow(tmp_path / "flipped.pt", fault="sha256")
    write_flow(tmp_path / "bare.pt", cross_section={"enu": [], "sigma": []})
    (tmp_path / "truncated.pt").write_bytes((tmp_path / "bare.pt").read_bytes()[:900])
    for name, message in {
        "some_gan": "some_gan is a GAN, which has no density; flows there are: .*",
        "broken": "the density is not a number",
        "flipped": "weights do not match their SHA-256",
        "truncated": "not a model archive",
        "missing": "no model file",
    }.items():
        with pytest.raises(UserError, match=message) as caught:
            log_prob(tmp_path / f"{name}.pt", 1.0, 0.5, 0.1)
        assert "\n" not in str(caught.value)
    assert np.isfinite(log_prob(tmp_path / "bare.pt", 1.0, 0.5, 0.1))
    with pytest.raises(UserError, match="bare carries no cross section"):
        d2sigma(tmp_path / "bare.pt", 1.0, 0.5, 0.1)
    with pytest.raises(UserError, match="bare carries no cross section"):
        reweight(tmp_path / "bare.pt", tmp_path / "bare.pt", 1.0, 0.5, 0.1, rate=True)


def test_another_model_under_the_same_name(tmp_path: Path) -> None:
    path = write_flow(tmp_path / "toy.pt")
    before = log_prob(path, 1.0, 0.5, 0.1)
    write_flow(path, 1.0)
    os.utime(path, (1, 1))
    assert log_prob(path, 1.0, 0.5, 0.1) != before


@pytest.mark.slow
def test_asked_of_the_package(models: Path) -> None:
    """The functions are the package's, and its import brings neither torch nor a warning."""
    script = f"""
import sys, nugan_hep
assert {{"log_prob", "d2sigma", "reweight"}} <= set(nugan_hep.__all__) and "torch" not in sys.modules
print(nugan_hep.log_prob({str(models / "flat.pt")!r}, 1.0, 0.5, 0.1))
"""
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert float(done.stdout) == log_prob(models / "flat.pt", 1.0, 0.5, 0.1)
