"""Every exported generator, whatever its network; archives are in tests/test_contract.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from nugan_hep import kinematics
from nugan_hep.families.common.exported import scripted
from nugan_hep.families.gan.exported import ExportedGenerator, fold_inputs
from nugan_hep.families.gan.generator import Generator
from nugan_hep.families.gan.settings import PRESETS

MASS = kinematics.MUON_MASS

CONFIGS = PRESETS | {
    "log_energy": replace(PRESETS["inc"], log_energy=True),
    "qe log_energy": replace(PRESETS["qe"], log_energy=True),
    "prelu": replace(PRESETS["inc"], generator_activation="prelu"),
}


@pytest.fixture(params=CONFIGS)
def model(request: pytest.FixtureRequest) -> Any:
    torch.manual_seed(3)
    generator = Generator(CONFIGS[request.param])
    return scripted(
        ExportedGenerator(generator, 0.004, (0.3, 10.0)), {"latent_size": 50, "lepton_mass": MASS}, {}
    )


def test_contract(model: Any) -> None:
    enu = torch.linspace(model.enu_min, model.enu_max, 4001)
    latent = torch.randn(4001, model.latent_size, generator=torch.Generator().manual_seed(5))
    events = model(latent, enu)
    assert events.shape == (4001, 2)
    assert events.dtype == torch.float32
    assert torch.isfinite(events).all()
    emu, theta = events.double().numpy().T
    # float32 rounds the edges of the phase space by half a unit in the last place
    edge = enu.double().numpy() - model.shift
    assert (emu >= kinematics.MUON_MASS - 1e-8).all()
    assert (emu <= edge + 1e-6).all()
    assert ((theta >= 0) & (theta <= np.pi + 1e-6)).all()
    torch.testing.assert_close(model(latent, enu), events, rtol=0, atol=0)  # no dropout or noise left
    torch.testing.assert_close(model(latent[:7], enu[:7]), events[:7], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_export_is_the_generator_in_physical_variables(name: str) -> None:
    torch.manual_seed(1)
    config = CONFIGS[name]
    generator = Generator(config).double().eval()
    latent = torch.randn(500, config.latent_size, dtype=torch.float64)
    enu = torch.linspace(0.3, 10.0, 500, dtype=torch.float64)
    proxies = generator(latent, (2 * (enu - 0.3) / 9.7 - 1).unsqueeze(1)).detach().numpy()
    expected = kinematics.from_proxies(
        2 * (enu.numpy() - 0.3) / 9.7 - 1,
        proxies[:, 0],
        proxies[:, 1],
        shift=0.0098,
        mass=kinematics.MUON_MASS,
    )
    exported = ExportedGenerator(generator, 0.0098, (0.3, 10.0)).double()
    exported.lepton_mass = MASS
    events = exported(latent, enu).detach().numpy()
    # the folded layer is kept in float32
    np.testing.assert_allclose(events[:, 0], expected.emu, rtol=0, atol=1e-5)
    np.testing.assert_allclose(events[:, 1], expected.theta, rtol=0, atol=1e-5)


def test_folding_halves_the_multiply_adds() -> None:
    generator = Generator(PRESETS["inc"])
    folded = fold_inputs(generator)
    assert (folded.in_features, folded.out_features) == (51, 200)
    trained = 50 * 100 + 100 + 200 * 200 + 201 * 100 + 101 * 100 + 100 * 2
    assert trained == 75_500
    assert 51 * 200 + 201 * 100 + 101 * 100 + 100 * 2 == 40_600
    logarithm = fold_inputs(Generator(CONFIGS["log_energy"]))
    assert (logarithm.in_features, logarithm.out_features) == (52, 200)
    exported = ExportedGenerator(generator, 0.004, (0.3, 10.0))
    exported.lepton_mass = MASS
    matrices = sum(p.numel() for p in exported.parameters() if p.dim() == 2)
    assert matrices == 40_600
