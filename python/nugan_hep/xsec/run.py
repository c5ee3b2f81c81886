"""A run folder: what was read, how it was split, and the ensemble that came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file
from nugan_hep.training import checkpoint
from nugan_hep.xsec.assess import Score, mean_and_std, member_values, score, trained_nuisances
from nugan_hep.xsec.chi2 import Widths
from nugan_hep.xsec.config import XsecConfig
from nugan_hep.xsec.data import Array, Points, read_points
from nugan_hep.xsec.form import Form
from nugan_hep.xsec.network import Ensemble
from nugan_hep.xsec.scatter import outliers, point_errors, wild_spectra
from nugan_hep.xsec.split import TEST_POINTS, TEST_SPECTRA, TRAIN, Split, select, split

RUN_FILE, CONFIG_FILE, MODEL_FILE, CARD_FILE = "run.json", "config.toml", "model.pt", "model.md"
TEST_NAMES = {TEST_POINTS: "points", TEST_SPECTRA: "spectra"}


@dataclass(frozen=True)
class Sample:
    """The points of a file above the cuts, with the errors that are added, and what becomes of each."""

    points: Points
    quoted: Points
    split: Split
    about: dict[str, Any]
    text: str

    @property
    def train(self) -> Points:
        return self.points[self.split[TRAIN]]


def read_sample(
    path: Path,
    config: XsecConfig,
    *,
    test_points: float,
    test_spectra: float,
    seed: int,
    exclude: list[str] | None = None,
    drop_negative: bool = False,
) -> Sample:
    """Read a data file, cut and split it; the same arguments make the same split again.

    Raises
    ------
    UserError : see :func:`.data.read_points`, :func:`.split.select` and :func:`.split.split`
    """
    points, text = select(read_points(path, drop_negative), None if exclude is None else tuple(exclude))
    treated = treat(points, config)
    left_out = [{**_place(points, k), "omega": float(points.omega[k])} for k in treated.odd]
    points = treated.points
    if left_out:
        text += f", {len(left_out)} more than {config.outlier:g} errors off their neighbours"
    parts = split(points, test_points, test_spectra, seed)
    counts = {name: int((parts.part == part).sum()) for part, name in TEST_NAMES.items()}
    about = {
        "file": path.name,
        "points": len(points),
        "train": int((parts.part == TRAIN).sum()),
        "test": counts,
        "test_points": test_points,
        "test_spectra": test_spectra,
        "split_seed": seed,
        "exclude": exclude,
        "drop_negative": drop_negative,
        "sum": float(points.value.sum()),
    }
    about["outliers"] = left_out
    about["added_errors"] = dict(zip(points.sources, treated.sets.tolist(), strict=True))
    about["wild_spectra"] = [
        {**_place(points, np.flatnonzero(points.spectrum == number)[0]), "added_error": error}
        for number, error in treated.wild.items()
    ]
    text += f"; {about['train']:,} train, {counts['points']:,} and {counts['spectra']:,} (whole spectra) test"
    return Sample(points.with_errors(treated.added), points, parts, about, text)


def _place(points: Points, k: np.int64) -> dict[str, Any]:
    """Where the k-th point was measured, but for its omega."""
    name = points.sources[points.source[k]]
    return {"source": name, "energy": float(points.energy[k]), "theta": float(points.theta[k])}


class Treated(NamedTuple):
    """Points without outliers, relative errors [n] to be added to them, and where those come from:
    data sets [sets], and single spectra by their numbers; ``odd`` has the numbers of the outliers before.
    """

    points: Points
    added: Array
    sets: Array
    wild: dict[int, float]
    odd: NDArray[np.int64]


def treat(points: Points, config: XsecConfig) -> Treated:
    """Leave outliers out, and find the errors that are to be added in quadrature.

    The scatter is that of all points above the cuts, whether they train or test: it is a property of the
    measurement, and no prediction comes in. Which points are outliers does not depend on ``point_errors``.
    """
    scatter = set_errors(points, config.error_floor)
    odd = outliers(points.with_errors(scatter[points.source]), config.outlier)
    kept = points[~odd]
    if config.point_errors == "floor":
        sets, wild = np.full(len(points.sources), config.error_floor), {}
    else:
        sets, wild = scatter, wild_spectra(kept, scatter)
    added = sets[kept.source]
    for number, error in wild.items():
        added[kept.spectrum == number] = error
    return Treated(kept, added, sets, wild, np.flatnonzero(odd))


def set_errors(points: Points, floor: float) -> Array:
    """Relative errors [sets] by the scatter of neighbours, and never less than a floor."""
    found = point_errors(points)
    return np.array([max(found.get(name) or 0.0, floor) for name in points.sources])


def read_sample_again(path: Path, about: dict[str, Any], config: XsecConfig) -> Sample:
    """The sample that a model was trained and tested on, from the same data file.

    Raises
    ------
    UserError : another file
    """
    keys = ("test_points", "test_spectra", "exclude", "drop_negative")
    sample = read_sample(path, config, seed=about["split_seed"], **{key: about[key] for key in keys})
    if sample.about["points"] != about["points"] or sample.about["sum"] != about["sum"]:
        raise UserError(
            f"{path} has not the {about['points']:,} points of {about['file']} that the model was split by"
        )
    return sample


def assess(ensemble: Ensemble, form: Form, sample: Sample, widths: Widths) -> dict[str, Score]:
    """Scores on the training points and on both kinds of test points, where there are any."""
    mean, std = mean_and_std(member_values(ensemble, form, sample.points))
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


def load_checkpoint(folder: Path, keys: frozenset[str]) -> dict[str, Any]:
    """The newest checkpoint of a run.

    Raises
    ------
    UserError : there is none, or it is damaged
    """
    path = folder / checkpoint.CHECKPOINT
    state = checkpoint.unpickle(checkpoint.read(path), path)
    if not isinstance(state, dict) or not keys <= state.keys():
        raise UserError(f"{path} is not a checkpoint of a training of cross sections")
    return state


def write_text(path: Path, text: str) -> None:
    with new_file(path, force=True) as file:
        file.write(text.encode())


def write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")


def finite_or_none(scores: dict[str, Score]) -> dict[str, dict[str, float | None]]:
    """Scores for JSON, which has no infinity."""
    return {
        name: {key: value if np.isfinite(value) else None for key, value in one._asdict().items()}
        for name, one in scores.items()
    }
