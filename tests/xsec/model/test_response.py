from __future__ import annotations

import math

import numpy as np
import torch

from nugan_hep.xsec.model.response import closed_form, quasielastic


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_rosenbluth() -> None:
    """At fixed q and omega the closed form is linear in v_L/v_T, whatever the angle."""
    q, omega = 0.5, 0.15
    q2 = q**2 - omega**2
    reduced, ratios = [], []
    for theta in (20.0, 60.0, 110.0, 160.0):
        sin2 = math.sin(math.radians(theta) / 2) ** 2
        energy = 0.5 * (omega + math.sqrt(omega**2 + q2 / sin2))
        parts = closed_form(column(energy), column(theta), column(omega), 6, 12, 0.228, 0.02)[0].numpy()
        point = 389379.37 * (1 / 137.035999) ** 2 / (4 * energy**2 * sin2**2)
        v_l, v_t = (q2 / q**2) ** 2 * (1 - sin2), 0.5 * q2 / q**2 * (1 - sin2) + sin2
        reduced.append(parts.sum() / (point * v_t))
        ratios.append(v_l / v_t)
    slope, offset = np.polyfit(ratios, reduced, 1)
    np.testing.assert_allclose(np.polyval([slope, offset], ratios), reduced, rtol=1e-9)
    assert slope > 0
    assert offset > 0


def test_coulomb_sum_of_the_closed_form() -> None:
    """Beyond twice the Fermi momentum the longitudinal response counts the protons, within its roughness."""
    omega = torch.linspace(0.001, 0.55, 2000, dtype=torch.float64)
    q = torch.full_like(omega, 0.6)
    r_l, _ = quasielastic(q**2 - omega**2, q, omega, 6, 12, 0.228, 0.02)
    electric = 6 * (1 + (q**2 - omega**2) / 0.62) ** -4
    assert 0.6 < float(torch.trapezoid(r_l / electric, omega)) < 1.2
