"""A lepton and a hadronic system of mass W that leave a nucleon at rest: exact two-body kinematics.

W and the lepton's angle in the centre of mass take all values of a rectangle, whatever the energy; in the
laboratory the allowed energies depend on the angle. Energies in GeV, angles in rad; every function works on
tensors [N], keeps gradients and scripts to TorchScript. Particle Data Group 2024, Kinematics.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.kinematics import NEUTRON_MASS, PROTON_MASS

PION_THRESHOLD = NEUTRON_MASS + 0.1349768
"""Least W [GeV] of a nucleon and a pion that a proton can become: n pi0."""


class Point(NamedTuple):
    """W [GeV], cosine of the lepton's angle in the centre of mass, and the lepton's momentum there [GeV]."""

    w: Tensor
    cosine: Tensor
    momentum: Tensor


def total_mass(enu: Tensor, nucleon: float = PROTON_MASS) -> Tensor:
    """Mass of neutrino and nucleon together [GeV]."""
    return torch.sqrt(nucleon * (nucleon + 2.0 * enu))


def momentum(total: Tensor, w: Tensor, mass: float) -> Tensor:
    """Momentum of the lepton in the centre of mass [GeV]; 0 where there is not enough energy."""
    product = (total - w - mass) * (total - w + mass) * (total + w - mass) * (total + w + mass)
    return torch.sqrt(product.clamp(min=0.0)) / (2.0 * total)


def to_centre(enu: Tensor, energy: Tensor, theta: Tensor, mass: float, nucleon: float = PROTON_MASS) -> Point:
    """Where a lepton of ``energy`` and angle ``theta`` in the laboratory is."""
    total = total_mass(enu, nucleon)
    p = torch.sqrt(((energy - mass) * (energy + mass)).clamp(min=0.0))
    half = torch.sin(0.5 * theta)
    # E - p cos(theta), without the difference of two large numbers
    along = mass * mass / (energy + p) + 2.0 * p * half * half
    q2 = 2.0 * enu * along - mass * mass
    w = torch.sqrt((nucleon * nucleon + 2.0 * nucleon * (enu - energy) - q2).clamp(min=0.0))
    beam = enu * nucleon / total
    own = momentum(total, w, mass)
    star = torch.sqrt(own * own + mass * mass)
    cosine = (2.0 * beam * star - mass * mass - q2) / (2.0 * beam * own).clamp(min=1e-9)
    return Point(w, cosine.clamp(-1.0, 1.0), own)


def to_laboratory(
    enu: Tensor, w: Tensor, half_sine: Tensor, mass: float, nucleon: float = PROTON_MASS
) -> tuple[Tensor, Tensor]:
    """Energy and angle of the lepton, from W and the sine of half its angle in the centre of mass."""
    total = total_mass(enu, nucleon)
    own = momentum(total, w, mass)
    star = torch.sqrt(own * own + mass * mass)
    gamma, boost = (enu + nucleon) / total, enu / total
    square = half_sine * half_sine
    along = own * (1.0 - 2.0 * square)
    energy = gamma * star + boost * along
    across = own * 2.0 * half_sine * torch.sqrt((1.0 - square).clamp(min=0.0))
    return energy, torch.atan2(across, gamma * along + boost * star)
