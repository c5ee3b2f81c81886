"""The flow and its exported density against numerical integration and its own samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor, nn

from nugan_hep.families.common.exported import scripted
from nugan_hep.families.flow.exported import ExportedFlow
from nugan_hep.families.flow.network import Flow
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.kinematics import MUON_MASS

pytestmark = pytest.mark.usefixtures("one_thread")

SHIFT, LOW, HIGH = 0.0098, 0.5, 8.0


def make_flow(seed: int = 1) -> Flow:
    """Random weights with structure: peaks, valleys and a dependence on the energy."""
    torch.manual_seed(seed)
    config = FlowConfig(
        angle_bins=12, energy_bins=12, angle_width=24, energy_width=24, shift=SHIFT, enu_min=LOW, enu_max=HIGH
    )
    flow = Flow(config)
    for layers in (flow.angle, flow.energy):
        last = list(layers)[-1]
        assert isinstance(last, nn.Linear)
        nn.init.normal_(last.weight, std=0.8)
        nn.init.normal_(last.bias, std=0.8)
    return flow.eval()


@pytest.fixture(scope="module")
def flow() -> Flow:
    return make_flow()


@pytest.fixture(scope="module")
def exported() -> Any:
    return scripted(ExportedFlow(make_flow()), {"latent_size": 2, "lepton_mass": MUON_MASS}, {})


def midpoints(n: int) -> NDArray[np.float64]:
    return (np.arange(n) + 0.5) / n


def columns(*arrays: Any) -> list[Tensor]:
    return [torch.from_numpy(np.ascontiguousarray(a, dtype=np.float64)) for a in np.broadcast_arrays(*arrays)]


def test_an_untrained_flow_is_uniform_in_the_proxies() -> None:
    muon = 2 * torch.rand(100, 2) - 1
    log_density = Flow(FlowConfig()).log_prob(muon, 2 * torch.rand(100, 1) - 1)
    torch.testing.assert_close(log_density, torch.full((100,), math.log(0.25)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("enu_proxy", [-1.0, -0.3, 1.0])
def test_density_of_the_proxies_integrates_to_one(flow: Flow, enu_proxy: float) -> None:
    axis = torch.from_numpy(2 * midpoints(500) - 1).float()
    muon = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        parts = [flow.log_prob(part, torch.full((len(part), 1), enu_proxy)) for part in muon.split(100_000)]
    total = torch.cat(parts).double().exp().mean().item() * 4
    assert total == pytest.approx(1.0, abs=1e-3)


def test_samples_are_the_inverse_of_the_cumulative_distributions(flow: Flow) -> None:
    """Rosenblatt's transformation of samples gives back the uniform numbers."""
    from nugan_hep.families.flow import spline

    uniform, enu = torch.rand(2000, 2), 2 * torch.rand(2000, 1) - 1
    with torch.no_grad():
        unit = 0.5 * (flow.sample(uniform, enu) + 1)
        energies = flow.energies(enu)
        first, _ = spline.cdf(flow.angle(energies), unit[:, 1])
        second, _ = spline.cdf(flow.energy(flow.features(energies, unit[:, 1])), unit[:, 0])
    torch.testing.assert_close(torch.stack([first, second], 1), uniform, rtol=0, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("enu", [LOW, 1.0, 3.0, HIGH])
def test_physical_density_integrates_to_one(exported: Any, enu: float) -> None:
    """Over E_mu in [m, E_nu - s] and theta in [0, pi], which steps to the edges' singularities."""
    # x and y are the integration's own variables: E_mu = edge - span x^4, theta = pi y^4
    x, y = midpoints(500)[:, None], midpoints(500)[None]
    span = enu - SHIFT - MUON_MASS
    emu, theta = enu - SHIFT - span * x**4, math.pi * y**4
    density = exported.log_prob(*(c.ravel() for c in columns(enu, emu, theta))).exp().numpy()
    total = np.mean(density.reshape(500, 500) * (4 * span * x**3) * (4 * math.pi * y**3))
    assert total == pytest.approx(1.0, abs=2e-3)


@pytest.mark.slow
def test_samples_follow_the_physical_density(exported: Any) -> None:
    """Counts in 12 x 12 cells of (E_mu, theta) against the integral of the density over each."""
    enu, n = 2.0, 400_000
    latent = torch.randn(n, 2, generator=torch.Generator().manual_seed(4))
    emu, theta = exported(latent, torch.full((n,), enu)).double().numpy().T
    # the singular edges are left out
    edges = np.linspace(MUON_MASS, enu - SHIFT, 15)[1:-1], np.linspace(0, math.pi, 15)[1:-1]
    found = np.histogram2d(emu, theta, edges)[0]
    fine = 60
    x, y = ((axis[:-1, None] + midpoints(fine)[None] * np.diff(axis)[:, None]).ravel() for axis in edges)
    density = exported.log_prob(*(c.ravel() for c in columns(enu, x[:, None], y[None]))).exp().numpy()
    cells = density.reshape(12, fine, 12, fine).mean(axis=(1, 3))
    expected = n * cells * np.diff(edges[0])[:, None] * np.diff(edges[1])[None]
    used = expected > 10
    chi2 = float(np.sum((found - expected)[used] ** 2 / expected[used]))
    assert used.sum() > 50
    assert stats.chi2.sf(chi2, int(used.sum())) > 1e-3


def test_nothing_outside_of_the_phase_space_and_never_nan(exported: Any) -> None:
    enu, nan, inf = 2.0, math.nan, math.inf
    edge = enu - SHIFT
    outside = [
        (enu, MUON_MASS - 1e-4, 0.5), (enu, edge + 1e-4, 0.5), (enu, 1.0, -1e-4), (enu, 1.0, math.pi + 1e-4),
        (LOW - 0.01, 0.3, 0.5), (HIGH + 0.01, 0.3, 0.5), (0.05, 0.3, 0.5), (-1.0, 0.3, 0.5),
        (nan, 1.0, 0.5), (enu, nan, 0.5), (enu, 1.0, nan), (inf, 1.0, 0.5), (enu, -inf, 0.5), (enu, 1.0, inf),
    ]  # fmt: skip
    found = exported.log_prob(*columns(*np.array(outside).T))
    assert found.dtype == torch.float64
    assert (found == -inf).all()
    inside = [(enu, e, t) for e in (MUON_MASS, 1.0, edge) for t in (0.0, 1e-9, 1.0, math.pi)]
    inside += [(LOW, 0.2, 1.0), (HIGH, 0.2, 1.0)]
    for dtype in (torch.float64, torch.float32):  # float32 lies beyond the edges by its rounding
        found = exported.log_prob(*(c.to(dtype) for c in columns(*np.array(inside).T)))
        assert torch.isfinite(found).all()


def test_uniform_numbers_of_exactly_zero_and_one_stay_inside(exported: Any) -> None:
    """Latents beyond 5.5 give 0 and 1 in float32; the core's go up to 6.8."""
    ends = torch.tensor([-30.0, -6.8, -5.6, 0.0, 5.6, 6.8, 30.0])
    latent = torch.cartesian_prod(ends, ends)
    for enu in (LOW, 0.7, 3.3, HIGH):
        energies = torch.full((len(latent),), enu)
        emu, theta = exported(latent, energies).double().T
        assert ((emu >= MUON_MASS - 1e-7) & (emu <= enu - SHIFT + 1e-6)).all()
        assert ((theta >= 0) & (theta <= math.pi * (1 + 1e-7))).all()
        assert torch.isfinite(exported.log_prob(energies, emu, theta)).all()


def test_the_density_in_other_precisions(exported: Any) -> None:
    """float32 weights, as shipped, against the same network in float64."""
    random = np.random.default_rng(5)
    enu = random.uniform(LOW, HIGH, 20_000)
    emu = MUON_MASS + random.uniform(0, 1, 20_000) * (enu - SHIFT - MUON_MASS)
    points = columns(enu, emu, random.uniform(0, math.pi, 20_000))
    module = ExportedFlow(make_flow().double())
    module.lepton_mass = MUON_MASS
    exact = module.log_prob(*points)
    torch.testing.assert_close(exported.log_prob(*points), exact, rtol=0, atol=2e-3)
    rounded = exported.log_prob(*(column.float() for column in points))
    assert (rounded - exact).abs().median() < 1e-5


def test_layers_that_a_transfer_freezes() -> None:
    flow = make_flow()
    first = {p for layer in flow.first_layers() for p in layer.parameters()}
    hidden = {p for layer in flow.hidden_layers() for p in layer.parameters()}
    names = {name for name, p in flow.named_parameters() if p in first}
    assert names == {"angle.0.weight", "angle.0.bias", "energy.0.weight", "energy.0.bias"}
    assert {name for name, p in flow.named_parameters() if p not in hidden} == {
        "angle.4.weight", "angle.4.bias", "energy.6.weight", "energy.6.bias"
    }  # fmt: skip
