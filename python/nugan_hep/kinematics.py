"""Kinematics of the lepton that leaves a scattering, and the proxies that the networks see.

Energies are in GeV, angles in rad, squared four-momenta in GeV². Every function broadcasts its
arguments and works in float64. ``mass`` [GeV] is that of the lepton, a muon's unless it is said: a process
knows it (:attr:`nugan_hep._core.Process.lepton_mass`). The same formulas stand in C++ in
``nugan/Kinematics.hpp``.

References: Bonilla et al., arXiv:2502.20244 and Graczyk et al., arXiv:2508.12987 (proxies);
Particle Data Group 2024 (masses).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core

Array = NDArray[np.float64]
Mass = float | Array

MUON_MASS = _core.MUON_MASS
PROTON_MASS = _core.PROTON_MASS
NEUTRON_MASS = _core.NEUTRON_MASS
NUCLEON_MASS = _core.NUCLEON_MASS

ENU_RANGE = (0.3, 10.0)
SHIFT_P1 = 0.0098
SHIFT_P2 = 0.004

W_UNDEFINED = _core.W_UNDEFINED
"""Stands for W where W² < 0: no hadronic system with that mass exists for a nucleon at rest."""


class Kinematics(NamedTuple):
    """Energies [GeV] and angle [rad] of one or many events, each of shape [N] or scalar."""

    enu: Array
    emu: Array
    theta: Array


class Proxies(NamedTuple):
    """The variables of the networks, each in [-1, 1], of shape [N] or scalar."""

    enu: Array
    emu: Array
    theta: Array


def to_proxies(
    enu: ArrayLike,
    emu: ArrayLike,
    theta: ArrayLike,
    shift: float = SHIFT_P2,
    enu_range: tuple[float, float] = ENU_RANGE,
    mass: Mass = MUON_MASS,
) -> Proxies:
    """Map physical variables to the proxies of arXiv:2508.12987.

    ``enu' = 2 (enu - lo)/(hi - lo) - 1``, ``emu' = 2 sqrt(1 - (emu - m)/(enu - s - m)) - 1``,
    ``theta' = 2 sqrt(theta/pi) - 1``.

    Parameters
    ----------
    enu, emu : neutrino energy and total energy of the lepton [GeV]
    theta : angle between lepton and neutrino [rad]
    shift : energy that the nucleus always keeps [GeV] (``SHIFT_P1``, ``SHIFT_P2``)
    enu_range : range of the neutrino energy that maps to [-1, 1] [GeV]
    mass : of the lepton [GeV]

    Raises
    ------
    ValueError : outside of the phase space m <= emu <= enu - shift, 0 <= theta <= pi
    """
    enu, emu, theta = (np.asarray(a, dtype=np.float64) for a in (enu, emu, theta))
    available = enu - shift - mass
    with np.errstate(divide="ignore", invalid="ignore"):  # refused below
        fraction = 1.0 - (emu - mass) / available
        # float32 columns sit up to half a unit in the last place beyond the edges of the phase space
        slack = 1.2e-7 * (np.abs(enu) + mass) / np.abs(available)
    if not np.all((available > 0) & (fraction >= -slack) & (fraction <= 1 + slack)):
        raise ValueError(f"muon energy outside [m_mu, enu - {shift:g} GeV]")
    if not np.all((theta >= 0) & (theta <= np.pi * (1 + 1e-7))):
        raise ValueError("theta outside [0, pi] rad")
    low, high = enu_range
    return Proxies(
        2.0 * (enu - low) / (high - low) - 1.0,
        2.0 * np.sqrt(np.clip(fraction, 0.0, 1.0)) - 1.0,
        2.0 * np.sqrt(np.minimum(theta / np.pi, 1.0)) - 1.0,
    )


def from_proxies(
    enu_proxy: ArrayLike,
    emu_proxy: ArrayLike,
    theta_proxy: ArrayLike,
    shift: float = SHIFT_P2,
    enu_range: tuple[float, float] = ENU_RANGE,
    mass: Mass = MUON_MASS,
) -> Kinematics:
    """Invert :func:`to_proxies`: neutrino energy [GeV], muon energy [GeV] and angle [rad].

    Raises
    ------
    ValueError : a proxy outside [-1, 1]
    """
    proxies = [np.asarray(a, dtype=np.float64) for a in (enu_proxy, emu_proxy, theta_proxy)]
    if not all(np.all(np.abs(p) <= 1.0 + 1e-6) for p in proxies):
        raise ValueError("proxy outside [-1, 1]")
    low, high = enu_range
    enu = low + 0.5 * (proxies[0] + 1.0) * (high - low)
    available = enu - shift - mass
    emu = mass + available * (1.0 - (0.5 * (proxies[1] + 1.0)) ** 2)
    theta = np.pi * (0.5 * (proxies[2] + 1.0)) ** 2
    return Kinematics(enu, emu, theta)


def momentum(emu: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Muon momentum [GeV] from its total energy [GeV], exact near threshold."""
    kinetic = np.maximum(np.asarray(emu, dtype=np.float64) - mass, 0.0)
    return np.sqrt(kinetic * (kinetic + 2.0 * mass))


def pz(emu: ArrayLike, theta: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Muon momentum along the neutrino [GeV], ``p cos(theta)``."""
    return momentum(emu, mass) * np.cos(np.asarray(theta, dtype=np.float64))


def q2(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Four-momentum transfer ``Q² = 2 enu (emu - p_z) - m²`` [GeV²].

    ``emu - p_z`` is taken as ``m²/(emu + p) + 2 p sin²(theta/2)``, free of cancellation forward.
    """
    enu, emu, theta = (np.asarray(a, dtype=np.float64) for a in (enu, emu, theta))
    p = momentum(emu, mass)
    energy_minus_pz: Array = mass**2 / (emu + p) + 2.0 * p * np.sin(0.5 * theta) ** 2
    return 2.0 * enu * energy_minus_pz - mass**2


def omega(enu: ArrayLike, emu: ArrayLike) -> Array:
    """Energy transfer ``enu - emu`` [GeV]."""
    return np.asarray(enu, dtype=np.float64) - np.asarray(emu, dtype=np.float64)


def w2(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Squared hadronic mass ``W² = M² + 2 M omega - Q²`` [GeV²] for a nucleon at rest."""
    return NUCLEON_MASS**2 + 2.0 * NUCLEON_MASS * omega(enu, emu) - q2(enu, emu, theta, mass)


def w(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Hadronic mass W [GeV]; ``W_UNDEFINED`` (-999) where W² < 0."""
    squared = w2(enu, emu, theta, mass)
    return np.where(squared >= 0, np.sqrt(np.maximum(squared, 0.0)), W_UNDEFINED)


def bjorken_x(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass = MUON_MASS) -> Array:
    """Bjorken ``x = Q²/(2 M omega)`` for a nucleon at rest.

    Raises
    ------
    ValueError : energy transfer not above zero, where x has no meaning
    """
    transfer = omega(enu, emu)
    if not np.all(transfer > 0):
        raise ValueError("Bjorken x needs an energy transfer above 0 GeV")
    return q2(enu, emu, theta, mass) / (2.0 * NUCLEON_MASS * transfer)


def inelasticity(enu: ArrayLike, emu: ArrayLike) -> Array:
    """Inelasticity (Bjorken y) ``omega/enu``."""
    return omega(enu, emu) / np.asarray(enu, dtype=np.float64)
