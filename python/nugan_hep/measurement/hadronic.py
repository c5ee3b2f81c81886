"""What is measured of events, and which events count where a muon and a proton are measured.

The hadrons' observables are those of :mod:`nugan_hep.hadrons.observables`, of the fastest proton that counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.hadrons.observables import HADRONIC
from nugan_hep.measurement.bins import Axis

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


@lru_cache(maxsize=1)  # of the spectra of one sample
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
    """Events [N] of which :func:`mesonic` counts nothing."""
    return np.asarray(mesonic(lists) == 0)


def mesonic(lists: Lists) -> Array:
    """Number [N] of mesons, electrons and photons above :data:`DEEXCITATION`, as of an eta's decay."""
    code = np.abs(lists.pdg)
    other = (code >= 100) & (code < 1000) | (code == ELECTRON)
    return lists.total(other | (code == PHOTON) & (lists.size > DEEXCITATION))


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


def _pion(lists: Lists) -> Array:
    return lists.momentum[lists.pions[0]]


OBSERVABLES: dict[str, Callable[[Lists], Array]] = {
    "p_mu": lambda lists: _size(lists.lepton),
    "pt_mu": lambda lists: np.hypot(lists.lepton[:, 0], lists.lepton[:, 1]),
    "pl_mu": lambda lists: lists.lepton[:, 2],
    "cos_mu": lambda lists: _cosine(lists.lepton),
    "theta_mu": lambda lists: np.arccos(_cosine(lists.lepton)),
    "theta_p": lambda lists: np.arccos(_cosine(_proton(lists))),
    "theta_mup": lambda lists: _angle(lists.lepton, _proton(lists)),
    "p_pi": lambda lists: _size(_pion(lists)),
    "theta_pi": lambda lists: np.arccos(_cosine(_pion(lists))),
    "theta_mupi": lambda lists: _angle(lists.lepton, _pion(lists)),
    "q3": lambda lists: _size(lists.enu[:, None] * [0.0, 0.0, 1.0] - lists.lepton),
    **{name: HADRONIC[name].formula for name in ("p_p", "cos_p", "dpt", "dalphat", "dphit", "pn", "e_avail")},
}
"""By name, the values [N] of events that count: momenta in GeV, angles in rad; ``mu`` is the charged lepton.
``theta_mup`` is between muon and proton; ``pn`` is the momentum of the struck neutron that the two leave;
``pi`` is the fastest pion; ``q3`` is the size of the momentum transfer. Events have to have the hadron that
is asked for."""

DEGREE = math.pi / 180
AXES = {
    axis.name: axis
    for axis in (
        Axis("dpt", r"\delta p_T", "GeV"),
        Axis("dalphat", r"\delta\alpha_T", "rad"),
        Axis("dphit", r"\delta\phi_T", "rad"),
        Axis("pn", "p_N", "GeV"),
        Axis("p_mu", r"p_\mu", "GeV"),
        Axis("p_p", "p_p", "GeV"),
        Axis("p_pi", r"p_\pi", "GeV"),
        Axis("cos_mu", r"\cos\theta_\mu"),
        Axis("cos_p", r"\cos\theta_p"),
        Axis("theta_mu", r"\theta_\mu", "rad"),
        Axis("theta_p", r"\theta_p", "rad"),
        Axis("theta_pi", r"\theta_\pi", "rad"),
        Axis("theta_mup", r"\theta_{\mu p}", "rad"),
        Axis("theta_mupi", r"\theta_{\mu\pi}", "rad"),
    )
}
"""By name, how they are written."""
