"""Tables of replicas: logarithms of weights on a grid in W², Q² and the neutrino energy.

The coordinates are the core's, ``smooth_coordinates`` of ``nugan/Kinematics.hpp``: asinh((W² - M²)/0.25
GeV²), log(Q² + 0.05 GeV²) and log E_nu, energies in GeV. Between the nodes the core interpolates the
logarithm linearly in each coordinate; beyond the grid it takes the value at the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array

KINDS = ("tune", "transfer", "alternative")
"""What replicas are: draws of a tune's posterior or of that of a transfer from few events, other models."""

LARGEST = 20.0
"""Of logarithms of weights: beyond, a replica has no events where the model has, or the other way round."""

NODES = 50_000
"""That are evaluated at once."""

LogWeights = Callable[[Array, Array, Array], ArrayLike]
"""Of E_nu, E_l [GeV] and theta [rad], [N] each: logarithms of K weights [N, K]."""

Report = Callable[[int, int], object]


class Block(NamedTuple):
    """Replicas on one grid.

    Attributes
    ----------
    low, step : first node and distance of nodes in the three coordinates
    values : logarithms of weights, float16 [n0, n1, n2, K]
    names : of the K replicas
    kind : one of :data:`KINDS`
    """

    low: tuple[float, float, float]
    step: tuple[float, float, float]
    values: NDArray[np.float16]
    names: tuple[str, ...]
    kind: str

    @property
    def size(self) -> tuple[int, ...]:
        """Nodes in the three coordinates."""
        return self.values.shape[:3]

    def check(self) -> None:
        """Refuse what no archive could hold.

        Raises
        ------
        UserError : an unknown kind, bad names, a grid that is none, values that are not finite or too large
        """
        if self.kind not in KINDS:
            raise UserError(f"replicas of the kind {self.kind!r}: expected one of {', '.join(KINDS)}")
        for name in self.names:
            # HepMC3 takes names apart at blanks
            if name.split() != [name] or not name.isprintable() or name == "CV":
                raise UserError(
                    f"{name!r} is no name of a replica: expected a printable one without blanks, not CV"
                )
        if self.values.ndim != 4 or 0 in self.values.shape or self.values.shape[3] != len(self.names):
            raise UserError(
                f"values of the shape {self.values.shape} of {len(self.names)} replicas: expected "
                f"[n0, n1, n2, {len(self.names)}]"
            )
        if not all(
            step > 0 and np.isfinite([step, low]).all() for low, step in zip(self.low, self.step, strict=True)
        ):
            raise UserError(f"a grid from {self.low} in steps of {self.step}: expected steps above 0")
        largest = float(np.abs(self.values).max())
        if not largest <= LARGEST:
            raise UserError(
                f"weights of e^{largest:g}: expected logarithms within {LARGEST:g}; does each replica have "
                "events where the model has?"
            )


def block_from(
    log_weights: LogWeights,
    low: Sequence[float],
    step: Sequence[float],
    size: Sequence[int],
    names: Sequence[str],
    kind: str,
    *,
    mass: float,
    shift: float = 0.0,
    report: Report = lambda done, total: None,
) -> Block:
    """Evaluate weights on the nodes of a grid.

    Nodes that no event can have, and those where a weight is zero or not finite, get the values of the
    nearest other node: an event's cell may have such corners.

    Parameters
    ----------
    log_weights : see :data:`LogWeights`
    low, step, size : first node, distance and number of nodes in the three coordinates
    names, kind : see :class:`Block`
    mass : of the lepton [GeV]
    shift : energy that the nucleus always keeps [GeV]
    report : called with the numbers of nodes that are done and of all

    Raises
    ------
    UserError : no node is physical; see :meth:`Block.check`
    """
    points = grid_points(low, step, size)
    enu, el, theta = _core.at_smooth_coordinates(points, mass).T
    physical = np.flatnonzero(np.isfinite(theta) & (el <= enu - shift))
    values = np.full((len(points), len(names)), np.nan)
    for first in range(0, len(physical), NODES):
        nodes = physical[first : first + NODES]
        found = np.asarray(log_weights(enu[nodes], el[nodes], theta[nodes]), np.float64)
        if found.shape != (len(nodes), len(names)):
            raise ValueError(f"weights of the shape {found.shape}: expected {(len(nodes), len(names))}")
        values[nodes] = found
        report(first + len(nodes), len(physical))
    values[~np.isfinite(values).all(axis=1)] = np.nan
    grid = _filled(values.reshape(*size, len(names)))
    with np.errstate(over="ignore"):  # refused by the check
        half = grid.astype(np.float16)
    block = Block(_three(low), _three(step), half, tuple(names), kind)
    block.check()
    return block


def flat_block(names: Sequence[str], kind: str) -> Block:
    """Replicas of which nothing is known: all weights are 1."""
    block = Block((0.0,) * 3, (1.0,) * 3, np.zeros((1, 1, 1, len(names)), np.float16), tuple(names), kind)
    block.check()
    return block


def grid_points(low: Sequence[float], step: Sequence[float], size: Sequence[int]) -> Array:
    """The nodes [n0 n1 n2, 3], the last coordinate running fastest."""
    axes = [a + b * np.arange(n) for a, b, n in zip(low, step, size, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _filled(grid: Array) -> Array:
    """Nodes [n0, n1, n2, K] that are NaN with the values of the nearest other one."""
    missing = np.isnan(grid[..., 0])
    if missing.all():
        raise UserError("no node of the grid lies in the phase space with a weight above 0")
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    filled: Array = grid[tuple(nearest)]
    return filled


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    one, two, three = map(float, values)
    return one, two, three
