"""A density ratio that ``replay`` fitted to few events, with draws of its posterior, in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array
from nugan_hep.output.atomic import new_file
from nugan_hep.transfer.coordinates import coordinates
from nugan_hep.transfer.posterior import WIDTH
from nugan_hep.transfer.prior import Prior, Scales
from nugan_hep.transfer.ratio import Ratio, Sample, bin_centres, log_means, log_ratios

SUFFIX = ".replicas.npz"
LAYOUT = 2
"""Raised where the features of the prior change."""


@dataclass(frozen=True, eq=False)
class Draws:
    """The most probable ratio and draws of its posterior.

    Attributes
    ----------
    about : ``source`` (the model that was replayed), ``probe`` and ``target`` of the events, ``enu_range``
        [GeV], ``lepton_mass`` [GeV]
    scales : of the prior [1 + K], for the most probable ratio and for each draw
    coefficients : [P, 1 + K], likewise
    log_mean : [M, 1 + K], logarithm of the mean of r in each energy bin
    """

    about: dict[str, Any]
    scales: tuple[Scales, ...]
    coefficients: Array
    log_mean: Array

    def log_weights(self, enu: Array, el: Array, theta: Array, n: int | None = None) -> Array:
        """Logarithms of the density of the first ``n`` draws over that of the most probable ratio [N, n].

        ``enu`` and ``el`` [N] in GeV, ``theta`` [N] in rad. Weights have a mean of one at each energy: the
        events of a transfer say nothing of the cross section.
        """
        wanted = 1 + self.number(n)
        x = coordinates(enu, el, theta, self.about["lepton_mass"])
        found = _log_ratios(self.scales[:wanted], self.coefficients, x)
        centres = bin_centres(self.about["enu_range"])
        for row, mean in zip(found, self.log_mean.T[:wanted], strict=True):
            row -= np.interp(enu, centres, mean)
        return np.asarray((found[1:] - found[0]).T)

    def number(self, n: int | None) -> int:
        """How many draws are meant, see :func:`number`."""
        return number(n, self.coefficients.shape[1] - 1, "transfer")


def number(n: int | None, there: int, whose: str) -> int:
    """How many replicas are meant of those that are ``there``; all by default.

    Raises
    ------
    UserError : more, or none
    """
    if n is not None and not 1 <= n <= there:
        raise UserError(f"{n} replicas: expected 1 to {there}, which the {whose} has")
    return there if n is None else n


def drawn(
    best: Ratio, places: Sequence[Ratio], source: Sample, n: int, seed: int, about: dict[str, Any]
) -> Draws:
    """``n`` draws of the ratios at ``places``, one of each in turn: the first few draws are of all places.

    The places are those of :func:`nugan_hep.transfer.posterior.walk`, means those over events of ``source``.
    """
    each = -(-n // len(places))
    seeds = np.random.SeedSequence(seed).spawn(len(places))
    own = np.stack([place.draws(each, one, WIDTH) for place, one in zip(places, seeds, strict=True)], axis=-1)
    in_turn = own.reshape(len(best.coefficients), -1)[:, :n]
    coefficients = np.column_stack([best.coefficients, in_turn])
    scales = (best.scales, *(place.scales for _ in range(each) for place in places))[: 1 + n]
    rows = _log_ratios(scales, coefficients, source.x)
    return Draws(about, scales, coefficients, log_means(rows, source.bins).T)


def _log_ratios(scales: Sequence[Scales], coefficients: Array, x: Array) -> Array:
    """log r [K, N] with scales [K] and coefficients [P, K or more]; equal scales share their features."""
    found = np.empty((len(scales), len(x)))
    for own in dict.fromkeys(scales):
        rows = [k for k, other in enumerate(scales) if other == own]
        found[rows] = log_ratios(Prior(), own, coefficients[:, rows], x)
    return found


def save(path: Path, draws: Draws, force: bool) -> None:
    """Write a file that :func:`load` reads."""
    with new_file(path, force) as file:
        np.savez(
            file,
            layout=LAYOUT,
            about=json.dumps(draws.about),
            scales=np.array([astuple(scales) for scales in draws.scales]),
            coefficients=draws.coefficients,
            log_mean=draws.log_mean,
        )


def load(path: str | os.PathLike[str]) -> Draws:
    """A file of :func:`save`.

    Raises
    ------
    UserError : not such a file, a damaged one
    """
    try:
        with Path(path).open("rb") as stream, np.load(stream) as file:
            about = json.loads(str(file["about"]))
            if int(file["layout"]) != LAYOUT or missing_keys(about):
                raise ValueError("of another version")
            draws = Draws(
                about,
                tuple(Scales(*row) for row in file["scales"].tolist()),
                file["coefficients"],
                file["log_mean"],
            )
        draws.log_weights(np.ones(1), np.full(1, 0.5), np.full(1, 0.5))  # shapes that do not fit fail here
        return draws
    except (OSError, EOFError, LookupError, TypeError, ValueError, AttributeError, BadZipFile) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"{path}: not a file of replay --replicas ({reason})") from None


def missing_keys(about: dict[str, Any]) -> set[str]:
    """What a file should say of its draws and does not."""
    return {"source", "probe", "target", "enu_range", "lepton_mass"} - about.keys()
