"""The total charged-current cross section that a model carries."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError

Array = NDArray[np.float64]
_OF_BINS = {"E_lo_GeV", "E_hi_GeV"} | {
    f"{kind}_{name}" for kind in ("xsec", "err") for name in (*_core.channel_letters, "total")
}


class Channel(NamedTuple):
    """Cross section of a channel and its statistical error, both [K] in 1e-38 cm²/nucleon."""

    sigma: Array
    error: Array


class CrossSection(NamedTuple):
    """Total cross section against energy.

    Attributes
    ----------
    enu : [K] GeV
    sigma : [K] 1e-38 cm²/nucleon
    relative_error : uncertainty of the whole table, common to all energies
    error : [K] statistical uncertainty, independent at each energy, or None where it is not known
    channels : its parts by ``qel``, ``mec``, ``res``, ``dis``, ``coh``; empty where they are not known
    """

    enu: Array
    sigma: Array
    relative_error: float = _core.default_xsec_error
    error: Array | None = None
    channels: Mapping[str, Channel] = MappingProxyType({})

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
    error = np.asarray(table["error"], dtype=np.float64) if "error" in table else None
    channels = {
        name: Channel(*(np.asarray(part[key], dtype=np.float64) for key in Channel._fields))
        for name, part in table.get("channels", {}).items()
    }
    relative = float(table.get("relative_error", _core.default_xsec_error))
    return CrossSection(enu, sigma, relative, error, channels)


def to_table(cross_section: CrossSection | None) -> dict[str, Any]:
    """The same for JSON."""
    table: dict[str, Any] = {"enu": [], "sigma": [], "unit": "1e-38 cm2/nucleon"}
    if cross_section is not None:
        table |= {"enu": cross_section.enu.tolist(), "sigma": cross_section.sigma.tolist()}
        table["relative_error"] = cross_section.relative_error
        if cross_section.error is not None:
            table["error"] = cross_section.error.tolist()
        if cross_section.channels:
            table["channels"] = {
                name: {"sigma": part.sigma.tolist(), "error": part.error.tolist()}
                for name, part in cross_section.channels.items()
            }
    return table


def read_csv(path: Path) -> CrossSection:
    """Read columns ``enu, sigma``, or the histogram ``E_lo_GeV, E_hi_GeV, xsec_total`` of a NuWro run.

    A histogram becomes its bin centres and, by straight lines, the two outer edges. Where it has them, the
    statistical errors ``err_total`` and the channels ``xsec_qel, err_qel, ...`` are read, too.

    Raises
    ------
    UserError : missing columns, unreadable or negative numbers, energies not rising
    """
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        names = {name for name in (rows[0] if rows else {}) if name}
        points, bins = ({"enu", "sigma"} <= names, {"E_lo_GeV", "E_hi_GeV", "xsec_total"} <= names)
        wanted = {"enu", "sigma"} if points else names & _OF_BINS
        columns = {name: np.array([float(row[name]) for row in rows]) for name in wanted}
    except (OSError, ValueError, TypeError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read cross section {path}: {error}") from None
    if not points and not bins:
        there = ", ".join(sorted(names))
        raise UserError(f"{path}: columns {there}; expected enu, sigma or E_lo_GeV, E_hi_GeV, xsec_total")
    for name, column in columns.items():
        wrong = column[~(np.isfinite(column) & (column >= 0))]
        if wrong.size:
            raise UserError(f"{path}: {name} = {wrong[0]:g}, expected a finite number of at least 0")
    table = CrossSection(columns["enu"], columns["sigma"]) if points else _of_bins(columns, path)
    if len(table.enu) < 2 or not np.all(np.diff(table.enu) > 0):
        raise UserError(f"{path}: expected two or more rising energies")
    return table


def _of_bins(columns: dict[str, Array], path: Path) -> CrossSection:
    """The table of a histogram, with the errors and channels that it has."""
    low, high = columns["E_lo_GeV"], columns["E_hi_GeV"]
    enu, sigma = _from_bins(low, high, columns["xsec_total"])
    letters = [name for name in _core.channel_letters if f"xsec_{name}" in columns]
    for name in letters:
        if f"err_{name}" not in columns:
            raise UserError(f"{path}: xsec_{name} without err_{name}, expected both")
    parts = {name: _from_bins(low, high, columns[f"xsec_{name}"])[1] for name in letters}
    for end in (0, -1):  # where one was cut off at 0, the others make up for it
        known = sum(part[end] for part in parts.values())
        for part in parts.values():
            part[end] *= sigma[end] / known if known > 0 else 1.0
    channels = {
        name: Channel(part, _errors_from_bins(columns[f"err_{name}"])) for name, part in parts.items()
    }
    error = _errors_from_bins(columns["err_total"]) if "err_total" in columns else None
    return CrossSection(enu, sigma, error=error, channels=channels)


def _from_bins(low: Array, high: Array, sigma: Array) -> tuple[Array, Array]:
    centre = 0.5 * (low + high)
    if len(centre) < 2:
        return centre, sigma
    first = np.interp(2 * centre[0] - low[0], centre, sigma)
    last = np.interp(2 * centre[-1] - high[-1], centre, sigma)
    edges = max(2 * sigma[0] - first, 0.0), max(2 * sigma[-1] - last, 0.0)
    return np.r_[low[0], centre, high[-1]], np.r_[edges[0], sigma, edges[1]]


def _errors_from_bins(error: Array) -> Array:
    """Those of the edges, half a bin beyond the outer two, of bins of one width."""
    if len(error) < 2:
        return error
    first, last = (np.hypot(1.5 * error[k], 0.5 * error[j]) for k, j in ((0, 1), (-1, -2)))
    return np.asarray(np.r_[first, error, last])
