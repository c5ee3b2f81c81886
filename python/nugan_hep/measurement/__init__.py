"""Comparison with measured data: flux-averaged cross sections in a measurement's bins, chi2, figures.

The examples ``t2k_ccinc.py`` and ``microboone_ccinc.py`` show the whole way; data releases are read by
:mod:`nugan_hep.measurement.readers`. Cross sections are in 1e-38 cm²/nucleon, averaged over the whole flux,
as experiments publish them.
"""

from __future__ import annotations

from nugan_hep.measurement.bins import Bins, Content, Muons, Prediction
from nugan_hep.measurement.chi2 import Comparison, check_covariance, compare
from nugan_hep.measurement.folded import (
    Average,
    average,
    flux_weights,
    model_muons,
    nuwro_muons,
    read_nuwro,
)
from nugan_hep.measurement.release import Release, open_release

__all__ = [
    "Average",
    "Bins",
    "Comparison",
    "Content",
    "Muons",
    "Prediction",
    "Release",
    "average",
    "check_covariance",
    "compare",
    "flux_weights",
    "model_muons",
    "nuwro_muons",
    "open_release",
    "read_nuwro",
]
