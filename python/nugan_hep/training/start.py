"""What a transfer starts from: a model or the best epoch of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nugan_hep.archive import TRAINING_FILE, find_model, read_extra, read_metadata
from nugan_hep.run_folder import read_run
from nugan_hep.training import checkpoint


def load_start(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Weights and configuration of a model or run, and its identity (name, probe, target, ...).

    Raises
    ------
    UserError : no such model or run, or an archive without the weights to start from
    """
    if os.path.isdir(name):  # a method of Path may raise
        folder = Path(name)
        return checkpoint.load(folder / checkpoint.BEST, checkpoint.BEST_KEYS), read_run(folder)
    path = find_model(name)
    metadata = read_metadata(path)
    return checkpoint.parse(read_extra(path, TRAINING_FILE), path, checkpoint.START_KEYS), metadata
