"""Kinematics of (e, e'): variables that a network sees, Mott cross section, threshold.

All take and give columns [n] in float64: E and omega in GeV, theta in degrees.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.xsec import constants

PUBLISHED_INPUTS = ("energy", "omega", "theta", "cos_theta", "q2")
RESPONSE_INPUTS = ("psi", "w2", "y", "log_q", "cos_theta")
RESPONSE_SCALES = (1.0, 1.0, 1.0, 0.3, 0.3)
"""Standard deviations of the inputs as a network sees them: along q and theta, from spectrum to spectrum, it
shall be stiffer than along a spectrum, where there are data at every step.
"""


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


def published_factor(energy: Tensor, theta: Tensor) -> Tensor:
    """What PRC 110 025501 multiplies the network's output with: 1e9/(cos(theta/2) E) times the Mott
    cross section in natural units.
    """
    return 1e9 / (torch.cos(theta * (math.pi / 360.0)) * energy) * mott(energy, theta) / constants.HBARC2


def threshold(excited: Tensor, separation: float, cut: float) -> Tensor:
    """0 below the separation energy, 1 above the cut, a smooth rise (3t^2 - 2t^3) between them."""
    t = ((excited - separation) / (cut - separation)).clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def scaling_variable(q: Tensor, omega: Tensor, fermi_momentum: float, shift: float) -> Tensor:
    """psi' of superscaling (PRC 60 065502): the quasielastic peak is at 0, its shape the same for all q."""
    lam = (omega - shift) / (2.0 * constants.NUCLEON_MASS)
    kappa = q / (2.0 * constants.NUCLEON_MASS)
    tau = (kappa**2 - lam**2).clamp(min=1e-4)
    xi = math.sqrt(1.0 + (fermi_momentum / constants.NUCLEON_MASS) ** 2) - 1.0
    root = torch.sqrt((1.0 + lam) * tau + kappa * torch.sqrt(tau * (1.0 + tau)))
    return (lam - tau) / (math.sqrt(xi) * root)


def published_inputs(energy: Tensor, theta: Tensor, omega: Tensor) -> Tensor:
    """``PUBLISHED_INPUTS`` [n, 5]."""
    q2 = four_momentum_squared(energy, theta, omega)
    cosine = torch.cos(theta * (math.pi / 180.0))
    return torch.stack([energy, omega, theta, cosine, q2], dim=1)


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


def response_inputs(
    energy: Tensor,
    theta: Tensor,
    omega: Tensor,
    mass: float,
    separation: float,
    fermi_momentum: float,
    shift: float,
) -> Tensor:
    """``RESPONSE_INPUTS`` [n, 5], functions of q and omega but for the angle; W2 is of a nucleon at rest."""
    q2 = four_momentum_squared(energy, theta, omega).clamp(min=1e-9)
    omega = omega.clamp(min=1e-4)
    q = torch.sqrt(q2 + omega**2)
    columns = [
        torch.asinh(scaling_variable(q, omega, fermi_momentum, shift)),
        (constants.NUCLEON_MASS**2 + 2.0 * constants.NUCLEON_MASS * omega - q2).clamp(-3.0, 8.0),
        longitudinal_momentum(q, omega, mass, separation),
        torch.log(q),
        torch.cos(theta * (math.pi / 180.0)),
    ]
    return torch.stack(columns, dim=1)
