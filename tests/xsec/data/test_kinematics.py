from __future__ import annotations

import math

import numpy as np
import torch

from nugan_hep.xsec.data import kinematics


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_mott_cross_section() -> None:
    """1 GeV and 90 degrees: (alpha/2E)^2 cos^2/sin^4 = (7.2974e-3/2)^2 * 2 GeV^-2 = 10.37 nb/sr."""
    np.testing.assert_allclose(kinematics.mott(column(1.0), column(90.0)), [10.367], rtol=1e-3)


def test_elastic_scattering_off_a_nucleon_at_rest() -> None:
    """omega = Q2/2M there; psi' and y are 0 without shift, binding and Fermi motion of the rest."""
    energy, theta = 1.0, 40.0
    omega = energy - energy / (1 + energy / 0.93892 * (1 - math.cos(math.radians(theta))))
    e, t, w = column(energy), column(theta), column(omega)
    q2 = kinematics.four_momentum_squared(e, t, w)
    np.testing.assert_allclose(q2, 2 * 0.93892 * omega, rtol=1e-12)
    q = torch.sqrt(q2 + w**2)
    np.testing.assert_allclose(kinematics.scaling_variable(q, w, 0.228, 0.0), 0, atol=1e-9)
    np.testing.assert_allclose(kinematics.longitudinal_momentum(q, w, 12 * 0.93149, 0.0), 0, atol=1e-6)
    np.testing.assert_allclose(kinematics.excitation(e, t, w, 0.93892), 0, atol=1e-12)


def test_y_solves_its_equation() -> None:
    q, omega, mass, separation = column(0.6, 0.9), column(0.1, 0.6), 11.178, 0.016
    y = kinematics.longitudinal_momentum(q, omega, mass, separation)
    rest = mass - 0.93892 + separation
    right = torch.sqrt(0.93892**2 + (q + y) ** 2) + torch.sqrt(rest**2 + y**2)
    np.testing.assert_allclose(right, omega + mass, rtol=1e-12)
