"""The total charged-current cross section that a model carries."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError

Array = NDArray[np.float64]


class CrossSection(NamedTuple):
    """Total cross section against energy.

    Attributes
    ----------
    enu : [K] GeV
    sigma : [K] 1e-38 cm²/nucleon
    relative_error : uncertainty of the whole table, common to all energies
    """

    enu: Array
    sigma: Array
    relative_error: float = _core.default_xsec_error

    def __call__(self, enu: ArrayLike) -> Array:
        """Linear interpolation at ``enu`` [GeV], in 1e-38 cm²/nucleon.

        Raises
        ------
        ValueError : an energy outside the table
        """
        energies = np.asarray(enu, dtype=np.float64)
        if energies.size and (energies.min() < self.enu[0] or energies.max() > self.enu[-1]):
            raise ValueError(f"energy outside the cross section's range {self.enu[0]:g}-{self.enu[-1]:g} GeV")
        return np.asarray(_core.cross_section_at(self.enu, self.sigma, energies))

    def nearest(self, enu: ArrayLike) -> Array:
        """The same, and beyond the table's ends, where rounding to float32 may put an energy, as there."""
        return np.asarray(_core.cross_section_at(self.enu, self.sigma, enu))


def from_table(table: Mapping[str, Any] | None) -> CrossSection | None:
    """The cross section in a run's or a model's JSON, see :func:`to_table`; None where it is empty."""
    if not table or not table.get("enu"):
        return None
    enu, sigma = (np.asarray(table[key], dtype=np.float64) for key in ("enu", "sigma"))
    return CrossSection(enu, sigma, float(table.get("relative_error", _core.default_xsec_error)))


def to_table(cross_section: CrossSection | None) -> dict[str, Any]:
    """The same for JSON."""
    table: dict[str, Any] = {"enu": [], "sigma": [], "unit": "1e-38 cm2/nucleon"}
    if cross_section is not None:
        table |= {"enu": cross_section.enu.tolist(), "sigma": cross_section.sigma.tolist()}
        table["relative_error"] = cross_section.relative_error
    return table


def read_csv(path: Path) -> CrossSection:
    """Read columns ``enu, sigma``, or the histogram ``E_lo_GeV, E_hi_GeV, xsec_total`` of a NuWro run.

    A histogram becomes its bin centres and, by straight lines, the two outer edges.

    Raises
    ------
    UserError : missing columns, unreadable or negative numbers, energies not rising
    """
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        names = rows[0].keys() if rows else []
        if {"enu", "sigma"} <= set(names):
            enu, sigma = (np.array([float(row[key]) for row in rows]) for key in ("enu", "sigma"))
        elif {"E_lo_GeV", "E_hi_GeV", "xsec_total"} <= set(names):
            low, high, sigma = (
                np.array([float(row[key]) for row in rows]) for key in ("E_lo_GeV", "E_hi_GeV", "xsec_total")
            )
            enu, sigma = _from_bins(low, high, sigma)
        else:
            raise UserError(
                f"{path}: columns {', '.join(names)}; expected enu, sigma or E_lo_GeV, E_hi_GeV, xsec_total"
            )
    except (OSError, ValueError, TypeError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read cross section {path}: {error}") from None
    if len(enu) < 2 or not (np.all(np.diff(enu) > 0) and np.all(np.isfinite(sigma)) and np.all(sigma >= 0)):
        raise UserError(f"{path}: expected two or more rising energies with finite cross sections >= 0")
    return CrossSection(enu, sigma)


def _from_bins(low: Array, high: Array, sigma: Array) -> tuple[Array, Array]:
    centre = 0.5 * (low + high)
    if len(centre) < 2:
        return centre, sigma
    first = np.interp(2 * centre[0] - low[0], centre, sigma)
    last = np.interp(2 * centre[-1] - high[-1], centre, sigma)
    edges = max(2 * sigma[0] - first, 0.0), 2 * sigma[-1] - last
    return np.r_[low[0], centre, high[-1]], np.r_[edges[0], sigma, edges[1]]
