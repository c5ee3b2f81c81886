"""Draws of a tune's posterior as replicas, on a grid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from nugan_hep.archive import find_model, process_of, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array
from nugan_hep.replicas.alternatives import extent
from nugan_hep.replicas.blocks import Block, block_from
from nugan_hep.sampler import Sampler
from nugan_hep.tuning import saved
from nugan_hep.tuning.prior import log_all, points

STEP = (0.1, 0.15, 0.2)
"""Distances of nodes: a third of the shortest lengths of a factor."""


def tuned(
    model: str, run: str | Path, n: int | None = None, report: Callable[[int], None] = lambda nodes: None
) -> Block:
    """The first ``n`` replicas of a run of ``tune`` (all by default) as a block of its ``model``.

    Raises
    ------
    UserError : not a run of tune, one of another model, more replicas than it has
    """
    tune = saved.load(run)
    about = read_metadata(find_model(model))
    if about["name"] != tune.model:
        raise UserError(f"--tune {run} is of {tune.model}, expected one of {about['name']}")
    factors = tune.replicas[: tune.number(n)]
    mass = process_of(about).lepton_mass

    def log_weights(enu: Array, el: Array, theta: Array) -> Array:
        return np.asarray(log_all(factors, points(enu, el, theta, mass)).T)

    low, size = extent(Sampler(model, lepton_only=True), STEP)
    names = [f"tune_{k}" for k in range(len(factors))]
    return block_from(
        log_weights, low, STEP, size, names, "tune", mass=mass, shift=about["shift"], report=report
    )
