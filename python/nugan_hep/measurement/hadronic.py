"""Measurements of muon and proton: which events count, and what is measured of them.

The observables are those of :mod:`nugan_hep.hadrons.observables`, of the fastest proton that counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons.observables import Lists, observables
from nugan_hep.kinematics import NEUTRON_MASS, PROTON_MASS
from nugan_hep.measurement.bins import Content, Prediction
from nugan_hep.measurement.whole import Events

Array = NDArray[np.float64]

PROTON, PHOTON, ELECTRON = 2212, 22, 11
DEEXCITATION = 0.01
"""Energy [GeV] below which a photon may come from the nucleus that is left, and does not count."""
CARBON_MASS = 6 * NEUTRON_MASS + 6 * PROTON_MASS - 0.09216
EXCITATION = 0.02713
"""Mass of carbon and mean excitation of what is left of it [GeV], of MINERvA's formula, arXiv:1805.05486."""


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


def measure(lists: Lists, signal: Signal) -> tuple[NDArray[np.bool_], dict[str, Array]]:
    """Whether each event [N] counts, and by name the values [N] of the observables, of events that count.

    ``p_mu cos_mu theta_mu p_p cos_p theta_p dpt dalphat dphit p_n theta_mup``: momenta in GeV, angles in rad;
    ``p_n`` is the momentum of the struck neutron in carbon that muon and proton leave, ``theta_mup`` the
    angle between the two.
    """
    good = without_mesons(lists)
    if signal.fastest_inside:
        lists = _without_protons_outside(lists, signal.proton)
    found = observables(lists)
    lepton = np.linalg.norm(lists.lepton, axis=1)
    good &= signal.muon.holds(lepton, found["cos_mu"]) & (found["n_p"] > 0)
    good &= signal.proton.holds(found["p_p"], found["cos_p"])
    values = {name: found[name] for name in ("cos_mu", "p_p", "cos_p", "dpt", "dalphat", "dphit")}
    values["p_mu"] = lepton
    along_mu, along_p = lepton * found["cos_mu"], found["p_p"] * found["cos_p"]
    across_mu, across_p = lepton**2 - along_mu**2, found["p_p"] ** 2 - along_p**2
    product = 0.5 * (found["dpt"] ** 2 - across_mu - across_p) + along_mu * along_p
    cosine = product / np.maximum(lepton * found["p_p"], 1e-12)
    for name, cos in (("theta_mu", found["cos_mu"]), ("theta_p", found["cos_p"]), ("theta_mup", cosine)):
        values[name] = np.arccos(np.clip(cos, -1.0, 1.0))
    energy = found["emu"] + np.hypot(found["p_p"], PROTON_MASS)
    values["p_n"] = struck_neutron(found["dpt"], along_mu + along_p, energy)
    return good, values


def without_mesons(lists: Lists) -> NDArray[np.bool_]:
    """Events [N] without mesons, electrons and photons above :data:`DEEXCITATION`, as of an eta's decay."""
    code, energy = np.abs(lists.pdg), np.linalg.norm(lists.momentum, axis=1)
    other = (code >= 100) & (code < 1000) | (code == ELECTRON) | (code == PHOTON) & (energy > DEEXCITATION)
    event = np.repeat(np.arange(lists.n.size), lists.n)
    return np.asarray(np.bincount(event[other], minlength=lists.n.size) == 0)


def struck_neutron(dpt: Array, along: Array, energy: Array) -> Array:
    """Momentum [N] of a neutron of carbon at rest that turned into muon and proton, in GeV.

    Parameters
    ----------
    dpt, along, energy : of muon and proton together: momentum across and along the neutrino, energy [N]

    Notes
    -----
    A. Furmanski and J. Sobczyk, arXiv:1609.03489, with the masses of MINERvA, arXiv:1805.05486.
    """
    left = CARBON_MASS - NEUTRON_MASS + EXCITATION
    rest = CARBON_MASS + along - energy
    lengthwise = 0.5 * rest - (left**2 + dpt**2) / (2.0 * rest)
    return np.hypot(lengthwise, dpt)


def _without_protons_outside(lists: Lists, window: Window) -> Lists:
    size = np.linalg.norm(lists.momentum, axis=1)
    cosine = lists.momentum[:, 2] / np.maximum(size, 1e-12)
    kept = (lists.pdg != PROTON) | window.holds(size, cosine)
    before = np.append(0, np.cumsum(kept))
    ends = np.append(0, np.cumsum(lists.n))
    return replace(lists, n=np.diff(before[ends]), pdg=lists.pdg[kept], momentum=lists.momentum[kept])


class Spectrum(NamedTuple):
    """A measured differential cross section, 1e-38 cm²/nucleon per unit of the observable.

    Attributes
    ----------
    name : of the observable, see :func:`measure`
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
        good, values = measure(lists, signal)
        for spectrum in spectra:
            found[spectrum.name].append(spectrum.fill(values[spectrum.name][good], share * weights[good]))
    if not all(found.values()):
        raise UserError("no events to fill the spectra with")
    return {
        name: Content(*(np.sum([getattr(part, key) for part in parts], axis=0) for key in Content._fields))
        for name, parts in found.items()
    }
