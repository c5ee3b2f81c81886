"""Replicas of the factor: draws of the posterior of coefficients and scales."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from nugan_hep.transfer.chain import metropolis
from nugan_hep.tuning.fit import Fit, Source, fit, score
from nugan_hep.tuning.prior import PARAMETERS, SPREAD, Factor, Scales

STRIDE = 0.6
"""Of a step of the chain of scales, in standard deviations of their prior over the root of their number."""
BURN = 10
DRAWS = 4
"""Of the coefficients for each place of the chain."""


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
    ones; with each go draws of the normal distribution of the coefficients
    (:class:`nugan_hep.tuning.fit.Fit`).
    """
    random = np.random.default_rng(seed)
    stride = STRIDE * SPREAD / np.sqrt(SPREAD.size)

    def propose(here: Fit) -> Fit:
        logarithms = here.scales.logarithms() + stride * random.standard_normal(SPREAD.size)
        return fit(sources, about.moved(logarithms), way, here.mean)

    chain = metropolis(best, propose, lambda here: score(here, about), random)
    found: list[Factor] = []
    for here in itertools.islice(chain, BURN, BURN + -(-n // DRAWS)):
        found += [Factor(here.scales, here.draw(random)[:PARAMETERS]) for _ in range(DRAWS)]
        report(min(len(found), n))
    return found[:n]
