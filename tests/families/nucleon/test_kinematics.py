"""A lepton off a nucleon at rest, against the formulas of the core and energy and momentum."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nugan_hep import kinematics as core
from nugan_hep.families.nucleon import kinematics

MASSES = (0.00051099895, core.MUON_MASS)


def leptons(mass: float, w: float | None = None) -> tuple[torch.Tensor, ...]:
    """Energies, W, half sines, and what they are in the laboratory."""
    random = torch.Generator().manual_seed(3)
    enu = 0.45 + 9.5 * torch.rand(5000, generator=random, dtype=torch.float64)
    total = kinematics.total_mass(enu)
    share = torch.rand(5000, generator=random, dtype=torch.float64)
    low = kinematics.PION_THRESHOLD
    hadrons = low + (total - mass - low) * share if w is None else torch.full_like(enu, w)
    half = torch.rand(5000, generator=random, dtype=torch.float64)
    return enu, hadrons, half, *kinematics.to_laboratory(enu, hadrons, half, mass)


@pytest.mark.parametrize("mass", MASSES)
def test_hadronic_mass_is_that_of_the_laboratory(mass: float) -> None:
    enu, w, _, energy, theta = leptons(mass)
    p = torch.sqrt(energy**2 - mass**2)
    # the hadrons have what is left
    rest = enu + core.PROTON_MASS - energy
    momentum2 = enu**2 + p**2 - 2 * enu * p * torch.cos(theta)
    np.testing.assert_allclose(torch.sqrt(rest**2 - momentum2), w, rtol=1e-9)


@pytest.mark.parametrize("mass", MASSES)
def test_there_and_back(mass: float) -> None:
    enu, w, half, energy, theta = leptons(mass)
    point = kinematics.to_centre(enu, energy, theta, mass)
    np.testing.assert_allclose(point.w, w, rtol=1e-8)
    moving = point.momentum > 1e-3  # at rest there is no direction
    np.testing.assert_allclose(point.cosine[moving], 1 - 2 * half[moving] ** 2, atol=1e-5)


def test_quasielastic_energy_follows_from_the_angle() -> None:
    """The usual formula of a nucleon at rest."""
    mass, m, n = core.MUON_MASS, core.PROTON_MASS, core.NEUTRON_MASS
    enu, _, _, energy, theta = leptons(mass, n)
    p = torch.sqrt(energy**2 - mass**2)
    again = (2 * m * energy - (m**2 + mass**2 - n**2)) / (2 * (m - energy + p * torch.cos(theta)))
    np.testing.assert_allclose(again, enu, rtol=1e-8)


def test_forward_electrons_at_low_energy_keep_their_digits() -> None:
    enu = torch.full((3,), 0.3, dtype=torch.float64)
    theta = torch.tensor([1e-5, 1e-4, 1e-3], dtype=torch.float64)
    energy = torch.full((3,), 0.1, dtype=torch.float64)
    point = kinematics.to_centre(enu, energy, theta, MASSES[0])
    expected = core.q2(enu, energy, theta, MASSES[0])
    w2 = core.PROTON_MASS**2 + 2 * core.PROTON_MASS * (enu.numpy() - energy.numpy()) - expected
    np.testing.assert_allclose(point.w**2, w2, rtol=1e-12)
