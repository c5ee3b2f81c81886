"""How far a prediction is from data whose errors are percentages, so that small ones are not favoured.

A published covariance is of the measured values. Where an error is a percentage (flux, efficiency), a
prediction below the data would be judged with errors that are too large for it, one above with too small
ones, and a fit ends below the data (Peelle's puzzle). Three ways to count it:

``scaled``
    the covariance is scaled to the prediction, ``C_ij t_i t_j/(d_i d_j)``, with t the prediction of the step
    before; repeated until it stands still (the t0 method, Ball et al., arXiv:0912.2276). A bin that is
    measured below twice its own error keeps its absolute error.
``apart``
    the sum of all bins and the shares of the bins, each with its own covariance by linear propagation,
    without correlations between them.
``published``
    the covariance as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nugan_hep.kinematics import Array

WAYS = ("scaled", "apart", "published")
SIGNIFICANT = 2.0
"""A bin's error is a percentage of it where it is measured with more than so many errors."""


class Data(NamedTuple):
    """Measured values [B], covariance [B, B] and widths [B]: ``widths @ values`` is the sum of all bins."""

    values: Array
    covariance: Array
    widths: Array


class Residuals(NamedTuple):
    """Residuals [B], their derivatives by the prediction [B, B], their covariance [B, B]."""

    values: Array
    jacobian: Array
    covariance: Array


def scaled(data: Data, prediction: Array) -> Array:
    """The covariance [B, B] with errors of the same percentages of the prediction [B]."""
    significant = data.values > SIGNIFICANT * np.sqrt(np.diag(data.covariance))
    scale = np.where(significant, prediction / np.where(significant, data.values, 1.0), 1.0)
    return np.asarray(data.covariance * np.outer(scale, scale))


def residuals(data: Data, prediction: Array, way: str) -> Residuals:
    """Data minus prediction [B] in the given way, see the module."""
    if way == "apart":
        return _apart(data, prediction)
    covariance = scaled(data, prediction) if way == "scaled" else data.covariance
    return Residuals(data.values - prediction, -np.eye(data.values.size), covariance)


def chi2(data: Data, prediction: Array, way: str) -> float:
    """Of a prediction [B]."""
    found = residuals(data, prediction, way)
    return float(found.values @ np.linalg.solve(found.covariance, found.values))


def _apart(data: Data, prediction: Array) -> Residuals:
    """The sum of the bins, and the shares of all of them but the last, which follows."""
    (total, shares, at_data), (sum_of_t, shares_of_t, at_prediction) = (
        _shares(values, data.widths) for values in (data.values, prediction)
    )
    covariance = at_data @ data.covariance @ at_data.T
    covariance[0, 1:] = covariance[1:, 0] = 0.0
    values = np.append(total - sum_of_t, (shares - shares_of_t)[:-1])
    return Residuals(values, -at_prediction, covariance)


def _shares(values: Array, widths: Array) -> tuple[float, Array, Array]:
    """Sum, shares [B] and the derivatives of (sum, shares but the last) by the values [B, B]."""
    contents = widths * values
    total = float(contents.sum())
    shares = contents / total
    of_shares = (np.diag(widths) - np.outer(shares, widths)) / total
    return total, shares, np.vstack([widths, of_shares[:-1]])
