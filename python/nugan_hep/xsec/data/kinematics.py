"""Kinematics of (e, e'): momentum transfer, excitation, scaling variables, the Mott cross section.

All take and give columns [n] in float64: E and omega in GeV, theta in degrees.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.xsec.data import constants


def four_momentum_squared(energy: Tensor, theta: Tensor, omega: Tensor) -> Tensor:
    """Q2 = 2 E (E - omega)(1 - cos theta) [GeV2], with the electron's mass neglected."""
    return 2.0 * energy * (energy - omega) * (1.0 - torch.cos(theta * (math.pi / 180.0)))


def excitation(energy: Tensor, theta: Tensor, omega: Tensor, mass: float) -> Tensor:
    """Energy [GeV] that the nucleus of this mass takes up beside the recoil: omega - Q2/(2 M_A)."""
    return omega - four_momentum_squared(energy, theta, omega) / (2.0 * mass)


def mott(energy: Tensor, theta: Tensor) -> Tensor:
    """Mott cross section alpha^2 cos^2(theta/2) / (4 E^2 sin^4(theta/2)) in nb/sr."""
    half = theta * (math.pi / 360.0)
    return (
        constants.HBARC2
        * constants.ALPHA**2
        * torch.cos(half) ** 2
        / (4.0 * energy**2 * torch.sin(half) ** 4)
    )


def scaling_variable(q: Tensor, omega: Tensor, fermi_momentum: float, shift: float) -> Tensor:
    """psi' of superscaling (PRC 60 065502): the quasielastic peak is at 0, its shape the same for all q."""
    lam = (omega - shift) / (2.0 * constants.NUCLEON_MASS)
    kappa = q / (2.0 * constants.NUCLEON_MASS)
    tau = (kappa**2 - lam**2).clamp(min=1e-4)
    xi = math.sqrt(1.0 + (fermi_momentum / constants.NUCLEON_MASS) ** 2) - 1.0
    root = torch.sqrt((1.0 + lam) * tau + kappa * torch.sqrt(tau * (1.0 + tau)))
    return (lam - tau) / (math.sqrt(xi) * root)


def longitudinal_momentum(q: Tensor, omega: Tensor, mass: float, separation: float) -> Tensor:
    """y [GeV]: the least momentum along q of a nucleon that can be knocked out (y-scaling).

    The root of ``omega + M_A = sqrt(M^2 + (q + y)^2) + sqrt(M_B^2 + y^2)``, M_B the mass of what remains.
    """
    rest = mass - constants.NUCLEON_MASS + separation
    total = (omega + mass) ** 2 - q**2
    total = total.clamp(min=(constants.NUCLEON_MASS + rest) ** 2)
    half = 0.5 * (rest**2 - constants.NUCLEON_MASS**2 + total)
    root = torch.sqrt((half**2 - rest**2 * total).clamp(min=0.0))
    return ((omega + mass) * root - q * half) / total
