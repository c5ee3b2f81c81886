"""One process of a joint training as a run of a flow, from which ``finetune`` and ``replay`` go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from nugan_hep.cross_section import CrossSection, to_table
from nugan_hep.export import export_best
from nugan_hep.families.flow.settings import FlowTrainingConfig
from nugan_hep.joint.network import JointFlow
from nugan_hep.training import checkpoint, run_files
from nugan_hep.training.validation import Validation


def write_run(
    folder: Path,
    model: JointFlow,
    embedding: Tensor,
    test: Tensor,
    *,
    identity: dict[str, Any],
    sigma: CrossSection | None,
    training: dict[str, Any],
) -> Path:
    """Write ``best.pt``, ``run.json`` and ``model.pt`` with its card; the path of the model.

    Parameters
    ----------
    embedding : of the process [d]
    test : events that nothing was trained on (E_nu', E_l', theta') [N, 3], for the card
    identity : ``name``, ``probe``, ``target``, ``interaction`` and ``data`` of the run
    training : ``step`` and ``seconds`` of the joint training, and its ``steps`` and ``batch``
    """
    flow = model.flow_of(embedding).eval().requires_grad_(False)
    scores = Validation(test)
    config = FlowTrainingConfig(
        **FlowTrainingConfig.presets["flow"] | {"steps": training["steps"], "batch": training["batch"]}
    )
    best = {
        "format": 1,
        "config": config.as_dict(),
        "freeze": "none",
        "stages": [],
        "step": training["step"],
        "seconds": training["seconds"],
        "weights": "average",
        "validation_events": len(test),
        "scores": scores(flow, 2, config.seed).figures() | scores.floor,
        "flow": flow.state_dict(),
    }
    run_files.begin(folder, {**identity, "cross_section": to_table(sigma) if sigma else None}, config.as_dict())
    checkpoint.save(best, folder / checkpoint.BEST)
    return export_best(folder)


def embedding_file(folder: Path, embedding: Tensor, about: dict[str, Any]) -> None:
    """Note an embedding beside the run that it made."""
    text = json.dumps({**about, "embedding": [round(float(x), 5) for x in embedding]}, indent=1)
    run_files.write_text(folder / "embedding.json", text + "\n")


