"""Event rates: a flux times the cross section of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.flux import Flux

if TYPE_CHECKING:
    from nugan_hep._core import EnergySpectrum
    from nugan_hep._sampler import SamplerCore

Columns = dict[str, NDArray[Any]]

OUTSIDE_ALLOWED = _core.outside_allowed
"""Share of the rate outside of the model's range that is passed over."""


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
    outside : the estimated share of the whole rate that lies outside of the model's range
    channels : mean cross section and its error by channel (``qel``, ``mec``, ``res``, ``dis``, ``coh``), the
        parts of ``sigma``; empty for a model that does not have them
    """

    flux: Flux
    spectrum: EnergySpectrum
    sigma: float
    sigma_error: float
    below: float
    above: float
    outside: float
    channels: dict[str, tuple[float, float]]

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
    from nugan_hep import sampler_core

    low, high = energies or (core.enu_min, core.enu_max)
    found = sampler_core.flux_rate(flux, core, low, high)
    return Rate(
        flux=flux.between(low, high),
        spectrum=found.spectrum,
        sigma=found.sigma,
        sigma_error=found.sigma_error,
        below=found.below,
        above=found.above,
        outside=found.outside,
        channels=found.channels,
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


def filled_range(flux: Flux) -> tuple[float, float]:
    """Lowest and highest energy [GeV] with a flux above zero."""
    return _core.filled_range(flux)
