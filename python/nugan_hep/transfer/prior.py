"""What a logarithm of a density ratio may look like: a Gaussian process in a few random features.

``log r = F(x) . c`` with standard normal coefficients c. The features are cosines of random
frequencies, whose covariance is a squared exponential (Rahimi and Recht, NIPS 2007), in five
groups: functions of (W, Q2); the same times s and s³, s = sqrt(1 - epsilon²), odd as the
vector-axial interference; functions of all four coordinates; fine ones, whose lengths in W and Q2
are short. A few powers of s are added.
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
    interference_cubed: float = 0.3
    free: float = 0.2
    powers: float = 0.5
    length_w: float = 1.5
    length_q2: float = 1.5
    free_length_w: float = 0.8
    free_length_q2: float = 1.5
    free_length_s: float = 0.5
    free_length_enu: float = 2.5
    fine: float = 0.1
    fine_length_w: float = 0.3
    fine_length_q2: float = 0.5

    def logarithms(self) -> Array:
        logarithms: Array = np.log(np.array(astuple(self)))
        return logarithms

    @classmethod
    def of_logarithms(cls, logarithms: Array) -> Scales:
        """The scales that have these."""
        return cls(*np.exp(logarithms).tolist())


# features in each group, the power of s that multiplies them
_GROUPS = ((90, 0), (80, 1), (30, 3))
_FREE = 120
_FINE = 150


class Prior:
    """Random frequencies and phases; they are the same for every choice of :class:`Scales`."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        sizes = [(2, size) for size, _ in _GROUPS] + [(4, _FREE), (4, _FINE)]
        self._waves = [(random.standard_normal(s), random.uniform(0, 2 * np.pi, s[1])) for s in sizes]

    def features(self, x: Array, scales: Scales) -> Features:
        """Features [N, 474] of coordinates x [N, 4]."""
        hadronic = x[:, :2] / (scales.length_w, scales.length_q2)
        slow = (scales.free_length_s, scales.free_length_enu)
        free = x / (scales.free_length_w, scales.free_length_q2, *slow)
        fine = x / (scales.fine_length_w, scales.fine_length_q2, *slow)
        amplitudes = (scales.hadronic, scales.interference, scales.interference_cubed)
        s = x[:, 2:3]
        columns = [
            _cosines(hadronic, wave, amplitude) * s**power
            for wave, amplitude, (_, power) in zip(self._waves, amplitudes, _GROUPS, strict=False)
        ]
        columns.append(_cosines(free, self._waves[-2], scales.free))
        columns.append(_cosines(fine, self._waves[-1], scales.fine))
        columns.append(scales.powers * np.concatenate([s, s**2, s**3, s * x[:, 3:]], axis=1))
        return np.concatenate(columns, axis=1).astype(np.float32)


def _cosines(x: Array, wave: tuple[Array, Array], amplitude: float) -> Array:
    frequencies, phases = wave
    result: Array = np.cos(x @ frequencies + phases) * (amplitude * np.sqrt(2.0 / len(phases)))
    return result
