from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from nugan_hep.xsec.form import FORMS, Form
from nugan_hep.xsec.nuclei import NUCLEI, find_nucleus
from nugan_hep.xsec.response import closed_form

from nugan_hep.errors import UserError
from nugan_hep.xsec import kinematics


def column(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_mott_cross_section() -> None:
    """1 GeV and 90 degrees: (alpha/2E)^2 cos^2/sin^4 = (7.2974e-3/2)^2 * 2 GeV^-2 = 10.37 nb/sr."""
    np.testing.assert_allclose(kinematics.mott(column(1.0), column(90.0)), [10.367], rtol=1e-3)
    factor = kinematics.published_factor(column(1.0), column(90.0))
    expected = 1e9 / math.cos(math.pi / 4) * (1 / 137.035999) ** 2 / 4 * 2
    np.testing.assert_allclose(factor, [expected], rtol=1e-9)


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
    from nugan_hep.xsec.response import quasielastic

    omega = torch.linspace(0.001, 0.55, 2000, dtype=torch.float64)
    q = torch.full_like(omega, 0.6)
    r_l, _ = quasielastic(q**2 - omega**2, q, omega, 6, 12, 0.228, 0.02)
    electric = 6 * (1 + (q**2 - omega**2) / 0.62) ** -4
    assert 0.6 < float(torch.trapezoid(r_l / electric, omega)) < 1.2


@pytest.mark.parametrize("kind", FORMS)
def test_threshold_positivity_and_smoothness(kind: str) -> None:
    nucleus = find_nucleus("C12")
    inputs, outputs = FORMS[kind]
    form = Form(kind, nucleus, torch.zeros(inputs), torch.ones(inputs))
    omega = torch.linspace(-0.01, 0.599, 4000, dtype=torch.float64)
    points = torch.stack([torch.full_like(omega, 0.6), torch.full_like(omega, 60.0), omega], dim=1)
    raw = torch.zeros(1, len(omega), outputs, dtype=torch.float64)
    sigma = form.combine(raw, form.factors(points))[0]
    excited = kinematics.excitation(points[:, 0], points[:, 1], omega, nucleus.mass)
    assert (sigma[excited <= nucleus.separation] == 0).all()
    assert (sigma[excited > nucleus.separation + 1e-4] > 0).all()
    assert torch.isfinite(sigma).all()
    assert float(torch.diff(sigma).abs().max()) < 0.03 * float(sigma.max())
    assert torch.isfinite(form.inputs(points[omega > 0])).all()


def test_names_of_nuclei() -> None:
    assert find_nucleus("12C") == find_nucleus("c12") == find_nucleus(1000060120) == NUCLEI["12C"]
    with pytest.raises(UserError, match=r"nucleus '13C': expected one of 2H, 3He"):
        find_nucleus("13C")
