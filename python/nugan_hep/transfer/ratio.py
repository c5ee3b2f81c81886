"""Fit the ratio of two conditional densities to few events of one and many of the other.

With ``p_target(x | E) = p_source(x | E) r(x, E) / Z(E)`` and ``log r`` from
:mod:`nugan_hep.transfer.prior`, the events' conditional likelihood has one maximum, found by
Newton's method; Z(E) is the mean of r over source events of the same energy bin. The scales of
the prior maximise the evidence (Laplace's approximation; MacKay, Neural Comput. 4 (1992) 415),
so no event has to be held out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nugan_hep.kinematics import Array
from nugan_hep.transfer.prior import Features, Prior, Scales

ENERGY_BINS = 97
CHUNK = 100_000
_STEPS = 20
_SPREAD = 2.0  # standard deviation of the logarithm of a scale
_REACH = 2.5


Seed = int | np.random.SeedSequence


class Sample(NamedTuple):
    """Coordinates [N, 4] and energy bins [N] of events."""

    x: Array
    bins: NDArray[np.int64]


@dataclass(frozen=True)
class Ratio:
    """A fitted log ratio; ``parameters`` is their effective number (MacKay).

    The posterior of the coefficients is nearly a normal distribution with the inverse covariance
    ``precision`` [P, P] (Laplace's approximation).
    """

    prior: Prior
    scales: Scales
    coefficients: Array
    log_evidence: float
    parameters: float
    precision: Array

    def log_ratio(self, x: Array) -> Array:
        """log r [N] at coordinates x [N, 4]; what Z(E) would subtract is left in."""
        return np.asarray(log_ratios(self.prior, self.scales, self.coefficients[:, None], x)[0])

    def of_sample(self, source: Sample) -> Array:
        """r/Z of source events [N]: of mean one in each energy bin."""
        return np.asarray(_normalised(self.log_ratio(source.x)[None], source.bins)[0])

    def draws(self, n: int, seed: Seed, width: float = 1.0) -> Array:
        """Coefficients [P, n] of ``n`` draws of the posterior, ``width`` times as far from the best ones."""
        lower = np.linalg.cholesky(self.precision)
        normal = np.random.default_rng(seed).standard_normal((len(lower), n))
        return np.asarray(self.coefficients[:, None] + width * np.linalg.solve(lower.T, normal))

    def replicas(self, source: Sample, n: int, seed: Seed) -> Array:
        """r/Z of source events for ``n`` draws of the posterior [n, N]."""
        return _normalised(log_ratios(self.prior, self.scales, self.draws(n, seed), source.x), source.bins)


def log_ratios(prior: Prior, scales: Scales, coefficients: Array, x: Array) -> Array:
    """log r [K, N] at coordinates x [N, 4] with coefficients [P, K]."""
    found = np.empty((coefficients.shape[1], len(x)))
    for first in range(0, len(x), CHUNK):
        part = slice(first, first + CHUNK)
        found[:, part] = (prior.features(x[part], scales) @ coefficients.astype(np.float32)).T
    return found


def log_means(rows: Array, bins: NDArray[np.int64]) -> Array:
    """Logarithms of the means of r in each energy bin [K, 97] of log r [K, N].

    A bin without events has the mean of the nearest one with some.
    """
    counts = np.bincount(bins, minlength=ENERGY_BINS)
    (filled,) = np.nonzero(counts)
    top = np.full((len(rows), ENERGY_BINS), -np.inf)
    for row, own in zip(rows, top, strict=True):
        np.maximum.at(own, bins, row)
    sums = [
        np.bincount(bins, np.exp(row - own[bins]), ENERGY_BINS) for row, own in zip(rows, top, strict=True)
    ]
    means = top[:, filled] + np.log(np.array(sums)[:, filled] / counts[filled])
    nearest = np.abs(np.arange(ENERGY_BINS)[:, None] - filled).argmin(axis=1)
    return np.asarray(means[:, nearest])


def _normalised(rows: Array, bins: NDArray[np.int64]) -> Array:
    weights: Array = np.exp(rows - log_means(rows, bins)[:, bins])
    return weights


def energy_bins(enu: Array, enu_range: tuple[float, float]) -> NDArray[np.int64]:
    """Bin of each neutrino energy [GeV]: 97 of equal width over the range."""
    low, high = enu_range
    return np.clip(((enu - low) / (high - low) * ENERGY_BINS).astype(np.int64), 0, ENERGY_BINS - 1)


def bin_centres(enu_range: tuple[float, float]) -> Array:
    """Their middles [97], GeV."""
    low, high = enu_range
    return low + (high - low) * (np.arange(ENERGY_BINS) + 0.5) / ENERGY_BINS


def fit(target: Sample, source: Sample, prior: Prior, scales: Scales) -> Ratio:
    """The most probable ratio for given scales; ``source`` needs events in every bin of ``target``.

    Both samples fluctuate: the likelihood counts for ``n m/(n + m)`` of its n events, m being those
    of the source, or the evidence would take the source's fluctuations for structure.
    """
    known = len(source.x) / (len(source.x) + len(target.x))
    wanted = known * np.bincount(target.bins, minlength=ENERGY_BINS).astype(np.float64)
    present = np.flatnonzero(wanted)
    order = np.argsort(source.bins, kind="stable")
    order = order[np.isin(source.bins[order], present)]
    bins = np.searchsorted(present, source.bins[order])
    features = prior.features(source.x[order], scales)
    sum_target = known * prior.features(target.x, scales).sum(axis=0, dtype=np.float64)
    return _newton(features, bins, wanted[present], sum_target, prior, scales)


def _newton(
    features: Features,
    bins: NDArray[np.int64],
    wanted: Array,
    sum_target: Array,
    prior: Prior,
    scales: Scales,
) -> Ratio:
    starts = np.searchsorted(bins, np.arange(len(wanted)))
    counts = np.bincount(bins)

    def objective(c: Array) -> tuple[float, Array, Array]:
        log_ratio = (features @ c.astype(np.float32)).astype(np.float64)
        top = log_ratio.max()
        ratio = np.exp(log_ratio - top)
        total = np.add.reduceat(ratio, starts)
        log_z = np.log(total / counts) + top
        return float(-(sum_target @ c) + wanted @ log_z + 0.5 * (c @ c)), ratio, total

    c = np.zeros(features.shape[1])
    value, ratio, total = objective(c)
    for _ in range(_STEPS):
        weights = (wanted[bins] / total[bins] * ratio).astype(np.float32)[:, None]
        half = np.sqrt(weights) * features
        means = np.add.reduceat(weights * features, starts, axis=0).astype(np.float64)
        hessian = (half.T @ half).astype(np.float64) - (means.T / wanted) @ means + np.eye(len(c))
        direction = np.linalg.solve(hessian, means.sum(axis=0) - sum_target + c)
        step = 1.0
        while True:
            new = objective(c - step * direction)
            if new[0] <= value + 1e-6 or step < 1e-3:
                break
            step *= 0.5
        c = c - step * direction
        gain, (value, ratio, total) = value - new[0], new
        if gain < 0.05:
            break
    parameters = len(c) - float(np.trace(np.linalg.inv(hessian)))
    return Ratio(prior, scales, c, -value - 0.5 * float(np.linalg.slogdet(hessian)[1]), parameters, hessian)


def penalty(scales: Scales) -> float:
    """Minus the logarithm of the log-normal prior of the scales about their defaults, up to a constant."""
    away = (scales.logarithms() - Scales().logarithms()) / _SPREAD
    return 0.5 * float(away @ away)


def choose_scales(
    target: Sample,
    source: Sample,
    prior: Prior,
    evaluations: int = 150,
    report: Callable[[int, float], None] = lambda count, best: None,
) -> Scales:
    """Scales of the largest evidence times a log-normal prior around the defaults, by Powell's method."""
    centre = Scales().logarithms()
    best, count = -np.inf, 0

    def cost(logarithms: Array) -> float:
        nonlocal best, count
        scales = Scales.of_logarithms(logarithms)
        score = fit(target, source, prior, scales).log_evidence - penalty(scales)
        best, count = max(best, score), count + 1
        report(count, best)
        return -score

    bounds = [(value - _REACH, value + _REACH) for value in centre]
    # a factor of 1.2 in a scale hardly changes the evidence
    options = {"maxfev": evaluations, "xtol": 0.2, "ftol": 1e-4}
    found = minimize(cost, centre, method="Powell", bounds=bounds, options=options)
    return Scales.of_logarithms(found.x)
