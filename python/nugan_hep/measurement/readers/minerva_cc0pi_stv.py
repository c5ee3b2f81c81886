"""MINERvA, muon neutrinos on CH, a muon and protons without pions: arXiv:1805.05486 and 1910.08658.

PRL 121 022504 and PRD 101 092001. Flux-averaged cross sections in the imbalance of the muon and the fastest
proton inside of the phase space, the momentum of the struck neutron, muon and proton: kinds
minerva_cc0pi_stv_dpt and so on, spectra of the same events. The release is a ROOT file,
data/MINERvA/CC0pi/CC0pi_STV/MINERvA_DataRelease_Updated.root of NUISANCE.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.measurement import spectra
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import AXES, DEGREE, OBSERVABLES, Signal, Window, select
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import (
    CARBON,
    CARBON_IN_CH,
    MINERVA_FLUX,
    UNIT,
    Fluxes,
    file_in,
    given_flux,
)
from nugan_hep.measurement.release import elements, open_release

KIND = "minerva_cc0pi_stv"
TITLE = r"MINERvA $\nu_\mu$ CC0$\pi$ with protons on CH"
FILE = "MINERvA_DataRelease_Updated.root"
WHERE = f"NUISANCE has it, data/MINERvA/CC0pi/CC0pi_STV/{FILE}"
SPECTRA = {
    "dpt": "dpt",
    "dalphat": "dalphat",
    "dphit": "dphit",
    "pn": "neutronmomentum",
    "p_mu": "muonmomentum",
    "theta_mu": "muontheta",
    "p_p": "protonmomentum",
    "theta_p": "protontheta",
}
"""Observables, and their names in the release, where angles are in degrees."""
SIGNAL = Signal(
    Window(1.5, 10.0, math.cos(20 * DEGREE)), Window(0.45, 1.2, math.cos(70 * DEGREE)), fastest_inside=True
)


def read(path: Path, flux: Fluxes = None, spectrum: str = "dpt") -> Measured:
    """One of the spectra.

    The release has lists of a histogram with all errors, one with statistical errors, and the covariance in
    cm⁴, which counts bins as ROOT does, with those beyond both ends. Bins without data are left out.
    """
    release, key = open_release(file_in(path, FILE), WHERE), SPECTRA[spectrum]
    if key not in release.objects or len(release.objects[key]) != 3:
        raise UserError(f"{release.path}: no list {key} of three objects, the layout is another one; {WHERE}")
    histogram, _, matrix = release.objects[key]
    values, edges = histogram.values() / UNIT, histogram.axes[0].edges()
    covariance = elements(matrix) / UNIT**2
    if covariance.shape != (values.size + 2,) * 2:
        shape = " x ".join(map(str, covariance.shape))
        raise UserError(f"{release.path}: {key} has {values.size} bins and a covariance of {shape} elements")
    (used,) = np.nonzero(values)
    if used.size == 0 or np.any(np.diff(used) != 1):
        raise UserError(f"{release.path}: {key} has no bins with data that follow each other")
    checked = check_covariance(
        covariance[np.ix_(used + 1, used + 1)], used.size, f"{release.path}, {spectrum}"
    )
    axis, ends = AXES[spectrum], edges[used[0] : used[-1] + 2]
    if axis.unit == "rad":
        axis = axis._replace(unit="°", size=DEGREE)
    own = given_flux(KIND, flux, 14, MINERVA_FLUX)
    find = spectra.finder(partial(select, signal=SIGNAL), OBSERVABLES[spectrum], ends, axis.size)
    return spectra.measured(
        axis,
        ends,
        values[used],
        checked,
        Part(14, own, ((CARBON, CARBON_IN_CH),), used.size, find, hadrons=True),
        kind=f"{KIND}_{spectrum}",
        title=TITLE,
        reference="1910.08658",
    )
