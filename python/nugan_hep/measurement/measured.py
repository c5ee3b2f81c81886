"""A measurement as its release describes it: which events are in which bin, what was found there, how well.

Cross sections are averaged over the whole flux, in 1e-38 cm²/nucleon. Every module of
:mod:`nugan_hep.measurement.readers` makes one :class:`Measured` of a data release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement.bins import Content, Prediction
from nugan_hep.measurement.chi2 import check_covariance

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Part:
    """The true bins of one beam on one target.

    Attributes
    ----------
    probe : PDG number of the neutrino
    flux : of that neutrino; any normalisation
    nuclei : (PDG number, share of the target's nucleons) of the nuclei whose events count; the shares add up
        to less than one where others have no such events, as hydrogen has none without mesons
    size : number T of true bins
    find : the bin of each event [N] of :class:`Lists`, T where it is in none; without ``hadrons`` it asks for
        nothing but the neutrino's energy and the lepton
    hadrons : whether the bins ask for more than the lepton
    """

    probe: int
    flux: Flux
    nuclei: tuple[tuple[int, float], ...]
    size: int
    find: Callable[[Lists], NDArray[np.intp]]
    hadrons: bool = False


class View(NamedTuple):
    """Bins drawn side by side: ``rows`` of the data, their ``edges`` [rows + 1], words for the axes."""

    rows: slice
    edges: Array
    title: str
    x: str
    y: str


@dataclass(frozen=True, eq=False)
class Measured:
    """A data release.

    Attributes
    ----------
    kind : the reader's name, such as ``t2k_ccinc_2018``
    title, reference : for figures and cards; the reference is the arXiv number, such as ``1801.05148``
    parts : beams and targets; their true bins follow each other, T in all
    matrix : [B, T], from the cross section in true bins to what is measured: 1/width, smearing and efficiency
    data : [B]
    covariance : [B, B]
    widths : [B], so that ``widths @ data`` is the cross section of all bins, 1e-38 cm²/nucleon
    views : the bins as they are drawn
    describe : what bin k is, such as ``0.2 < p < 0.5 GeV, 0 < cos(theta) < 0.9``
    total, total_error : the publication's own total [1e-38 cm²/nucleon], where it gives one
    """

    kind: str
    title: str
    reference: str
    parts: tuple[Part, ...]
    matrix: Array
    data: Array
    covariance: Array
    widths: Array
    views: tuple[View, ...]
    describe: Callable[[int], str]
    total: float | None = None
    total_error: float | None = None

    def predict(self, true: Content) -> Prediction:
        """What is measured of the cross section in true bins [T]; more elements are of events in no bin."""
        t = self.matrix.shape[1]
        return Prediction(self.matrix @ true.sums[:t], (self.matrix * true.variances[:t]) @ self.matrix.T)

    def take(self, kept: NDArray[np.bool_]) -> Measured:
        """The bins where ``kept`` [B] is true, such as those that a model's energies reach.

        Raises
        ------
        UserError : none of them, or bins of a view that do not follow each other
        """
        (rows,) = np.nonzero(kept)
        if rows.size == 0:
            raise UserError(f"{self.kind}: none of its {self.data.size} bins is left")
        views, first = [], 0
        for view in self.views:
            (places,) = np.nonzero(kept[view.rows])
            if places.size == 0:
                continue
            if places[-1] - places[0] != places.size - 1:
                raise UserError(f"{self.kind}: bins of {view.title} are left that do not follow each other")
            edges = view.edges[places[0] : places[-1] + 2]
            views.append(view._replace(rows=slice(first, first + places.size), edges=edges))
            first += places.size
        return replace(
            self,
            matrix=self.matrix[rows],
            data=self.data[rows],
            covariance=self.covariance[np.ix_(rows, rows)],
            widths=self.widths[rows],
            views=tuple(views),
            describe=lambda k: self.describe(int(rows[k])),
            total=None,
            total_error=None,
        )

    def __post_init__(self) -> None:
        """Raises UserError for a covariance that cannot be one; ValueError for shapes that do not fit."""
        b, t = self.data.size, sum(part.size for part in self.parts)
        if self.matrix.shape != (b, t) or self.widths.shape != (b,):
            raise ValueError(f"{self.kind}: matrix {self.matrix.shape}, expected ({b}, {t})")
        if not np.isfinite(self.data).all():
            k = int(np.argmin(np.isfinite(self.data)))
            raise UserError(f"{self.kind}: bin {k} of the data is not finite")
        check_covariance(self.covariance, b, self.kind)
        if not np.all(self.matrix.sum(axis=1) > 0):
            k = int(np.argmin(self.matrix.sum(axis=1)))
            raise UserError(f"{self.kind}: nothing is smeared into bin {k} ({self.describe(k)})")


def fill(
    parts: Sequence[Part], chunks: Iterable[tuple[Lists, Array]], share: float = 1.0
) -> tuple[Content, ...]:
    """The cross section in the true bins of each part, and at the end in none of them.

    Parameters
    ----------
    chunks : events with weights [N] of 1e-38 cm²/nucleon, the same for all parts
    share : what the weights are multiplied with

    Raises
    ------
    UserError : no events
    """
    contents = [Content(np.zeros(part.size + 1), np.zeros(part.size + 1)) for part in parts]
    count = 0
    for lists, weights in chunks:
        count += weights.size
        for part, (sums, variances) in zip(parts, contents, strict=True):
            number = part.find(lists)
            sums += np.bincount(number, share * weights, minlength=sums.size)
            variances += np.bincount(number, (share * weights) ** 2, minlength=sums.size)
    if count == 0:
        raise UserError("no events to fill the bins with")
    return tuple(contents)
