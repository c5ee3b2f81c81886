"""MicroBooNE, muon neutrinos on argon, inclusive: arXiv:1905.09694, PRL 123 131801.

Flux-averaged d2sigma/dp dcos(theta) in 42 bins of the reconstructed muon. The data are not unfolded: a
prediction in bins of the true muon is multiplied by the published smearing matrix. Its 43rd column holds true
muons above 2.5 GeV, which are found in lower bins. The release is a ROOT file,
data/MicroBooNE/CCinc/microboone_numu_cc_inclusive.root of NUISANCE.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import COSINE, MOMENTUM, Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import ARGON, BNB_FLUX, Fluxes, file_in, given_flux
from nugan_hep.measurement.release import Release, open_release

Array = NDArray[np.float64]

KIND = "microboone_ccinc"
FILE = "microboone_numu_cc_inclusive.root"
WHERE = f"the data of arXiv:1905.09694 are in NUISANCE, data/MicroBooNE/CCinc/{FILE}"
MANY = [0.0, 0.18, 0.30, 0.45, 0.77, 2.5]
FEW = [0.0, 0.30, 0.45, 0.77, 2.5]
FORWARD = [0.0, 0.30, 0.45, 0.77, 1.28, 2.5]
BINS = Bins(
    [-1.0, -0.5, 0.0, 0.27, 0.45, 0.62, 0.76, 0.86, 0.94, 1.0], [*[MANY] * 3, *[FEW] * 3, *[FORWARD] * 3]
)
"""The paper's bins; the file has their numbers only."""
SUM = 0.02
"""A column's sum is 1 but for rounding."""
RECO = r"^\mathrm{reco}"


def read(path: Path, flux: Fluxes = None) -> Measured:
    """The measurement in the BNB's flux at MicroBooNE; the 43rd true bin is of muons above 2.5 GeV."""
    release = open_release(file_in(path, FILE), WHERE)
    data = np.asarray(release.histogram("xsec_data").values(), np.float64)
    smearing = _smearing(release, data)
    covariance = release.histogram("covariance_matrix", 2).values()
    # in bins of muons of all angles and momenta, one that is in none of them is above 2.5 GeV
    own = given_flux(KIND, flux, 14, BNB_FLUX)
    part = Part(14, own, ((ARGON, 1.0),), len(BINS) + 1, slices.finder(BINS))
    axes = (axis._replace(label=axis.label + RECO) for axis in (MOMENTUM, COSINE))
    return Measured(
        kind=KIND,
        title=r"MicroBooNE $\nu_\mu$ CC inclusive",
        reference="1905.09694",
        parts=(part,),
        matrix=smearing / BINS.areas[:, None],
        data=data,
        covariance=check_covariance(covariance, len(BINS), str(release.path)),
        widths=BINS.areas,
        views=slices.views(BINS, 0, "", *axes),
        describe=BINS.describe,
        total=0.693,
        total_error=0.165,
    )


def _smearing(release: Release, data: Array) -> Array:
    """The probability [42, 43] that a muon of a true bin (second index) is reconstructed in another one."""
    smearing = release.histogram("smearing_matrix", 2).values()
    n = len(BINS)
    if data.shape != (n,) or smearing.shape != (n + 1, n + 1):
        rows = " x ".join(map(str, smearing.shape))
        raise UserError(
            f"{release.path}: {data.size} bins and a matrix of {rows}; expected {n} and {n + 1} x {n + 1}"
        )
    probability = np.asarray(smearing[:n])  # each true muon is in one of the 42 reconstructed bins
    sums = probability.sum(axis=0)
    if not (np.all(probability >= 0) and np.all(np.abs(sums - 1) < SUM)):
        raise UserError(
            f"{release.path}: columns of the smearing matrix add up to {sums.min():.3f} ... "
            f"{sums.max():.3f}; expected probabilities with sums of 1"
        )
    return probability
