import numpy as np
import pytest

from nugan_hep.kinematics import MUON_MASS, NUCLEON_MASS
from nugan_hep.transfer.coordinates import coordinates, polarisation


def test_polarisation_is_one_forward_and_zero_backward():
    epsilon = polarisation([2.0, 2.0], [1.5, 0.5], [1e-4, np.pi], MUON_MASS)
    np.testing.assert_allclose(epsilon, [1.0, 0.0], atol=1e-4)


def test_polarisation_of_elastic_electron_scattering():
    # Rosenbluth: epsilon = 1/(1 + 2 (1 + tau) tan^2(theta/2)), tau = Q2/(4 M^2), for a massless lepton
    enu, theta = 30.0, 0.2
    emu = enu / (1 + enu * (1 - np.cos(theta)) / NUCLEON_MASS)
    tau = 4 * enu * emu * np.sin(theta / 2) ** 2 / (4 * NUCLEON_MASS**2)
    expected = 1 / (1 + 2 * (1 + tau) * np.tan(theta / 2) ** 2)
    assert float(polarisation(enu, emu, theta, MUON_MASS)) == pytest.approx(expected, rel=1e-3)


def test_coordinates_of_an_elastic_event():
    # a nucleon at rest: W = M, so the first coordinate vanishes
    enu, theta = 5.0, 0.3
    recoil = enu / (1 + enu * (1 - np.cos(theta)) / NUCLEON_MASS)
    x = coordinates(
        np.array([enu]), np.array([recoil + MUON_MASS**2 / (2 * recoil)]), np.array([theta]), MUON_MASS
    )
    assert x.shape == (1, 4)
    assert abs(x[0, 0]) < 0.2
    assert x[0, 3] == pytest.approx(np.log(5.0))


def test_all_of_the_phase_space_is_finite():
    enu, emu, theta = np.meshgrid([0.3, 1.0, 10.0], [MUON_MASS, 0.2, 0.29], [0.0, 1.0, np.pi])
    assert np.isfinite(coordinates(enu.ravel(), emu.ravel(), theta.ravel(), MUON_MASS)).all()
