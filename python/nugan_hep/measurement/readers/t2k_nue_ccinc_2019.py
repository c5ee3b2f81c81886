"""T2K, electron neutrinos and antineutrinos on scintillator, inclusive: arXiv:2002.11986, JHEP 10 114 (2020).

Flux-averaged cross sections of electrons above 0.3 GeV within 45 degrees of the beam in bins of their
momentum and in bins of their angle: nue of the neutrino beam (FHC), nue and nuebar of the antineutrino beam
(RHC). They are of whole bins, not divided by widths. The 13 values have one covariance, given relative to the
data; an event counts in a bin of momentum and in one of angle, so each beam's true bins are those of both.
The release is a folder of tables (data/T2K/CCinc/nue_2019 of NUISANCE).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.measurement import slices
from nugan_hep.measurement.bins import Axis, Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.measured import Measured, Part, View
from nugan_hep.measurement.readers.common import (
    FGD,
    UNIT,
    Beam,
    Fluxes,
    given_fluxes,
    one_after_the_other,
    t2k_flux,
)
from nugan_hep.measurement.release import read_table

Array = NDArray[np.float64]

KIND = "t2k_nue_ccinc_2019"
WHERE = "T2K's data release of arXiv:2002.11986 has it, data/T2K/CCinc/nue_2019 of NUISANCE"
MOMENTUM = Axis("p", "p_e", "GeV")
COSINE = Axis("cos(theta)", r"\cos\theta_e")


class Spectrum(NamedTuple):
    """Name in the release, neutrino (PDG), how it is written, its flux."""

    name: str
    probe: int
    label: str
    flux: Beam


BEAMS = (
    Spectrum("FHC_nue", 12, r"$\nu_e$ (FHC)", t2k_flux("plus", "nue")),
    Spectrum("RHC_nue", 12, r"$\nu_e$ (RHC)", t2k_flux("minus", "nue")),
    Spectrum("RHC_nuebar", -12, r"$\bar\nu_e$ (RHC)", t2k_flux("minus", "nueb")),
)


def read(path: Path, flux: Fluxes = None) -> Measured:
    """The measurement in the three fluxes of :data:`BEAMS`, in this order."""
    momentum = [_spectrum(path / f"{beam.name}_pe.txt") for beam in BEAMS]
    angle = [_spectrum(path / f"{beam.name}_thetae.txt") for beam in BEAMS]
    grids = [Bins(c, [p] * (c.size - 1)) for (p, _), (c, _) in zip(momentum, angle, strict=True)]
    own = given_fluxes(KIND, flux, [(beam.probe, beam.flux) for beam in BEAMS])
    data = np.concatenate([values for _, values in (*momentum, *angle)])
    views: list[View] = []
    words = []
    for axis, spectra in ((MOMENTUM, momentum), (COSINE, angle)):
        for beam, (edges, _) in zip(BEAMS, spectra, strict=True):
            first = views[-1].rows.stop if views else 0
            rows = slice(first, first + edges.size - 1)
            views.append(View(rows, edges, beam.label, axis.title, r"$\sigma$ [$10^{-38}$ cm$^2$]"))
            words.append((beam.name, edges.size - 1, partial(axis.describe, edges)))
    return Measured(
        kind=KIND,
        title=r"T2K $\nu_e$ and $\bar\nu_e$ CC inclusive",
        reference="2002.11986",
        parts=tuple(
            Part(beam.probe, own_flux, FGD, len(grid), slices.finder(grid))
            for beam, own_flux, grid in zip(BEAMS, own, grids, strict=True)
        ),
        matrix=_sums(grids),
        data=data,
        covariance=_covariance(path / "fract_covar_both.txt", data),
        widths=np.ones(data.size),
        views=tuple(views),
        describe=one_after_the_other(words),
    )


def _spectrum(path: Path) -> tuple[Array, Array]:
    """Edges and cross sections, from a table of lower edges, values in cm² and errors up to the last edge."""
    table = read_table(path, 3, WHERE)
    edges = table[:, 0]
    if len(table) < 2 or np.any(np.diff(edges) <= 0):
        raise UserError(f"{path}: edges {edges.tolist()!s:.60}, expected two or more that rise; {WHERE}")
    return edges, table[:-1, 1] / UNIT


def _sums(grids: list[Bins]) -> Array:
    """Of true bins in momentum and angle [T] those in momentum, and those in angle [13, T]."""
    blocks = []
    for over_angle in (True, False):
        for k, grid in enumerate(grids):
            angles, momenta = len(grid.momentum), grid.momentum[0].size - 1
            true = np.arange(len(grid)).reshape(angles, momenta)
            rows = true.T if over_angle else true
            block = np.zeros((len(rows), sum(map(len, grids))))
            first = sum(map(len, grids[:k]))
            for row, members in enumerate(rows):
                block[row, first + members] = 1.0
            blocks.append(block)
    return np.concatenate(blocks)


def _covariance(path: Path, data: Array) -> Array:
    relative = read_table(path, data.size, WHERE)
    if len(relative) != data.size:
        raise UserError(f"{path}: {len(relative)} rows, expected {data.size}; {WHERE}")
    return check_covariance(relative * np.outer(data, data), data.size, str(path))
