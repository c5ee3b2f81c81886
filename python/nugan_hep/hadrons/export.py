"""Put the hadrons of a run into the archive of a model of the lepton.

The networks lie in the archive's module ``hadrons``, a scripted :class:`HadronSampler`, see docs/hadrons.md;
what belongs to them beside is in the metadata under the same name. The lepton's part stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch

from nugan_hep import _core, species
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.hadrons import sampling
from nugan_hep.hadrons.events import MODE_NAMES, MODES
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.sampling import HadronSampler
from nugan_hep.hadrons.saved import LAYOUT, load, model_of, read_hadrons
from nugan_hep.run_folder import read_run
from nugan_hep.training import checkpoint
from nugan_hep.training.stage_archive import add_stage, opened


def sampler_of(model: HadronModel) -> HadronSampler:
    """The part of a model that draws, for TorchScript."""
    sampler = HadronSampler(model.frame, model.sizes)
    sampler.load_state_dict(model.state_dict())
    return sampler


def description(model: HadronModel) -> dict[str, Any]:
    """What the metadata say of the hadrons beside their training."""
    frame = model.frame
    return {
        "layout": LAYOUT,
        "modes": list(MODE_NAMES),
        "nuwro_dyn": list(MODES),
        "counted": list(species.COUNTED),
        "most": list(frame.most),
        "vocabulary": [list(word) for word in frame.words],
        "charge": frame.charge,
        "baryons": frame.baryons,
        "least": frame.least,
        "lepton_mass": frame.lepton_mass,
        "most_hadrons": sampling.most_hadrons(model),
        "uniforms": sampling.all_columns(model),
        "redrawn": 0.0,
    }


class Hadrons(NamedTuple):
    """The part of an archive that makes the hadrons: module, metadata, and what they belong to."""

    source: str
    sampler: torch.nn.Module
    about: dict[str, Any]
    process: dict[str, Any]


PROCESS = ("probe", "target", "interaction", "enu_range")
"""What the models of hadrons and lepton must have in common, where both say it."""


def of_run(folder: Path) -> Hadrons:
    """The hadrons of a run folder.

    Raises
    ------
    UserError : no such run
    """
    state, run = load(folder / checkpoint.CHECKPOINT), read_run(folder)
    model = model_of(state)
    training = {
        "data": run.get("data"),
        "configuration": state["config"],
        "step": state["step"],
        "chosen": (state.get("best") or {}).get("step"),
        "seconds": state["seconds"],
        "history": state["history"][-1:],
    }
    about = {**description(model), "training": training}
    return Hadrons(str(folder), sampler_of(model), about, {key: run[key] for key in ("probe", "target")})


def of_archive(name: str | Path) -> Hadrons:
    """The hadrons of a model.

    Raises
    ------
    UserError : no such model, a damaged one, or one without hadrons
    """
    path = find_model(name)
    metadata = read_metadata(path)
    if not metadata.get("hadrons"):
        raise UserError(f"{path} has no hadrons, expected a model with them")
    sampler = opened(path).hadrons
    return Hadrons(str(path), sampler, metadata["hadrons"], {key: metadata[key] for key in PROCESS})


def of_flavour(name: str | Path, probe: int) -> Hadrons:
    """The hadrons of a model for another flavour, whose lepton they follow from: the same networks.

    Raises
    ------
    UserError : no such model, or one without hadrons
    """
    path = find_model(name)
    metadata, model = read_metadata(path), read_hadrons(path)
    process = {**{key: metadata[key] for key in PROCESS}, "probe": probe}
    mass = _core.Process(probe, metadata["target"], metadata["interaction"]).lepton_mass
    other = HadronModel(replace(model.frame, lepton_mass=mass), model.sizes)
    other.load_state_dict(model.state_dict())
    about = {**description(other), "training": metadata["hadrons"]["training"]}
    return Hadrons(str(path), sampler_of(other), about, process)


def attach(hadrons: Hadrons, lepton: str, out: Path) -> dict[str, Any]:
    """Write ``out``: the model ``lepton`` with these hadrons; returns its metadata.

    Raises
    ------
    UserError : no such model, of another probe, target or range, or ``out`` cannot be written
    """
    metadata = read_metadata(find_model(lepton))
    for key, own in hadrons.process.items():
        if own != metadata[key]:
            raise UserError(
                f"the hadrons of {hadrons.source} have {key} {own}, the model {lepton} {metadata[key]}"
            )
    return add_stage(lepton, "hadrons", hadrons.sampler, hadrons.about, out)
