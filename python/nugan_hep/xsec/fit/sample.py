"""The points that a run fits and is tested on: cut, split, with the errors that are added."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.points import Array, Points
from nugan_hep.xsec.data.splits import TEST_NAMES, TRAIN, Split, select, split
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import FitPoints, read_fit_points
from nugan_hep.xsec.fit.scatter import outliers, point_errors, wild_spectra


@dataclass(frozen=True)
class Sample:
    """The points of a file above the cuts, with the errors that are added, and what becomes of each."""

    points: FitPoints
    quoted: FitPoints
    split: Split
    about: dict[str, Any]
    text: str

    @property
    def train(self) -> FitPoints:
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
    UserError : see :func:`.reading.read_points`, :func:`.splits.select` and :func:`.splits.split`
    """
    points, text = select(read_fit_points(path, drop_negative), None if exclude is None else tuple(exclude))
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

    points: FitPoints
    added: Array
    sets: Array
    wild: dict[int, float]
    odd: NDArray[np.int64]


def treat(points: FitPoints, config: XsecConfig) -> Treated:
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
