"""Replicas of the factor: draws of the posterior of coefficients and scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nugan_hep.tuning.fit import Fit, Source, fit, score
from nugan_hep.tuning.prior import PARAMETERS, SPREAD, Factor, Scales

STRIDE = 0.6
"""Of a step of the chain of scales, in standard deviations of their prior over the root of their number."""
BURN = 20


def replicas(
    sources: Sequence[Source],
    best: Fit,
    about: Scales,
    way: str,
    n: int,
    seed: int,
    report: Callable[[int], None] = lambda count: None,
) -> list[Factor]:
    """``n`` draws of the factor.

    The scales walk by Metropolis' rule in their evidence times their prior about ``about``, from the best
    ones; with each goes a draw of the normal distribution of the coefficients
    (:class:`nugan_hep.tuning.fit.Fit`).
    """
    random = np.random.default_rng(seed)
    here, height = best, score(best, about)
    found = []
    stride = STRIDE * SPREAD / np.sqrt(SPREAD.size)
    for step in range(BURN + n):
        proposed = here.scales.logarithms() + stride * random.standard_normal(SPREAD.size)
        there = fit(sources, about.moved(proposed), way, here.mean)
        if np.log(random.uniform()) < (level := score(there, about)) - height:
            here, height = there, level
        if step >= BURN:
            found.append(Factor(here.scales, here.draw(random)[:PARAMETERS]))
            report(len(found))
    return found
