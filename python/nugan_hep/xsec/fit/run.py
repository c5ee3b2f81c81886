"""The files of a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import write_text
from nugan_hep.training import checkpoint
from nugan_hep.xsec.model.lookup import MODEL_FILE


def check_run_folder(folder: Path, force: bool) -> None:
    """Refuse a folder that holds a model, without ``force``, or that cannot be one.

    Raises
    ------
    UserError : it may not be written
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write to {folder}: it exists and is not a folder")
    if (folder / MODEL_FILE).exists() and not force:
        raise UserError(f"{folder} holds a model: give another --out or --force to replace it")


def load_checkpoint(folder: Path, keys: frozenset[str]) -> dict[str, Any]:
    """The newest checkpoint of a run.

    Raises
    ------
    UserError : there is none, or it is damaged
    """
    path = folder / checkpoint.CHECKPOINT
    state = checkpoint.unpickle(checkpoint.read(path), path)
    if not isinstance(state, dict) or not keys <= state.keys():
        raise UserError(f"{path} is not a checkpoint of a training of cross sections")
    return state


def write_json(path: Path, content: dict[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=1, allow_nan=False) + "\n")
