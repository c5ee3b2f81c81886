"""Measured inclusive electron-nucleus cross sections in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from nugan_hep.xsec.data.nuclei import Nucleus

Array = NDArray[np.float64]
PointsT = TypeVar("PointsT", bound="Points")


@dataclass(frozen=True)
class Points:
    """Measured points [n] of one nucleus.

    ``energy`` and ``omega`` in GeV, ``theta`` in degrees, ``value`` and ``error`` of d2sigma/dOmega domega in
    nb/sr/GeV. ``source`` is the number of the data set in ``sources``, ``spectrum`` the number of the
    spectrum, points of one source, energy and angle, and ``owner`` the data set of every spectrum [spectra].
    """

    PER_POINT: ClassVar[tuple[str, ...]] = (
        "energy",
        "theta",
        "omega",
        "value",
        "error",
        "source",
        "spectrum",
    )

    nucleus: Nucleus
    energy: Array
    theta: Array
    omega: Array
    value: Array
    error: Array
    source: NDArray[np.int64]
    spectrum: NDArray[np.int64]
    owner: NDArray[np.int64]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.energy)

    def __getitem__(self: PointsT, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> PointsT:
        """Some of the points; numbers of sources and spectra stay."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in self.PER_POINT})

    @property
    def kinematics(self) -> Array:
        """E [GeV], theta [deg], omega [GeV] as columns [n, 3]."""
        return np.stack([self.energy, self.theta, self.omega], axis=1)

    def with_errors(self: PointsT, relative: Array) -> PointsT:
        """The points with relative errors [n] added in quadrature."""
        return replace(self, error=np.hypot(self.error, relative * self.value))
