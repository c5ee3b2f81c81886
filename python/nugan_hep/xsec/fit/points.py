"""Measured points as chi2 sees them: with what a shift of omega does to each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from nugan_hep.xsec.data.points import Array, Points
from nugan_hep.xsec.data.reading import read_points
from nugan_hep.xsec.model.response import logarithmic_slope

LEAST_SCALE = 2.0
"""GeV: energies of beams and spectrometers are uncertain by a fraction, and in the least by that of this."""


@dataclass(frozen=True)
class FitPoints(Points):
    """Points with ``slope`` [n]: what the closed form says of d(value)/d(omega) times
    sqrt(E^2 + (2 GeV)^2), in nb/sr/GeV: a shift of x means x of the energy, yet never less than x of 2 GeV.
    """

    PER_POINT: ClassVar[tuple[str, ...]] = (*Points.PER_POINT, "slope")

    slope: Array


def with_slopes(points: Points) -> FitPoints:
    """The points with their slopes, 0 where the closed form's is no number, as at elastic peaks."""
    logarithmic = logarithmic_slope(points.nucleus, torch.from_numpy(points.kinematics)).numpy()
    logarithmic = np.where(np.isfinite(logarithmic), logarithmic, 0.0)
    slope = points.value * logarithmic * np.hypot(points.energy, LEAST_SCALE)
    return FitPoints(**{field.name: getattr(points, field.name) for field in fields(points)}, slope=slope)


def read_fit_points(path: str | Path, drop_negative: bool = False) -> FitPoints:
    """The points of a file, see :func:`.reading.read_points`, with their slopes."""
    return with_slopes(read_points(path, drop_negative))
