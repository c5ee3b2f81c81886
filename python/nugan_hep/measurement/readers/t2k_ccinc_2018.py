"""T2K, muon neutrinos on carbon, charged current inclusive: arXiv:1801.05148, PRD 98 012004.

Flux-averaged d2sigma/dp dcos(theta) of the muon in all of the phase space, 71 bins. The release is a folder
with histograms.root (t2k-experiment.org/results/nd280data-numu-cc-inc-xs-on-c-2018, or data/T2K/CCinc of
NUISANCE). Data and covariance are there twice, unfolded with NEUT and with GENIE as prior.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement import inputs, slices
from nugan_hep.measurement.bins import Bins
from nugan_hep.measurement.chi2 import check_covariance
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers.common import FGD, UNIT, Fluxes, beam_of, given_flux
from nugan_hep.measurement.release import open_release

Array = NDArray[np.float64]

KIND = "t2k_ccinc_2018"
WHERE = (
    "T2K's data release of arXiv:1801.05148 has it: "
    "t2k-experiment.org/results/nd280data-numu-cc-inc-xs-on-c-2018"
)
SLICES, BINS = 11, 71
SCALE = 0.1
"""The release's cross sections are in 1e-39 cm²/GeV/nucleon; its covariance is in cm⁴."""


class Release(NamedTuple):
    """Data [71], covariance [71, 71] and T2K's predictions [71]: 1e-38 cm²/GeV/nucleon, and its square."""

    bins: Bins
    data: Array
    covariance: Array
    generators: dict[str, Array]


def read(path: Path, flux: Fluxes = None, prior: str = "neut") -> Measured:
    """The measurement in the release's own flux or another one; for ``prior`` see :func:`read_release`."""
    found = read_release(path, prior)
    bins = found.bins
    own = own_flux(path)
    given = given_flux(KIND, flux or own, 14, beam_of(own))
    return Measured(
        kind=KIND,
        title=r"T2K $\nu_\mu$ CC inclusive",
        reference="1801.05148",
        parts=(Part(14, given, FGD, BINS, slices.finder(bins)),),
        matrix=np.diag(1 / bins.areas),
        data=found.data,
        covariance=found.covariance,
        widths=bins.areas,
        views=slices.views(bins),
        describe=bins.describe,
        total=0.695,
        total_error=0.066,
    )


def own_flux(folder: Path) -> Flux:
    """The release's own."""
    return inputs.read_flux(f"{folder / 'histograms.root'}:hflux")


def read_release(folder: Path, prior: str = "neut") -> Release:
    """The release's numbers as unfolded with one of the priors, ``neut`` or ``genie``.

    Raises
    ------
    UserError : files or histograms that are missing or of another layout, a covariance that is none
    """
    release = open_release(folder / "histograms.root", WHERE)

    def slices(name: str) -> list[Any]:
        return [release.histogram(f"{name}_cthbin{k}") for k in range(SLICES)]

    def values(name: str) -> Array:
        return SCALE * np.concatenate([histogram.values() for histogram in slices(name)])

    measured = f"hist_xsec_data_prior_{prior}"
    bins = _bins(release.path, slices(measured))
    covariance = release.histogram(f"covariance_matrix_{prior}", 2).values() / UNIT**2
    generators = {"NEUT 5.3.2": values("hist_xsec_neut"), "GENIE 2.8.0": values("hist_xsec_genie")}
    checked = check_covariance(covariance, BINS, str(release.path))
    return Release(bins, values(measured), checked, generators)


def _bins(path: Path, histograms: list[Any]) -> Bins:
    """The edges in momentum are the histograms', those in cos(theta) stand in their titles."""
    number = r"(-?[\d.]+)"
    matches = [re.search(rf"{number} < cos #theta_{{#mu}} < {number}", h.title) for h in histograms]
    if not all(matches):
        raise UserError(f"{path}: titles without '-1 < cos #theta_{{#mu}} < -0.25'; {WHERE}")
    low, high = np.array([match.groups() for match in matches if match], dtype=float).T
    bins = Bins(np.append(low, high[-1]), [histogram.axes[0].edges() for histogram in histograms])
    if len(bins) != BINS or not np.array_equal(low[1:], high[:-1]):
        raise UserError(f"{path}: {len(bins)} bins of momentum and angle, expected {BINS}; {WHERE}")
    return bins
