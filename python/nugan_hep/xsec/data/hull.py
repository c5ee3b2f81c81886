"""Where the data of a model lie: the convex hull of their energies, angles and energy transfers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from nugan_hep.xsec.data.points import Array, Points

_SLACK = 1e-6


def coordinates(points: Array) -> Array:
    """ln E, theta/100 and omega/E [n, 3] of points (E, theta, omega) [n, 3]."""
    energy, theta, omega = points.T
    return np.stack([np.log(energy), theta / 100.0, omega / energy], axis=1)


def make_hull(points: Points) -> list[list[float]]:
    """Half spaces a x + b <= 0 [k, 4] of the hull in :func:`coordinates`; a box if it is flat."""
    places = coordinates(points.kinematics)
    try:
        equations = np.unique(np.round(ConvexHull(places).equations, 9), axis=0)
    except (QhullError, ValueError):
        low, high, eye = places.min(axis=0), places.max(axis=0), np.eye(3)
        equations = np.concatenate(
            [np.concatenate([eye, -high[:, None]], axis=1), np.concatenate([-eye, low[:, None]], axis=1)]
        )
    rows: list[list[float]] = equations.tolist()
    return rows


def distance(hull: Any, points: Array) -> Array:
    """How far points [n, 3] lie outside of a hull, in :func:`coordinates` [n]; 0 inside.

    It is the distance from the farthest of the hull's planes, a lower limit of that from the hull.
    """
    equations = np.asarray(hull, dtype=np.float64)
    beyond = coordinates(points) @ equations[:, :3].T + equations[:, 3]
    found: Array = np.clip(beyond.max(axis=1), 0.0, None)
    return found


def inside(hull: Any, points: Array) -> NDArray[np.bool_]:
    """Whether points [n, 3] lie in a hull."""
    within: NDArray[np.bool_] = distance(hull, points) <= _SLACK
    return within
