"""MINERvA, muon neutrinos on CH without pions: arXiv:1811.02774, PRD 99 012004.

Flux-averaged d2sigma/dp_T dp_L of muons within 20 degrees of the beam, 144 bins of the momentum across and
along the beam (of 156; the others are beyond 20 degrees), whatever nucleons there are. The release is a ROOT
file, data/MINERvA/CC0pi_2D/cov_ptpl_2D_qelike.root of NUISANCE.

Whole events of models that end at 10 GeV do not reach the bins above; ``Measured.take`` leaves bins out.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import Axis, Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import DEGREE, OBSERVABLES, without_mesons
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
from nugan_hep.measurement.release import open_release

KIND = "minerva_cc0pi_2d"
FILE = "cov_ptpl_2D_qelike.root"
WHERE = f"NUISANCE has it, data/MINERvA/CC0pi_2D/{FILE}"
LEAST_COSINE = math.cos(20 * DEGREE)
ALONG, ACROSS = Axis("p_L", "p_L", "GeV"), Axis("p_T", "p_T", "GeV")


def read(path: Path, flux: Fluxes = None) -> Measured:
    """The measurement in MINERvA's low-energy flux."""
    release = open_release(file_in(path, FILE), WHERE)
    histogram = release.histogram("pt_pl_cross_section", 2)
    values = histogram.values().T.ravel() / UNIT  # slices of p_T one after the other, as in the covariance
    along, across = (axis.edges() for axis in histogram.axes)
    covariance = release.matrix("TotalCovariance") / UNIT**2
    if covariance.shape != (values.size,) * 2:
        shape = " x ".join(map(str, covariance.shape))
        raise UserError(f"{release.path}: {values.size} bins and a covariance of {shape} elements; {WHERE}")
    there = histogram.values().T != 0
    if np.any(np.diff(there.astype(int), axis=1) < 0) or not there[:, -1].all():
        raise UserError(f"{release.path}: bins without data that are not the lowest of p_L; {WHERE}")
    used = there.ravel()
    bins = Bins(across, [along[int(np.argmax(row)) :] for row in there])
    own = given_flux(KIND, flux, 14, MINERVA_FLUX)
    find = slices.finder(bins, _counts, "pl_mu", "pt_mu")
    return Measured(
        kind=KIND,
        title=r"MINERvA $\nu_\mu$ CC0$\pi$ on CH",
        reference="1811.02774",
        parts=(Part(14, own, ((CARBON, CARBON_IN_CH),), len(bins), find, hadrons=True),),
        matrix=np.diag(1 / bins.areas),
        data=values[used],
        covariance=check_covariance(covariance[np.ix_(used, used)], len(bins), str(release.path)),
        widths=bins.areas,
        views=slices.views(bins, 0, "", ALONG, ACROSS),
        describe=lambda k: bins.describe(k, ALONG, ACROSS),
    )


def _counts(lists: Lists) -> NDArray[np.bool_]:
    return without_mesons(lists) & (OBSERVABLES["cos_mu"](lists) > LEAST_COSINE)
