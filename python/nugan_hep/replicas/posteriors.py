"""Draws of a posterior as replicas, on a grid: of a tune, or of the density ratio that ``replay`` fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep.archive import find_model, process_of, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array
from nugan_hep.replicas.alternatives import extent
from nugan_hep.replicas.blocks import Block, LogWeights, Report, block_from
from nugan_hep.sampler import Sampler
from nugan_hep.transfer import saved as transfers
from nugan_hep.tuning import saved as tunes
from nugan_hep.tuning.prior import log_all, points

STEP = (0.1, 0.15, 0.2)
"""Distances of nodes: a third of the shortest lengths of a tune's factor, an eighth of the lengths that a
transfer begins with."""


def tuned(
    model: str, run: str | Path, n: int | None = None, report: Report = lambda done, total: None
) -> Block:
    """The first ``n`` replicas of a run of ``tune`` (all by default) as a block of its ``model``.

    Raises
    ------
    UserError : not a run of tune, one of another model, more replicas than it has
    """
    tune = tunes.load(run)
    about = read_metadata(find_model(model))
    if about["name"] != tune.model:
        raise UserError(f"--tune {run} is of {tune.model}, expected one of {about['name']}")
    factors = tune.replicas[: tune.number(n)]
    mass = process_of(about).lepton_mass

    def log_weights(enu: Array, el: Array, theta: Array) -> Array:
        return np.asarray(log_all(factors, points(enu, el, theta, mass)).T)

    return _block(model, about, log_weights, len(factors), "tune", report)


def transferred(
    model: str, file: str | Path, n: int | None = None, report: Report = lambda done, total: None
) -> Block:
    """The first ``n`` draws of the ratio that ``replay --replicas`` fitted (all by default), as a block of
    ``model``, which was trained on the replayed events.

    Raises
    ------
    UserError : not such a file, one of another process, the model that was replayed, more replicas than
        there are
    """
    draws = transfers.load(file)
    about = read_metadata(find_model(model))
    for what in ("probe", "target", "enu_range"):
        if about[what] != draws.about[what]:
            raise UserError(
                f"--transfer {file} has the {what} {draws.about[what]}, {about['name']} {about[what]}: "
                "expected the same"
            )
    if about["name"] == draws.about["source"]:
        raise UserError(
            f"--transfer {file}: {about['name']} is the model that was replayed, expected the one that was "
            "trained on the replayed events"
        )
    wanted = draws.number(n)

    def log_weights(enu: Array, el: Array, theta: Array) -> Array:
        return draws.log_weights(enu, el, theta, wanted)

    return _block(model, about, log_weights, wanted, "transfer", report)


def _block(
    model: str, about: dict[str, Any], log_weights: LogWeights, n: int, kind: str, report: Report
) -> Block:
    low, size = extent(Sampler(model, lepton_only=True), STEP)
    names = [f"{kind}_{k}" for k in range(n)]
    mass, shift = process_of(about).lepton_mass, about["shift"]
    return block_from(log_weights, low, STEP, size, names, kind, mass=mass, shift=shift, report=report)
