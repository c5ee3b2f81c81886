"""How far a prediction is from a measurement with correlated errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep.errors import UserError
from nugan_hep.measurement.bins import Prediction

Array = NDArray[np.float64]

ASYMMETRY = 1e-6
"""Largest difference of two mirrored elements, in units of the two errors: above the rounding of tables."""
SINGULAR = 1e-10
"""Smallest eigenvalue of a correlation matrix whose inverse still has digits."""


class Comparison(NamedTuple):
    """A prediction against data.

    Attributes
    ----------
    chi2 : with the whole covariance
    ndf : number of bins
    p_value : probability of a larger chi2, were the prediction true
    error : uncertainty of chi2 from the number of generated events
    bias : what the number of generated events adds to chi2 on average
    uncorrelated : chi2 with the errors alone, no correlations
    norm, shape : the factor of the prediction that makes chi2 least, and chi2 there (ndf - 1)
    """

    chi2: float
    ndf: int
    p_value: float
    error: float
    bias: float
    uncorrelated: float
    norm: float
    shape: float


def check_covariance(matrix: ArrayLike, size: int, name: str) -> Array:
    """The matrix [B, B] if it can be the covariance of ``size`` bins.

    Raises
    ------
    UserError : another shape, numbers that are not finite, not symmetric, not positive definite
    """
    covariance = np.asarray(matrix, dtype=np.float64)
    if covariance.shape != (size, size):
        shape = " x ".join(map(str, covariance.shape))
        raise UserError(f"{name}: a covariance of {shape} elements, expected {size} x {size}")
    if not np.isfinite(covariance).all():
        raise UserError(f"{name}: the covariance has elements that are not finite")
    variances = np.diag(covariance)
    if not np.all(variances > 0):
        k = int(np.argmin(variances))
        raise UserError(f"{name}: the covariance has the variance {variances[k]:g} in bin {k}, expected > 0")
    errors = np.sqrt(variances)
    correlation = covariance / np.outer(errors, errors)
    asymmetry = np.abs(correlation - correlation.T)
    if asymmetry.max() > ASYMMETRY:
        i, j = np.unravel_index(int(np.argmax(asymmetry)), asymmetry.shape)
        raise UserError(
            f"{name}: the covariance is not symmetric: {covariance[i, j]:g} in ({i}, {j}), "
            f"{covariance[j, i]:g} in ({j}, {i})"
        )
    smallest = float(np.linalg.eigvalsh(0.5 * (correlation + correlation.T))[0])
    if smallest < SINGULAR:
        raise UserError(
            f"{name}: the covariance is not positive definite: the smallest eigenvalue of its correlations "
            f"is {smallest:.3g}"
        )
    return covariance


def compare(data: Array, covariance: Array, prediction: Prediction) -> Comparison:
    """Compare a prediction with data [B] and their covariance [B, B], in the same units.

    ``chi2 = r^T C^-1 r`` with the residuals r. With V the prediction's own covariance, chi2 fluctuates by
    ``2 sqrt(r^T C^-1 V C^-1 r)`` and is too large by ``tr(C^-1 V)``; V is not in C.

    Raises
    ------
    ValueError : shapes that do not fit
    """
    from scipy import linalg, stats

    values = prediction.values
    if not (values.shape == data.shape and covariance.shape == (data.size, data.size)):
        raise ValueError(f"{values.shape} predicted, {data.shape} measured, {covariance.shape} covariance")
    factor = linalg.cho_factor(covariance)
    pulled = linalg.cho_solve(factor, data - values)
    chi2 = float((data - values) @ pulled)
    weighted = linalg.cho_solve(factor, values)
    square = float(weighted @ values)
    norm = float(weighted @ data) / square if square > 0 else 0.0
    rest = data - norm * values
    return Comparison(
        chi2=chi2,
        ndf=data.size,
        p_value=float(stats.chi2.sf(chi2, data.size)),
        error=2.0 * float(np.sqrt(pulled @ prediction.covariance @ pulled)),
        bias=float(np.trace(linalg.cho_solve(factor, prediction.covariance))),
        uncorrelated=float(np.sum((data - values) ** 2 / np.diag(covariance))),
        norm=norm,
        shape=float(rest @ linalg.cho_solve(factor, rest)),
    )
