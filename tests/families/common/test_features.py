"""The features against the kinematics that they stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from nugan_hep.families.common import features
from nugan_hep.families.gan.discriminator import Discriminator
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS
from nugan_hep.kinematics import NUCLEON_MASS


def test_scaled_log() -> None:
    enu = torch.tensor([0.3, 3**0.5, 10.0], dtype=torch.float64)
    expected = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(features.scaled_log(enu, 0.3, 10.0), expected)
    proxy = (2 * (enu - 0.3) / 9.7 - 1).unsqueeze(1)
    torch.testing.assert_close(features.neutrino_energy(proxy[:, 0], 0.3, 10.0), enu)
    torch.testing.assert_close(features.with_log(proxy, 0.3, 10.0), torch.stack([proxy[:, 0], expected], 1))


@pytest.mark.parametrize(("column", "mass"), [(0, NUCLEON_MASS), (1, 1.232)])
def test_at_a_peak_the_hadronic_mass_is_that_of_the_peak(column: int, mass: float) -> None:
    enu, theta = (a.ravel() for a in np.meshgrid(np.linspace(0.6, 10, 50), np.linspace(0.2, np.pi, 60)))
    angle = torch.from_numpy(np.sqrt(theta / np.pi))
    proxy = features.peaks(torch.from_numpy(enu), angle)[:, column].numpy()
    emu = enu * (1 - (0.5 * (proxy + 1)) ** 2)
    w2 = NUCLEON_MASS**2 + 2 * NUCLEON_MASS * (enu - emu) - 2 * enu * emu * (1 - np.cos(theta))
    reached = emu > 0  # at low energy there is no Delta
    assert reached.mean() > 0.99
    # the 1e-6 that keeps the elastic root off zero is a millionth of E_nu in E_mu
    slack = 1.01e-6 * enu * (2 * NUCLEON_MASS + 2 * enu * (1 - np.cos(theta)))
    assert (np.abs(w2 - mass**2) <= slack)[reached].all()


def test_peaks_stay_in_range_with_finite_slopes() -> None:
    enu = torch.linspace(0.03, 10.5, 200).repeat_interleave(101)
    angle = torch.linspace(0, 1, 101).repeat(200).requires_grad_(True)
    columns = features.peaks(enu, angle)
    assert (columns.abs() <= 1 + 1e-6).all()
    (slope,) = torch.autograd.grad(columns.sum(), angle)
    assert torch.isfinite(slope).all()
    scripted = torch.jit.script(features.peaks)
    assert torch.equal(scripted(enu, angle.detach()), columns.detach())


def test_widened_weights_begin_as_the_same_function() -> None:
    torch.manual_seed(0)
    plain = PRESETS["inc"]
    rich = replace(plain, log_energy=True, peak_features=True)
    latent, muons, enu = torch.randn(50, 50), torch.rand(50, 2), 2 * torch.rand(50, 1) - 1
    for kind, first in ((Generator, latent), (Discriminator, muons)):
        old, new = kind(plain).eval(), kind(rich).eval()
        weights = features.widened(old.state_dict(), new)
        new.load_state_dict(weights)
        torch.testing.assert_close(
            new(first, enu) if kind is Discriminator else new(latent, enu), old(first, enu), rtol=0, atol=1e-5
        )
        # weights that have the columns stay as they are
        again = features.widened(new.state_dict(), new)
        assert all(torch.equal(again[key], value) for key, value in new.state_dict().items())
