"""A stage of events more in a model's archive, such as its hadrons or its replicas.

A stage's tensors lie in a module of the archive, and what belongs to them beside is in the metadata, both
under the stage's name. The lepton's part and the other stages stay as they are.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from nugan_hep import families
from nugan_hep.archive import METADATA_FILE, TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted, weights_sha256
from nugan_hep.output.atomic import new_file
from nugan_hep.training import checkpoint
from nugan_hep.training.config import from_saved

STAGES = ("hadrons", "replicas")
"""Names of the stages that an archive may have."""
ATTRIBUTES = (
    "format_version",
    "family",
    "name",
    "probe",
    "target",
    "interaction",
    "current",
    "channel",
    "latent_size",
)


def opened(path: Path) -> Any:
    """The module of an archive, whose weights are those that were written.

    Raises
    ------
    UserError : it cannot be read, or is damaged
    """
    try:
        module = torch.jit.load(path, map_location="cpu")
    except (RuntimeError, ValueError) as error:
        raise UserError(f"cannot read {path}: {str(error).splitlines()[0]}") from None
    if weights_sha256(module) != read_metadata(path)["sha256"]:
        raise UserError(f"{path}: its weights are not those that were written: it is damaged")
    return module


def add_stage(
    model: str | Path, name: str, stage: nn.Module, about: dict[str, Any], out: Path
) -> dict[str, Any]:
    """Write ``out``: the model with a stage, in place of what it had under this name; returns its metadata.

    Parameters
    ----------
    model : name or path of an archive
    name : one of :data:`STAGES`
    stage : module with the tensors
    about : for the metadata, under ``name``

    Raises
    ------
    UserError : no such model, a damaged one, or ``out`` cannot be written
    """
    if out.suffix != ".pt":
        raise UserError(f"cannot write a model as {out}: expected the suffix .pt")
    path = find_model(model)
    metadata, old = read_metadata(path), opened(path)
    training = read_extra(path, TRAINING_FILE)
    start = checkpoint.parse(training, path, checkpoint.START_KEYS)
    config = from_saved(start["config"])
    family = families.of_config(config)
    network = family.exported(config, family.loaded(config, start))
    for one in STAGES:
        if metadata.get(one) and one != name:
            setattr(network, one, getattr(old, one))
    setattr(network, name, stage)
    error = {"xsec_relative_error": old.xsec_relative_error} if hasattr(old, "xsec_relative_error") else {}
    attributes = {key: metadata[key] for key in ATTRIBUTES if key in metadata}
    module = scripted(network, {**attributes, **error}, {"xsec_enu": old.xsec_enu, "xsec": old.xsec})
    metadata[name] = about
    metadata["sha256"] = str(module.sha256)
    buffer = io.BytesIO()
    extra = {METADATA_FILE: json.dumps(metadata, indent=1).encode(), TRAINING_FILE: training}
    torch.jit.save(module, buffer, _extra_files=extra)
    with new_file(out, force=True) as file:
        file.write(buffer.getvalue())
    return metadata
