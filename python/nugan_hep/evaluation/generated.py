"""Histograms of generated events, made like those of a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.evaluation import histograms
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.target import Target
from nugan_hep.kinematics import Array, Kinematics

Generate = Callable[[Array, int], Kinematics]
"""``generate(enu, seed)``: one event for each neutrino energy [GeV], columns of shape [N]."""

CHUNK = 100_000


def opened(path: Path, device: str, threads: int) -> Generate:
    """The muons that the model of this archive makes."""
    from nugan_hep.sampler import Sampler

    sampler = Sampler(path, device=device, threads=threads, lepton_only=True)

    def generate(enu: Array, seed: int) -> Kinematics:
        columns = sampler.sample(enu=enu, seed=seed)
        return Kinematics(columns["Ev"], columns["El"], columns["thetal"])

    return generate


def generate_all(
    target: Target, generate: Generate, n: int, seed: int = 1, quiet: bool = False
) -> list[Histograms]:
    """Histograms of ``n`` generated events for every sample of the target."""
    models = []
    with cli.progress("events", quiet) as bar:
        for k, sample in enumerate(target.samples):
            task = bar.add_task(f"{sample.label:<7}", total=n, note="")
            parts: list[Histograms] = []
            for part in generate_like(sample, generate, n, np.random.default_rng([seed, k]), target.energies):
                parts = [reduce(histograms.merge, [*parts, part])]
                bar.advance(task, part.n_events)
            models += parts
    return models


def generate_like(
    sample: Histograms, generate: Generate, n: int, rng: np.random.Generator, energies: Array | None = None
) -> Iterator[Histograms]:
    """Generated events in chunks, as histograms with the bins of ``sample``.

    At a fixed energy it is that of the sample; else energies are drawn with replacement from
    ``energies`` [GeV], or uniformly over the range. A reference with equal numbers of events in
    bins of 100 MeV, whose energies follow the cross section inside a bin, differs from uniform
    energies by less than 0.003 in every MAP of 1M events (measured with NuWro on carbon).

    Raises
    ------
    UserError : events outside the phase space of the sample's proxies
    """
    for first in range(0, n, CHUNK):
        size = min(CHUNK, n - first)
        if sample.enu is not None:
            enu = np.full(size, sample.enu)
        elif energies is not None:
            enu = rng.choice(energies, size)
        else:
            enu = rng.uniform(*sample.enu_range, size)
        try:
            yield histograms.from_events_like(generate(enu, int(rng.integers(2**63))), sample)
        except ValueError as error:
            raise UserError(f"generated events at {sample.label}: {error}") from error
