"""Cross-validation: bins of a measurement that are left out of the fit are predicted by the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.measurement.measured import Measured
from nugan_hep.tuning.fit import Fit, Source, fit
from nugan_hep.tuning.likelihood import Data, chi2


class HeldOut(NamedTuple):
    """A group of bins: chi2 by the model and by a fit to the other bins, errors scaled to the prediction."""

    title: str
    bins: int
    before: float
    after: float


def part_of(source: Source, rows: NDArray[np.intp]) -> Source:
    """A measurement of some bins alone."""
    data, response = source.data, source.response
    few = Data(data.values[rows], data.covariance[np.ix_(rows, rows)], data.widths[rows])
    return Source(few, response._replace(matrix=response.matrix[rows]), source.norm)


def held_out(
    measured: Sequence[Measured], sources: Sequence[Source], best: Fit, way: str
) -> dict[str, list[HeldOut]]:
    """By kind, each view's bins predicted by a fit to all others, with the scales of the whole fit."""
    found: dict[str, list[HeldOut]] = {}
    for k, (one, source) in enumerate(zip(measured, sources, strict=True)):
        everything = np.arange(one.data.size)
        for view in one.views if len(one.views) > 1 else ():
            rows = everything[view.rows]
            others = list(sources)
            others[k] = part_of(source, np.setdiff1d(everything, rows))
            left = part_of(source, rows)
            learned = fit(others, best.scales, way, best.mean)
            ratios = np.exp(learned.factor.log(left.response.x))[None]
            after = left.response.contents(ratios)[0]
            pair = (chi2(left.data, values, "scaled") for values in (left.response.untuned(), after))
            found.setdefault(one.kind, []).append(HeldOut(view.title, rows.size, *pair))
    return found
