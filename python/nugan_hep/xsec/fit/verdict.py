"""All that an evaluation says of one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.special import erfinv

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.hull import distance
from nugan_hep.xsec.data.points import Array
from nugan_hep.xsec.data.reading import read_points
from nugan_hep.xsec.data.splits import TEST_NAMES, TEST_SPECTRA, TRAIN
from nugan_hep.xsec.fit.chi2 import Nuisances, Widths, chi_square
from nugan_hep.xsec.fit.config import XsecConfig, from_saved
from nugan_hep.xsec.fit.sample import Sample, read_sample_again
from nugan_hep.xsec.fit.scores import Score, assess, trained_nuisances
from nugan_hep.xsec.model.archive import load_ensemble
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.lookup import find_model
from nugan_hep.xsec.model.network import Ensemble
from nugan_hep.xsec.model.spectra import Spectrum
from nugan_hep.xsec.model.values import mean_and_std, member_values

MOST_SPECTRA = 6
ERRORS = ("point_errors", "error_floor", "normalisation", "spectrum_normalisation", "energy_shift")
GRID = 4000


class Verdict(NamedTuple):
    """Scores, the curve of calibration on test spectra (points, if there are none), figures' content.

    ``distance`` and ``spread`` [n]: of random points in and around the hull of the data; ``inner`` and
    ``outer``: median spread inside, and at the farthest quarter outside.
    """

    name: str
    sample: Sample
    scores: dict[str, Score]
    treatments: dict[str, dict[str, float]]
    spectra: list[dict[str, Any]]
    sources: dict[str, dict[str, float]]
    curve: tuple[Array, Array]
    held_out: list[Spectrum]
    distance: Array
    spread: Array
    inner: float
    outer: float


def judge(model: str, data: Path, errors: dict[str, Any] | None = None) -> Verdict:
    """Compare a model with the points that it was split by.

    ``errors`` are settings in place of those that the model was trained with, of ``ERRORS``.

    Raises
    ------
    UserError : no such model, data of another nucleus, another file than the one of the training
    """
    ensemble, form, metadata = load_ensemble(find_model(model))
    nucleus = read_points(data, drop_negative=True).nucleus
    if nucleus.name != metadata["nucleus"]:
        raise UserError(f"{data} has points of {nucleus.name}, {model} is a model of {metadata['nucleus']}")
    config = from_saved({**metadata["configuration"], **(errors or {})})
    widths = config.widths
    sample = read_sample_again(data, metadata["data"], config)
    mean, std = mean_and_std(member_values(ensemble, form, sample.points.kinematics).numpy())
    trained = trained_nuisances(mean[sample.split[TRAIN]], sample.train, widths)
    # as the data have it, with the nuisances of the training
    shifted: Array = trained.apply(torch.from_numpy(mean), sample.points, widths).numpy()
    pulls = np.abs(shifted - sample.points.value) / np.hypot(std, sample.points.error)
    held = sample.split[TEST_SPECTRA]
    tested = held if held.any() else ~sample.split[TRAIN]
    nominal = np.linspace(0.01, 0.99, 99)
    sigmas = np.sqrt(2.0) * erfinv(nominal)
    curve = nominal, np.array([np.mean(pulls[tested] <= sigma) for sigma in sigmas])
    found, spread = _around(ensemble, form, metadata, sample)
    outer = spread[found >= np.quantile(found[found > 0], 0.75)] if (found > 0).any() else spread
    return Verdict(
        metadata["name"],
        sample,
        assess(ensemble, form, sample, widths),
        _treatments(mean, sample, config),
        _by_spectrum(sample, pulls, shifted),
        _by_source(sample, trained, widths, shifted),
        curve,
        _held_out(ensemble, form, sample),
        found,
        spread,
        float(np.median(spread[found == 0])),
        float(np.median(outer)),
    )


def _treatments(mean: Array, sample: Sample, config: XsecConfig) -> dict[str, dict[str, float]]:
    """chi2 per point of every part with more and more of the errors, from the quoted ones alone on."""
    widths, quoted = config.widths, sample.quoted
    floor = quoted.with_errors(np.full(len(quoted), config.error_floor))
    one, two = Widths(widths.source, 0.0, 0.0), Widths(widths.source, widths.spectrum, 0.0)
    steps = {
        "quoted": (quoted, one),
        "floor": (floor, one),
        "added": (sample.points, one),
        "spectra": (sample.points, two),
        "shifts": (sample.points, widths),
    }
    parts = {name: sample.split[part] for part, name in {TRAIN: "train", **TEST_NAMES}.items()}
    return {
        step: {
            name: chi_square(torch.from_numpy(mean[own]), points[own], chosen).per_point
            for name, own in parts.items()
            if own.any()
        }
        for step, (points, chosen) in steps.items()
    }


def _by_spectrum(sample: Sample, pulls: Array, shifted: Array) -> list[dict[str, Any]]:
    """Every spectrum that was held out as a whole."""
    points, rows = sample.points, []
    ratio = shifted / points.value
    for number in np.unique(points.spectrum[sample.split[TEST_SPECTRA]]):
        own = points.spectrum == number
        first = int(np.flatnonzero(own)[0])
        deviation = (ratio[own] - 1) * points.value[own] / points.error[own]
        rows.append(
            {
                "source": points.sources[points.source[first]],
                "energy": float(points.energy[first]),
                "theta": float(points.theta[first]),
                "points": int(own.sum()),
                "chi2_trained": float(np.mean(deviation**2)),
                "ratio": float(np.median(ratio[own])),
                "within_68": float(np.mean(pulls[own] <= 1)),
            }
        )
    return rows


def _by_source(
    sample: Sample, trained: Nuisances, widths: Widths, shifted: Array
) -> dict[str, dict[str, float]]:
    """Normalisation and added error of every data set; its test points, their chi2 and share of the whole."""
    points = sample.points
    squares = ((shifted - points.value) / points.error) ** 2
    test = ~sample.split[TRAIN]
    found = {}
    for k, name in enumerate(points.sources):
        if (own := test & (points.source == k)).any():
            found[name] = {
                "normalisation": 1.0 + widths.source * float(trained.source[k]),
                "added_error": sample.about["added_errors"][name],
                "points": float(own.sum()),
                "chi2_trained": float(squares[own].mean()),
                "share": float(squares[own].sum() / squares[test].sum()),
            }
    return found


def _held_out(ensemble: Ensemble, form: Form, sample: Sample) -> list[Spectrum]:
    """Predicted spectra where spectra were held out, those with most points first."""
    points = sample.points
    numbers, counts = np.unique(points.spectrum[sample.split[TEST_SPECTRA]], return_counts=True)
    spectra = []
    for number in numbers[np.argsort(-counts)][:MOST_SPECTRA]:
        own = points.spectrum == number
        energy, theta = points.energy[own][0], points.theta[own][0]
        omega = np.linspace(points.omega[own].min(), points.omega[own].max(), 100)
        grid = np.stack([np.full(100, energy), np.full(100, theta), omega], axis=1)
        spectra.append(
            Spectrum(energy, theta, omega, *mean_and_std(member_values(ensemble, form, grid).numpy()))
        )
    return spectra


def _around(ensemble: Ensemble, form: Form, metadata: dict[str, Any], sample: Sample) -> tuple[Array, Array]:
    """Distance from the hull and relative spread of random points in a box three times as wide [n]."""
    rng = np.random.default_rng(1)
    points = sample.points
    low, high = np.log(points.energy.min()), np.log(points.energy.max())
    centre, half = 0.5 * (low + high), 0.5 * max(high - low, 0.2)
    energy = np.exp(rng.uniform(centre - 2.0 * half, centre + 2.0 * half, GRID))
    theta = rng.uniform(4.0, 179.0, GRID)
    grid = np.stack([energy, theta, rng.uniform(0.02, 0.98, GRID) * energy], axis=1)
    mean, std = mean_and_std(member_values(ensemble, form, grid).numpy())
    there = mean > 0
    return distance(metadata["hull"], grid[there]), std[there] / mean[there]
