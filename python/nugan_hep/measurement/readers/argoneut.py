"""ArgoNeuT, muon neutrinos and antineutrinos on argon, inclusive: arXiv:1404.4809, PRD 89 112003.

Flux-averaged cross sections in NuMI's antineutrino beam, of muons below 25 GeV and within 36 degrees:
dsigma/dp (kind argoneut_p_mu) or dsigma/dtheta (argoneut_theta_mu), of neutrinos and antineutrinos, each in
its flux. The two spectra are of the same events: compare with one of them.

There is no covariance but the error of each bin. The part of it that the flux makes is common to the bins of
a beam; here it is 11 % of each, less than the smallest errors, and the rest is taken as independent. The
release is a folder of tables and fluxes (data/ArgoNeuT of NUISANCE).

A third of the neutrinos, who make 60 % of their events, are above 10 GeV, where models have to be continued.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement import inputs, spectra
from nugan_hep.measurement.hadronic import AXES, DEGREE, OBSERVABLES, Window
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import ARGON, Fluxes, beam_of, given_fluxes, one_after_the_other
from nugan_hep.measurement.release import read_table

Array = NDArray[np.float64]

KIND = "argoneut"
WHERE = "NUISANCE has it, data/ArgoNeuT"
SPECTRA = {"p_mu": "dmumom", "theta_mu": "dthetamu"}
BEAMS = ((14, "nu", r"$\nu_\mu$"), (-14, "nubar", r"$\bar\nu_\mu$"))
NUCLEONS = 40
"""Of argon; the release's cross sections are of the nucleus."""
COMMON = 0.11
"""Relative error of all bins of a beam together, from its flux."""
INSIDE = Window(high=25.0, least_cosine=math.cos(36 * DEGREE))


def read(path: Path, flux: Fluxes = None, spectrum: str = "p_mu") -> Measured:
    """Neutrinos before antineutrinos, in the release's own fluxes or in two others."""
    axis = AXES[spectrum] if spectrum == "p_mu" else AXES[spectrum]._replace(unit="°", size=DEGREE)
    tables = [_table(path / f"CCInc_dsig_{SPECTRA[spectrum]}_{beam}.dat") for _, beam, _ in BEAMS]
    own_beams = own_fluxes(path)
    wanted = [(probe, beam_of(own)) for (probe, *_), own in zip(BEAMS, own_beams, strict=True)]
    given = given_fluxes(KIND, flux or own_beams, wanted)
    parts, views, words, first = [], [], [], 0
    for (probe, beam, label), (edges, values, _), own in zip(BEAMS, tables, given, strict=True):
        find = spectra.finder(_inside, OBSERVABLES[spectrum], edges, axis.size)
        parts.append(Part(probe, own, ((ARGON, 1.0),), values.size, find))
        views.append(spectra.view(axis, edges, first, label))
        words.append((beam, values.size, partial(axis.describe, edges)))
        first += values.size
    widths = np.concatenate([np.diff(edges) for edges, *_ in tables])
    covariance = np.zeros((first, first))
    for view, (_, values, errors) in zip(views, tables, strict=True):
        common = COMMON * values
        covariance[view.rows, view.rows] = np.diag(errors**2 - common**2) + np.outer(common, common)
    return Measured(
        kind=f"{KIND}_{spectrum}",
        title=r"ArgoNeuT $\nu_\mu$ and $\bar\nu_\mu$ CC inclusive",
        reference="1404.4809",
        parts=tuple(parts),
        matrix=np.diag(1 / widths),
        data=np.concatenate([values for _, values, _ in tables]),
        covariance=covariance,
        widths=widths,
        views=tuple(views),
        describe=one_after_the_other(words),
    )


def own_fluxes(folder: Path) -> tuple[Flux, Flux]:
    """The release's own, of neutrinos and antineutrinos in the antineutrino beam, per GeV up to 50 GeV."""
    numu, numubar = (
        inputs.read_flux(f"{folder / f'ArgoNeut_{name}_flux.root'}:{name}", "/GeV", probe=probe)
        for name, probe in (("numu", 14), ("numub", -14))
    )
    return numu, numubar


def _inside(lists: Lists) -> tuple[NDArray[np.bool_], Lists]:
    good = INSIDE.holds(OBSERVABLES["p_mu"](lists), OBSERVABLES["cos_mu"](lists))
    return good, lists.take(good)


def _table(path: Path) -> tuple[Array, Array, Array]:
    """Edges [B + 1], values and errors [B] in 1e-38 cm²/nucleon."""
    table = read_table(path, 3, WHERE)
    edges = table[:, 0]
    if (
        len(table) < 2
        or np.any(np.diff(edges) <= 0)
        or np.any(table[:-1, 2] <= COMMON * np.abs(table[:-1, 1]))
    ):
        raise UserError(f"{path}: expected lower edges that rise and errors above {COMMON:.0%}; {WHERE}")
    return edges, table[:-1, 1] / NUCLEONS, table[:-1, 2] / NUCLEONS
