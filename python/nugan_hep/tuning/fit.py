"""The most probable factor, and how well scales of the prior suit the data.

The posterior of the coefficients is taken as a normal distribution about its maximum (Laplace's
approximation), which Gauss and Newton's steps find. The scales maximise the evidence (MacKay, Neural Comput.
4 (1992) 415) times a log-normal prior about their defaults. The result of a fit is never looked at for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from nugan_hep.kinematics import Array
from nugan_hep.tuning.likelihood import Data, residuals
from nugan_hep.tuning.prior import PARAMETERS, SPREAD, Factor, Scales, features
from nugan_hep.tuning.response import Response

STEPS = 40
REACH = 3.0
"""Of the scales, in standard deviations of their prior."""


class Source(NamedTuple):
    """A measurement as the fit sees it.

    Attributes
    ----------
    data : what was measured
    response : the events in its bins
    norm : standard deviation of the logarithm of a normalisation of its own, 0 for none
    """

    data: Data
    response: Response
    norm: float = 0.0


@dataclass(frozen=True, eq=False)
class Fit:
    """A normal distribution of the parameters: coefficients [441], then a pull for each source with a
    ``norm``.

    Attributes
    ----------
    mean, precision : [P], [P, P]; the prior is a standard normal distribution
    predictions : [B] of each source
    chi2 : of each source at the maximum, in the way of the fit
    log_evidence : of the data, up to a constant of the data alone
    """

    scales: Scales
    mean: Array
    precision: Array
    predictions: tuple[Array, ...]
    chi2: tuple[float, ...]
    log_evidence: float

    @property
    def factor(self) -> Factor:
        """The most probable one."""
        return Factor(self.scales, self.mean[:PARAMETERS])

    @property
    def pulls(self) -> tuple[Array, Array]:
        """Of the normalisations: values and errors in standard deviations of their priors."""
        covariance = np.linalg.inv(self.precision)
        return self.mean[PARAMETERS:], np.sqrt(np.diag(covariance)[PARAMETERS:])

    @property
    def parameters(self) -> float:
        """How many the data determine (MacKay): P - tr(H^-1)."""
        return float(len(self.mean) - np.trace(np.linalg.inv(self.precision)))

    def draw(self, random: np.random.Generator) -> Array:
        """Parameters [P] of the posterior."""
        lower = np.linalg.cholesky(self.precision)
        return self.mean + np.linalg.solve(lower.T, random.standard_normal(len(self.mean)))


def fit(sources: Sequence[Source], scales: Scales, way: str, start: Array | None = None) -> Fit:
    """The most probable factor for given scales; ``way`` is one of :data:`likelihood.WAYS`."""
    nuisances = [k for k, source in enumerate(sources) if source.norm > 0]
    size = PARAMETERS + len(nuisances)
    known = [features(source.response.x, scales) for source in sources]

    def predict(c: Array) -> list[tuple[Array, Array]]:
        found = []
        for k, (source, at) in enumerate(zip(sources, known, strict=True)):
            values, slopes = source.response.predict(at, c[:PARAMETERS])
            jacobian = np.zeros((values.size, size))
            jacobian[:, :PARAMETERS] = slopes
            if k in nuisances:
                column = PARAMETERS + nuisances.index(k)
                scale = float(np.exp(source.norm * c[column]))
                values, jacobian = scale * values, scale * jacobian
                jacobian[:, column] = source.norm * values
            found.append((values, jacobian))
        return found

    def weigh(found: list[tuple[Array, Array]], against: list[Array]) -> list[tuple[float, Array, Array]]:
        """chi2, its half gradient and half Hessian with the covariances at the predictions ``against``."""
        parts = []
        for source, (values, jacobian), fixed in zip(sources, found, against, strict=True):
            here = residuals(source.data, values, way)
            factor = cho_factor(residuals(source.data, fixed, way).covariance)
            slopes = here.jacobian @ jacobian
            pulled = cho_solve(factor, here.values)
            parts.append(
                (float(here.values @ pulled), slopes.T @ pulled, slopes.T @ cho_solve(factor, slopes))
            )
        return parts

    c = np.zeros(size) if start is None or start.size != size else start.copy()
    found = predict(c)
    for _ in range(STEPS):
        against = [values for values, _ in found]
        parts = weigh(found, against)
        value = sum(part[0] for part in parts) + float(c @ c)
        gradient = np.sum([part[1] for part in parts], axis=0) + c
        hessian = np.sum([part[2] for part in parts], axis=0) + np.eye(size)
        direction = np.linalg.solve(hessian, gradient)
        step = 1.0
        while True:
            after = c - step * direction
            new = predict(after)
            trial = sum(part[0] for part in weigh(new, against)) + float(after @ after)
            if trial <= value + 1e-9 or step < 1e-3:
                break
            step *= 0.5
        moved = max(float(np.abs(n[0] / o[0] - 1.0).max()) for n, o in zip(new, found, strict=True))
        c, found = after, new
        if moved < 1e-4:
            break
    parts = weigh(found, [values for values, _ in found])
    hessian = np.sum([part[2] for part in parts], axis=0) + np.eye(size)
    determinants = sum(
        float(np.linalg.slogdet(residuals(source.data, values, way).covariance)[1])
        for source, (values, _) in zip(sources, found, strict=True)
    )
    total = sum(part[0] for part in parts) + float(c @ c)
    evidence = -0.5 * (total + float(np.linalg.slogdet(hessian)[1]) + determinants)
    predictions = tuple(values for values, _ in found)
    return Fit(scales, c, hessian, predictions, tuple(part[0] for part in parts), evidence)


def score(found: Fit, about: Scales) -> float:
    """Logarithm of the evidence times the prior of the scales about ``about``."""
    away = (found.scales.logarithms() - about.logarithms()) / SPREAD
    return found.log_evidence - 0.5 * float(away @ away)


def choose_scales(
    sources: Sequence[Source],
    about: Scales,
    way: str,
    evaluations: int = 120,
    report: Callable[[int, float], None] = lambda count, best: None,
) -> Fit:
    """The fit with the most probable scales, found by Powell's method."""
    best: Fit | None = None
    count = 0
    centre = about.logarithms()

    def cost(logarithms: Array) -> float:
        nonlocal best, count
        found = fit(sources, about.moved(logarithms), way, best.mean if best else None)
        value = score(found, about)
        if best is None or value > score(best, about):
            best = found
        count += 1
        report(count, score(best, about))
        return -value

    bounds = list(zip(centre - REACH * SPREAD, centre + REACH * SPREAD, strict=True))
    options = {"maxfev": evaluations, "xtol": 0.1, "ftol": 1e-4}
    minimize(cost, centre, method="Powell", bounds=bounds, options=options)
    assert best is not None
    return best
