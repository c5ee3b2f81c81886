"""A sample of events reduced to the histograms of counts that metrics and figures need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import kinematics
from nugan_hep.edges import inward
from nugan_hep.evaluation import metrics
from nugan_hep.kinematics import ENU_RANGE, NUCLEON_MASS, SHIFT_P2, Array, Kinematics

Frame = tuple[float | None, float, float, tuple[float, float]]
"""Energy, lepton's mass, shift and range of :class:`Histograms`."""

BINS_1D = 100
SPECTRA = ("emu_proxy", "emu", "theta_proxy", "theta", "pz", "w", "q2")
FIXED_SPREAD = 1e-4
"""Energies that differ by less than this fraction are one fixed energy."""
_CHUNK = 500_000


class Spectrum(NamedTuple):
    """Counts [n] of one variable in bins of the given edges [n + 1]."""

    counts: Array
    edges: Array


@dataclass(frozen=True)
class Histograms:
    """All histograms of one sample.

    Attributes
    ----------
    n_events : number of events, inside the axes or not
    enu : the neutrino energy [GeV], None when energies are spread over ``enu_range``
    lepton_mass : of the lepton that leaves [GeV]
    shift, enu_range : of the proxies [GeV], see :func:`nugan_hep.kinematics.to_proxies`
    counts_2d : [50, 50] in (emu', theta')
    counts_3d : [14, 14, 14] in (enu', emu', theta'), None at a fixed energy
    spectra : one-dimensional histograms by name, see ``SPECTRA``
    w_undefined : events with W² < 0, in no bin of W; None when not known
    """

    n_events: int
    enu: float | None
    lepton_mass: float
    shift: float
    enu_range: tuple[float, float]
    counts_2d: Array
    counts_3d: Array | None
    spectra: Mapping[str, Spectrum]
    w_undefined: int | None

    @property
    def frame(self) -> Frame:
        """What must be equal before histograms can be compared bin by bin."""
        return self.enu, self.lepton_mass, self.shift, self.enu_range

    @property
    def label(self) -> str:
        """``All`` for energies over the whole range, else the energy with its unit."""
        if self.enu is None:
            return "All"
        return f"{self.enu:g} GeV" if self.enu >= 1 else f"{self.enu * 1000:g} MeV"

    @property
    def key(self) -> str:
        """Name of the sample in files: ``uniform`` or for instance ``fixed_0p5GeV``."""
        return "uniform" if self.enu is None else f"fixed_{self.enu:g}GeV".replace(".", "p")

    @property
    def edges(self) -> dict[str, Array]:
        """Edges of the bins of every spectrum."""
        return {name: spectrum.edges for name, spectrum in self.spectra.items()}


def from_events(
    enu: NDArray[np.floating],
    emu: NDArray[np.floating],
    theta: NDArray[np.floating],
    shift: float = SHIFT_P2,
    enu_range: tuple[float, float] = ENU_RANGE,
    *,
    lepton_mass: float,
) -> Histograms:
    """Fill all histograms; events of one energy make a sample at fixed energy.

    Parameters
    ----------
    enu, emu, theta : neutrino's and lepton's total energy [GeV], lepton's angle [rad], each of shape [N]
    lepton_mass : [GeV], see :attr:`nugan_hep._core.Process.lepton_mass`
    shift, enu_range : of the proxies [GeV], see :func:`nugan_hep.kinematics.to_proxies`

    Raises
    ------
    ValueError : no events, or events outside the phase space
    """
    if enu.size == 0:
        raise ValueError("no events")
    spread = float(np.ptp(enu))
    fixed = float(f"{np.mean(enu, dtype=np.float64):.4g}") if spread < FIXED_SPREAD * enu.max() else None
    edges = default_edges(enu_range[1] if fixed is None else fixed, lepton_mass)
    frame = fixed, lepton_mass, shift, enu_range
    return _fill((enu, emu, theta), frame, edges)


def from_events_like(events: Kinematics, other: Histograms) -> Histograms:
    """Fill the histograms of ``other``: same energy, lepton, shift, range and bins."""
    return _fill(events, other.frame, other.edges)


