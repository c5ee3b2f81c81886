"""What a logarithm of a density ratio may look like: a Gaussian process in a few random features.

``log r = F(x) . c`` with standard normal coefficients c. The features are cosines of random
frequencies, whose covariance is a squared exponential (Rahimi and Recht, NIPS 2007), in four
groups: functions of (W, Q2); the same times two odd functions of s = sqrt(1 - epsilon²), as the
vector-axial interference I has them; functions of all four coordinates. A few powers of s are
added. The odd functions are s and what atanh(s) has beyond it: antineutrinos over neutrinos are
(T - s I)/(T + s I), whose logarithm is -2 atanh(s I/T), steep where s is nearly one.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from nugan_hep.kinematics import Array

Features = NDArray[np.float32]


@dataclass(frozen=True)
class Scales:
    """Amplitudes of the prior and lengths in the units of :mod:`nugan_hep.transfer.coordinates`."""

    hadronic: float = 0.4
    interference: float = 0.4
    interference_higher: float = 0.3
    free: float = 0.2
    powers: float = 0.5
    length_w: float = 1.5
    length_q2: float = 1.5
    free_length_w: float = 0.8
    free_length_q2: float = 1.5
    free_length_s: float = 0.5
    free_length_enu: float = 2.5

    def logarithms(self) -> Array:
        logarithms: Array = np.log(np.array(astuple(self)))
        return logarithms

    @classmethod
    def of_logarithms(cls, logarithms: Array) -> Scales:
        """The scales that have these."""
        return cls(*np.exp(logarithms).tolist())


# features in each group of functions of (W, Q2), and of all four coordinates
_GROUPS = (90, 80, 30)
_FREE = 120
_STEEP = 0.995
"""Times s in atanh, which would be infinite at one; the evidence of antineutrinos on carbon chose it."""


class Prior:
    """Random frequencies and phases; they are the same for every choice of :class:`Scales`."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        sizes = [(2, size) for size in _GROUPS] + [(4, _FREE)]
        self._waves = [(random.standard_normal(s), random.uniform(0, 2 * np.pi, s[1])) for s in sizes]

    def features(self, x: Array, scales: Scales) -> Features:
        """Features [N, 324] of coordinates x [N, 4]."""
        hadronic = x[:, :2] / (scales.length_w, scales.length_q2)
        lengths = (
            scales.free_length_w,
            scales.free_length_q2,
            scales.free_length_s,
            scales.free_length_enu,
        )
        amplitudes = (scales.hadronic, scales.interference, scales.interference_higher)
        s = x[:, 2:3]
        factors = (np.ones_like(s), s, _higher(s))
        columns = [
            _cosines(hadronic, wave, amplitude) * factor
            for wave, amplitude, factor in zip(self._waves[:3], amplitudes, factors, strict=True)
        ]
        columns.append(_cosines(x / lengths, self._waves[-1], scales.free))
        columns.append(scales.powers * np.concatenate([s, s**2, s**3, s * x[:, 3:]], axis=1))
        return np.concatenate(columns, axis=1).astype(np.float32)


def _higher(s: Array) -> Array:
    """What the inverse hyperbolic tangent has beyond its first order, one at s = 1."""
    result: Array = (np.arctanh(_STEEP * s) - _STEEP * s) / (np.arctanh(_STEEP) - _STEEP)
    return result


def _cosines(x: Array, wave: tuple[Array, Array], amplitude: float) -> Array:
    frequencies, phases = wave
    result: Array = np.cos(x @ frequencies + phases) * (amplitude * np.sqrt(2.0 / len(phases)))
    return result
