"""A neutrino flux: a histogram in the energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError

Array = NDArray[np.float64]
PER_POT = "cm-2 POT-1"
ARBITRARY = "arbitrary"


@dataclass(frozen=True)
class Flux:
    """Neutrinos against energy.

    Attributes
    ----------
    edges : [K + 1] rising, GeV
    density : [K], per GeV and in ``unit``, at least 0
    unit : ``cm-2 POT-1`` where the normalisation is known, else ``arbitrary``
    name : where it comes from, for messages and output files
    contents : the unit that its source's contents were taken for, or empty
    named_for : PDG number of the neutrino that its histogram or column is named for, or None
    reading : how the energies of a table were read, such as ``lower edges of bins``, or empty

    Edges that differ by rounding alone (1e-6 of their size) are one edge.
    """

    edges: Array
    density: Array
    unit: str = ARBITRARY
    name: str = "flux"
    contents: str = ""
    named_for: int | None = None
    reading: str = ""

    def __post_init__(self) -> None:
        edges, density = (np.asarray(values, dtype=np.float64) for values in (self.edges, self.density))
        if edges.ndim != 1 or density.ndim != 1:
            raise UserError(
                f"{self.name}: shapes {edges.shape} and {density.shape}; "
                "expected edges [K + 1] and density [K]"
            )
        edges, density = _core.without_slivers(edges.tolist(), density.tolist(), self.name)
        object.__setattr__(self, "edges", edges)
        object.__setattr__(self, "density", density)

    def __call__(self, enu: ArrayLike) -> Array:
        """The density at energies [GeV] of any shape; 0 outside of the histogram."""
        energies = np.asarray(enu, dtype=np.float64)
        k = np.searchsorted(self.edges, energies, side="right") - 1
        inside = (k >= 0) & (k < len(self.density))
        return np.where(inside, self.density[np.clip(k, 0, len(self.density) - 1)], 0.0)

    def integral(self, low: float = -np.inf, high: float = np.inf) -> float:
        """Neutrinos between two energies [GeV], in ``unit``."""
        edges = np.clip(self.edges, low, high)
        return float(np.sum(self.density * np.diff(edges)))

    def quantiles(self, shares: ArrayLike) -> Array:
        """Energies [GeV] below which these shares of the neutrinos are, of the shape of ``shares``."""
        below = np.concatenate([[0.0], np.cumsum(self.density * np.diff(self.edges))])
        return np.asarray(np.interp(np.asarray(shares, np.float64), below / below[-1], self.edges))

    def between(self, low: float, high: float) -> Flux:
        """The part of it between two energies [GeV].

        Raises
        ------
        UserError : nothing is there
        """
        return _core.between(self, low, high)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; :func:`from_dict` takes it back."""
        return _core.describe_flux(self)


def from_dict(content: dict[str, Any]) -> Flux:
    """The flux in a file's JSON."""
    return Flux(**{"contents": "", **content})
