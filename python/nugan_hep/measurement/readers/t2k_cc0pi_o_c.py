"""T2K, muon neutrinos on oxygen and carbon without pions: arXiv:2004.05434, PRD 101 112004.

Flux-averaged d2sigma/dp dcos(theta) of the muon in all of the phase space, 29 bins of each nucleus and one
covariance of all 58: most of the errors is common. The release is a folder (data/T2K/CC0pi/JointO-C of
NUISANCE) with the bins in a table and two results: with regularisation, which is the paper's main one, and
without.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import without_mesons
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import (
    CARBON,
    OXYGEN,
    Fluxes,
    given_flux,
    one_after_the_other,
    t2k_flux,
)
from nugan_hep.measurement.release import open_release, read_table

KIND = "t2k_cc0pi_o_c"
WHERE = "T2K's data release of arXiv:2004.05434 has it, data/T2K/CC0pi/JointO-C of NUISANCE"
BINS = 29
SCALE = 0.1
"""The release's cross sections are in 1e-39 cm²/GeV/nucleon, its covariance in the square."""


def read(path: Path, flux: Fluxes = None, regularised: bool = True) -> Measured:
    """The measurement in T2K's flux at ND280."""
    table = path / "Binning.txt"
    bins = Bins.of_rows(read_table(table, 4, WHERE), str(table))
    if len(bins) != BINS:
        raise UserError(f"{table}: {len(bins)} bins, expected {BINS}; {WHERE}")
    way = "reg" if regularised else "unreg"
    data = [_result(path / f"linear_{way}_results_{nucleus}_nuisance.root") for nucleus in "OC"]
    own = given_flux(KIND, flux, 14, t2k_flux("plus", "numu"))
    find = slices.finder(bins, without_mesons)
    parts = tuple(Part(14, own, ((nucleus, 1.0),), BINS, find, hadrons=True) for nucleus in (OXYGEN, CARBON))
    widths = np.tile(bins.areas, 2)
    return Measured(
        kind=KIND,
        title=r"T2K $\nu_\mu$ CC0$\pi$ on oxygen and carbon",
        reference="2004.05434",
        parts=parts,
        matrix=np.diag(1 / widths),
        data=np.concatenate(data),
        covariance=_covariance(path / f"covmatrix_{'reg' if regularised else 'noreg'}.root"),
        widths=widths,
        views=slices.views(bins, 0, "O: ") + slices.views(bins, BINS, "C: "),
        describe=one_after_the_other([("O16", BINS, bins.describe), ("C12", BINS, bins.describe)]),
    )


def _result(path: Path) -> NDArray[np.float64]:
    values = np.asarray(open_release(path, WHERE).histogram("LinResult").values(), np.float64)
    if values.size != BINS:
        raise UserError(f"{path}: {values.size} bins in LinResult, expected {BINS}; {WHERE}")
    return SCALE * values


def _covariance(path: Path) -> NDArray[np.float64]:
    """Oxygen before carbon."""
    matrix = open_release(path, WHERE).matrix("covmatrixOeCbin")
    return check_covariance(SCALE**2 * matrix, 2 * BINS, str(path))
