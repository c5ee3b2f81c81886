"""T2K, muon neutrinos on CH, a muon and protons without pions: arXiv:1802.05078, PRD 98 032003.

Flux-averaged cross sections in the transverse imbalance of the muon and the fastest proton: kinds
t2k_cc0pi_stv_dpt, _dalphat and _dphit, spectra of the same events. The release is a folder with
dptResults.root, datResults.root and dphitResults.root (data/T2K/CC0pi/STV of NUISANCE).
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np

from nugan_hep.measurement import spectra
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import AXES, OBSERVABLES, Signal, Window, select
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import (
    CARBON,
    CARBON_IN_CH,
    UNIT,
    Fluxes,
    given_flux,
    t2k_flux,
)
from nugan_hep.measurement.release import open_release

KIND = "t2k_cc0pi_stv"
TITLE = r"T2K $\nu_\mu$ CC0$\pi$ with protons on CH"
WHERE = "NUISANCE has it, data/T2K/CC0pi/STV"
SPECTRA = {"dpt": "dpt", "dalphat": "dat", "dphit": "dphit"}
"""Observables, and their names in the release."""
SIGNAL = Signal(Window(0.25, math.inf, -0.6), Window(0.45, 1.0, 0.4))


def read(path: Path, flux: Fluxes = None, spectrum: str = "dpt") -> Measured:
    """One of the spectra; the release's cross sections are in cm²/nucleon, its covariances in 1e-76 cm⁴."""
    release = open_release(path / f"{SPECTRA[spectrum]}Results.root", WHERE)
    result = release.histogram("Result")
    edges = result.axes[0].edges().copy()
    edges[0] = 0.0  # 1e-7 there
    data = np.asarray(result.values() / UNIT)
    covariance = release.histogram("Covariance_Matrix", 2).values()
    own = given_flux(KIND, flux, 14, t2k_flux("plus", "numu"))
    find = spectra.finder(partial(select, signal=SIGNAL), OBSERVABLES[spectrum], edges)
    return spectra.measured(
        AXES[spectrum],
        edges,
        data,
        check_covariance(covariance, data.size, f"{release.path}, {spectrum}"),
        Part(14, own, ((CARBON, CARBON_IN_CH),), data.size, find, hadrons=True),
        kind=f"{KIND}_{spectrum}",
        title=TITLE,
        reference="1802.05078",
    )
