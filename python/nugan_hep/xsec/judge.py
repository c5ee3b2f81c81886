"""All that an evaluation says of one model."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.special import erfinv

from nugan_hep.errors import UserError
from nugan_hep.xsec.assess import Score, mean_and_std, member_values, trained_normalisations
from nugan_hep.xsec.chi2 import chi2
from nugan_hep.xsec.data import Array, read_points
from nugan_hep.xsec.export import load_ensemble
from nugan_hep.xsec.figures import Spectrum
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.hull import distance
from nugan_hep.xsec.network import Ensemble
from nugan_hep.xsec.prediction import find_model
from nugan_hep.xsec.run import TEST_NAMES, Sample, assess, read_sample_again
from nugan_hep.xsec.split import TEST_SPECTRA, TRAIN

MOST_SPECTRA = 6
GRID = 4000


class Verdict(NamedTuple):
    """Scores, the curve of calibration on test spectra (points, if there are none), figures' content.

    ``distance`` and ``spread`` [n]: of random points in and around the hull of the data; ``inner`` and
    ``outer``: median spread inside, and at the farthest quarter outside.
    """

    name: str
    sample: Sample
    scores: dict[str, Score]
    no_floor: dict[str, float]
    spectra: list[dict[str, Any]]
    sources: dict[str, dict[str, float]]
    curve: tuple[Array, Array]
    held_out: list[Spectrum]
    distance: Array
    spread: Array
    inner: float
    outer: float


def judge(model: str, data: Path) -> Verdict:
    """Compare a model with the points that it was split by.

    Raises
    ------
    UserError : no such model, data of another nucleus, another file than the one of the training
    """
    ensemble, form, metadata = load_ensemble(find_model(model))
    nucleus = read_points(data, drop_negative=True).nucleus
    if nucleus.name != metadata["nucleus"]:
        raise UserError(f"{data} has points of {nucleus.name}, {model} is a model of {metadata['nucleus']}")
    config = metadata["configuration"]
    width = config["normalisation"]
    sample = read_sample_again(data, metadata["data"], config["error_floor"])
    bare = read_sample_again(data, metadata["data"], 0.0)
    mean, std = mean_and_std(member_values(ensemble, form, sample.points))
    trained = trained_normalisations(mean[sample.split[TRAIN]], sample.train, width)
    pulls = np.abs(mean * trained.numpy()[sample.points.source] - sample.points.value)
    pulls /= np.hypot(std, sample.points.error)
    no_floor = {
        name: chi2(torch.from_numpy(mean[own]), bare.points[own], width).per_point
        for part, name in {TRAIN: "train", **TEST_NAMES}.items()
        if (own := sample.split[part]).any()
    }
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
        assess(ensemble, form, sample, width),
        no_floor,
        _by_spectrum(sample, pulls, mean, trained.numpy()),
        _by_source(sample, mean, trained.numpy()),
        curve,
        _held_out(ensemble, form, sample),
        found,
        spread,
        float(np.median(spread[found == 0])),
        float(np.median(outer)),
    )


def _by_spectrum(sample: Sample, pulls: Array, mean: Array, trained: Array) -> list[dict[str, Any]]:
    """Every spectrum that was held out as a whole."""
    points, rows = sample.points, []
    ratio = mean * trained[points.source] / points.value
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


def _by_source(sample: Sample, mean: Array, trained: Array) -> dict[str, dict[str, float]]:
    """Normalisation of every data set; its test points, their chi2 and its share of the whole."""
    points = sample.points
    squares = ((mean * trained[points.source] - points.value) / points.error) ** 2
    test = ~sample.split[TRAIN]
    found = {}
    for k, name in enumerate(points.sources):
        if (own := test & (points.source == k)).any():
            found[name] = {
                "normalisation": float(trained[k]),
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
        spectra.append(Spectrum(energy, theta, omega, *_predicted(ensemble, form, grid)))
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
    mean, std = _predicted(ensemble, form, grid)
    there = mean > 0
    return distance(metadata["hull"], grid[there]), std[there] / mean[there]


@torch.no_grad()
def _predicted(ensemble: Ensemble, form: Form, grid: Array) -> tuple[Array, Array]:
    points = torch.from_numpy(grid)
    inputs = form.inputs(points).expand(ensemble.members, -1, -1)
    return mean_and_std(form.combine(ensemble(inputs).double(), form.factors(points)))
