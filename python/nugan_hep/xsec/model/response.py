"""A rough closed form of the cross section, which the default network corrects by factors of order one.

In one-photon exchange, with v_L and v_T of the electron alone,

    d2sigma/dOmega domega = sigma_Mott [v_L R_L(q, omega) + v_T R_T(q, omega)],

so that two functions of q and omega hold for every energy and angle. The forms of R_L and R_T here are
superscaling with Pauli blocking for the quasielastic peak (PRC 71 015501, PRC 66 065501), a Gaussian for the
Delta and a smooth rise for what lies beyond. Protons and neutrons count by their number and Fermi momentum:
the form goes from one nucleus to another. Its few constants were adjusted to the carbon data and rounded; it
need not be good, for the network only has to find a smooth factor.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.xsec.data import constants
from nugan_hep.xsec.data.kinematics import four_momentum_squared, scaling_variable
from nugan_hep.xsec.data.nuclei import Nucleus


def closed_form(
    energy: Tensor, theta: Tensor, omega: Tensor, z: int, a: int, fermi_momentum: float, shift: float
) -> Tensor:
    """Longitudinal and transverse part of d2sigma/dOmega domega [n, 2] in nb/sr/GeV, above 0."""
    half = theta * (math.pi / 360.0)
    sin2, cos2 = torch.sin(half) ** 2, torch.cos(half) ** 2
    omega = omega.clamp(min=1e-4)
    q2 = four_momentum_squared(energy, theta, omega).clamp(min=1e-9)
    q = torch.sqrt(q2 + omega**2)
    # the Mott cross section without cos^2, which is in v_L and v_T: finite at 180 degrees
    point = constants.HBARC2 * constants.ALPHA**2 / (4.0 * energy**2 * sin2**2)
    v_l, v_t = (q2 / q**2) ** 2 * cos2, 0.5 * q2 / q**2 * cos2 + sin2
    r_l, r_t = quasielastic(q2, q, omega, z, a, fermi_momentum, shift)
    beyond = inelastic(q2, q, omega, a, fermi_momentum)
    # R = sigma_L/sigma_T of 0.2
    r_l, r_t = r_l + 0.1 * q**2 / q2 * beyond, r_t + beyond
    return torch.stack([point * v_l * r_l, point * v_t * r_t], dim=1)


def quasielastic(
    q2: Tensor, q: Tensor, omega: Tensor, z: int, a: int, fermi_momentum: float, shift: float
) -> tuple[Tensor, Tensor]:
    """R_L and R_T [n] of the quasielastic peak in 1/GeV."""
    psi = scaling_variable(q, omega, fermi_momentum, shift)
    fall = 1.0 + torch.exp(-2.64 * psi.clamp(-40.0, 40.0))
    scaling = 1.3 / ((1.0 + 1.7720**2 * (psi + 0.3014) ** 2) * fall)
    ratio = (q / fermi_momentum).clamp(max=2.0)
    scaling = scaling * 0.75 * ratio * (1.0 - ratio**2 / 12.0)  # Pauli blocking
    tau = (q2 / (4.0 * constants.NUCLEON_MASS**2)).clamp(min=1e-4)
    dipole2 = (1.0 + q2 / constants.DIPOLE) ** -4
    neutron = constants.MU_N * tau / (1.0 + 5.6 * tau)
    electric = (z + (a - z) * neutron**2) * dipole2
    magnetic = (z * constants.MU_P**2 + (a - z) * constants.MU_N**2) * dipole2
    kappa = q / (2.0 * constants.NUCLEON_MASS)
    xi = math.sqrt(1.0 + (fermi_momentum / constants.NUCLEON_MASS) ** 2) - 1.0
    shape = scaling / (2.0 * kappa * fermi_momentum * (1.0 + (0.5 * xi * (1.0 + psi**2)).clamp(max=5.0)))
    # meson-exchange currents and whatever else makes the transverse part larger
    return shape * kappa**2 / tau * electric, 2.6 * shape * 2.0 * tau * magnetic


def inelastic(q2: Tensor, q: Tensor, omega: Tensor, a: int, fermi_momentum: float) -> Tensor:
    """R_T [n] of the Delta and beyond in 1/GeV, smeared by the Fermi motion."""
    w2 = constants.NUCLEON_MASS**2 + 2.0 * constants.NUCLEON_MASS * (omega - 0.02) - q2
    smearing = torch.sqrt(0.0064 + (1.24 * q * fermi_momentum) ** 2)
    width = torch.sqrt(smearing**2 + 0.156**2)
    bump = torch.exp(-0.5 * ((w2 - constants.DELTA_MASS**2) / width) ** 2) / width
    delta = 4.7 * a * q2 / (4.0 * constants.NUCLEON_MASS**2) * (1.0 + q2 / 0.71) ** -4 * bump
    above = (w2 - (constants.NUCLEON_MASS + constants.PION_MASS) ** 2) / (0.24 * smearing)
    soft = 0.24 * smearing * torch.logaddexp(torch.zeros_like(above), above)
    xi = (q2 + 0.01) / (q2 + 0.62 + soft)
    f2 = 0.56 * a * q2 / (q2 + 0.11) * soft / (soft + 0.09) * (1.0 - xi) ** 2.2
    return delta + 2.0 * f2 / omega * (1.0 + omega**2 / q2) / 1.2


def logarithmic_slope(nucleus: Nucleus, points: Tensor) -> Tensor:
    """d ln(sigma)/d omega [n] in 1/GeV of the closed form at points (E [GeV], theta [deg], omega [GeV])."""
    with torch.enable_grad():
        omega = points[:, 2].detach().clone().requires_grad_(True)
        energy = points[:, 0] + nucleus.coulomb
        parts = closed_form(
            energy, points[:, 1], omega, nucleus.z, nucleus.a, nucleus.fermi_momentum, nucleus.shift
        )
        (slope,) = torch.autograd.grad(torch.log(parts.sum(dim=1)).sum(), omega)
    return slope