def default_edges(enu_max: float, lepton_mass: float) -> dict[str, Array]:
    """Edges of the 1D bins for energies up to ``enu_max`` [GeV] and a lepton of a mass [GeV].

    On a free nucleon the lepton's backward momentum stays below M/2, Q² below
    ``4 enu² M/(M + 2 enu)`` and W below ``sqrt(M² + 2 M enu)``; Fermi motion adds a little.
    """
    q2_max = 4 * enu_max**2 * NUCLEON_MASS / (NUCLEON_MASS + 2 * enu_max)
    w_max = np.sqrt(NUCLEON_MASS**2 + 2 * NUCLEON_MASS * enu_max)
    limits = {
        "emu_proxy": (-1.0, 1.0),
        "emu": (lepton_mass, enu_max),
        "theta_proxy": (-1.0, 1.0),
        "theta": (0.0, np.pi),
        "pz": (-0.5, enu_max),
        "w": (0.5, min(w_max, 4.5)),
        "q2": (0.0, min(1.2 * q2_max, 8.0)),
    }
    return {name: np.linspace(low, high, BINS_1D + 1) for name, (low, high) in limits.items()}


def merge(one: Histograms, other: Histograms) -> Histograms:
    """Histograms of the two samples taken together.

    Raises
    ------
    ValueError : the two differ in energy, lepton, shift, energy range or bins
    """
    same_bins = one.edges.keys() == other.edges.keys() and all(
        np.array_equal(one.edges[name], other.edges[name]) for name in one.edges
    )
    if one.frame != other.frame or not same_bins:
        raise ValueError(
            f"samples {one.label!r} and {other.label!r} have unlike energies, leptons, shifts or bins"
        )
    counts_3d, w_undefined = None, None
    if one.counts_3d is not None and other.counts_3d is not None:
        counts_3d = one.counts_3d + other.counts_3d
    if one.w_undefined is not None and other.w_undefined is not None:
        w_undefined = one.w_undefined + other.w_undefined
    return replace(
        one,
        n_events=one.n_events + other.n_events,
        counts_2d=one.counts_2d + other.counts_2d,
        counts_3d=counts_3d,
        spectra={
            name: Spectrum(spectrum.counts + other.spectra[name].counts, spectrum.edges)
            for name, spectrum in one.spectra.items()
        },
        w_undefined=w_undefined,
    )


def _fill(
    events: tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]],
    frame: Frame,
    edges: Mapping[str, Array],
) -> Histograms:
    # in chunks: the derived float64 columns are several times the size of the events
    chunks = (
        Kinematics(*(np.asarray(column[k : k + _CHUNK], dtype=np.float64) for column in events))
        for k in range(0, len(events[0]), _CHUNK)
    )
    return reduce(merge, (_fill_chunk(chunk, frame, edges) for chunk in chunks))


def _fill_chunk(
    events: Kinematics,
    frame: Frame,
    edges: Mapping[str, Array],
) -> Histograms:
    enu, mass, shift, enu_range = frame
    proxies = kinematics.to_proxies(*events, shift, enu_range, mass=mass)
    w = kinematics.w(*events, mass)
    values = {
        "emu_proxy": proxies.emu,
        "emu": events.emu,
        "theta_proxy": proxies.theta,
        "theta": events.theta,
        "pz": kinematics.pz(events.emu, events.theta, mass),
        "w": w,
        "q2": kinematics.q2(*events, mass),
    }
    return Histograms(
        n_events=events.enu.size,
        enu=enu,
        lepton_mass=mass,
        shift=shift,
        enu_range=enu_range,
        counts_2d=metrics.histogram_2d(proxies.emu, proxies.theta),
        counts_3d=metrics.histogram_3d(*proxies) if enu is None else None,
        spectra={
            name: Spectrum(
                np.histogram(inward(values[name], ends[0], ends[-1]), ends)[0].astype(np.float64), ends
            )
            for name, ends in edges.items()
        },
        w_undefined=int(np.count_nonzero(w == kinematics.W_UNDEFINED)),
    )
