"""What stands in one comparison: several models and the reference that they share, if any."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nugan_hep import archive
from nugan_hep.errors import UserError
from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.histograms import Histograms, Spectrum, default_edges
from nugan_hep.evaluation.target import (
    Model,
    Target,
    check_energies,
    process_of,
    read_model,
    read_target,
    shipped_reference,
)

ENERGIES = (0.5, 1.0, 3.0, 5.0, 9.0)
"""Fixed neutrino energies [GeV] of the papers' tables."""


class Contender(NamedTuple):
    """A model: what the figure calls it, where it is, what its archive says."""

    name: str
    path: Path
    model: Model


def read_contenders(texts: Sequence[str]) -> list[Contender]:
    """The models, by their names; by what was given where two have one name.

    Raises
    ------
    UserError : no such model, or one given twice
    """
    found = [(text, path := archive.find_model(text), read_model(path)) for text in texts]
    paths = [path.resolve() for _, path, _ in found]
    for k, path in enumerate(paths):
        if path in paths[:k]:
            raise UserError(f"{texts[k]}: given twice")
    names = [model.name for _, _, model in found]
    return [
        Contender(model.name if names.count(model.name) == 1 else text, path, model)
        for text, path, model in found
    ]


def choose_target(
    contenders: Sequence[Contender],
    files: Sequence[str] | None,
    energies: Sequence[float | None] | None = None,
) -> Target:
    """The reference in ``files``, cut to the energies [GeV]; None among these stands for all.

    Without files its histograms are empty and its source too.

    Raises
    ------
    UserError : a reference that cannot be read or lacks an energy, energies outside of a model's
        range, or nothing to compare
    """
    models = [contender.model for contender in contenders]
    # what every model can have: the least shift gives the widest phase space
    low, high = max(m.enu_range[0] for m in models), min(m.enu_range[1] for m in models)
    common = models[0]._replace(enu_range=(low, high), shift=min(m.shift for m in models))
    if low >= high:
        raise UserError("the models have no neutrino energy in common")
    for energy in energies or ():
        if energy is not None and not low <= energy <= high:
            raise UserError(f"--enu {energy:g}: the models have {low:g} to {high:g} GeV")
    if files is None:
        if len(models) < 2:
            raise UserError("nothing to compare with: give a second model or --reference")
        wanted = energies or [None, *(energy for energy in ENERGIES if low <= energy <= high)]
        return Target("", "", [blank(energy, common) for energy in dict.fromkeys(wanted)])
    target = read_target(files, common)
    if energies:
        target = target._replace(samples=_cut(target.samples, energies))
    for model in models:
        check_energies(target.samples, model)
    return target


def shared_reference(names: Sequence[str]) -> list[str] | None:
    """The shipped reference of these models, if they are of one process and it has one."""
    if len({process_of(name) for name in names}) > 1:
        return None
    try:
        return [os.fspath(shipped_reference(names[0]))]
    except UserError:
        return None


def _cut(samples: Sequence[Histograms], energies: Sequence[float | None]) -> list[Histograms]:
    there = {sample.enu: sample for sample in samples}
    for energy in energies:
        if energy not in there:
            labels = ", ".join("all" if enu is None else f"{enu:g}" for enu in there)
            text = "the whole range" if energy is None else f"{energy:g} GeV"
            raise UserError(f"the reference has no events at {text} (it has: {labels}); try --no-reference")
    return [there[energy] for energy in dict.fromkeys(energies)]


def blank(enu: float | None, model: Model) -> Histograms:
    """Histograms without events, for the energy [GeV] or for all of the model's range."""
    edges = default_edges(enu or model.enu_range[1], model.process.lepton_mass)
    return Histograms(
        n_events=0,
        enu=enu,
        lepton_mass=model.process.lepton_mass,
        shift=model.shift,
        enu_range=model.enu_range,
        counts_2d=np.zeros((metrics.BINS_2D,) * 2),
        counts_3d=np.zeros((metrics.BINS_3D,) * 3) if enu is None else None,
        spectra={name: Spectrum(np.zeros(len(edge) - 1), edge) for name, edge in edges.items()},
        w_undefined=0,
    )
