"""Double-differential cross sections in bins of the muon's momentum and angle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep.errors import UserError

Array = NDArray[np.float64]


class Muons(NamedTuple):
    """Muons of events that follow a flux, each array of shape [N].

    Attributes
    ----------
    momentum : GeV
    cos_theta : of the angle between muon and neutrino
    weights : 1e-38 cm²/nucleon; their sum over a sample is the cross section averaged over the flux
    """

    momentum: Array
    cos_theta: Array
    weights: Array


class Content(NamedTuple):
    """Cross section in each bin, 1e-38 cm²/nucleon; what is in no bin comes last.

    Attributes
    ----------
    sums : [B + 1]
    variances : [B + 1], from the number of events
    """

    sums: Array
    variances: Array


class Prediction(NamedTuple):
    """d²sigma/dp dcos(theta) in each bin, 1e-38 cm²/GeV/nucleon.

    Attributes
    ----------
    values : [B]
    covariance : [B, B], from the number of events
    """

    values: Array
    covariance: Array


class Axis(NamedTuple):
    """What bins are of.

    Attributes
    ----------
    name : for messages
    label : the same in LaTeX, without dollars
    unit : may be empty
    size : of the unit in GeV or rad, such as pi/180 for degrees
    """

    name: str
    label: str
    unit: str = ""
    size: float = 1.0

    @property
    def title(self) -> str:
        """The label with the unit in brackets."""
        return f"${self.label}$ [{self.unit}]" if self.unit else f"${self.label}$"

    @property
    def differential(self) -> str:
        """What the vertical axis is of."""
        unit = f"/{self.unit}" if self.unit else ""
        return rf"$d\sigma/d{self.label}$ [$10^{{-38}}$ cm$^2${unit}]"

    def between(self, low: float, high: float) -> str:
        """Such as ``0.2 < p < 0.5 GeV``."""
        return f"{low:g} < {self.name} < {high:g} {self.unit}".rstrip()

    def describe(self, edges: Array, k: int) -> str:
        """The range of bin ``k`` between edges [B + 1]."""
        return self.between(edges[k], edges[k + 1])


MOMENTUM = Axis("p", r"p_\mu", "GeV")
COSINE = Axis("cos(theta)", r"\cos\theta_\mu")


def number_in(edges: Array, values: ArrayLike) -> NDArray[np.intp]:
    """The number of the bin of each value [N] between edges [B + 1], or B where there is none.

    A lower edge belongs to its bin, an upper one to the next.
    """
    number = np.searchsorted(edges, np.asarray(values, dtype=np.float64), side="right") - 1
    return np.where((number < 0) | (number >= edges.size - 1), edges.size - 1, number)


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins of momentum in slices of cos(theta), one slice after the other, from low momenta to high ones.

    Attributes
    ----------
    cos_theta : [S + 1], edges of the slices
    momentum : S arrays of edges [GeV]
    """

    cos_theta: Array
    momentum: tuple[Array, ...]

    def __init__(self, cos_theta: ArrayLike, momentum: Sequence[ArrayLike]) -> None:
        edges = tuple(np.asarray(row, dtype=np.float64) for row in momentum)
        object.__setattr__(self, "cos_theta", np.asarray(cos_theta, dtype=np.float64))
        object.__setattr__(self, "momentum", edges)
        if self.cos_theta.shape != (len(edges) + 1,):
            raise UserError(
                f"{len(edges)} slices with {self.cos_theta.size} edges of cos(theta); "
                f"expected {len(edges) + 1}"
            )
        for row in (self.cos_theta, *edges):
            if row.ndim != 1 or row.size < 2 or not np.all(np.diff(row) > 0):
                raise UserError(f"edges of bins {row.tolist()!s:.80}: expected two or more that rise")

    @classmethod
    def of_rows(cls, rows: ArrayLike, name: str) -> Bins:
        """Bins of a table [B, 4]: lowest and highest cos(theta), lowest and highest momentum [GeV] of each.

        Raises
        ------
        UserError : bins that overlap or do not follow each other
        """
        table = np.asarray(rows, dtype=np.float64)
        low, high = table[:, ::2], table[:, 1::2]
        same = (np.diff(low[:, 0]) == 0) & (np.diff(high[:, 0]) == 0)
        follows = np.where(same, low[1:, 1] == high[:-1, 1], low[1:, 0] == high[:-1, 0])
        if not follows.all():
            k = int(np.argmin(follows))
            raise UserError(f"{name}: bins {k} and {k + 1} overlap or do not follow each other")
        slices = np.split(table, np.flatnonzero(~same) + 1)
        cosines = [*(part[0, 0] for part in slices), table[-1, 1]]
        return cls(cosines, [np.append(part[:, 2], part[-1, 3]) for part in slices])

    def __len__(self) -> int:
        return sum(edges.size - 1 for edges in self.momentum)

    @property
    def areas(self) -> Array:
        """Width in momentum times width in cos(theta) of each bin [B], GeV."""
        widths = np.diff(self.cos_theta)
        return np.concatenate(
            [width * np.diff(edges) for width, edges in zip(widths, self.momentum, strict=True)]
        )

    def find(self, momentum: ArrayLike, cos_theta: ArrayLike) -> NDArray[np.intp]:
        """The number of the bin of each muon [N], or B where there is none.

        A lower edge belongs to its bin, an upper one to the next; cos(theta) = 1 is in the last slice.
        """
        p, cosine = np.asarray(momentum, dtype=np.float64), np.asarray(cos_theta, dtype=np.float64)
        slice_number = np.searchsorted(self.cos_theta, cosine, side="right") - 1
        slice_number = np.where(cosine == self.cos_theta[-1], len(self.momentum) - 1, slice_number)
        found = np.full(p.shape, len(self), dtype=np.intp)
        first = 0
        for k, edges in enumerate(self.momentum):
            number = number_in(edges, p)
            inside = (slice_number == k) & (number < edges.size - 1)
            found[inside] = first + number[inside]
            first += edges.size - 1
        return found

    def describe(self, k: int, inner: Axis = MOMENTUM, outer: Axis = COSINE) -> str:
        """Ranges of bin ``k``, such as ``0.2 < p < 0.5 GeV, 0 < cos(theta) < 0.9``."""
        for number, edges in enumerate(self.momentum):
            if k < edges.size - 1:
                low, high = self.cos_theta[number : number + 2]
                return f"{inner.between(edges[k], edges[k + 1])}, {outer.between(low, high)}"
            k -= edges.size - 1
        raise IndexError(f"{len(self)} bins")

    def fill(self, chunks: Iterable[Muons]) -> Content:
        """The cross section of muons in each bin."""
        sums, variances = np.zeros(len(self) + 1), np.zeros(len(self) + 1)
        for muons in chunks:
            number = self.find(muons.momentum, muons.cos_theta)
            sums += np.bincount(number, muons.weights, minlength=sums.size)
            variances += np.bincount(number, muons.weights**2, minlength=sums.size)
        return Content(sums, variances)

    def divide(self, content: Content) -> Prediction:
        """The differential cross section: the content of each bin over its area."""
        return Prediction(content.sums[:-1] / self.areas, np.diag(content.variances[:-1] / self.areas**2))

    def split(self, values: Array) -> list[Array]:
        """The values [B] of each slice."""
        ends = np.cumsum([edges.size - 1 for edges in self.momentum])[:-1]
        return np.split(values, ends)
