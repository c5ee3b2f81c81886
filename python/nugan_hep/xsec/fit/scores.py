"""How good an ensemble is on points that it did not see: chi2, coverage of its bands, their width."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from nugan_hep.xsec.data.points import Array
from nugan_hep.xsec.data.splits import TEST_NAMES, TRAIN
from nugan_hep.xsec.fit.chi2 import Nuisances, Widths, chi_square
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.sample import Sample
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.network import Ensemble
from nugan_hep.xsec.model.values import mean_and_std, member_values

SIGMAS = (1.0, 1.959964)
"""Half widths of bands of 68.3 and 95 %."""


class Score(NamedTuple):
    """What an ensemble is worth on some points.

    ``chi2``: per point, with nuisances of these points and their penalty; ``chi2_trained``: with the
    nuisances that the training points give, and no penalty; ``median``: of the squared pulls of ``chi2``;
    ``cover68``, ``cover95``: fractions of points within the band of mean +- (1, 1.96) sqrt(std^2 + error^2),
    nuisances of the training; ``spread``: mean of std/mean.
    """

    points: int
    chi2: float
    chi2_trained: float
    median: float
    cover68: float
    cover95: float
    spread: float


def score(mean: Array, std: Array, points: FitPoints, widths: Widths, trained: Nuisances) -> Score:
    """Compare means and standard deviations [n] with points; ``trained``: nuisances of the training."""
    predicted = torch.from_numpy(mean)
    own = chi_square(predicted, points, widths)
    kept = chi_square(predicted, points, widths, trained)
    deviation = np.abs(kept.pulls.numpy()) * points.error
    total = np.hypot(std, points.error)
    cover68, cover95 = (float(np.mean(deviation <= sigma * total)) for sigma in SIGMAS)
    return Score(
        len(points),
        own.per_point,
        kept.per_point,
        float((own.pulls**2).median()),
        cover68,
        cover95,
        float(np.mean(std / mean)),
    )


def trained_nuisances(mean: Array, points: FitPoints, widths: Widths) -> Nuisances:
    """Those at the minimum of chi2 of training points; 0 for spectra that have none."""
    return chi_square(torch.from_numpy(mean), points, widths).nuisances


def assess(ensemble: Ensemble, form: Form, sample: Sample, widths: Widths) -> dict[str, Score]:
    """Scores on the training points and on both kinds of test points, where there are any."""
    mean, std = mean_and_std(member_values(ensemble, form, sample.points.kinematics).numpy())
    train = sample.split[TRAIN]
    trained = trained_nuisances(mean[train], sample.train, widths)
    found = {}
    for part, name in {TRAIN: "train", **TEST_NAMES}.items():
        own = sample.split[part]
        if own.any():
            found[name] = score(mean[own], std[own], sample.points[own], widths, trained)
    return found


def score_table(scores: dict[str, Score]) -> str:
    """Plain text, a line for each part."""
    heads = ("points", "chi2/N", "trained n", "median", "68 %", "95 %", "spread")
    lines = [f"{'':8}" + "".join(f"{head:>10}" for head in heads)]
    for name, one in scores.items():
        figures = (one.chi2, one.chi2_trained, one.median, one.cover68, one.cover95, one.spread)
        lines.append(f"{name:8}{one.points:>10,}" + "".join(f"{figure:>10.3f}" for figure in figures))
    return "\n".join(lines)


def finite_or_none(scores: dict[str, Score]) -> dict[str, dict[str, float | None]]:
    """Scores for JSON, which has no infinity."""
    return {
        name: {key: value if np.isfinite(value) else None for key, value in one._asdict().items()}
        for name, one in scores.items()
    }
