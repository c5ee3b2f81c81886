"""Event rates: a flux times the cross section of a model."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.flux import Array, Flux

if TYPE_CHECKING:
    from nugan_hep._core import EnergySpectrum
    from nugan_hep._sampler import SamplerCore

Columns = dict[str, NDArray[Any]]

OUTSIDE_ALLOWED = _core.outside_allowed
"""Share of the rate outside of the model's range that is passed over."""

RELATIVE_ERROR = 0.01
"""Uncertainty of a cross section table that states none.

The tables of the shipped models come from runs of NuWro, with statistical errors of 0.4 to 0.7 % in a bin;
runs with other start-up tables scatter by up to 1 %. How well the interaction model describes nature is not
in it.
"""


@dataclass(frozen=True)
class Rate:
    """What a flux makes of a model.

    Attributes
    ----------
    flux : its part inside of the model's range of energies
    spectrum : flux times cross section there
    sigma, sigma_error : cross section averaged over ``flux``, 1e-38 cm²/nucleon
    below, above : rates outside of the range relative to that inside: sigma is taken as proportional to the
        energy there, which is too much below (sigma vanishes at the muon's threshold) and about right above
    """

    flux: Flux
    spectrum: EnergySpectrum
    sigma: float
    sigma_error: float
    below: float
    above: float

    @property
    def outside(self) -> float:
        """The estimated share of the whole rate that lies outside of the model's range."""
        return (self.below + self.above) / (1.0 + self.below + self.above)

    def events(self, pot: float, mass: float) -> float:
        """Events to expect inside of the range in ``mass`` [t] for protons on target.

        Raises
        ------
        UserError : the normalisation of the flux is not known
        """
        return expected_events(self.flux, self.sigma, pot, mass)


def flux_rate(core: SamplerCore, flux: Flux, energies: tuple[float, float] | None = None) -> Rate:
    """The rate of a flux in a sampler's model, between two energies [GeV], by default the model's range.

    Raises
    ------
    UserError : no flux there; a model without a cross section over its range
    """
    from nugan_hep import _sampler

    low, high = energies or (core.enu_min, core.enu_max)
    inside = flux.between(low, high)
    try:
        spectrum = _sampler.rate_spectrum(inside.edges, inside.density, core)
    except UserError as error:
        raise UserError(f"{flux.name}: {error}") from None
    total = inside.integral()
    at_ends = np.interp([low, high], core.xsec_enu, core.xsec)
    return Rate(
        flux=inside,
        spectrum=spectrum,
        sigma=spectrum.integral / total,
        sigma_error=average_error(core, knot_weights(inside, core.xsec_enu)),
        below=float(at_ends[0] / low * _first_moment(flux, -np.inf, low) / spectrum.integral),
        above=float(at_ends[1] / high * _first_moment(flux, high, np.inf) / spectrum.integral),
    )


def check_outside(flux: Flux, outside: float, energies: tuple[float, float], allowed: bool) -> None:
    """Refuse a flux with too much of its rate outside of the model's range [GeV], unless it is ``allowed``.

    Raises
    ------
    UserError : more than ``OUTSIDE_ALLOWED``
    """
    _core.check_outside(flux, outside, *energies, allowed)


def expected_events(flux: Flux, sigma: float, pot: float, mass: float) -> float:
    """Events in ``mass`` [t] for a flux of known normalisation and its mean sigma [1e-38 cm²/nucleon].

    Raises
    ------
    UserError : the normalisation of the flux is not known
    """
    return _core.expected_events(flux, sigma, pot, mass)


def average_error(core: SamplerCore, weights: ArrayLike) -> float:
    """Uncertainty of ``sum(weights * sigma)`` over a model's table, 1e-38 cm²/nucleon.

    The table's own errors (``cross_section.error`` in the model's metadata) are those of independent numbers;
    without them it is ``RELATIVE_ERROR``.
    """
    factors = np.asarray(weights, dtype=np.float64)
    try:
        table = json.loads(core.metadata).get("cross_section")
    except ValueError:
        table = None
    errors = table.get("error") if isinstance(table, Mapping) else None
    if errors is not None and len(errors) == len(factors):
        return float(np.sqrt(np.sum((factors * np.asarray(errors, dtype=np.float64)) ** 2)))
    return RELATIVE_ERROR * float(np.sum(factors * core.xsec))


def knot_weights(flux: Flux, knots: ArrayLike) -> Array:
    """Share of each knot [K] of a table with linear interpolation in its average over a flux [sum 1]."""
    enu = np.asarray(knots, dtype=np.float64)
    borders = _core.borders_between(np.append(flux.edges, enu), flux.edges[0], flux.edges[-1])
    centre, width = 0.5 * (borders[1:] + borders[:-1]), np.diff(borders)
    neutrinos = flux(centre) * width
    left = np.clip(np.searchsorted(enu, centre, side="right") - 1, 0, len(enu) - 2)
    part = (centre - enu[left]) / (enu[left + 1] - enu[left])
    weights = np.zeros(len(enu))
    np.add.at(weights, left, neutrinos * (1 - part))
    np.add.at(weights, left + 1, neutrinos * part)
    return np.asarray(weights / neutrinos.sum())


def draw(core: SamplerCore, rate: Rate, n: int, seed: int, first: int, weighted: bool) -> Columns:
    """Events ``first`` ... ``first + n - 1`` of a flux.

    They follow flux times cross section; ``weighted`` spreads them uniformly over the energies of the flux,
    and the column ``wght`` [n] float64 is flux times cross section, with a mean of 1 over the distribution.
    """
    if not weighted:
        return core.sample_spectrum(rate.spectrum, n, seed, first)
    low, high = filled_range(rate.flux)
    columns = core.sample_uniform(low, high, n, seed, first)
    # the limits take away what rounding to float32 put beyond the ends
    enu = np.clip(columns["Ev"].astype(np.float64), low, high)
    return {**columns, "wght": rate.spectrum.density(enu) * ((high - low) / rate.spectrum.integral)}


def filled_range(flux: Flux) -> tuple[float, float]:
    """Lowest and highest energy [GeV] with a flux above zero."""
    filled = np.flatnonzero(flux.density)
    return float(flux.edges[filled[0]]), float(flux.edges[filled[-1] + 1])


def _first_moment(flux: Flux, low: float, high: float) -> float:
    """Integral of energy times flux between two energies [GeV], energies below 0 left out."""
    edges = np.clip(flux.edges, max(low, 0.0), max(high, 0.0))
    return float(np.sum(flux.density * np.diff(edges**2)) / 2)


def poisson(mean: float, u: float) -> int:
    """The Poisson number of a mean that a uniform number from [0, 1) gives."""
    from scipy import special

    number = special.pdtrik(max(u, 2.0**-54), mean)
    return max(0, math.ceil(number)) if math.isfinite(number) else 0
