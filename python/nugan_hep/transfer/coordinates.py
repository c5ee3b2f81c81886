"""Coordinates in which two models of a nucleus differ smoothly.

The cross section of a lepton off an unpolarised target is a contraction of the lepton tensor with
response functions of (omega, Q2) alone (Walecka, Theoretical Nuclear and Subnuclear Physics,
ch. 45): at fixed W and Q2 the neutrino energy enters through the polarisation of the exchanged
boson only. So a ratio of two cross sections is nearly a function of W and Q2, and of
sqrt(1 - epsilon^2), the weight of the vector-axial interference, which changes its sign
between neutrinos and antineutrinos.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep import _core, kinematics
from nugan_hep.kinematics import Array


def polarisation(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: float) -> Array:
    """``epsilon = 1/(1 + 2 (|q|²/Q²) tan²(theta/2))`` of the exchanged boson, massless lepton.

    ``mass`` of the lepton in GeV counts in Q² alone.
    """
    q2 = np.maximum(kinematics.q2(enu, emu, theta, mass), 1e-6)
    three_momentum_squared = q2 + kinematics.omega(enu, emu) ** 2
    half = np.tan(0.5 * np.minimum(np.asarray(theta, dtype=np.float64), np.pi - 1e-3))
    epsilon: Array = 1.0 / (1.0 + 2.0 * three_momentum_squared / q2 * half**2)
    return epsilon


def coordinates(enu: ArrayLike, emu: ArrayLike, theta: ArrayLike, mass: float) -> Array:
    """(asinh of W² - M², log Q², sqrt(1 - epsilon²), log E_nu) [N, 4], each of order one.

    ``enu`` and ``emu`` [N] and the lepton's ``mass`` in GeV, ``theta`` [N] in rad.
    """
    w2, q2 = (formula(enu, emu, theta, mass) for formula in (kinematics.w2, kinematics.q2))
    epsilon = polarisation(enu, emu, theta, mass)
    smooth = of_invariants(w2, q2, enu)
    return np.insert(smooth, 2, np.sqrt(1.0 - epsilon**2), axis=1)


def of_invariants(w2: ArrayLike, q2: ArrayLike, enu: ArrayLike) -> Array:
    """The same without the polarisation [N, 3], of W² and Q² [N] in GeV²: the core's rule."""
    one, two, three = np.broadcast_arrays(*(np.asarray(column, np.float64) for column in (w2, q2, enu)))
    return _core.smooth_coordinates(one, two, three)
