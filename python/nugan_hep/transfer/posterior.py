"""Draws of a density ratio's posterior, its scales among them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from nugan_hep.transfer.chain import metropolis
from nugan_hep.transfer.prior import Prior, Scales
from nugan_hep.transfer.ratio import Ratio, Sample, fit, penalty

STRIDE = 0.2
"""Of a step of the chain in the logarithm of each scale."""
THIN = 2
"""Steps from one place of the chain to the next."""
BURN = 10
WIDTH = 1.25
"""Of the draws, over Laplace's: nuclei differ less smoothly than the prior has it.

Chosen so that 68 % bands of three processes hold the truth in about 68 % of the bins on average
(tools/replica_coverage.py, docs/uncertainty.md).
"""
DRAWS = 10
"""Of the coefficients for each place of the chain."""


def walk(
    target: Sample,
    few: Sample,
    many: Sample,
    prior: Prior,
    best: Scales,
    n: int,
    seed: int,
    report: Callable[[int], None] = lambda done: None,
) -> list[Ratio]:
    """Ratios for as many places of the scales as ``n`` draws need, :data:`DRAWS` of each.

    The scales walk by Metropolis' rule in their evidence times their prior, from the best ones, with the
    events ``few`` of the source; the ratio at each place is fitted with ``many``.
    """
    random = np.random.default_rng(seed)

    def propose(here: Scales) -> Scales:
        logarithms = here.logarithms()
        return Scales.of_logarithms(logarithms + STRIDE * random.standard_normal(logarithms.size))

    def level(scales: Scales) -> float:
        return fit(target, few, prior, scales).log_evidence - penalty(scales)

    chain = metropolis(best, propose, level, random)
    found: list[Ratio] = []
    for here in itertools.islice(chain, BURN + THIN - 1, BURN + THIN * -(-n // DRAWS), THIN):
        same = found and found[-1].scales == here
        found.append(found[-1] if same else fit(target, many, prior, here))
        report(min(DRAWS * len(found), n))
    return found
