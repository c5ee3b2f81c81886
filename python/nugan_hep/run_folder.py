"""What a training writes of itself beside its checkpoints, without torch."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError

RUN_FILE = "run.json"
MODEL_FILE = "model.pt"
HADRONS = "hadrons"
"""The stage of a training of hadrons, in its run file."""


def read_run(folder: Path) -> dict[str, Any]:
    """What ``train`` wrote beside a run: the model's identity and its data.

    Raises
    ------
    UserError : not the folder of a run
    """
    path = folder / RUN_FILE
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        raise UserError(f"{folder} is not a run folder: cannot read {path.name} ({error})") from None


def is_of_hadrons(folder: str | Path) -> bool:
    """Whether this is the folder of a training of hadrons.

    Raises
    ------
    UserError : a folder that is no run's
    """
    return os.path.isdir(folder) and read_run(Path(folder)).get("stage") == HADRONS
