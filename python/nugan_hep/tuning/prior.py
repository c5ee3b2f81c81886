"""What the logarithm of the factor may look like: a Gaussian process in W, Q2 and E_nu, in random features.

``log r = F(x) . c`` with standard normal coefficients c. F has a constant, whose scale is the prior on the total
cross section; cosines of random frequencies in (W, Q2), the hadronic tensor's variables; and cosines in (W, Q2,
E_nu). The covariance of the cosines is a squared exponential (Rahimi and Recht, NIPS 2007). Far from all data
log r goes back to zero with the width of the prior.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import kinematics
from nugan_hep.kinematics import Array, Mass
from nugan_hep.transfer.coordinates import of_invariants
from nugan_hep.transfer.prior import Features

HADRONIC, ENERGY = 120, 160
"""Random features of the two groups."""
PARAMETERS = 1 + HADRONIC + ENERGY
_SEED = 20_251


@dataclass(frozen=True)
class Scales:
    """Standard deviations of log r, and lengths in the units of :mod:`nugan_hep.transfer.coordinates`.

    ``total`` belongs to the cross section as a whole, ``hadronic`` to functions of W and Q2 alone, ``energy`` to those
    of E_nu too. Q2's length is in log(Q2 + 0.05 GeV²), W's in asinh((W² - M²)/0.25 GeV²), E_nu's in log E_nu.
    """

    total: float = 0.1
    hadronic: float = 0.25
    energy: float = 0.08
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
SPREAD = np.array([0.7, 0.7, 0.5, 0.5, 0.5])
"""Standard deviations of the logarithms of :data:`FREE` about their defaults."""


def points(enu: ArrayLike, el: ArrayLike, theta: ArrayLike, mass: Mass) -> Array:
    """Where log r is looked up [N, 3]: W, Q2 and E_nu in the units of :class:`Scales`.

    ``enu`` and ``el`` [N] and the lepton's ``mass`` in GeV, ``theta`` [N] in rad.
    """
    w2, q2 = (formula(enu, el, theta, mass) for formula in (kinematics.w2, kinematics.q2))
    return of_invariants(w2, q2, enu)


def _waves() -> tuple[tuple[Features, Features], tuple[Features, Features]]:
    random = np.random.default_rng(_SEED)
    sizes = ((2, HADRONIC), (3, ENERGY))
    waves = [(random.standard_normal(size), random.uniform(0.0, 2.0 * np.pi, size[1])) for size in sizes]
    one, other = ((first.astype(np.float32), second.astype(np.float32)) for first, second in waves)
    return one, other


_WAVES = _waves()


def features(x: Array, scales: Scales) -> Features:
    """F [N, 281] at points x [N, 3]."""
    lengths = np.array([scales.length_w, scales.length_q2, scales.length_enu])
    scaled = (x / lengths).astype(np.float32)
    (frequencies, phases), (more_frequencies, more_phases) = _WAVES
    hadronic = np.cos(scaled[:, :2] @ frequencies + phases)
    hadronic *= scales.hadronic * np.sqrt(2.0 / HADRONIC)
    energy = np.cos(scaled @ more_frequencies + more_phases)
    energy *= scales.energy * np.sqrt(2.0 / ENERGY)
    total = np.full((len(x), 1), scales.total, dtype=np.float32)
    return np.concatenate([total, hadronic, energy], axis=1)


class Factor:
    """One function log r(W, Q2, E_nu): its coefficients [281] and the scales that these go with."""

    def __init__(self, scales: Scales, coefficients: NDArray[np.float64]) -> None:
        self.scales, self.coefficients = scales, coefficients

    def log(self, x: Array) -> Array:
        """log r [N] at points x [N, 3]."""
        parts = np.array_split(x, max(1, len(x) // 100_000))
        own = self.coefficients.astype(np.float32)
        return np.concatenate([features(part, self.scales) @ own for part in parts]).astype(np.float64)
