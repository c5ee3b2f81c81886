"""Atomic checkpoints: a killed run leaves the last complete one."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

from nugan_hep.errors import UserError

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint-previous.pt"
BEST = "best.pt"


def save(state: dict[str, Any], path: Path) -> None:
    """Write ``state`` beside ``path`` and rename it into place, on disk before it is visible.

    Raises
    ------
    UserError : the disk is full or the folder cannot be written
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {error}") from None


def save_rotating(state: dict[str, Any], folder: Path) -> None:
    """Save the newest checkpoint of a run and keep the one before it."""
    newest = folder / CHECKPOINT
    if newest.exists():
        previous = folder / f".{PREVIOUS}.part"
        previous.unlink(missing_ok=True)
        os.link(newest, previous)
        previous.replace(folder / PREVIOUS)
    save(state, newest)


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU.

    Raises
    ------
    UserError : missing, truncated or not a checkpoint
    """
    if not path.is_file():
        raise UserError(f"no checkpoint {path}")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError, zipfile.BadZipFile):
        previous = path.with_name(PREVIOUS)
        hint = f"; {previous} is the one before it" if path.name == CHECKPOINT and previous.exists() else ""
        raise UserError(f"{path} is truncated or not a checkpoint{hint}") from None
    if not isinstance(state, dict) or "format" not in state:
        raise UserError(f"{path} is not a nugan-hep checkpoint")
    return state


def rng_state(device: torch.device) -> dict[str, torch.Tensor]:
    """States of the default generators that a step draws from."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return states


def restore_rng(states: dict[str, torch.Tensor], device: torch.device) -> None:
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
