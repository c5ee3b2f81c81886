"""One process of a joint network as a run of a flow, from which ``finetune`` and ``replay`` go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from nugan_hep.cross_section import CrossSection, to_table
from nugan_hep.families.flow.settings import FlowTrainingConfig
from nugan_hep.joint.saved import Saved
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.exporting import export_best
from nugan_hep.training.validation import Validation

SHARED = ("steps", "lr", "warmup", "weight_decay", "clip", "ema_decay", "seed")
"""Settings that a joint training and that of one flow have in common."""


def write_run(
    folder: Path,
    joint: Saved,
    embedding: Tensor,
    test: Tensor | None,
    *,
    identity: dict[str, Any],
    sigma: CrossSection | None,
) -> Path:
    """Write ``best.pt``, ``run.json`` and ``model.pt`` with its card; the path of the model.

    Parameters
    ----------
    embedding : of the process [d]
    test : events that nothing was trained on (E_nu', E_l', theta') [N, 3], for the card; None where there
        are none
    identity : ``name``, ``probe``, ``target``, ``interaction`` and ``data`` of the run
    """
    flow = joint.model.flow_of(embedding).eval().requires_grad_(False)
    own = joint.config
    scores: dict[str, float] = {}
    if test is not None:
        validation = Validation(test)
        scores = validation(flow, 2, own.seed).figures() | validation.floor
    config = FlowTrainingConfig(
        **{
            **FlowTrainingConfig.presets["flow"],
            **{key: getattr(own, key) for key in SHARED},
            "batch": own.groups * own.group,
            "log_energy_batches": own.log_energy,
            "choose": "last",
        }
    )
    best = {
        "format": 1,
        "config": config.as_dict(),
        "freeze": "none",
        "stages": [],
        "step": joint.step,
        "seconds": joint.seconds,
        "weights": "average",
        "validation_events": 0 if test is None else len(test),
        "scores": scores,
        "flow": flow.state_dict(),
    }
    about = {
        "start": identity["data"]["start"],
        **identity,
        "cross_section": to_table(sigma) if sigma else None,
    }
    run_files.begin(folder, about, config.as_dict())
    checkpoint.save(best, folder / checkpoint.BEST)
    return export_best(folder)


def note_embedding(folder: Path, embedding: Tensor, about: dict[str, Any]) -> None:
    """Write an embedding beside the run that it made."""
    text = json.dumps({**about, "embedding": [round(float(x), 5) for x in embedding]}, indent=1)
    run_files.write_text(folder / "embedding.json", text + "\n")
