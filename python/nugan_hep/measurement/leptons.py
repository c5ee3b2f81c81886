"""Bins of the charged lepton's momentum and angle as a part of a measurement: which events, which panels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement.bins import Bins
from nugan_hep.measurement.hadronic import OBSERVABLES
from nugan_hep.measurement.measured import View


def finder(
    bins: Bins, counts: Callable[[Lists], NDArray[np.bool_]] | None = None
) -> Callable[[Lists], NDArray[np.intp]]:
    """:attr:`nugan_hep.measurement.measured.Part.find` of leptons in ``bins``, of events that count."""

    def find(lists: Lists) -> NDArray[np.intp]:
        number = bins.find(OBSERVABLES["p_mu"](lists), OBSERVABLES["cos_mu"](lists))
        return number if counts is None else np.where(counts(lists), number, len(bins))

    return find


def views(
    bins: Bins, first: int = 0, lepton: str = r"\mu", text: str = "", kind: str = ""
) -> tuple[View, ...]:
    r"""A panel for each slice of angles.

    Parameters
    ----------
    first : row of the first bin
    lepton : in LaTeX
    text : what stands before the angles in a title, as the target's name
    kind : in LaTeX, behind a quantity: ``^\mathrm{reco}``
    """
    found = []
    for k, edges in enumerate(bins.momentum):
        low, high = bins.cos_theta[k : k + 2]
        title = rf"{text}${low:g} < \cos\theta_{lepton}{kind} < {high:g}$"
        rows = slice(first, first + edges.size - 1)
        found.append(View(rows, edges, title, rf"$p_{lepton}{kind}$ [GeV]", r"$d^2\sigma/dp\,d\cos\theta$"))
        first = rows.stop
    return tuple(found)
