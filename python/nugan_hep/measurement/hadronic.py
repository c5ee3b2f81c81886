"""Measurements of muon and proton: which events count, and what is measured of them.

The hadrons' observables are those of :mod:`nugan_hep.hadrons.observables`, of the fastest proton that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.hadrons.observables import HADRONIC
from nugan_hep.measurement.bins import Content, Prediction
from nugan_hep.measurement.whole import Events

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

PROTON, PHOTON, ELECTRON = 2212, 22, 11
DEEXCITATION = 0.01
"""Energy [GeV] below which a photon may come from the nucleus that is left, and does not count."""


class Window(NamedTuple):
    """Momenta [GeV] and cosines of the angle to the neutrino that count, ends included."""

    low: float = 0.0
    high: float = np.inf
    least_cosine: float = -1.0

    def holds(self, momentum: Array, cosine: Array) -> NDArray[np.bool_]:
        """Whether each particle [N] is inside."""
        return (momentum >= self.low) & (momentum <= self.high) & (cosine >= self.least_cosine)


class Signal(NamedTuple):
    """Charged-current events without mesons, with a muon and a proton that can be seen.

    Attributes
    ----------
    muon, proton : where they have to be
    fastest_inside : the proton is the fastest of those inside of its window; otherwise it is the fastest of
        all, and has to be inside
    """

    muon: Window
    proton: Window
    fastest_inside: bool = False


def select(lists: Lists, signal: Signal) -> tuple[Flags, Lists]:
    """Whether each event [N] counts, and those that do, without protons that are not looked at."""
    good = without_mesons(lists)
    if signal.fastest_inside:
        lists = _without_protons_outside(lists, signal.proton)
    rows = lists.protons[0]
    good &= signal.muon.holds(_size(lists.lepton), _cosine(lists.lepton)) & (rows >= 0)
    proton = lists.momentum[rows[good]]
    good[good] = signal.proton.holds(_size(proton), _cosine(proton))
    return good, lists.take(good)


def without_mesons(lists: Lists) -> Flags:
    """Events [N] without mesons, electrons and photons above :data:`DEEXCITATION`, as of an eta's decay."""
    code = np.abs(lists.pdg)
    other = (code >= 100) & (code < 1000) | (code == ELECTRON)
    return np.asarray(lists.total(other | (code == PHOTON) & (lists.size > DEEXCITATION)) == 0)


def _without_protons_outside(lists: Lists, window: Window) -> Lists:
    kept = (lists.pdg != PROTON) | window.holds(lists.size, _cosine(lists.momentum))
    n = np.bincount(lists.event[kept], minlength=lists.n.size).astype(np.int64)
    return replace(lists, n=n, pdg=lists.pdg[kept], momentum=lists.momentum[kept])


def _size(momentum: Array) -> Array:
    return np.asarray(np.linalg.norm(momentum, axis=-1))


def _cosine(momentum: Array) -> Array:
    return np.asarray(momentum[:, 2] / np.maximum(_size(momentum), 1e-12))


def _angle(one: Array, other: Array) -> Array:
    product: Array = (one * other).sum(1) / np.maximum(_size(one) * _size(other), 1e-12)
    return np.arccos(np.clip(product, -1.0, 1.0))


def _proton(lists: Lists) -> Array:
    return lists.momentum[lists.protons[0]]


OBSERVABLES: dict[str, Callable[[Lists], Array]] = {
    "p_mu": lambda lists: _size(lists.lepton),
    "cos_mu": lambda lists: _cosine(lists.lepton),
    "theta_mu": lambda lists: np.arccos(_cosine(lists.lepton)),
    "theta_p": lambda lists: np.arccos(_cosine(_proton(lists))),
    "theta_mup": lambda lists: _angle(lists.lepton, _proton(lists)),
    **{name: HADRONIC[name].formula for name in ("p_p", "cos_p", "dpt", "dalphat", "dphit", "pn")},
}
"""By name, the values [N] of events that count: momenta in GeV, angles in rad. ``theta_mup`` is between muon
and proton; ``pn`` is the momentum of the struck neutron that the two leave."""


class Spectrum(NamedTuple):
    """A measured differential cross section, 1e-38 cm²/nucleon per unit of the observable.

    Attributes
    ----------
    name : of the observable, one of :data:`OBSERVABLES`
    label, unit : for axes, in LaTeX; the unit may be empty
    edges : [B + 1], in the unit
    data : [B]
    covariance : [B, B]
    unit_size : of the observable in GeV or rad, such as pi/180 for degrees
    smearing : [B, B], probability that an event of a true bin (second index) is measured in another one, or
        None where the data are unfolded
    """

    name: str
    label: str
    unit: str
    edges: Array
    data: Array
    covariance: Array
    unit_size: float = 1.0
    smearing: Array | None = None

    @property
    def widths(self) -> Array:
        """Of the bins [B]."""
        return np.diff(self.edges)

    def fill(self, values: Array, weights: Array) -> Content:
        """The cross section in each bin, of values [N] in GeV or rad. A lower edge belongs to its bin."""
        size = self.edges.size
        number = np.searchsorted(self.edges, values / self.unit_size, side="right") - 1
        number = np.where((number < 0) | (number >= size - 1), size - 1, number)
        return Content(
            np.bincount(number, weights, minlength=size).astype(np.float64),
            np.bincount(number, weights**2, minlength=size).astype(np.float64),
        )

    def predict(self, content: Content) -> Prediction:
        """The differential cross section, smeared as the data are."""
        matrix = np.diag(1.0 / self.widths)
        if self.smearing is not None:
            matrix = matrix @ self.smearing
        return Prediction(matrix @ content.sums[:-1], (matrix * content.variances[:-1]) @ matrix.T)


def fill(
    spectra: Iterable[Spectrum], signal: Signal, chunks: Iterable[Events], share: float = 1.0
) -> dict[str, Content]:
    """The cross section in the bins of several spectra by name, times ``share``.

    Raises
    ------
    UserError : no events
    """
    spectra = list(spectra)
    found: dict[str, list[Content]] = {spectrum.name: [] for spectrum in spectra}
    for lists, weights in chunks:
        good, kept = select(lists, signal)
        for spectrum in spectra:
            values = OBSERVABLES[spectrum.name](kept)
            found[spectrum.name].append(spectrum.fill(values, share * weights[good]))
    if not all(found.values()):
        raise UserError("no events to fill the spectra with")
    return {
        name: Content(*(np.sum([getattr(part, key) for part in parts], axis=0) for key in Content._fields))
        for name, parts in found.items()
    }
