"""T2K, muon neutrinos on CH, a muon and one positive pion: arXiv:1909.03936, PRD 101 012007.

Flux-averaged cross sections of events with one pi+, no other mesons and any nucleons, in parts of the phase
space: d2sigma/dp dcos(theta) of the muon (kind t2k_cc1pip_ch_muon), and spectra of the pion's momentum and
angle, of the angle between muon and pion and of Q2 as it is reconstructed from both (t2k_cc1pip_ch_p_pi,
_theta_pi, _theta_mupi, _q2). All are of the same data. The release is a folder of ROOT files
(data/T2K/CC1pip/CH of NUISANCE).

Of the muon's bins those above 2 GeV have no covariance and are left out: its matrix has 20 rows, but the last
four repeat the first. The release's Adler angles are not read.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import PROTON_MASS
from nugan_hep.measurement import slices, spectra
from nugan_hep.measurement.bins import Axis, Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import AXES, OBSERVABLES, Window, mesonic
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import CH, Fluxes, given_flux, t2k_flux
from nugan_hep.measurement.release import open_release

Array = NDArray[np.float64]

KIND = "t2k_cc1pip_ch"
TITLE = r"T2K $\nu_\mu$ CC1$\pi^+$ on CH"
WHERE = "T2K's data release of arXiv:1909.03936 has it, data/T2K/CC1pip/CH of NUISANCE"
MUON_COSINES, MUON_MOMENTA = [0.0, 0.8, 0.85, 0.9, 1.0], [0.0, 0.4, 1.2, 1.6, 2.0]
PION = 211
BINDING = 0.025
"""Energy [GeV] that frees a nucleon, in the reconstruction of the neutrino's energy."""
FAST, FORWARD = Window(0.2, least_cosine=0.2), Window(least_cosine=0.2)


class Spectrum(NamedTuple):
    """File, its histograms of data and covariance, axis, and where muon and pion have to be."""

    file: str
    data: str
    covariance: str
    axis: Axis
    muon: Window
    pion: Window


SPECTRA: dict[str, Spectrum | None] = {
    "muon": None,
    "p_pi": Spectrum("MomentumPion", "Momentum_pion", "Momentum_pionCov", AXES["p_pi"], FAST, FORWARD),
    "theta_pi": Spectrum(
        "Thetapion", "Theta_pion", "Theta_pionCov", AXES["theta_pi"], FAST, Window(0.2, least_cosine=0.0)
    ),
    "theta_mupi": Spectrum(
        "Thetapimu", "Theta(pi,mu)(rads)", "Theta(pi,mu)(rads)Cov", AXES["theta_mupi"], FAST, FAST
    ),
    "q2": Spectrum("Q2", "Q2", "Q2Cov", Axis("q2", "Q^2", "GeV$^2$"), FAST, FAST),
}
"""By observable; the muon's bins of momentum and angle have files of their own."""


def read(path: Path, flux: Fluxes = None, spectrum: str = "muon") -> Measured:
    """One of the measurements in T2K's flux at ND280."""
    own = given_flux(KIND, flux, 14, t2k_flux("plus", "numu"))
    found = SPECTRA[spectrum]
    about: dict[str, Any] = {"kind": f"{KIND}_{spectrum}", "title": TITLE, "reference": "1909.03936"}
    if found is None:
        bins, data, covariance = _muon(path / "PmuThetamu.root")
        find = slices.finder(bins, one_pion)
        return Measured(
            **about,
            parts=(Part(14, own, CH, len(bins), find, hadrons=True),),
            matrix=np.diag(1 / bins.areas),
            data=data,
            covariance=covariance,
            widths=bins.areas,
            views=slices.views(bins),
            describe=bins.describe,
        )
    release = open_release(path / f"{found.file}.root", WHERE)
    histogram = release.histogram(found.data)
    data, edges = np.asarray(histogram.values(), np.float64), histogram.axes[0].edges()
    matrix = release.histogram(found.covariance, 2).values()
    values = q2 if spectrum == "q2" else OBSERVABLES[spectrum]
    find = spectra.finder(partial(select, muon=found.muon, pion=found.pion), values, edges)
    return spectra.measured(
        found.axis,
        edges,
        data,
        check_covariance(matrix, data.size, f"{release.path}, {spectrum}"),
        Part(14, own, CH, data.size, find, hadrons=True),
        **about,
    )


def one_pion(lists: Lists) -> NDArray[np.bool_]:
    """Events [N] with one positive pion and no other mesons."""
    return np.asarray((mesonic(lists) == 1) & (lists.number(PION) == 1))


def select(lists: Lists, muon: Window, pion: Window) -> tuple[NDArray[np.bool_], Lists]:
    """Those of :func:`one_pion` whose muon and pion are inside; momenta and cosines beyond the lower ends."""
    good = one_pion(lists)
    kept = lists.take(good)
    inside = muon.holds(OBSERVABLES["p_mu"](kept), OBSERVABLES["cos_mu"](kept))
    inside &= pion.holds(OBSERVABLES["p_pi"](kept), np.cos(OBSERVABLES["theta_pi"](kept)))
    good[good] = inside
    return good, kept.take(inside)


def q2(lists: Lists) -> Array:
    """Q2 [N] in GeV² as it is reconstructed from muon and pion.

    The neutrino's energy E is that on a proton at rest, bound by :data:`BINDING`, which stays a proton: with
    the energy e and momentum k of muon and pion together and a = m - BINDING - e,
    E = (m² - a² + k²) / 2(a + k_z), arXiv:1909.03936.
    """
    row = lists.pions[0]
    momentum = lists.lepton + lists.momentum[row]
    rest = PROTON_MASS - BINDING - lists.lepton_energy - lists.energy[row]
    above = PROTON_MASS**2 - rest**2 + (momentum**2).sum(1)
    enu = above / (2 * (rest + momentum[:, 2]))
    return np.asarray(2 * enu * (lists.lepton_energy - lists.lepton[:, 2]) - lists.lepton_mass**2)


def _muon(path: Path) -> tuple[Bins, Array, Array]:
    """Bins, data and covariance, without the last bin of momentum of each slice."""
    release = open_release(path, WHERE)
    bins = Bins(MUON_COSINES, [MUON_MOMENTA] * (len(MUON_COSINES) - 1))
    slices_of_data = [release.histogram(f"p_mu_theta_mu_{k}") for k in range(len(bins.momentum))]
    for one in slices_of_data:
        edges = one.axes[0].edges()
        if not np.allclose(edges[:-1], MUON_MOMENTA):
            raise UserError(f"{path}: momenta {edges.tolist()!s:.60}, expected {MUON_MOMENTA} and one more")
    data = np.concatenate([one.values()[:-1] for one in slices_of_data])
    matrix = release.histogram("Covariance_pmu_thetamu", 2).values()[: len(bins), : len(bins)]
    return bins, data, check_covariance(matrix, len(bins), str(path))
