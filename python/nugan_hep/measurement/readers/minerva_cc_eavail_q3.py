"""MINERvA, muon neutrinos on CH at low momentum transfer: arXiv:1511.05944, PRL 116 071802.

Flux-averaged d2sigma/dq3 dE_avail of neutrinos of 2-6 GeV, of muons above 1.5 GeV within 20 degrees of the
beam, 67 bins: q3 is the momentum transfer, E_avail the kinetic energy of protons and charged pions and the
energy of neutral pions, electrons and photons. The release is a folder of tables (data/MINERvA/CCEavq3 of
NUISANCE): the data in rows of E_avail and columns of q3, the numbers of the bins, the covariance's Cholesky
factor, the flux.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import Axis, Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.hadronic import DEGREE, OBSERVABLES
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import CH, Fluxes, beam_of, given_flux
from nugan_hep.measurement.release import read_table

Array = NDArray[np.float64]

KIND = "minerva_cc_eavail_q3"
WHERE = "NUISANCE has it, data/MINERvA/CCEavq3"
Q3 = np.array([0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8])
EAVAIL = np.array(
    [0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8]
)
"""The paper's bins [GeV]; each column has those that are kinematically allowed."""
BINS = 67
FACTOR = 1e-4
"""Unit of the Cholesky factor in 1e-38 cm²/GeV²/nucleon."""
LEAST_ENERGY, LEAST_COSINE = 1.5, math.cos(20 * DEGREE)
INNER, OUTER = Axis("E_avail", r"E_\mathrm{avail}", "GeV"), Axis("q3", "q_3", "GeV")


def read(path: Path, flux: Fluxes = None) -> Measured:
    """The measurement in the release's own flux or another one."""
    number, values = (_grid(path / f"{name}_2D.txt") for name in ("map", "data"))
    lengths = _lengths(path / "map_2D.txt", number)
    bins = Bins(Q3, [EAVAIL[: length + 1] for length in lengths])
    data = np.concatenate([column[:length] for column, length in zip(values.T, lengths, strict=True)])
    factor = read_table(path / "covar_2D.txt", BINS, WHERE)
    covariance = check_covariance(FACTOR**2 * factor.T @ factor, BINS, str(path / "covar_2D.txt"))
    own = own_flux(path)
    given = given_flux(KIND, flux or own, 14, beam_of(own))
    find = slices.finder(bins, _counts, "e_avail", "q3")
    return Measured(
        kind=KIND,
        title=r"MINERvA $\nu_\mu$ CC at low $q_3$ on CH",
        reference="1511.05944",
        parts=(Part(14, given, CH, BINS, find, hadrons=True),),
        matrix=np.diag(1 / bins.areas),
        data=data,
        covariance=covariance,
        widths=bins.areas,
        views=slices.views(bins, 0, "", INNER, OUTER),
        describe=lambda k: bins.describe(k, INNER, OUTER),
    )


def own_flux(folder: Path) -> Flux:
    """The release's own, 2-6 GeV."""
    table = read_table(folder / "flux.txt", 3, WHERE)
    if np.any(np.abs(table[1:, 0] - table[:-1, 1]) > 1e-9):
        raise UserError(f"{folder / 'flux.txt'}: bins of energy that do not follow each other; {WHERE}")
    return Flux(np.append(table[:, 0], table[-1, 1]), table[:, 2], name=f"{KIND}/flux.txt")


def _counts(lists: Lists) -> NDArray[np.bool_]:
    return (OBSERVABLES["cos_mu"](lists) >= LEAST_COSINE) & (lists.lepton_energy >= LEAST_ENERGY)


def _grid(path: Path) -> Array:
    """Rows of E_avail, columns of q3; -1 where there is no bin."""
    table = read_table(path, Q3.size - 1, WHERE)
    if len(table) != EAVAIL.size - 1:
        raise UserError(f"{path}: {len(table)} rows, expected {EAVAIL.size - 1}; {WHERE}")
    return table


def _lengths(path: Path, number: Array) -> list[int]:
    """How many bins each column has: they are numbered from 1, one column after the other."""
    lengths = [int(np.sum(column > 0)) for column in number.T]
    found = np.concatenate([column[:length] for column, length in zip(number.T, lengths, strict=True)])
    if not np.array_equal(found, np.arange(1, BINS + 1)):
        raise UserError(
            f"{path}: numbers of bins that overlap or are missing, expected 1 ... {BINS}; {WHERE}"
        )
    return lengths
