"""Chi-square with one normalisation nuisance for each data set.

For predictions f and data d +- e of the data sets j, with prior width s of every normalisation n_j around 1,

    chi2 = min over n of  sum_i ((n_j(i) f_i - d_i) / e_i)^2 + sum_j ((n_j - 1) / s)^2,

whose minimum is n_j = (sum f d/e^2 + 1/s^2) / (sum f^2/e^2 + 1/s^2), the sums over the points of j.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.xsec.data import Points


class Sums(NamedTuple):
    """sum f d/e^2 and sum f^2/e^2 for every data set [..., sets]."""

    fd: Tensor
    ff: Tensor

    def normalisations(self, width: float) -> Tensor:
        """The nuisances n_j [..., sets] at the minimum; 1 where a set has no points."""
        prior = 1.0 / width**2
        return (self.fd + prior) / (self.ff + prior)


def sums(predicted: Tensor, value: Tensor, error: Tensor, source: Tensor, sets: int) -> Sums:
    """What the minimum needs of predictions [..., n], values and errors that go with them, sources [n]."""
    zeros = predicted.new_zeros(*predicted.shape[:-1], sets)
    weighted = predicted / error**2
    fd = zeros.index_add(-1, source, weighted * value)
    return Sums(fd, zeros.index_add(-1, source, weighted * predicted))


class Chi2(NamedTuple):
    """``total`` of ``points``, with the penalty of the ``normalisations`` [sets]; ``pulls`` [n]."""

    total: float
    points: int
    normalisations: Tensor
    pulls: Tensor

    @property
    def per_point(self) -> float:
        return self.total / self.points


def chi2(predicted: Tensor, data: Points, width: float, normalisations: Tensor | None = None) -> Chi2:
    """Chi-square of predictions [n] in nb/sr/GeV.

    Parameters
    ----------
    width : s, the prior width of the normalisations
    normalisations : nuisances [sets] found on other points, to be kept; no penalty is due for them
    """
    predicted = predicted.double()
    value, error = torch.from_numpy(data.value), torch.from_numpy(data.error)
    source = torch.from_numpy(data.source)
    penalty = 0.0
    if normalisations is None:
        found = sums(predicted, value, error, source, len(data.sources))
        normalisations = found.normalisations(width)
        penalty = float((((normalisations - 1.0) / width) ** 2).sum())
    pulls = (predicted * normalisations[source] - value) / error
    return Chi2(float((pulls**2).sum()) + penalty, len(data), normalisations, pulls)
