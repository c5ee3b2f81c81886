"""Other models as replicas: the ratio of two flows' cross sections, on a grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, density
from nugan_hep.archive import find_model, process_of, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array, of_columns
from nugan_hep.replicas.blocks import Block, Report, block_from
from nugan_hep.sampler import Sampler
from nugan_hep.tuning.prior import points

STEP = (0.05, 0.1, 0.125)
"""Distances of nodes: where halving them makes the interpolation no better by a third."""
EXTENT = 100_000
"""Events whose coordinates the grid covers."""
SEED = 1


def log_ratio(model: str, others: Sequence[str]) -> Callable[[Array, Array, Array], Array]:
    """Logarithms of d2sigma of ``others`` over that of ``model``, [N, K]."""

    def log_weights(enu: Array, el: Array, theta: Array) -> Array:
        low, high = read_metadata(find_model(model))["enu_range"]
        columns = np.clip(enu, low, high), el, theta  # but for rounding, within
        weights = [density.reweight(model, other, *columns, rate=True) for other in others]
        with np.errstate(divide="ignore"):
            found: Array = np.log(np.stack(weights, axis=1))
        return found

    return log_weights


def alternatives(
    model: str,
    others: Mapping[str, str],
    step: Sequence[float] = STEP,
    report: Report = lambda done, total: None,
) -> Block:
    """A block of other models by their names as replicas.

    Parameters
    ----------
    model, others : names or archives of flows with cross sections
    step : distances of nodes in the three coordinates
    report : see :func:`nugan_hep.replicas.blocks.block_from`

    Raises
    ------
    UserError : models of another process or energy range, see :func:`nugan_hep.density.reweight`
    """
    about = read_metadata(find_model(model))
    for other in others.values():
        check_same(model, other)
    low, size = extent(Sampler(model, lepton_only=True), step)
    return block_from(
        log_ratio(model, [*others.values()]),
        low,
        step,
        size,
        [*others],
        "alternative",
        mass=process_of(about).lepton_mass,
        shift=about["shift"],
        report=report,
    )


def check_same(model: str, other: str) -> None:
    """Refuse an alternative whose events are of another process or other energies.

    Raises
    ------
    UserError : names both
    """
    one, two = (read_metadata(find_model(name)) for name in (model, other))
    for what in ("probe", "target", "enu_range"):
        if one[what] != two[what]:
            raise UserError(f"{other} has the {what} {two[what]}, {model} {one[what]}: expected the same")


def extent(sampler: Sampler, step: Sequence[float]) -> tuple[list[float], list[int]]:
    """First node and number of nodes of a grid that covers events of all energies of a model."""
    events = sampler.sample(n=EXTENT, seed=SEED)
    at = points(*of_columns(events), sampler._core.process.lepton_mass)
    low, high = at.min(axis=0), at.max(axis=0)
    low[2], high[2] = np.log(sampler.enu_range)
    size = np.ceil((high - low) / step).astype(int) + 1
    # energies beyond the range have no cross section: the last node is at its end or before
    size[2] = max(1, int(np.floor((high[2] - low[2]) / step[2] + 1e-9)) + 1)
    return low.tolist(), size.tolist()


def deviations(model: str, others: Mapping[str, str], archive: str, n: int, seed: int = SEED) -> Array:
    """Weights in ``archive`` over the exact ones, less 1, of ``n`` events of the model: [n, K]."""
    events = Sampler(archive, lepton_only=True).sample(n=n, seed=seed + 1, replicas=len(others))
    weights: NDArray[np.float32] = events[_core.REPLICA_WEIGHTS]
    found: Array = weights / np.exp(log_ratio(model, [*others.values()])(*of_columns(events))) - 1
    return found
