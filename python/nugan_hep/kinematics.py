"""Kinematics of the lepton that leaves a scattering, and the proxies that the networks see: the core's.

Energies are in GeV, angles in rad, squared four-momenta in GeV². Every function broadcasts its
arguments and works in float64. ``mass`` [GeV] is that of the lepton, which the process knows:
:attr:`nugan_hep._core.Process.lepton_mass`. The formulas are in C++, ``nugan/Kinematics.hpp``.

References: Bonilla et al., arXiv:2502.20244 and Graczyk et al., arXiv:2508.12987 (proxies);
Particle Data Group 2024 (masses).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError

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


def of_columns(events: Mapping[str, Any]) -> Kinematics:
    """The kinematics of a sampler's or a file's events, float64 [N]."""
    return Kinematics(*(events[name].astype(np.float64) for name in ("Ev", "El", "thetal")))


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
    *,
    mass: float,
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
    (one, two, three), shape = _flat(enu, emu, theta)
    try:
        found = _core.to_proxies(one, two, three, *enu_range, shift, mass)
    except UserError as error:
        raise ValueError(str(error)) from None
    return Proxies(*(column.reshape(shape) for column in np.ascontiguousarray(found.T)))


def from_proxies(
    enu_proxy: ArrayLike,
    emu_proxy: ArrayLike,
    theta_proxy: ArrayLike,
    shift: float = SHIFT_P2,
    enu_range: tuple[float, float] = ENU_RANGE,
    *,
    mass: float,
) -> Kinematics:
    """Invert :func:`to_proxies`: energies of neutrino and lepton [GeV], and their angle [rad].

    Raises
    ------
    ValueError : a proxy outside [-1, 1]
    """
    columns, shape = _flat(enu_proxy, emu_proxy, theta_proxy)
    try:
        found = _core.from_proxies(np.stack(columns, axis=1), *enu_range, shift, mass)
    except UserError as error:
        raise ValueError(str(error)) from None
    return Kinematics(*(column.reshape(shape) for column in np.ascontiguousarray(found.T)))


def _flat(*columns: ArrayLike) -> tuple[list[Array], tuple[int, ...]]:
    """Columns of one length, and the shape that they have together."""
    arrays = np.broadcast_arrays(*(np.asarray(column, dtype=np.float64) for column in columns))
    return [array.ravel() for array in arrays], arrays[0].shape


def momentum(emu: ArrayLike, mass: Mass) -> Array:
    """Momentum of a lepton [GeV] from its total energy [GeV], exact near threshold."""
    return np.asarray(_core.lepton_momentum(emu, mass))


def pz(emu: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Momentum of a lepton along the neutrino [GeV], ``p cos(theta)``."""
    return momentum(emu, mass) * np.cos(np.asarray(theta, dtype=np.float64))


def q2(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Four-momentum transfer ``Q² = 2 enu (emu - p_z) - m²`` [GeV²], free of cancellation forward."""
    return np.asarray(_core.q2(enu, emu, theta, mass))


def omega(enu: ArrayLike, emu: ArrayLike) -> Array:
    """Energy transfer ``enu - emu`` [GeV]."""
    return np.asarray(enu, dtype=np.float64) - np.asarray(emu, dtype=np.float64)


def w2(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Squared hadronic mass ``W² = M² + 2 M omega - Q²`` [GeV²] for a nucleon at rest."""
    return np.asarray(_core.w2(enu, emu, theta, mass))


def w(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Hadronic mass W [GeV]; ``W_UNDEFINED`` (-999) where W² < 0."""
    return np.asarray(_core.hadronic_mass(_core.w2(enu, emu, theta, mass)))


def bjorken_x(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Bjorken ``x = Q²/(2 M omega)`` for a nucleon at rest.

    Raises
    ------
    ValueError : energy transfer not above zero, where x has no meaning
    """
    if not np.all(omega(enu, emu) > 0):
        raise ValueError("Bjorken x needs an energy transfer above 0 GeV")
    return np.asarray(_core.bjorken_x(enu, emu, theta, mass))


def inelasticity(enu: ArrayLike, emu: ArrayLike) -> Array:
    """Inelasticity (Bjorken y) ``omega/enu``."""
    return omega(enu, emu) / np.asarray(enu, dtype=np.float64)
