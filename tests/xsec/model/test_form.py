from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from nugan_hep.xsec.data import kinematics
from nugan_hep.xsec.data.nuclei import find_nucleus
from nugan_hep.xsec.model.form import FORMS, Form, published_factor


def test_the_published_factor_is_that_of_mott() -> None:
    """1 GeV and 90 degrees: 1e9/cos(45 degrees) (alpha/2)^2 cos^2/sin^4, in natural units."""
    one, right = torch.tensor([1.0], dtype=torch.float64), torch.tensor([90.0], dtype=torch.float64)
    expected = 1e9 / math.cos(math.pi / 4) * (1 / 137.035999) ** 2 / 4 * 2
    np.testing.assert_allclose(published_factor(one, right), [expected], rtol=1e-9)


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
