"""Leptons that follow a flux: of a model and of NuWro, normalised to the whole flux.

Experiments average over the whole flux, models and the NuWro events end at 0.3 and 10 GeV. The little
that is beyond is estimated: the cross section goes on as a straight line to zero below and in
proportion to the energy above; leptons are those at the end of the range. Below, they keep their share of
the energy and their angle, above y and x (Bjorken scaling), so that 1 - cos(theta) goes as 1/E.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, cross_section, kinematics
from nugan_hep.cross_section import CrossSection
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.kinematics import Kinematics
from nugan_hep.measurement.bins import Muons
from nugan_hep.measurement.inputs import PROBE

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler

Array = NDArray[np.float64]

CHUNK = 250_000
"""Events that are drawn at once."""
BEYOND = 0.02
"""Events beyond an end of the range, relative to those inside."""
STEPS = 20
"""Steps of the integrals beyond the range in each bin of a flux."""


class Average(NamedTuple):
    """Cross section averaged over a whole flux, 1e-38 cm²/nucleon, by the energies that it comes from."""

    below: float
    inside: float
    above: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.below + self.inside + self.above


class Folded(NamedTuple):
    """Events of a generator [N] that weights make follow a flux: GeV, rad, 1e-38 cm²/nucleon."""

    enu: Array
    emu: Array
    theta: Array
    weights: Array


class Leptons(NamedTuple):
    """Charged leptons of events that follow a flux, each array of shape [N].

    Attributes
    ----------
    enu, momentum : GeV
    cos_theta : of the angle between lepton and neutrino
    weights : as of :class:`nugan_hep.measurement.Muons`
    """

    enu: Array
    momentum: Array
    cos_theta: Array
    weights: Array

    @property
    def muons(self) -> Muons:
        """The same without the neutrino's energy, which is not measured."""
        return Muons(self.momentum, self.cos_theta, self.weights)


class Spectrum(NamedTuple):
    """Energies [K] in GeV beyond an end of a range, and flux times cross section over the whole flux."""

    enu: Array
    weights: Array


def average(sigma: CrossSection, flux: Flux) -> Average:
    """The mean of a cross section over a flux.

    Raises
    ------
    UserError : the flux has nothing in the range of the cross section
    """
    low, high = float(sigma.enu[0]), float(sigma.enu[-1])
    flux.between(low, high)
    energies, neutrinos = _steps(flux, np.append(flux.edges, sigma.enu), low, high)
    inside = float(np.sum(neutrinos * sigma(energies)) / flux.integral())
    return Average(
        float(_beyond(sigma, flux, below=True).weights.sum()),
        inside,
        float(_beyond(sigma, flux, below=False).weights.sum()),
    )


def model_sigma(sampler: Sampler) -> CrossSection:
    """The total cross section that a model carries.

    Raises
    ------
    UserError : it carries none
    """
    enu, sigma = (np.asarray(a, np.float64) for a in (sampler._core.xsec_enu, sampler._core.xsec))
    if enu.size < 2:
        raise UserError(f"{sampler.name} carries no cross section: train or export it with --cross-section")
    return CrossSection(enu, sigma)


def model_muons(sampler: Sampler, flux: Flux, n: int, seed: int = 0) -> Iterator[Muons]:
    """The muons of :func:`model_leptons`."""
    return (leptons.muons for leptons in model_leptons(sampler, flux, n, seed))


def model_leptons(sampler: Sampler, flux: Flux, n: int, seed: int = 0) -> Iterator[Leptons]:
    """Leptons of a model in a flux, in chunks: ``n`` of its range, and some for what is beyond.

    Raises
    ------
    UserError : no flux in the model's range, a model without a cross section
    """
    sigma, rate = model_sigma(sampler), sampler.rate(flux)
    weight = rate.sigma * rate.flux.integral() / flux.integral() / n
    for first in range(0, n, CHUNK):
        size = min(CHUNK, n - first)
        events = sampler.sample(n=size, seed=seed, first=first, flux=flux, allow_flux_outside=True)
        enu, momentum, cosine = (np.asarray(events[name], np.float64) for name in ("Ev", "pl", "cthl"))
        yield Leptons(enu, momentum, cosine, np.full(size, weight))
    size = max(1000, int(BEYOND * n))
    for below, energy in zip((True, False), sampler.enu_range, strict=True):
        events = sampler.sample(enu=energy, n=size, seed=seed, first=n + below * size)
        mass = sampler._core.process.lepton_mass
        yield _moved(kinematics.of_columns(events), _beyond(sigma, flux, below), below, mass)


def nuwro_muons(
    paths: Sequence[str | Path], xsec: Path, flux: Flux, target: int = 1000060120
) -> Iterator[Muons]:
    """Muons of NuWro events in a flux, see :func:`read_nuwro`, and an estimate of what is beyond them."""
    events = read_nuwro(paths, xsec, flux, target)
    mass = _core.Process(PROBE, target).lepton_mass
    yield Muons(kinematics.momentum(events.emu, mass), np.cos(events.theta), events.weights)
    sigma, edges = cross_section.read_csv(xsec), read_bins(xsec)[0]
    for below, last in ((True, events.enu < edges[1]), (False, events.enu >= edges[-2])):
        muons = Kinematics(events.enu[last], events.emu[last], events.theta[last])
        yield _moved(muons, _beyond(sigma, flux, below), below, mass).muons


