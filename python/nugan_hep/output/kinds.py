"""What a run knows of the events of a neutrino on a nucleus: process and cross section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nugan_hep import _core
from nugan_hep.output.run import Run


def kind_of(run: Run, probe: int, target: int) -> _core.EventKind:
    """Process and cross section of a neutrino's events on a nucleus.

    Where several runs were put together, the channel is known if all have the same; the mean cross section is
    the average by their events. Without one, it is their table against energy if that is the same, too.
    """
    models = _models(run, probe, target)
    means = [model.get("sigma", part.sigma) for part, model in models]
    known = [float(mean) for mean in means if mean is not None]
    if known and len(known) == len(means):
        weights = [max(part.metadata.get("events") or 1, 1) for part, _ in models]
        return _core.EventKind(_process(models, probe, target), float(np.average(known, weights=weights)))
    tables = [part.metadata.get("cross_section") or {} for part, _ in models if len(part.targets) == 1]
    curves = [(table.get("enu") or [], table.get("sigma") or []) for table in tables]
    same = bool(curves) and curves == [curves[0]] * len(models)
    enu, sigma = curves[0] if same else ([], [])
    return _core.EventKind(_process(models, probe, target), None, enu, sigma)


def process_of(run: Run, probe: int, target: int) -> _core.Process:
    """The process of a neutrino's events on a nucleus."""
    return _process(_models(run, probe, target), probe, target)


def _process(models: list[tuple[Run, Mapping[str, Any]]], probe: int, target: int) -> _core.Process:
    words = (
        (model.get("interaction") or "", model.get("current"), model.get("channel")) for _, model in models
    )
    found = [_core.Process(probe, target, *said) for said in words]
    if found and all(one.name == found[0].name for one in found):
        return found[0]
    return _core.Process(probe, target)


def _models(run: Run, probe: int, target: int) -> list[tuple[Run, Mapping[str, Any]]]:
    """The runs with a probe and a target, and what the metadata of each say of the model, or nothing."""
    found: list[tuple[Run, Mapping[str, Any]]] = []
    for part in run.single:
        if part.probe == probe and target in part.targets:
            models = part.metadata.get("models") or [part.metadata.get("model") or {}]
            fits = (model for model in models if model.get("target", target) == target)
            found.append((part, next(fits, {})))
    return found
