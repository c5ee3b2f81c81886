"""Events that follow a flux: of a model and of NuWro, normalised to the whole flux.

What is beyond the energies of whole events is left out: no hadrons are known there. Of leptons alone it is
estimated, see :mod:`nugan_hep.measurement.folded`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import particles, targets
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists, of_particles
from nugan_hep.measurement.folded import CHUNK, flux_weights, model_leptons, read_bins
from nugan_hep.measurement.measured import Part

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler

Array = NDArray[np.float64]


class Events(NamedTuple):
    """Whole events, and their weights [N] in 1e-38 cm²/nucleon.

    The weights of a sample add up to its cross section averaged over the flux.
    """

    lists: Lists
    weights: Array


class OfNucleus(NamedTuple):
    """Events of one nucleus (PDG number) of a target; weights [N] as of :class:`Events`, per its nucleon."""

    lists: Lists
    weights: Array
    nucleus: int


def events_of(part: Part, samplers: Iterable[Sampler], n: int, seed: int = 0) -> Iterator[OfNucleus]:
    """Events of models on the target of a measurement, in chunks.

    Their weights add up to the flux-averaged cross section per nucleon of the target. Without hadrons,
    leptons beyond the energies of the models are estimated.

    Parameters
    ----------
    part : beam and target
    samplers : models, one for each nucleus of the part; others are passed by
    n : events of all nuclei together, by their shares

    Raises
    ------
    UserError : a nucleus without a model or with two, one without hadrons where these are wanted, no flux in
        the range of a model
    """
    models = list(samplers)
    chosen = [_model_of(models, part, nucleus) for nucleus, _ in part.nuclei]
    return _events_of(part, chosen, n, seed)


def _model_of(models: Sequence[Sampler], part: Part, nucleus: int) -> Sampler:
    name = f"{targets.probe_name(part.probe)} on {targets.nucleus(nucleus)}"
    wanted = {"probe": part.probe, "target": nucleus}
    found = [model for model in models if wanted.items() <= model.metadata.items()]
    if len(found) != 1:
        names = ", ".join(model.name for model in found or models)
        raise UserError(f"{len(found)} models of {name}, expected one; there are {names or 'none'}")
    if part.hadrons and not found[0].hadrons:
        raise UserError(f"{found[0].name}: a model of leptons alone, the measurement is of hadrons too")
    return found[0]


def _events_of(part: Part, models: Sequence[Sampler], n: int, seed: int) -> Iterator[OfNucleus]:
    draw: Callable[..., Iterator[Events]] = model_events if part.hadrons else leptons_alone
    total = sum(share for _, share in part.nuclei)
    for k, ((nucleus, share), model) in enumerate(zip(part.nuclei, models, strict=True)):
        size = max(1, round(n * share / total))
        for lists, weights in draw(model, part.flux, size, (seed + k) % 2**64):
            yield OfNucleus(lists, share * weights, nucleus)


def leptons_alone(sampler: Sampler, flux: Flux, n: int, seed: int = 0) -> Iterator[Events]:
    """Events without hadrons from :func:`nugan_hep.measurement.folded.model_leptons`."""
    process = sampler._core.process
    for enu, momentum, cosine, weights in model_leptons(sampler, flux, n, seed):
        sine, size = np.sqrt(1.0 - cosine**2), enu.size
        lepton = np.stack([momentum * sine, np.zeros(size), momentum * cosine], axis=1)
        none = np.zeros(0, np.int32), np.zeros((0, 3))
        number = np.zeros(size, np.int64)
        yield Events(Lists(enu, lepton, process.lepton_mass, number, *none, process.target), weights)


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
