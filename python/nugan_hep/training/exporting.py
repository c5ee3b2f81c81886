"""A model from a best epoch: the TorchScript archive with its metadata, and its card."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nugan_hep import _core, families
from nugan_hep.archive import FORMAT_VERSION, METADATA_FILE, TRAINING_FILE
from nugan_hep.cross_section import CrossSection, from_table, to_table
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import scripted
from nugan_hep.output.atomic import new_file
from nugan_hep.run_folder import MODEL_FILE, read_run
from nugan_hep.training import checkpoint
from nugan_hep.training.checkpoint import start_state
from nugan_hep.training.config import from_saved
from nugan_hep.training.model_card import write_card


@dataclass(frozen=True)
class Identity:
    """What a model describes: PDG codes of probe and target, the interaction, sigma(E_nu).

    ``interaction`` is read as :class:`nugan_hep._core.Process` does: ``CC inclusive``, ``CC quasielastic``.
    """

    name: str
    probe: int
    target: int
    interaction: str
    cross_section: CrossSection | None

    @property
    def process(self) -> _core.Process:
        """The process."""
        return _core.Process(self.probe, self.target, self.interaction)


def export_best(folder: Path, out: Path | None = None, name: str | None = None) -> Path:
    """Write the best epoch of the run in ``folder`` as ``out`` (default ``folder/model.pt``) with its card.

    Raises
    ------
    UserError : the folder is no run, has no evaluated epoch yet, or ``out`` cannot be written
    """
    best = checkpoint.load(folder / checkpoint.BEST, checkpoint.BEST_KEYS)
    run = read_run(folder)
    cross_section = from_table(run["cross_section"])
    identity = Identity(name or run["name"], run["probe"], run["target"], run["interaction"], cross_section)
    path = out or folder / MODEL_FILE
    if path.suffix != ".pt":
        raise UserError(f"cannot write a model as {path}: expected the suffix .pt")
    metadata = write_archive(path, best, identity, run["data"])
    write_card(path, metadata)
    return path


def write_archive(
    path: Path, best: dict[str, Any], identity: Identity, data: dict[str, Any]
) -> dict[str, Any]:
    """Write the state of a best epoch as a TorchScript archive; returns its metadata.

    Parameters
    ----------
    best : ``config`` (of :class:`TrainingConfig`), weights by :attr:`.Family.networks`, and ``freeze``,
        ``stages``, ``step``, ``seconds``, ``weights``, ``validation_events``, ``scores`` for the metadata
    data : names of the ``files``, number of ``events``, name of the ``start`` or None
    """
    config = from_saved(best["config"])
    family = families.of_config(config)
    network = family.exported(config, family.loaded(config, best))
    attributes = {
        "format_version": FORMAT_VERSION,
        "family": family.name,
        "name": identity.name,
        "probe": identity.probe,
        "target": identity.target,
        "interaction": identity.interaction,
        "current": identity.process.current,
        "channel": identity.process.channel,
        "lepton_mass": identity.process.lepton_mass,
        "latent_size": family.latent_size(config),
    }
    sigma = identity.cross_section
    tables = {
        "xsec_enu": torch.tensor(sigma.enu if sigma else [], dtype=torch.float64),
        "xsec": torch.tensor(sigma.sigma if sigma else [], dtype=torch.float64),
    }
    own = {} if sigma is None else {"xsec_relative_error": sigma.relative_error}
    module = scripted(network, {**attributes, **own}, tables)
    metadata = {
        **attributes,
        "enu_range": [config.enu_min, config.enu_max],
        "shift": config.shift,
        "training": {
            "data": data,
            "configuration": config.as_dict(),
            "earlier_settings": best["stages"],
            "freeze": best["freeze"],
            "step": best["step"],
            "seconds": best["seconds"],
            "weights": best["weights"],
        },
        "metrics": {
            "events": best["validation_events"],
            # no score where no bin was filled enough; JSON has no infinity
            **{key: value if math.isfinite(value) else None for key, value in best["scores"].items()},
        },
        "cross_section": to_table(sigma),
        "torch": torch.__version__,
        "sha256": str(module.sha256),
    }
    # all networks travel with the model, so that it can be the start of a transfer
    buffer = io.BytesIO()
    torch.save(start_state(best), buffer)
    extra = {METADATA_FILE: json.dumps(metadata, indent=1).encode(), TRAINING_FILE: buffer.getvalue()}
    archive = io.BytesIO()
    torch.jit.save(module, archive, _extra_files=extra)
    with new_file(path, force=True) as file:
        file.write(archive.getvalue())
    return metadata
