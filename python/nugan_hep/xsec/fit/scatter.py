"""Point-to-point errors of data sets, from the scatter of neighbouring points of their spectra.

Many of the archive's errors are statistical. What else moves single points shows in the data themselves: a
point's logarithm y_0 is compared with the cubic through those of its four neighbours in omega,

    r = y_0 - sum_k w_k y_k,    <r^2> = e_0^2 + sum_k w_k^2 e_k^2 + x^2 (1 + sum_k w_k^2),

w_k Lagrange's weights, e_k the relative errors as they are quoted, and x the relative error that is not in
them, the same for all points of a data set. x is where the median of r^2/<r^2> is that of a chi2 of one
degree of freedom: single outliers do not count, and no model of the cross section comes in. (PDG's scale
factor, from medians, and added instead of multiplied: what is wrong is the smallness of the smallest errors.)
A spectrum whose points jump much more than those of its data set has its own x, from the mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from nugan_hep.xsec.data.points import Array, Points

MEDIAN = 0.4549364
"""Of the chi2 distribution of one degree of freedom."""
LEAST = 20
"""Residuals without which a data set's scatter is not known."""
WILD = 2.5
"""Of r^2/<r^2>: with Gaussian errors 20 residuals reach it once in 90 times, 40 once in 900."""
LARGEST_WEIGHTS = 3.0
"""Of sum w^2: beyond, the neighbours lie too unevenly to say anything."""
LARGEST = 1.0


def residuals(points: Points) -> tuple[Array, Array, Array, NDArray[np.int64]]:
    """r, its variance by the quoted errors, 1 + sum w^2, and data sets, of the points with neighbours [m]."""
    found: list[tuple[float, float, float, int]] = []
    for number in np.unique(points.spectrum):
        own = np.flatnonzero(points.spectrum == number)
        own = own[np.argsort(points.omega[own], kind="stable")]
        omega, y = points.omega[own], np.log(points.value[own])
        error = points.error[own] / points.value[own]
        for k in range(2, len(own) - 2):
            near = [k - 2, k - 1, k + 1, k + 2]
            if len(np.unique(omega[[*near, k]])) < 5:
                continue
            weights = _lagrange(omega[near], omega[k])
            if (size := float(weights @ weights)) > LARGEST_WEIGHTS:
                continue
            variance = error[k] ** 2 + weights**2 @ error[near] ** 2
            found.append((y[k] - weights @ y[near], variance, 1.0 + size, int(points.source[own[k]])))
    table = np.array(found).reshape(-1, 4)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(np.int64)


def excess(r: Array, variance: Array, size: Array) -> float:
    """x of some residuals; 0 where the quoted errors are large enough."""

    def above(x: float) -> float:
        return float(np.median(r**2 / (variance + x**2 * size))) - MEDIAN

    if above(0.0) <= 0:
        return 0.0
    return float(brentq(above, 0.0, LARGEST)) if above(LARGEST) < 0 else LARGEST


def point_errors(points: Points) -> dict[str, float | None]:
    """x of every data set that has points; None where there are too few to say."""
    r, variance, size, source = residuals(points)
    found: dict[str, float | None] = {}
    for k, name in enumerate(points.sources):
        if not (points.source == k).any():
            continue
        own = source == k
        found[name] = excess(r[own], variance[own], size[own]) if own.sum() >= LEAST else None
    return found


def wild_spectra(points: Points, of_sets: Array) -> dict[int, float]:
    """x of the spectra that scatter much more than their data sets, ``of_sets`` [sets], by their numbers.

    That is where the mean of r^2/<r^2>, of at least ``LEAST`` residuals, is above ``WILD``; x makes it one.
    Outliers are to be left out before.
    """
    found = {}
    for number in np.unique(points.spectrum):
        r, variance, size, source = residuals(points[points.spectrum == number])
        if len(r) < LEAST or np.mean(r**2 / (variance + of_sets[source] ** 2 * size)) <= WILD:
            continue

        def above(x: float, r: Array = r, variance: Array = variance, size: Array = size) -> float:
            return float(np.mean(r**2 / (variance + x**2 * size))) - 1.0

        found[int(number)] = float(brentq(above, 0.0, LARGEST)) if above(LARGEST) < 0 else LARGEST
    return found


def outliers(points: Points, errors: float) -> NDArray[np.bool_]:
    """Which points [n] stick out by more than so many ``errors``; none for 0.

    A point sticks out if it is above or below both of its neighbours and the cubic through four, each by so
    many common errors: neither an edge nor a peak does. The worst of a spectrum goes first, the others are
    judged without it.
    """
    odd = np.zeros(len(points), dtype=bool)
    if errors == 0:
        return odd
    for number in np.unique(points.spectrum):
        own = np.flatnonzero(points.spectrum == number)
        own = own[np.argsort(points.omega[own], kind="stable")]
        while len(own) > 4:
            away = _sticking_out(
                points.omega[own], np.log(points.value[own]), points.error[own] / points.value[own]
            )
            worst = int(away.argmax())
            if away[worst] <= errors:
                break
            odd[own[worst]] = True
            own = np.delete(own, worst)
    return odd


def _sticking_out(omega: Array, y: Array, error: Array) -> Array:
    """By how many errors each point of a spectrum does [m]; 0 for those that lie between their neighbours."""
    away = np.zeros(len(y))
    for k in range(2, len(y) - 2):
        sides = y[k] - y[[k - 1, k + 1]]
        near = [k - 2, k - 1, k + 1, k + 2]
        if sides[0] * sides[1] <= 0 or len(np.unique(omega[[*near, k]])) < 5:
            continue
        weights = _lagrange(omega[near], omega[k])
        if weights @ weights > LARGEST_WEIGHTS:
            continue
        cubic = abs(y[k] - weights @ y[near]) / np.sqrt(error[k] ** 2 + weights**2 @ error[near] ** 2)
        away[k] = min(cubic, *(np.abs(sides) / np.hypot(error[k], error[[k - 1, k + 1]])))
    return away


def _lagrange(at: Array, x: float) -> Array:
    """Weights of the values at four places in the cubic's value at x."""
    others = ~np.eye(len(at), dtype=bool)
    ratios = (x - at)[None, :] / np.where(others, at[:, None] - at[None, :], 1.0)
    weights: Array = np.prod(np.where(others, ratios, 1.0), axis=1)
    return weights
