"""Whole events that follow a flux: of a model and of NuWro, normalised to the whole flux.

What is beyond the energies of the events is left out: no hadrons are known there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import particles
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists, of_particles
from nugan_hep.measurement.folded import CHUNK, flux_weights, read_bins

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler

Array = NDArray[np.float64]


class Events(NamedTuple):
    """Whole events, and their weights [N] in 1e-38 cm²/nucleon.

    The weights of a sample add up to its cross section averaged over the flux.
    """

    lists: Lists
    weights: Array


def model_events(sampler: Sampler, flux: Flux, n: int, seed: int = 0) -> Iterator[Events]:
    """``n`` events of a model in a flux, in chunks.

    Raises
    ------
    UserError : a model without a cross section, no flux in its range
    """
    rate = sampler.rate(flux)
    weight = rate.sigma * rate.flux.integral() / flux.integral() / n
    for first in range(0, n, CHUNK):
        size = min(CHUNK, n - first)
        events = sampler.sample(n=size, seed=seed, first=first, flux=flux, allow_flux_outside=True)
        yield Events(of_particles(events[particles.PARTICLES]), np.full(size, weight))


def nuwro_events(
    paths: Sequence[str | Path], xsec: Path, flux: Flux, probe: int, target: int
) -> Iterator[Events]:
    """NuWro's events in a flux, in chunks.

    Parameters
    ----------
    paths : files of whole events, see :mod:`nugan_hep.hadrons.readers`, that follow sigma(E) inside of each
        bin of ``xsec``; how many are in a bin does not matter
    xsec : the run's table, columns ``E_lo_GeV``, ``E_hi_GeV``, ``xsec_total`` [1e-38 cm²/nucleon]
    flux : any normalisation

    Raises
    ------
    UserError : files that cannot be read or have no such events, a bin without events, no flux in their range
    """
    from nugan_hep.hadrons import dataset
    from nugan_hep.hadrons.evaluation import lists_of_events

    edges, _ = read_bins(xsec)
    flux.between(edges[0], edges[-1])
    whole = dataset.read([str(path) for path in paths], probe=probe, target=target)
    weights = flux_weights(whole.enu, xsec, flux)
    for first in range(0, len(whole), CHUNK):
        rows = np.arange(first, min(first + CHUNK, len(whole)))
        lists = lists_of_events(whole.take(rows), seed=first)
        yield Events(replace(lists, target=target), weights[rows])
