"""What the logarithm of the factor may look like: a Gaussian process in W, Q2 and E_nu, in random features.

``log r = F(x) . c`` with standard normal coefficients c. F has a constant, whose scale is the prior on the
total cross section, and three groups of cosines of random frequencies, whose covariance is a squared
exponential (Rahimi and Recht, NIPS 2007): functions of (W, Q2), the variables of the hadronic tensor; of (W,
Q2, E_nu); and of these with short lengths, for what nuclear models differ in and no average over a flux
resolves. Far from all data log r goes back to zero with the width of the prior.

The width of the prior is that of NuWro's own models: ln r of the local Fermi gas over the spectral function
has a standard deviation of 0.29 over T2K's events on carbon (tools/ratio_width.py), and models that differ
in more, more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import kinematics
from nugan_hep.kinematics import Array, Mass
from nugan_hep.transfer.coordinates import of_invariants
from nugan_hep.transfer.prior import Features

HADRONIC, ENERGY, FINE = 120, 160, 160
"""Random features of the three groups."""
CHUNK = 50_000

PARAMETERS = 1 + HADRONIC + ENERGY + FINE
FINE_LENGTHS = (0.35, 0.7, 1.0)
"""In W, Q2 and E_nu."""
_SEED = 20_251


@dataclass(frozen=True)
class Scales:
    """Standard deviations of log r, and lengths in the units of :mod:`nugan_hep.transfer.coordinates`.

    ``total`` belongs to the cross section as a whole, ``hadronic`` to functions of W and Q2 alone, ``energy``
    to those of E_nu too, ``fine`` to those of short lengths. Q2's length is in log(Q2 + 0.05 GeV²), W's in
    asinh((W² - M²)/0.25 GeV²), E_nu's in log E_nu.
    """

    total: float = 0.1
    hadronic: float = 0.3
    energy: float = 0.15
    fine: float = 0.2
    length_w: float = 1.0
    length_q2: float = 1.2
    length_enu: float = 1.0

    def logarithms(self) -> Array:
        """Of what the evidence chooses: all but ``total``."""
        return np.log([getattr(self, name) for name in FREE])

    def moved(self, logarithms: ArrayLike) -> Scales:
        """With other values of what the evidence chooses."""
        values = np.exp(np.asarray(logarithms, dtype=np.float64)).tolist()
        return replace(self, **dict(zip(FREE, values, strict=True)))


FREE = tuple(field.name for field in fields(Scales) if field.name != "total")
SPREAD = np.array([0.3, 0.3, 0.3, 0.3, 0.3, 0.3])
"""Standard deviations of the logarithms of :data:`FREE` about their defaults."""


def points(enu: ArrayLike, el: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Where log r is looked up [N, 3]: W, Q2 and E_nu in the units of :class:`Scales`.

    ``enu`` and ``el`` [N] and the lepton's ``mass`` in GeV, ``theta`` [N] in rad.
    """
    w2, q2 = (formula(enu, el, theta, mass) for formula in (kinematics.w2, kinematics.q2))
    return of_invariants(w2, q2, enu)


def _waves() -> list[tuple[Features, Features]]:
    random = np.random.default_rng(_SEED)
    sizes = ((2, HADRONIC), (3, ENERGY), (3, FINE))
    waves = [(random.standard_normal(size), random.uniform(0.0, 2.0 * np.pi, size[1])) for size in sizes]
    return [(first.astype(np.float32), second.astype(np.float32)) for first, second in waves]


_WAVES = _waves()


def features(x: Array, scales: Scales) -> Features:
    """F [N, 441] at points x [N, 3]."""
    lengths = (scales.length_w, scales.length_q2, scales.length_enu)
    scaled, fine = ((x / np.array(own)).astype(np.float32) for own in (lengths, FINE_LENGTHS))
    amplitudes = (scales.hadronic, scales.energy, scales.fine)
    columns = [np.full((len(x), 1), scales.total, dtype=np.float32)]
    for at, (frequencies, phases), amplitude in zip(
        (scaled[:, :2], scaled, fine), _WAVES, amplitudes, strict=True
    ):
        values = np.cos(at @ frequencies + phases)
        values *= amplitude * np.sqrt(2.0 / phases.size)
        columns.append(values)
    return np.concatenate(columns, axis=1)


class Factor:
    """One function log r(W, Q2, E_nu): its coefficients [441] and the scales that these go with."""

    def __init__(self, scales: Scales, coefficients: NDArray[np.float64]) -> None:
        self.scales, self.coefficients = scales, coefficients

    def log(self, x: Array) -> Array:
        """log r [N] at points x [N, 3]."""
        return np.asarray(log_all([self], x)[0])


def log_all(factors: Sequence[Factor], x: Array) -> Array:
    """log r [K, N] of several factors; those of the same scales share their features."""
    result = np.empty((len(factors), len(x)))
    of_scales: dict[Scales, list[int]] = {}
    for k, factor in enumerate(factors):
        of_scales.setdefault(factor.scales, []).append(k)
    for scales, rows in of_scales.items():
        coefficients = np.stack([factors[k].coefficients for k in rows], axis=1).astype(np.float32)
        for first in range(0, len(x), CHUNK):
            part = slice(first, first + CHUNK)
            result[rows, part] = (features(x[part], scales) @ coefficients).T
    return result
