"""What a model is compared with: histograms or events, from files or as shipped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nugan_hep import _core, archive, families, skipping
from nugan_hep.errors import UserError
from nugan_hep.evaluation import histograms, reference
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.published import CARBON, NOT_TRANSFERRED
from nugan_hep.evaluation.report import Scores, score
from nugan_hep.kinematics import Array, Kinematics


class Model(NamedTuple):
    """What the archive says of the model: process, energy range and shift [GeV], training events."""

    name: str
    process: _core.Process
    enu_range: tuple[float, float]
    shift: float
    training_events: int | None


class Target(NamedTuple):
    """What the model is compared with; ``events`` by label of the samples that were given as such."""

    source: str
    process: str
    samples: list[Histograms]
    events: Mapping[str, Kinematics] | None = None

    @property
    def energies(self) -> Array | None:
        """Neutrino energies [GeV] of the events that are spread over the range."""
        spread = (self.events or {}).get("All")
        return None if spread is None else spread.enu


def read_model(path: Path) -> Model:
    """Read the metadata of an archive, see :func:`nugan_hep.archive.read_metadata`."""
    about = archive.read_metadata(path)
    low, high = about["enu_range"]
    events = archive.training_events(path)
    return Model(about["name"], archive.process_of(about), (low, high), about["shift"], events)


def read_target(files: Sequence[str], model: Model) -> Target:
    """Samples of all files, those of one energy merged; without files those shipped for the model.

    Raises
    ------
    UserError : no reference for this model, or files that cannot be read or merged
    """
    if not files:
        files = [str(shipped_reference(model.name))]
    samples: list[Histograms] = []
    sources, processes = [], []
    events: dict[str, list[Kinematics]] = {}
    read, skipped = skipping.skip_empty(files, lambda path: _read(str(path), model))
    if skipped:
        print(skipping.describe(skipped, len(files)))
    for source, process, loaded, columns in read:
        samples += loaded
        sources.append(source)
        processes.append(process)
        if columns is not None:
            events.setdefault(loaded[0].label, []).append(columns)
    try:
        samples = reference.group(samples)
    except ValueError as error:
        raise UserError(f"the reference files do not fit together: {error}") from None
    process = processes[0] if len(set(processes)) == 1 else ""
    source = sources[0] if len(set(sources)) == 1 else "reference"
    joined = {
        label: Kinematics(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        for label, parts in events.items()
    }
    return Target(source, process, samples, joined)


def target_of_events(events: Kinematics, model: Model) -> Target:
    """Events of a model's process, those in its range of energies, as what it is compared with.

    Raises
    ------
    UserError : none of them is in the range, or a lepton that cannot be
    """
    low, high = model.enu_range
    inside = (events.enu >= low) & (events.enu <= high)
    if not inside.any():
        raise UserError(f"no event of the reference is at {low:g} to {high:g} GeV, the range of {model.name}")
    chosen = Kinematics(*(column[inside] for column in events))
    try:
        mass = model.process.lepton_mass
        sample = histograms.from_events(*chosen, model.shift, model.enu_range, lepton_mass=mass)
    except ValueError as error:
        raise UserError(f"the reference: {error}") from None
    return Target("reference", "", [sample], {sample.label: chosen})


def process_of(name: str) -> str:
    """The process of a model: its name without the family and the size of the training sample at its end."""
    suffixes = "|".join([*families.FAMILIES, "10k", "100k"])
    return re.sub(rf"(_({suffixes}))+$", "", name)


def shipped_reference(name: str) -> Path:
    """The reference file of the process of this model, see :func:`process_of`.

    Raises
    ------
    UserError : none is shipped for the process
    """
    files = [file for folder in archive.models_dirs() for file in (folder / "reference").glob("*.npz")]
    for file in files:
        if file.stem == process_of(name):
            return file
    there = ", ".join(sorted({file.stem for file in files})) or "none"
    raise UserError(f"no shipped reference for model {name!r} (there is: {there}); give --reference FILE")


def zero_shot(target: Target, shift: float) -> dict[str, Scores]:
    """Scores by sample of the process that transfers start from, unchanged: true events of both.

    Empty where the target is of no known process or of one that is not transferred to. ``shift`` [GeV]
    is that of the target's proxies.
    """
    if not target.process or target.process in NOT_TRANSFERRED:
        return {}
    try:
        carbon = reference.load(shipped_reference(CARBON), shift)
    except UserError:  # not for this shift
        return {}
    start = {sample.label: sample for sample in carbon.samples}
    return {
        sample.label: score(sample, start[sample.label])
        for sample in target.samples
        if sample.label in start and sample.enu_range == start[sample.label].enu_range
    }


def _read(path: str, model: Model) -> tuple[str, str, list[Histograms], Kinematics | None]:
    """Source, process and samples of a file, and its events if it holds some."""
    if reference.is_reference(path):
        return *reference.load(path, model.shift), None
    sample, columns = _read_events(path, model)
    return "reference", "", [sample], columns  # events do not say of which physics they are


def _read_events(path: str, model: Model) -> tuple[Histograms, Kinematics]:
    from nugan_hep.data import read_events

    process = model.process
    events = read_events(
        path, probe=process.probe, target=process.target, shift=model.shift, enu_range=model.enu_range
    )
    print(f"{path}: {events.report}")
    columns = events.enu, events.emu, events.theta
    mass = process.lepton_mass
    sample = histograms.from_events(*columns, model.shift, model.enu_range, lepton_mass=mass)
    return sample, events.kinematics()


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
