"""Events off a free proton stay on their line or above threshold; the density is that of the events."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nugan_hep import kinematics
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted
from nugan_hep.families.nucleon.exported import ExportedNucleon
from nugan_hep.families.nucleon.kinematics import PION_THRESHOLD
from nugan_hep.families.nucleon.network import Nucleon
from nugan_hep.families.nucleon.settings import NucleonTrainingConfig
from nugan_hep.families.nucleon.training import NucleonTraining
from nugan_hep.kinematics import MUON_MASS, NEUTRON_MASS, PROTON_MASS
from nugan_hep.training.config import configured


def network(lepton: int) -> Nucleon:
    """Random, not uniform, densities."""
    config = configured("nucleon", lepton=lepton)
    torch.manual_seed(4)
    training = NucleonTraining(config, None, "none")
    model = training._network
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model.eval().requires_grad_(False)


def events(model: Nucleon, enu: float, n: int) -> np.ndarray:
    random = torch.Generator().manual_seed(5)
    uniform = torch.rand(n, 2, generator=random, dtype=torch.float64)
    return model.double().sample(uniform, torch.full((n,), enu, dtype=torch.float64)).numpy()


def hadronic_mass(enu: float, leptons: np.ndarray) -> np.ndarray:
    q2 = kinematics.q2(enu, leptons[:, 0], leptons[:, 1], MUON_MASS)
    return np.sqrt(PROTON_MASS**2 + 2 * PROTON_MASS * (enu - leptons[:, 0]) - q2)


@pytest.mark.parametrize("enu", [0.3, 0.35, 1.0, 10.0])
def test_antineutrinos_have_a_line_and_what_lies_above_threshold(enu: float) -> None:
    w = hadronic_mass(enu, events(network(-13), enu, 4000))
    elastic = w < 1.0
    assert 0 < elastic.mean() < 1
    np.testing.assert_allclose(w[elastic], NEUTRON_MASS, atol=1e-6)
    assert w[~elastic].min() > PION_THRESHOLD - 1e-6
    assert w.max() < math.sqrt(PROTON_MASS * (PROTON_MASS + 2 * enu)) - MUON_MASS + 1e-6


def test_neutrinos_have_no_quasielastic_events() -> None:
    assert hadronic_mass(1.0, events(network(13), 1.0, 4000)).min() > PION_THRESHOLD - 1e-6


@pytest.mark.parametrize("lepton", [13, -13])
@pytest.mark.slow
def test_the_density_is_that_of_the_events(lepton: int) -> None:
    """In a window away from the edges, where it is singular for these networks."""
    model = network(lepton)
    n, window = 200_000, ((0.35, 0.45), (0.3, 0.6))
    drawn = events(model, 1.0, n)
    inside = np.ones(n, dtype=bool)
    for column, (low, high) in zip(drawn.T, window, strict=True):
        inside &= (column > low) & (column < high)
    module = scripted(ExportedNucleon(model.double()), {}, {})
    module.lepton_mass = MUON_MASS
    emu, theta = (low + (high - low) * (np.arange(100) + 0.5) / 100 for low, high in window)
    grid = [torch.from_numpy(part.ravel()) for part in np.meshgrid(emu, theta)]
    density = torch.exp(module.log_prob(torch.ones_like(grid[0]), *grid))
    expected = float(density.mean()) * 0.1 * 0.3
    assert inside.mean() == pytest.approx(expected, abs=5 * math.sqrt(expected / n))


def test_the_likelihood_sees_the_line() -> None:
    model = network(-13).float()
    one = torch.tensor([[2 * (1.0 - 0.3) / 9.7 - 1]])
    uniform = torch.tensor([[0.5, 0.4]])
    proxies = model.forward(torch.erfinv(2 * uniform - 1) * math.sqrt(2), one)
    assert torch.isfinite(model.log_prob(proxies, one)).all()


def test_a_lepton_that_is_none_is_refused() -> None:
    config = configured("nucleon", lepton=14)
    assert isinstance(config, NucleonTrainingConfig)
    with pytest.raises(UserError, match="lepton = 14: expected 11, 13 or 15"):
        NucleonTraining(config, None, "none")
    with pytest.raises(UserError, match="freeze = all-but-last: of a free nucleon, none"):
        NucleonTraining(configured("nucleon", lepton=13), None, "all-but-last")
