"""T2K, muon neutrinos on CH without pions, analysis I: arXiv:1602.03652, PRD 93 112012.

Flux-averaged d2sigma/dp dcos(theta) of the muon in all of the phase space, 67 bins, whatever protons there
are. The release is a folder of tables (t2k-experiment.org/results/nd280data-numu-cc0pi-xs-on-c-2015, or
data/T2K/CC0pi of NUISANCE); the covariance is the sum of three: statistics, shape, normalisation of the flux.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import Bins
from nugan_hep.measurement.hadronic import without_mesons
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import CARBON, CARBON_IN_CH, Fluxes, given_flux, t2k_flux
from nugan_hep.measurement.release import read_table, square

KIND = "t2k_cc0pi_2016"
WHERE = "T2K's data release of arXiv:1602.03652 has it"
BINS = 67
UNCERTAINTIES = ("statisticUncertainty", "shapeSystematics", "fluxNormalizationSystematics")


def read(path: Path, flux: Fluxes = None) -> Measured:
    """The measurement in T2K's flux at ND280."""
    table = path / "cross-section_analysisI.txt"
    rows = read_table(table, 6, WHERE)
    if len(rows) != BINS or not np.array_equal(rows[:, 0], np.arange(BINS)):
        raise UserError(f"{table}: {len(rows)} bins, expected {BINS} in their order; {WHERE}")
    bins = Bins.of_rows(rows[:, 1:5], str(table))
    files = (path / f"covariance_{name}_analysisI.txt" for name in UNCERTAINTIES)
    covariance = np.sum([square(file, BINS, WHERE) for file in files], axis=0)
    own = given_flux(KIND, flux, 14, t2k_flux("plus", "numu"))
    find = slices.finder(bins, without_mesons)
    return Measured(
        kind=KIND,
        title=r"T2K $\nu_\mu$ CC0$\pi$ on CH",
        reference="1602.03652",
        parts=(Part(14, own, ((CARBON, CARBON_IN_CH),), BINS, find, hadrons=True),),
        matrix=np.diag(1 / bins.areas),
        data=rows[:, 5],
        covariance=covariance,
        widths=bins.areas,
        views=slices.views(bins),
        describe=bins.describe,
        total=0.417,
        total_error=0.047,
    )