def read_nuwro(paths: Sequence[str | Path], xsec: Path, flux: Flux, target: int = 1000060120) -> Folded:
    """NuWro events with weights that make them follow a flux.

    Parameters
    ----------
    paths : files of muon-neutrino events that follow sigma(E) inside of each bin of ``xsec``; how many are in
        a bin does not matter (equally many, or those of a beam that is flat in the energy)
    xsec : the run's table, columns ``E_lo_GeV``, ``E_hi_GeV``, ``xsec_total`` [1e-38 cm²/nucleon]
    flux : any normalisation
    target : PDG number of the nucleus, where the files say theirs

    Raises
    ------
    UserError : files that are missing or unreadable, events of another probe or nucleus, a bin without
        events, no flux in their range
    """
    edges, _ = read_bins(xsec)
    flux.between(edges[0], edges[-1])
    events = read_events([*paths], probe=PROBE, target=target, enu_range=(float(edges[0]), float(edges[-1])))
    try:
        dropped = events.report.dropped
        if others := dropped["other probe"] + dropped["other target"]:
            wanted = _core.probe_on_nucleus(PROBE, target)
            raise UserError(f"{others:,} events of another probe or nucleus, expected {wanted} alone")
        enu, emu, theta = events.kinematics()
        return Folded(enu, emu, theta, flux_weights(enu, xsec, flux))
    except UserError as error:
        raise UserError(f"{', '.join(str(path) for path in paths)}: {error}") from None


def flux_weights(enu: Array, xsec: Path, flux: Flux) -> Array:
    """Weights [N] of NuWro events of the energies ``enu`` [N], see :func:`read_nuwro`.

    Raises
    ------
    UserError : a bin of the table without events
    """
    edges, sigma = read_bins(xsec)
    number = np.clip(np.searchsorted(edges, enu, side="right") - 1, 0, sigma.size - 1)
    counts = np.bincount(number, minlength=sigma.size)
    if not counts.all():
        k = int(np.argmin(counts))
        raise UserError(f"no events between {edges[k]:g} and {edges[k + 1]:g} GeV, a bin of {xsec}")
    # the integral of flux times sigma over a bin is its width times sigma times the mean flux of its events
    per_event = sigma * np.diff(edges) / counts
    return np.asarray(flux(enu) * per_event[number] / flux.integral())


def read_bins(xsec: Path) -> tuple[Array, Array]:
    """Edges [K + 1] in GeV and total cross sections [K], 1e-38 cm²/nucleon, of a NuWro run's table.

    Raises
    ------
    UserError : see :func:`nugan_hep.cross_section.read_csv`; bins that do not follow each other
    """
    cross_section.read_csv(xsec)  # refuses what is no table
    with xsec.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if "E_lo_GeV" not in rows[0]:
        raise UserError(f"{xsec}: expected bins, the columns E_lo_GeV, E_hi_GeV, xsec_total")
    columns = ("E_lo_GeV", "E_hi_GeV", "xsec_total")
    low, high, sigma = (np.array([float(row[name]) for row in rows]) for name in columns)
    if not np.all(_core.same_border(low[1:], high[:-1])):
        raise UserError(f"{xsec}: expected bins that follow each other")
    return np.append(low, high[-1]), sigma


def _steps(flux: Flux, borders: Array, low: float, high: float) -> tuple[Array, Array]:
    """Centres of the intervals between borders that are in [low, high], and the neutrinos in them."""
    borders = _core.borders_between(borders.tolist(), low, high)
    centres = 0.5 * (borders[1:] + borders[:-1])
    return centres, flux(centres) * np.diff(borders)


def _beyond(sigma: CrossSection, flux: Flux, below: bool) -> Spectrum:
    """Flux times cross section beyond an end of the cross section's range."""
    parts = np.linspace(flux.edges[:-1], flux.edges[1:], STEPS, endpoint=False)
    borders = np.append(parts.T.ravel(), flux.edges[-1])
    low, high = float(sigma.enu[0]), float(sigma.enu[-1])
    if below:
        enu, neutrinos = _steps(flux, borders, 0.0, low)
        slope = (sigma.sigma[1] - sigma.sigma[0]) / (sigma.enu[1] - sigma.enu[0])
        extended = np.maximum(sigma.sigma[0] + slope * (enu - low), 0.0)
    else:
        enu, neutrinos = _steps(flux, borders, high, max(high, float(flux.edges[-1])))
        extended = sigma.sigma[-1] * enu / high
    return Spectrum(enu, neutrinos * extended / flux.integral())


def _moved(leptons: Kinematics, spectrum: Spectrum, below: bool, mass: float) -> Leptons:
    """Leptons near the end of the range, moved to the energies of a spectrum beyond it."""
    total = float(spectrum.weights.sum())
    n = leptons.enu.size if total > 0 else 0
    if n == 0:
        return Leptons(*(np.empty(0) for _ in range(4)))
    share = (np.arange(n) + 0.5) / n
    enu = np.interp(share * total, np.cumsum(spectrum.weights), spectrum.enu)
    threshold = mass + kinematics.SHIFT_P2
    kinetic = (leptons.emu - mass) * (enu - threshold) / (leptons.enu - threshold)
    momentum = kinematics.momentum(mass + np.maximum(kinetic, 0.0), mass)
    cosine = np.cos(leptons.theta)
    if not below:
        cosine = 1.0 - (1.0 - cosine) * leptons.enu / enu
    return Leptons(enu, momentum, cosine, np.full(n, total / n))
