"""Which points train, and which judge: single points, and whole spectra between others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError

from nugan_hep.errors import UserError
from nugan_hep.xsec.data import kinematics
from nugan_hep.xsec.data.points import Array, Points, PointsT

TRAIN, TEST_POINTS, TEST_SPECTRA = 0, 1, 2
TEST_NAMES = {TEST_POINTS: "points", TEST_SPECTRA: "spectra"}
LEAST_IN_SPECTRUM = 10
"""Points of a spectrum that can be held out as a whole."""

CONTRADICTED = {"12C": ("Zeller:1973ge",)}
"""Data sets left out: at its peak Zeller's spectrum of 2.0 GeV is 50 % above Day's of 2.02 GeV at the same
angle.
"""


class Split(NamedTuple):
    """Part of every point [n]: ``TRAIN``, ``TEST_POINTS`` or ``TEST_SPECTRA``."""

    part: NDArray[np.int64]

    def __getitem__(self, part: int) -> NDArray[np.bool_]:  # type: ignore[override]
        chosen: NDArray[np.bool_] = self.part == part
        return chosen


def select(points: PointsT, exclude: tuple[str, ...] | None = None) -> tuple[PointsT, str]:
    """The points that count, and a sentence about the others.

    Left out are excitation energies up to the nucleus' ``cut``. ``exclude`` names data sets, by default those
    ``CONTRADICTED``.

    Raises
    ------
    UserError : a data set that the file does not have, or nothing left
    """
    nucleus = points.nucleus
    if exclude is None:
        exclude = tuple(s for s in CONTRADICTED.get(nucleus.name, ()) if s in points.sources)
    for name in exclude:
        if name not in points.sources:
            raise UserError(f"no data set {name!r} to exclude; there is: {', '.join(points.sources)}")
    columns = torch.from_numpy(points.kinematics).unbind(1)
    excited = kinematics.excitation(columns[0], columns[1], columns[2], nucleus.mass).numpy()
    low = excited <= nucleus.cut
    bad = np.isin(points.source, [points.sources.index(name) for name in exclude])
    kept = points[~low & ~bad]
    if len(kept) == 0:
        raise UserError(f"no point of {nucleus.name} above the cut of {1e3 * nucleus.cut:g} MeV")
    text = (
        f"{len(kept):,} of {len(points):,} points; {int((low & ~bad).sum())} at excitation energies below "
        f"{1e3 * nucleus.cut:.0f} MeV left out"
    )
    if exclude:
        text += f", {int(bad.sum())} of {', '.join(exclude)}"
    return kept, text


def split(points: Points, test_points: float, test_spectra: float, seed: int) -> Split:
    """Hold out a fraction of the spectra, and of the other spectra a fraction of the points.

    Spectra that can be held out lie, as (ln E, theta), inside the hull of the others: what lies outside would
    be extrapolation. At least one is held out if ``test_spectra`` is above 0 and there is one.

    Raises
    ------
    UserError : no point left to train on
    """
    rng = np.random.default_rng([seed, 2312])
    part = np.zeros(len(points), dtype=np.int64)
    if test_spectra > 0:
        numbers = np.unique(points.spectrum)
        able = interior(points)
        count = min(max(round(test_spectra * len(numbers)), 1), len(able))
        held = rng.choice(able, count, replace=False) if count else able
        part[np.isin(points.spectrum, held)] = TEST_SPECTRA
    left = np.flatnonzero(part == TRAIN)
    count = round(test_points * len(left))
    part[rng.permutation(left)[:count]] = TEST_POINTS
    if not (part == TRAIN).any():
        raise UserError(f"{len(points)} points leave none to train on")
    return Split(part)


def interior(points: Points) -> NDArray[np.int64]:
    """Numbers of the spectra inside the hull of all others."""
    numbers = np.unique(points.spectrum)
    first = [int(np.flatnonzero(points.spectrum == number)[0]) for number in numbers]
    places: Array = np.stack([np.log(points.energy[first]), points.theta[first] / 100.0], axis=1)
    found = []
    for k, number in enumerate(numbers):
        if (points.spectrum == number).sum() < LEAST_IN_SPECTRUM:
            continue
        try:
            hull = Delaunay(np.delete(places, k, axis=0))
        except (QhullError, ValueError):
            continue
        if hull.find_simplex(places[k]) >= 0:
            found.append(int(number))
    return np.array(found, dtype=np.int64)
