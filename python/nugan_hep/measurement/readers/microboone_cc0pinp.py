"""MicroBooNE, muon neutrinos on argon, a muon and protons without pions: arXiv:2010.02390, PRD 102 112013.

Flux-averaged cross sections in the momenta and angles of the muon and the fastest proton, and in the angle
between them: kinds microboone_cc0pinp_p_mu and so on, spectra of the same events. They are not unfolded: a
prediction is smeared by the published matrices, which count events. The release is a ROOT file,
data/MicroBooNE/CC1MuNp/CCNp_data_MC_cov_dataRelease.root of NUISANCE.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.measurement import spectra
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import AXES, OBSERVABLES, Signal, Window, select
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import ARGON, BNB_FLUX, Fluxes, file_in, given_flux
from nugan_hep.measurement.release import Release, open_release

KIND = "microboone_cc0pinp"
TITLE = r"MicroBooNE $\nu_\mu$ CC0$\pi$ with protons on argon"
FILE = "CCNp_data_MC_cov_dataRelease.root"
WHERE = f"NUISANCE has it, data/MicroBooNE/CC1MuNp/{FILE}"
SPECTRA = {
    "p_mu": "mumom",
    "cos_mu": "muangle",
    "p_p": "pmom",
    "cos_p": "pangle",
    "theta_mup": "thetamup",
}
"""Observables, and their names in the release."""
SIGNAL = Signal(Window(0.1), Window(0.3, 1.2))


def read(path: Path, flux: Fluxes = None, spectrum: str = "p_mu") -> Measured:
    """One of the spectra; the release's cross sections are in 1e-38 cm²/nucleon."""
    release, key = open_release(file_in(path, FILE), WHERE), SPECTRA[spectrum]
    histogram = release.histogram(f"DataXsec_{key}")
    data, edges = np.asarray(histogram.values(), np.float64), histogram.axes[0].edges()
    covariance = release.histogram(f"CovarianceMatrix_{key}", 2).values()
    own = given_flux(KIND, flux, 14, BNB_FLUX)
    find = spectra.finder(partial(select, signal=SIGNAL), OBSERVABLES[spectrum], edges)
    return spectra.measured(
        AXES[spectrum],
        edges,
        data,
        check_covariance(covariance, data.size, f"{release.path}, {spectrum}"),
        Part(14, own, ((ARGON, 1.0),), data.size, find, hadrons=True),
        _smearing(release, key, data.size),
        kind=f"{KIND}_{spectrum}",
        title=TITLE,
        reference="2010.02390",
    )


def _smearing(release: Release, key: str, size: int) -> NDArray[np.float64]:
    """Probabilities [measured, true] from numbers of events, true bins along x, measured ones along y."""
    counts = release.histogram(f"SmearingMatrix_{key}", 2).values()
    if (
        counts.shape != (size, size)
        or np.any(counts < 0)
        or not (counts.sum(1).all() and counts.sum(0).all())
    ):
        raise UserError(f"{release.path}: SmearingMatrix_{key} does not count events in the bins of the data")
    return np.asarray((counts / counts.sum(axis=1, keepdims=True)).T, np.float64)
