"""Events of the models in the bins of a measurement, as the fit needs them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.kinematics import Array
from nugan_hep.transfer.prior import Features

CELL = np.array([0.15, 0.2, 0.25])
"""Events of a bin that are as near to each other count as one, at their mean: the factor is smoother."""


class Filled(NamedTuple):
    """Events [N]: points x [N, 3], true bins [N] and weights [N] in 1e-38 cm²/nucleon."""

    x: Array
    rows: NDArray[np.intp]
    weights: Array


class Response(NamedTuple):
    """The cross section of a measurement's true bins by where it comes from.

    Attributes
    ----------
    x : [N, 3], see :func:`nugan_hep.tuning.prior.points`
    rows : [N], true bins, ascending
    weights : [N], 1e-38 cm²/nucleon
    fixed : [T], of events that the factor leaves alone, as those on hydrogen
    matrix : [B, T], from true bins to what is measured
    """

    x: Array
    rows: NDArray[np.intp]
    weights: Array
    fixed: Array
    matrix: Array

    def predict(self, features: Features, coefficients: Array) -> tuple[Array, Array]:
        """Values [B] and derivatives [B, P] of the measured bins, with ``features`` [N, P] at ``x``."""
        weights = self.weights * np.exp((features @ coefficients.astype(np.float32)).astype(np.float64))
        starts = np.searchsorted(self.rows, np.arange(self.fixed.size + 1))
        slopes = np.zeros((self.fixed.size, features.shape[1]))
        for k, (first, last) in enumerate(itertools.pairwise(starts.tolist())):
            slopes[k] = weights[first:last].astype(np.float32) @ features[first:last]
        values = np.bincount(self.rows, weights, minlength=self.fixed.size) + self.fixed
        return self.matrix @ values, self.matrix @ slopes

    def contents(self, ratios: Array) -> Array:
        """Values [K, B] of the measured bins with factors [K, N] on the events."""
        size = self.fixed.size
        sums = [np.bincount(self.rows, self.weights * ratio, minlength=size) for ratio in ratios]
        return np.asarray((np.array(sums) + self.fixed) @ self.matrix.T)

    def untuned(self) -> Array:
        """The measured bins [B] as the models have them."""
        return np.asarray(self.contents(np.ones((1, self.weights.size)))[0])


def merged(parts: Iterable[Filled]) -> Filled:
    """Events of a bin and of one cell of points as one, at their weighted mean; ordered by bins."""
    found = list(parts)
    x, weights = (np.concatenate([getattr(part, name) for part in found]) for name in ("x", "weights"))
    rows = np.concatenate([part.rows for part in found])
    cells = np.floor(x / CELL).astype(np.int64)
    cells -= cells.min(axis=0)
    extent = cells.max(axis=0) + 1
    key = ((rows * extent[0] + cells[:, 0]) * extent[1] + cells[:, 1]) * extent[2] + cells[:, 2]
    keys, group = np.unique(key, return_inverse=True)
    sums = np.bincount(group, weights, minlength=keys.size).astype(np.float64)
    mean = np.stack([np.bincount(group, weights * column) / sums for column in x.T], axis=1)
    return Filled(mean, (keys // int(np.prod(extent))).astype(np.intp), sums)


def chunked(filled: Iterator[Filled]) -> Filled:
    """As :func:`merged`, chunk by chunk, so that memory stays small."""
    kept: Filled | None = None
    for part in filled:
        kept = merged([part] if kept is None else [kept, part])
    if kept is None:
        raise ValueError("no events")
    return kept
