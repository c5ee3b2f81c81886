"""Fluxes from ROOT files, tables of text, functions and histograms."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep import _core, targets
from nugan_hep.errors import NoUnitError, UserError
from nugan_hep.flux import Array, Flux

FUNCTION_BINS = 2000
PER_GEV = _core.FluxUnit(width=1.0)

FluxLike = Flux | str | os.PathLike[str] | Callable[[Array], ArrayLike] | tuple[ArrayLike, ArrayLike] | Any
"""What :func:`as_flux` takes."""


def read_flux(source: str | os.PathLike[str], units: str | None = None, probe: int | None = None) -> Flux:
    """Read ``FILE`` or ``FILE:HISTOGRAM``.

    Parameters
    ----------
    source : a ROOT file with TH1s, or a table of text (see docs/flux.md). The histogram may be
        left out where the file has one only, or one flux only that is named for the probe.
    units : the unit of the contents (see docs/flux.md); by default that of the axis title
    probe : PDG number of the neutrino

    Raises
    ------
    UserError : no such file or histogram, more than one that may be meant, no unit, contents that are no flux
    """
    name, histogram = _core.split_flux_source(os.fspath(source))
    path = Path(name)
    try:
        with path.open("rb") as file:
            is_root = file.read(4) == b"root"
    except OSError as error:
        raise UserError(f"cannot read flux {path}: {(error.strerror or str(error)).lower()}") from None
    if is_root:
        return _read_root(path, histogram, units, probe)
    if histogram:
        raise UserError(f"flux {path}: it is no ROOT file and has no histogram {histogram}")
    return _core.read_flux_text(str(path), units or "")


def as_flux(flux: FluxLike, low: float, high: float, units: str | None = None, probe: int = 0) -> Flux:
    """Make a flux of whatever can be one.

    Parameters
    ----------
    flux : a :class:`Flux`; a file (see :func:`read_flux`); a function of energies [N] in GeV that gives the
        flux per GeV, looked at between ``low`` and ``high`` [GeV] only; a pair of edges [K + 1] in GeV and
        densities [K] per GeV; a histogram with ``axes`` and ``values()``, as ``hist`` and uproot have them
    units : the unit of the numbers, where the flux is a file, a function, a pair or a histogram

    Raises
    ------
    UserError : see :func:`read_flux`
    ValueError : something else
    """
    if isinstance(flux, Flux):
        return flux
    if isinstance(flux, str | os.PathLike):
        return read_flux(flux, units, probe)
    unit = _core.flux_unit_from_user(units) if units is not None else PER_GEV
    if hasattr(flux, "axes") and hasattr(flux, "values"):
        return from_histogram(flux, getattr(flux, "name", None) or "histogram", units)
    if callable(flux):
        edges = np.linspace(low, high, FUNCTION_BINS + 1)
        centres = 0.5 * (edges[1:] + edges[:-1])
        values = np.broadcast_to(np.asarray(flux(centres), dtype=np.float64), centres.shape)
        return _core.make_flux(edges, values, unit, getattr(flux, "__name__", "function"))
    try:
        edges, density = (np.asarray(values, dtype=np.float64) for values in flux)
    except (TypeError, ValueError):
        raise ValueError(
            f"flux = {flux!r:.60}: expected a Flux, a file, a function of the energy, "
            "(edges, density) or a histogram"
        ) from None
    return _core.make_flux(edges, density, unit, "flux")


def from_histogram(histogram: Any, name: str, units: str | None = None) -> Flux:
    """The flux in a histogram with ``axes`` and ``values()``.

    Its unit is that in ``units`` or in the title of the contents' axis. What lies below and above the bins
    has no energy and is left out.

    Raises
    ------
    UserError : more than one dimension; no unit; contents that are no flux
    """
    if len(histogram.axes) != 1:
        raise UserError(f"flux {name}: a histogram of {len(histogram.axes)} dimensions, expected one")
    axis = histogram.axes[0]
    edges = axis.edges() if callable(axis.edges) else axis.edges
    axis_title, title = _titles(histogram)
    unit = _core.flux_unit_from_user(units) if units is not None else _core.flux_unit_from_title(title)
    if unit is None:
        raise NoUnitError(
            f"flux {name}: its contents' title {title!r} names no unit of a flux; "
            f"give --flux-units {_core.flux_unit_help}"
        )
    scale = _core.energy_scale(axis_title, units or "")
    found = _core.make_flux(np.asarray(edges, dtype=np.float64) * scale, histogram.values(), unit, name)
    return replace(found, named_for=neutrino_in(name.rpartition(":")[2]))


def neutrino_in(name: str) -> int | None:
    """PDG number of the neutrino that a histogram is named for, or None."""
    return _core.neutrino_in(name) or None


def other_neutrino(flux: Flux, probe: int) -> str:
    """A line on a flux whose histogram is named for another neutrino than the probe (PDG), or nothing."""
    if flux.named_for in (None, probe):
        return ""
    named, known = (targets.probe_name(number or 0) for number in (flux.named_for, probe))
    return f"flux {flux.name} is named for {named}, the probe is {known}"


def _titles(histogram: Any) -> tuple[str, str]:
    """Titles of the energy axis and of the contents: those of uproot's TH1, else of ``hist``."""
    if not hasattr(histogram, "member"):
        return str(getattr(histogram.axes[0], "label", "")), str(getattr(histogram, "label", ""))
    x, y = (str(histogram.member(axis).member("fTitle")) for axis in ("fXaxis", "fYaxis"))
    return x, y


def _read_root(path: Path, histogram: str, units: str | None, probe: int | None) -> Flux:
    import uproot

    try:
        with uproot.open(path) as file:
            classes = {name: str(kind) for name, kind in file.classnames(cycle=False).items()}
            known = {name: file[name] for name in classes if re.match(r"TH1[A-Z]$", classes[name])}
            other = {name: classes[name] for name in classes if name not in known}
    except UserError:
        raise
    except Exception as error:  # a damaged file: uproot raises whatever its parts raise
        raise UserError(f"cannot read flux {path}: {str(error).splitlines()[0]:.100}") from None
    if histogram in other:
        raise UserError(f"flux {path}: {histogram} is a {other[histogram]}, expected a TH1")
    if not known:
        raise UserError(f"flux {path}: no TH1 in it")
    if histogram and histogram not in known:
        raise UserError(f"flux {path}: no histogram {histogram}; there is: {', '.join(known)}")
    chosen = histogram or _only_one(path, known, units, probe)
    return from_histogram(known[chosen], f"{path.name}:{chosen}", units)


def _only_one(path: Path, histograms: dict[str, Any], units: str | None, probe: int | None) -> str:
    """The histogram of the probe, if there is no doubt which it is."""
    if len(histograms) == 1:
        candidates = [name for name in histograms if neutrino_in(name) in (None, probe)]
    else:
        candidates = [name for name in histograms if neutrino_in(name) == probe]
    if len(candidates) > 1 and units is None:
        candidates = [
            n for n in candidates if _core.flux_unit_from_title(_titles(histograms[n])[1])
        ] or candidates
    if len(candidates) != 1:
        count = f"{len(candidates)} histograms" if candidates else "no histogram"
        raise UserError(
            f"flux {path}: {count} for the probe {probe}; "
            f"name one, {path}:HISTOGRAM, of: {', '.join(histograms)}"
        )
    return candidates[0]
