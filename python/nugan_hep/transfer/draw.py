"""Events of a source model that follow a target, through a fitted density ratio."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.kinematics import Array, Kinematics, of_columns
from nugan_hep.sampler import Sampler
from nugan_hep.transfer.coordinates import coordinates
from nugan_hep.transfer.ratio import Sample, energy_bins

CHUNK = 200_000
SCALES_EVENTS, FIT_EVENTS = 40_000, 400_000
_CAP_QUANTILE = 0.9995


class Weights(Protocol):
    """What makes events of the source those of the target."""

    def of_sample(self, source: Sample) -> Array:
        """Weights [N] of source events, of mean one at each energy."""


def draw_source(
    source: Sampler, n: int, seed: int, enu_range: tuple[float, float] | None = None
) -> Kinematics:
    """n events of the model at energies uniform over its range, or over ``enu_range`` [GeV]: float64 [N]."""
    enu = np.random.default_rng(seed).uniform(*(enu_range or source.enu_range), n)
    return of_columns(source.sample(enu=enu, seed=seed))


def sample_of(events: Kinematics, source: Sampler) -> Sample:
    """Coordinates and energy bins of events, of the lepton and in the range of a model."""
    mass = source._core.process.lepton_mass
    return Sample(coordinates(*events, mass), energy_bins(events.enu, source.enu_range))


def samples(source: Sampler, n: int, seed: int) -> tuple[Sample, Sample]:
    """Events of the model for a ratio to ``n`` of a target: few to choose scales, many to fit."""
    few, many = (
        sample_of(draw_source(source, number, seed), source) for number in (max(SCALES_EVENTS, n), FIT_EVENTS)
    )
    return few, many


def resample(weights: Array, factor: float, random: np.random.Generator) -> Array:
    """Indices in which event i stands ``factor * weights[i]`` times on average, its whole part at least."""
    expected = factor * weights
    copies = expected.astype(np.int64) + (random.uniform(size=len(weights)) < expected % 1.0)
    indices: Array = np.repeat(np.arange(len(weights)), copies)
    return indices


def replay(source: Sampler, ratio: Weights, n: int, seed: int) -> Iterator[Kinematics]:
    """Chunks of n events in all that follow ``p_source r/Z``, energies uniform over the range.

    An event whose weight is above the 99.95 % quantile may stand more than once.

    Raises
    ------
    UserError : fewer than one draw in 200 would be kept, which no smooth ratio of two models of the
        same process gives
    """
    random = np.random.default_rng([seed, 1])
    done = chunk = 0
    factor = 0.0
    while done < n:
        chunk += 1
        drawn = int(np.random.SeedSequence([seed, chunk]).generate_state(1, np.uint64)[0])
        events = draw_source(source, CHUNK, drawn)
        weights = ratio.of_sample(sample_of(events, source))
        if factor == 0.0:
            factor = 1.0 / float(np.quantile(weights, _CAP_QUANTILE))
            if factor < 1.0 / 200.0:
                raise UserError(
                    f"weights of the events of {source.name} reach {1 / factor:.0f}: too far from the data"
                )
        rows = random.permutation(resample(weights, factor, random))[: n - done]
        done += len(rows)
        yield Kinematics(*(column[rows] for column in events))
