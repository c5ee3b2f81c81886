"""A spectrum of one observable as a measurement: which events are in which bin, and its one panel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement.bins import Axis, number_in
from nugan_hep.measurement.measured import Measured, Part, View

Array = NDArray[np.float64]
Select = Callable[[Lists], tuple[NDArray[np.bool_], Lists]]
"""Whether each event [N] counts, and those that do."""


def finder(
    select: Select, values: Callable[[Lists], Array], edges: Array, size: float = 1.0
) -> Callable[[Lists], NDArray[np.intp]]:
    """:attr:`nugan_hep.measurement.measured.Part.find` of an observable of the events that count.

    Parameters
    ----------
    values : of the events that count, in GeV or rad
    edges : [B + 1], in units of ``size`` GeV or rad
    """

    def find(lists: Lists) -> NDArray[np.intp]:
        good, kept = select(lists)
        number = np.full(good.size, edges.size - 1, dtype=np.intp)
        number[good] = number_in(edges, values(kept) / size)
        return number

    return find


def measured(
    axis: Axis,
    edges: Array,
    data: Array,
    covariance: Array,
    part: Part,
    smearing: Array | None = None,
    **about: Any,
) -> Measured:
    """The measurement of one spectrum.

    Parameters
    ----------
    edges : [B + 1], in the unit of ``axis``
    data : [B], 1e-38 cm²/nucleon per unit
    smearing : [B, B], probability that an event of a true bin (second index) is measured in another one, or
        None where the data are unfolded
    about : kind, title, reference and what else :class:`Measured` has

    Raises
    ------
    UserError : see :class:`Measured`
    """
    widths = np.diff(edges)
    matrix = np.diag(1 / widths)
    return Measured(
        parts=(part,),
        matrix=matrix if smearing is None else matrix @ smearing,
        data=data,
        covariance=covariance,
        widths=widths,
        views=(view(axis, edges),),
        describe=partial(axis.describe, edges),
        **about,
    )


def view(axis: Axis, edges: Array, first: int = 0, title: str = "") -> View:
    """The panel of a spectrum whose first bin is row ``first``."""
    rows = slice(first, first + edges.size - 1)
    return View(rows, edges, title, axis.title, axis.differential)
