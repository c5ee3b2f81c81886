"""How good an ensemble is on points that it did not see: chi2, coverage of its bands, their width."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from nugan_hep.xsec.chi2 import Nuisances, Widths, chi2
from nugan_hep.xsec.data import Array, Points
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.network import Ensemble

SIGMAS = (1.0, 1.959964)
"""Half widths of bands of 68.3 and 95 %."""


class Score(NamedTuple):
    """What an ensemble is worth on some points.

    ``chi2``: per point, with nuisances of these points and their penalty; ``chi2_trained``: with the
    nuisances that the training points give, and no penalty; ``median``: of the squared pulls of ``chi2``;
    ``cover68``, ``cover95``: fractions of points within the band of mean +- (1, 1.96) sqrt(std^2 + error^2),
    nuisances of the training; ``spread``: mean of std/mean.
    """

    points: int
    chi2: float
    chi2_trained: float
    median: float
    cover68: float
    cover95: float
    spread: float


@torch.no_grad()
def member_values(ensemble: Ensemble, form: Form, points: Points) -> Tensor:
    """Cross sections [members, n] of every network, float64, nb/sr/GeV."""
    kinematics = torch.from_numpy(points.kinematics)
    inputs = form.inputs(kinematics).expand(ensemble.members, -1, -1)
    return form.combine(ensemble(inputs).double(), form.factors(kinematics))


def mean_and_std(values: Tensor) -> tuple[Array, Array]:
    """Over the members [members, n]; the standard deviation of one network is 0."""
    if len(values) == 1:
        return values[0].numpy(), np.zeros(values.shape[1])
    std, mean = torch.std_mean(values, dim=0)
    return mean.numpy(), std.numpy()


def score(mean: Array, std: Array, points: Points, widths: Widths, trained: Nuisances) -> Score:
    """Compare means and standard deviations [n] with points; ``trained``: nuisances of the training."""
    predicted = torch.from_numpy(mean)
    own = chi2(predicted, points, widths)
    kept = chi2(predicted, points, widths, trained)
    deviation = np.abs(kept.pulls.numpy()) * points.error
    total = np.hypot(std, points.error)
    cover68, cover95 = (float(np.mean(deviation <= sigma * total)) for sigma in SIGMAS)
    return Score(
        len(points),
        own.per_point,
        kept.per_point,
        float((own.pulls**2).median()),
        cover68,
        cover95,
        float(np.mean(std / mean)),
    )


def trained_nuisances(mean: Array, points: Points, widths: Widths) -> Nuisances:
    """Those at the minimum of chi2 of training points; 0 for spectra that have none."""
    return chi2(torch.from_numpy(mean), points, widths).nuisances
