"""Put the hadrons of a run into the archive of a model of the lepton.

The networks lie in the archive's module ``hadrons``, a scripted :class:`HadronSampler`, see docs/hadrons.md;
what belongs to them beside is in the metadata under the same name. The lepton's part stays as it is.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import torch

from nugan_hep import families, species
from nugan_hep.archive import METADATA_FILE, TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted, weights_sha256
from nugan_hep.hadrons import sampling
from nugan_hep.hadrons.events import MODE_NAMES, MODES
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.sampling import HadronSampler
from nugan_hep.hadrons.saved import LAYOUT, load, model_of
from nugan_hep.output.atomic import new_file
from nugan_hep.run_folder import read_run
from nugan_hep.training import checkpoint
from nugan_hep.training.config import from_saved


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
    try:
        module = torch.jit.load(path, map_location="cpu")
        if weights_sha256(module) != metadata["sha256"]:
            raise UserError(f"{path}: its weights are not those that were written: it is damaged")
        sampler = module.hadrons
    except (RuntimeError, AttributeError) as error:
        raise UserError(f"cannot read the hadrons of {path}: {str(error).splitlines()[0]}") from None
    return Hadrons(str(path), sampler, metadata["hadrons"], {key: metadata[key] for key in PROCESS})


def attach(hadrons: Hadrons, lepton: str, out: Path) -> dict[str, Any]:
    """Write ``out``: the model ``lepton`` with these hadrons; returns its metadata.

    Raises
    ------
    UserError : no such model, of another probe, target or range, or ``out`` cannot be written
    """
    if out.suffix != ".pt":
        raise UserError(f"cannot write a model as {out}: expected the suffix .pt")
    path = find_model(lepton)
    metadata = read_metadata(path)
    for key, own in hadrons.process.items():
        if own != metadata[key]:
            raise UserError(
                f"the hadrons of {hadrons.source} have {key} {own}, the model {lepton} {metadata[key]}"
            )
    training = read_extra(path, TRAINING_FILE)
    start = checkpoint.parse(training, path, checkpoint.START_KEYS)
    config = from_saved(start["config"])
    family = families.of_config(config)
    network = family.exported(config, family.loaded(config, start))
    network.hadrons = hadrons.sampler
    old = torch.jit.load(path, map_location="cpu")
    error = {"xsec_relative_error": old.xsec_relative_error} if hasattr(old, "xsec_relative_error") else {}
    attributes = {
        key: metadata[key]
        for key in ("format_version", "family", "name", "probe", "target", "interaction", "latent_size")
    }
    module = scripted(network, {**attributes, **error}, {"xsec_enu": old.xsec_enu, "xsec": old.xsec})
    metadata["hadrons"] = hadrons.about
    metadata["sha256"] = str(module.sha256)
    buffer = io.BytesIO()
    extra = {METADATA_FILE: json.dumps(metadata, indent=1).encode(), TRAINING_FILE: training}
    torch.jit.save(module, buffer, _extra_files=extra)
    with new_file(out, force=True) as file:
        file.write(buffer.getvalue())
    return metadata
