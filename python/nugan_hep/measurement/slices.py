"""Bins of momenta in slices of angles as a part of a measurement: which events, which panels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement.bins import COSINE, MOMENTUM, Axis, Bins
from nugan_hep.measurement.hadronic import OBSERVABLES
from nugan_hep.measurement.measured import View

Find = Callable[[Lists], NDArray[np.intp]]


def finder(
    bins: Bins,
    counts: Callable[[Lists], NDArray[np.bool_]] | None = None,
    inner: str = "p_mu",
    outer: str = "cos_mu",
) -> Find:
    """:attr:`nugan_hep.measurement.measured.Part.find` of leptons in ``bins``, of events that count.

    ``inner`` and ``outer`` are what the bins and their slices are of, see
    :data:`nugan_hep.measurement.hadronic.OBSERVABLES`.
    """

    def find(lists: Lists) -> NDArray[np.intp]:
        number = bins.find(OBSERVABLES[inner](lists), OBSERVABLES[outer](lists))
        return number if counts is None else np.where(counts(lists), number, len(bins))

    return find


def views(
    bins: Bins, first: int = 0, text: str = "", inner: Axis = MOMENTUM, outer: Axis = COSINE
) -> tuple[View, ...]:
    """A panel for each slice; ``first`` is the row of the first bin, ``text`` stands before a title."""
    found = []
    y = rf"$d^2\sigma/d{inner.label}\,d{outer.label}$"
    for k, edges in enumerate(bins.momentum):
        low, high = bins.cos_theta[k : k + 2]
        unit = f" {outer.unit}" if outer.unit else ""
        title = rf"{text}${low:g} < {outer.label} < {high:g}${unit}"
        rows = slice(first, first + edges.size - 1)
        found.append(View(rows, edges, title, inner.title, y))
        first = rows.stop
    return tuple(found)
