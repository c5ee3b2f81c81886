"""Put the hadrons of a run into the archive of a model of the lepton.

The networks lie in the archive's module ``hadrons`` as plain named tensors, see docs/hadrons.md; what belongs
to them beside is in the metadata under the same name. The lepton's part stays as it is.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep import families
from nugan_hep.archive import METADATA_FILE, TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted
from nugan_hep.hadrons import sampling, species
from nugan_hep.hadrons.events import MODE_NAMES, MODES
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.settings import HadronsConfig
from nugan_hep.hadrons.train import frame_of, load, sizes
from nugan_hep.output.atomic import new_file
from nugan_hep.run_folder import read_run
from nugan_hep.training import checkpoint
from nugan_hep.training.config import from_saved

LAYOUT = 1
"""Version of names, features and coordinates; a reader refuses another one."""


class Tensors(nn.Module):
    """Named tensors, nested by the dots of their names; it has nothing to call."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        super().__init__()
        nested: dict[str, dict[str, Tensor]] = {}
        for name, tensor in tensors.items():
            head, _, rest = name.partition(".")
            if rest:
                nested.setdefault(head, {})[rest] = tensor
            else:
                self.register_buffer(head, tensor.detach().clone().contiguous())
        for head, inner in nested.items():
            # an attribute of a module cannot be a number
            self.add_module(f"k{head}" if head.isdigit() else head, Tensors(inner))


def tensors(model: HadronModel) -> dict[str, Tensor]:
    """All that a sampler needs, by name: weights, normalisations, tables of species."""
    return {name.removeprefix("net."): tensor for name, tensor in model.state_dict().items()}


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


def model_of(state: dict[str, Any]) -> HadronModel:
    """The averaged networks of a checkpoint."""
    model = HadronModel(frame_of(state["frame"]), sizes(HadronsConfig(**state["config"])))
    model.load_state_dict(state["average"])
    return model.eval().requires_grad_(False)


def load_run(folder: Path) -> HadronModel:
    """The averaged networks of a run.

    Raises
    ------
    UserError : no run of hadrons
    """
    return model_of(load(folder / checkpoint.CHECKPOINT))


def attach(folder: Path, lepton: str, out: Path, metrics: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write ``out``: the model ``lepton`` with the hadrons of the run in ``folder``; returns its metadata.

    Raises
    ------
    UserError : no such run or model, of another probe or target, or ``out`` cannot be written
    """
    state, run = load(folder / checkpoint.CHECKPOINT), read_run(folder)
    path = find_model(lepton)
    metadata = read_metadata(path)
    for key in ("probe", "target"):
        if run[key] != metadata[key]:
            raise UserError(
                f"the hadrons of {folder} have {key} {run[key]}, the model {lepton} {metadata[key]}"
            )
    model = model_of(state)
    training = read_extra(path, TRAINING_FILE)
    start = checkpoint.parse(training, path, checkpoint.START_KEYS)
    config = from_saved(start["config"])
    family = families.of_config(config)
    network = family.exported(config, family.loaded(config, start))
    network.hadrons = Tensors(tensors(model))
    old = torch.jit.load(path, map_location="cpu")
    own = {"xsec_relative_error": old.xsec_relative_error} if hasattr(old, "xsec_relative_error") else {}
    attributes = {
        key: metadata[key]
        for key in ("format_version", "family", "name", "probe", "target", "interaction", "latent_size")
    }
    module = scripted(network, {**attributes, **own}, {"xsec_enu": old.xsec_enu, "xsec": old.xsec})
    metadata["hadrons"] = {
        **description(model),
        "training": {
            "data": run.get("data"),
            "configuration": state["config"],
            "step": state["step"],
            "seconds": state["seconds"],
            "history": state["history"][-1:],
        },
        "metrics": metrics or {},
    }
    metadata["sha256"] = str(module.sha256)
    buffer = io.BytesIO()
    extra = {METADATA_FILE: json.dumps(metadata, indent=1).encode(), TRAINING_FILE: training}
    torch.jit.save(module, buffer, _extra_files=extra)
    with new_file(out, force=True) as file:
        file.write(buffer.getvalue())
    return metadata


def read_hadrons(path: Path) -> HadronModel:
    """The hadrons of a model's archive.

    Raises
    ------
    UserError : not an archive, without hadrons, or of another layout
    """
    about = read_metadata(path).get("hadrons")
    if not isinstance(about, dict):
        raise UserError(f"{path} has no hadrons")
    if about.get("layout") != LAYOUT:
        raise UserError(f"{path}: hadrons of layout {about.get('layout')!r}, expected {LAYOUT}")
    saved = {
        "charge": about["charge"],
        "baryons": about["baryons"],
        "words": about["vocabulary"],
        "most": about["most"],
        "least": about["least"],
        "lepton_mass": about["lepton_mass"],
    }
    model = HadronModel(frame_of(saved), sizes(HadronsConfig(**about["training"]["configuration"])))
    held = torch.jit.load(path, map_location="cpu").hadrons.state_dict()
    plain = {
        ".".join(part.removeprefix("k") if part[1:].isdigit() else part for part in name.split(".")): tensor
        for name, tensor in held.items()
    }
    known = model.state_dict()
    state = {name: plain.get(name.removeprefix("net.")) for name in known}
    missing = [name for name, tensor in state.items() if tensor is None or tensor.shape != known[name].shape]
    if missing:
        raise UserError(f"{path}: hadrons without {missing[0]}, or of another shape")
    model.load_state_dict(state)
    return model.eval().requires_grad_(False)
