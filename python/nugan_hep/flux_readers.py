"""Fluxes from ROOT files, tables of text, functions and histograms; the rules are those of the C++ core."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep import _core, flux_units
from nugan_hep.errors import UserError
from nugan_hep.flux import Array, Flux

FUNCTION_BINS = 2000
PER_GEV = flux_units.FluxUnit(width=1.0)
GZIP = b"\x1f\x8b"

FluxLike = Flux | str | os.PathLike[str] | Callable[[Array], ArrayLike] | tuple[ArrayLike, ArrayLike] | Any
"""What :func:`as_flux` takes."""


def read_flux(
    source: str | os.PathLike[str],
    units: str | None = None,
    probe: int | None = None,
    flux_columns: str | None = None,
) -> Flux:
    """Read ``FILE``, ``FILE:HISTOGRAM`` or ``FILE:HISTOGRAM;CYCLE``.

    Parameters
    ----------
    source : a ROOT file with TH1s or TGraphs, or a table of text, perhaps gzipped (see docs/flux.md). The
        histogram may be left out where the file has one only, or one flux only that is named for the probe.
    units : the unit of the contents (see docs/flux.md); by default that of the axis title. With
        ``E in MeV`` the energies are in MeV.
    probe : PDG number of the neutrino
    flux_columns : the columns of a table, such as ``low,flux``, ``point,numu,numubar`` or
        ``centre=E,flux=3``; by default those that its words name

    Raises
    ------
    UserError : no such file or histogram, more than one that may be meant, no unit, contents that are no flux
    """
    name, histogram = _core.split_flux_source(os.fspath(source))
    said, columns = units or "", flux_columns or ""
    path = Path(name)
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UserError(f"cannot read flux {path}: {(error.strerror or str(error)).lower()}") from None
    is_root = start == b"root"
    _core.check_flux_source(str(path), histogram, is_root, columns)
    if is_root:
        return _read_root(path, histogram, said, probe or 0)
    if start.startswith(GZIP):
        return _core.parse_flux_text(_unzipped(path), str(path), said, columns, probe or 0)
    return _core.read_flux_text(str(path), said, columns, probe or 0)


def as_flux(
    flux: FluxLike,
    low: float,
    high: float,
    units: str | None = None,
    probe: int = 0,
    flux_columns: str | None = None,
) -> Flux:
    """Make a flux of whatever can be one.

    Parameters
    ----------
    flux : a :class:`Flux`; a file (see :func:`read_flux`); a function of energies [N] in GeV that gives the
        flux per GeV, looked at between ``low`` and ``high`` [GeV] only; a pair of edges [K + 1] in GeV and
        densities [K] per GeV; a histogram with ``axes`` and ``values()``, as ``hist`` and uproot have them
    units : the unit of the numbers, where the flux is a file, a function, a pair or a histogram
    flux_columns : the columns of a file that is a table of text

    Raises
    ------
    UserError : see :func:`read_flux`
    ValueError : something else
    """
    if isinstance(flux, str | os.PathLike):
        return read_flux(flux, units, probe, flux_columns)
    if flux_columns is not None:
        raise ValueError(f"flux_columns = {flux_columns!r}: expected a table of text as the flux")
    if isinstance(flux, Flux):
        return flux
    unit = flux_units.from_user(units) if units is not None else PER_GEV
    if hasattr(flux, "axes") and hasattr(flux, "values"):
        return from_histogram(flux, getattr(flux, "name", None) or "histogram", units)
    if callable(flux):
        edges = np.linspace(low, high, FUNCTION_BINS + 1)
        centres = 0.5 * (edges[1:] + edges[:-1])
        values = np.broadcast_to(np.asarray(flux(centres), dtype=np.float64), centres.shape)
        return _core.make_flux(edges.tolist(), values.tolist(), unit, getattr(flux, "__name__", "function"))
    try:
        edges, density = (np.asarray(values, dtype=np.float64) for values in flux)
    except (TypeError, ValueError):
        raise ValueError(
            f"flux = {flux!r:.60}: expected a Flux, a file, a function of the energy, "
            "(edges, density) or a histogram"
        ) from None
    return _core.make_flux(edges.tolist(), density.tolist(), unit, "flux")


def from_histogram(histogram: Any, name: str, units: str | None = None) -> Flux:
    """The flux in a histogram with ``axes`` and ``values()``.

    Its unit is that in ``units`` or in the title of the contents' axis. What lies below and above the
    bins has no energy and is left out.

    Raises
    ------
    UserError : more than one dimension; no unit; contents that are no flux
    """
    if len(histogram.axes) != 1:
        raise UserError(f"flux {name}: a histogram of {len(histogram.axes)} dimensions, expected one")
    axis = histogram.axes[0]
    edges = axis.edges() if callable(axis.edges) else axis.edges
    titles = _core.FluxTitles(name, *_titles(histogram))
    return _core.flux_from_histogram(edges, histogram.values(), titles, units or "")


def neutrino_in(name: str) -> int | None:
    """PDG number of the neutrino that a histogram is named for, or None."""
    return _core.neutrino_in(name) or None


def other_neutrino(flux: Flux, probe: int) -> str:
    """A line on a flux whose histogram is named for another neutrino than the probe (PDG), or nothing."""
    return _core.other_neutrino(flux, probe)


def _titles(source: Any) -> tuple[str, str, str]:
    """Titles of a histogram or graph of uproot or ``hist``, of its energies and of its contents."""
    if not hasattr(source, "member"):
        energies, contents = (getattr(part, "label", None) or "" for part in (source.axes[0], source))
        return "", str(energies), str(contents)
    axes = source if source.has_member("fXaxis") else source.member("fHistogram")
    title = str(source.member("fTitle"))
    if axes is None:  # of a graph that was never drawn
        return title, "", ""
    x, y = (str(axes.member(axis).member("fTitle")) for axis in ("fXaxis", "fYaxis"))
    return title, x, y


def _unzipped(path: Path) -> bytes:
    try:
        text = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read flux {path}: {str(error).lower()}") from None
    if text.startswith(b"root"):
        raise UserError(f"cannot read flux {path}: a ROOT file compressed with gzip; gunzip it first")
    return text


def _read_root(path: Path, wanted: str, units: str, probe: int) -> Flux:
    import uproot

    try:
        with uproot.open(path) as file:
            objects = [_listed(name, file.key(name)) for name in file.keys()]  # noqa: SIM118 - a file is no mapping
            chosen = _core.choose_flux_object(
                str(path), objects, wanted, units, probe, lambda one: _titles(_of(file, one))[2]
            )
            found = _of(file, chosen)
            titles = _core.FluxTitles(f"{path.name}:{chosen.name}", *_titles(found))
            if chosen.class_name.startswith("TGraph"):
                x, y = found.member("fX"), found.member("fY")
                return _core.flux_from_points(x, y, titles, units)
            return _core.flux_from_histogram(found.axis().edges(), found.values(), titles, units)
    except UserError:
        raise
    except Exception as error:  # a damaged file: uproot raises whatever its parts raise
        raise UserError(f"cannot read flux {path}: {str(error).splitlines()[0]:.100}") from None


def _listed(name: str, key: Any) -> _core.RootObject:
    bare, _, cycle = name.rpartition(";")
    return _core.RootObject(bare, int(cycle), key.fClassName, key.fTitle)


def _of(file: Any, one: _core.RootObject) -> Any:
    return file[f"{one.name};{one.cycle}"]
