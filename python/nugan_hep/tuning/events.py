"""Events of models as the response of a measurement, and the mean of a factor at every energy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nugan_hep import _core
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import Array, of_columns
from nugan_hep.measurement.measured import Measured
from nugan_hep.measurement.whole import events_of
from nugan_hep.tuning.prior import Factor, log_all, points
from nugan_hep.tuning.response import Filled, Response, chunked

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler

HYDROGEN = _core.HYDROGEN
"""Free protons are left as they are: the factor is of nuclei."""
GRID = 98
"""Energies at which the mean of r is known."""
PER_ENERGY = 20_000


def angle(lists: Lists) -> Array:
    """Between lepton and neutrino [N], rad."""
    transverse = np.hypot(lists.lepton[:, 0], lists.lepton[:, 1])
    return np.asarray(np.arctan2(transverse, lists.lepton[:, 2]))


def points_of(lists: Lists) -> Array:
    """Where the factor of events is looked up [N, 3]."""
    return points(lists.enu, lists.lepton_energy, angle(lists), lists.lepton_mass)


def respond(
    measured: Measured,
    samplers: Sequence[Sampler],
    n: int,
    seed: int,
    report: Callable[[int], None] = lambda count: None,
) -> Response:
    """The response of a measurement, from ``n`` events of each of its parts, whose models are ``samplers``.

    Raises
    ------
    UserError : no model of a nucleus, a flux outside of the models' energies
    """
    fixed = np.zeros(sum(part.size for part in measured.parts))

    def filled() -> Iterator[Filled]:
        first = 0
        for part in measured.parts:
            for lists, weights, nucleus in events_of(part, samplers, n, seed):
                rows = part.find(lists)
                inside = rows < part.size
                if nucleus == HYDROGEN:
                    fixed[first : first + part.size] += np.bincount(
                        rows[inside], weights[inside], minlength=part.size
                    )
                else:
                    yield Filled(points_of(lists)[inside], first + rows[inside], weights[inside])
                report(len(weights))
            first += part.size

    kept = chunked(filled())
    return Response(*kept, fixed, measured.matrix)


def mean_factor(sampler: Sampler, factors: Sequence[Factor], seed: int) -> tuple[Array, Array]:
    """Energies [M] over the model's range, and the mean of each factor at each of them [M, K]."""
    energies = np.linspace(*sampler.enu_range, GRID)
    enu = np.repeat(energies, PER_ENERGY)
    events = sampler.sample(enu=enu, seed=seed)
    own = of_columns(events)
    x = points(enu, own.emu, own.theta, sampler._core.process.lepton_mass)
    kept = chunked(
        Filled(x[part], np.arange(GRID).repeat(PER_ENERGY)[part], np.full(PER_ENERGY, 1.0 / PER_ENERGY))
        for part in np.split(np.arange(enu.size), GRID)
    )
    ratios = np.exp(log_all(factors, kept.x))
    means = [np.bincount(kept.rows, kept.weights * ratio, minlength=GRID) for ratio in ratios]
    return energies, np.stack(means, axis=1)
