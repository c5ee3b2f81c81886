"""What a model is compared with: histograms or events, from files or as shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nugan_hep import archive
from nugan_hep.errors import UserError
from nugan_hep.evaluation import histograms, reference
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.kinematics import Array


class Model(NamedTuple):
    """What the archive says of the model: PDG codes, energy range and shift [GeV]."""

    name: str
    probe: int
    target: int
    enu_range: tuple[float, float]
    shift: float


class Target(NamedTuple):
    """What the model is compared with; ``energies`` [GeV] of samples that were given as events."""

    source: str
    process: str
    samples: list[Histograms]
    energies: Array | None


def read_model(path: Path) -> Model:
    """Read the metadata of an archive, see :func:`nugan_hep.archive.read_metadata`."""
    about = archive.read_metadata(path)
    low, high = about["enu_range"]
    return Model(about["name"], about["probe"], about["target"], (low, high), about["shift"])


def read_target(files: Sequence[str], model: Model) -> Target:
    """Samples of all files, those of one energy merged; without files those shipped for the model.

    Raises
    ------
    UserError : no reference for this model, or files that cannot be read or merged
    """
    if not files:
        files = [str(shipped_reference(model.name))]
    samples: list[Histograms] = []
    sources, processes, energies = [], [], []
    for path in files:
        if reference.is_reference(path):
            source, process, loaded = reference.load(path, model.shift)
            samples += loaded
            sources.append(source)
            processes.append(process)
        else:
            sample, enu = _read_events(path, model)
            samples.append(sample)
            sources.append("reference")
            processes.append("")  # events do not say of which physics they are
            if sample.enu is None:
                energies.append(enu)
    try:
        samples = reference.group(samples)
    except ValueError as error:
        raise UserError(f"the reference files do not fit together: {error}") from None
    process = processes[0] if len(set(processes)) == 1 else ""
    source = sources[0] if len(set(sources)) == 1 else "reference"
    return Target(source, process, samples, np.concatenate(energies) if energies else None)


def shipped_reference(name: str) -> Path:
    """The reference file that comes with the model of this name."""
    files = [file for folder in archive.models_dirs() for file in (folder / "reference").glob("*.npz")]
    for file in files:
        if file.stem == name:
            return file
    there = ", ".join(sorted({file.stem for file in files})) or "none"
    raise UserError(f"no shipped reference for model {name!r} (there is: {there}); give --reference FILE")


def _read_events(path: str, model: Model) -> tuple[Histograms, Array]:
    from nugan_hep.data import read_events

    events = read_events(
        path, probe=model.probe, target=model.target, shift=model.shift, enu_range=model.enu_range
    )
    print(f"{path}: {events.report}")
    sample = histograms.from_events(events.enu, events.emu, events.theta, model.shift, model.enu_range)
    return sample, events.enu.astype(np.float64)


def check_energies(samples: Sequence[Histograms], model: Model) -> None:
    """Refuse reference energies that the model was not made for.

    Raises
    ------
    UserError : an energy outside the model's range
    """
    low, high = model.enu_range
    for sample in samples:
        wanted = sample.enu_range if sample.enu is None else (sample.enu, sample.enu)
        if wanted[0] < low or wanted[1] > high:
            raise UserError(
                f"reference sample {sample.label!r} has energies {wanted[0]:g} to {wanted[1]:g} GeV, "
                f"outside of {model.name}'s range {low:g} to {high:g} GeV"
            )
