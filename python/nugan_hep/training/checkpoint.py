"""Atomic checkpoints: a killed run leaves the last complete one."""

from __future__ import annotations

import io
import pickle
import shutil
import zipfile
from collections.abc import Set
from pathlib import Path
from typing import Any

import torch

from nugan_hep import families
from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file
from nugan_hep.training.config import from_saved

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint-previous.pt"
BEST = "best.pt"

START_KEYS = frozenset({"format", "config"})
"""What a transfer starts from, beside the weights."""

BEST_KEYS = START_KEYS | {"freeze", "stages", "step", "seconds", "weights", "validation_events", "scores"}
CHECKPOINT_KEYS = START_KEYS | {"freeze", "stages", "data", "step", "seconds", "best", "history"}
CHECKPOINT_KEYS |= {"average", "optimizers", "rng"}


def save(state: dict[str, Any], path: Path) -> None:
    """Write ``state`` beside ``path`` and rename it into place, on disk before it is visible.

    Raises
    ------
    UserError : the disk is full or the folder cannot be written
    """
    try:
        with new_file(path, force=True) as file:
            torch.save(state, file)
    except RuntimeError as error:  # how torch's writer reports a full disk
        raise UserError(f"cannot write {path}: {str(error).splitlines()[0]}") from None


def save_rotating(state: dict[str, Any], folder: Path) -> None:
    """Save the newest checkpoint of a run and keep the one before it."""
    newest = folder / CHECKPOINT
    if newest.exists():
        with newest.open("rb") as file, new_file(folder / PREVIOUS, force=True) as previous:
            shutil.copyfileobj(file, previous)
    save(state, newest)


def load(path: Path, keys: Set[str]) -> dict[str, Any]:
    """Read a checkpoint that has ``keys`` and the weights of its family onto the CPU.

    Raises
    ------
    UserError : missing, truncated, not such a checkpoint or of a newer version
    """
    return parse(read(path), path, keys)


def read(path: Path) -> bytes:
    """The bytes of a checkpoint.

    Raises
    ------
    UserError : missing, or the system cannot read it
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"no checkpoint {path}") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from None


def parse(content: bytes, path: Path, keys: Set[str]) -> dict[str, Any]:
    """The state in the bytes of a checkpoint; ``path`` is for messages, see :func:`load`."""
    state = unpickle(content, path)
    if not isinstance(state, dict) or not keys <= state.keys():
        raise UserError(f"{path} is not a checkpoint of this kind")
    try:
        networks = families.of_config(from_saved(state["config"])).networks
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    if not state.keys() >= set(networks):
        raise UserError(f"{path} is not a checkpoint of this kind")
    return state


def unpickle(content: bytes, path: Path) -> Any:
    """What was saved, on the CPU; ``path`` is for messages.

    Raises
    ------
    UserError : truncated, or not from :func:`save`
    """
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, pickle.UnpicklingError, zipfile.BadZipFile):
        previous = path.with_name(PREVIOUS)
        hint = f"; {previous} is the one before it" if path.name == CHECKPOINT and previous.exists() else ""
        raise UserError(f"{path} is truncated or not a checkpoint{hint}") from None


def start_state(state: dict[str, Any]) -> dict[str, Any]:
    """What of a checkpoint or a best epoch travels with a model, for a transfer to start from."""
    keys = START_KEYS | set(families.of_config(from_saved(state["config"])).networks)
    return {key: state[key] for key in sorted(keys)}


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
