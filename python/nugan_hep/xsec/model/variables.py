"""What a network sees of a point: the published variables, and those that are functions of q and omega.

Columns [n] in float64 as in :mod:`nugan_hep.xsec.data.kinematics`: E and omega in GeV, theta in degrees.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.xsec.data import constants, kinematics

PUBLISHED_INPUTS = ("energy", "omega", "theta", "cos_theta", "q2")
RESPONSE_INPUTS = ("psi", "w2", "y", "log_q", "cos_theta")
RESPONSE_SCALES = (1.0, 1.0, 1.0, 0.3, 0.3)
"""Standard deviations of the inputs as a network sees them: along q and theta, from spectrum to spectrum, it
shall be stiffer than along a spectrum, where there are data at every step.
"""


def published_inputs(energy: Tensor, theta: Tensor, omega: Tensor) -> Tensor:
    """``PUBLISHED_INPUTS`` [n, 5]."""
    q2 = kinematics.four_momentum_squared(energy, theta, omega)
    cosine = torch.cos(theta * (math.pi / 180.0))
    return torch.stack([energy, omega, theta, cosine, q2], dim=1)


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
    q2 = kinematics.four_momentum_squared(energy, theta, omega).clamp(min=1e-9)
    omega = omega.clamp(min=1e-4)
    q = torch.sqrt(q2 + omega**2)
    columns = [
        torch.asinh(kinematics.scaling_variable(q, omega, fermi_momentum, shift)),
        (constants.NUCLEON_MASS**2 + 2.0 * constants.NUCLEON_MASS * omega - q2).clamp(-3.0, 8.0),
        kinematics.longitudinal_momentum(q, omega, mass, separation),
        torch.log(q),
        torch.cos(theta * (math.pi / 180.0)),
    ]
    return torch.stack(columns, dim=1)
