"""A joint training as it is kept: checkpoints, and the network that others go on from."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from nugan_hep.archive import models_dirs
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import PRESETS
from nugan_hep.joint.network import JointFlow
from nugan_hep.joint.settings import JointConfig
from nugan_hep.training import checkpoint

NETWORK_FILE = "joint.pt"
"""Of a run folder: the averaged network when training ended."""
FOLDER = "joint"
"""Of the models' folders."""
NETWORK_KEYS = frozenset({"format", "config", "processes", "events", "step", "seconds", "average"})
CHECKPOINT_KEYS = NETWORK_KEYS | {"joint", "optimizer"}


class Saved(NamedTuple):
    """A joint network, its processes and the number of all their training events."""

    name: str
    model: JointFlow
    processes: list[str]
    events: int
    config: JointConfig
    step: int
    seconds: float


def load(path: Path, keys: frozenset[str]) -> dict[str, Any]:
    """What is in a checkpoint or a network's file.

    Raises
    ------
    UserError : missing, truncated or of another kind
    """
    content = checkpoint.read(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise UserError(f"{path} is no joint network, or it is damaged ({error})") from None
    if damaged:
        raise UserError(f"{path} is damaged: its part {damaged} does not match its checksum")
    state = checkpoint.unpickle(content, path)
    if not isinstance(state, dict) or not state.keys() >= keys:
        raise UserError(f"{path} is no joint network")
    return state


def save_network(state: dict[str, Any], folder: Path) -> Path:
    """Write what :func:`read` takes of a checkpoint."""
    path = folder / NETWORK_FILE
    checkpoint.save({key: state[key] for key in sorted(NETWORK_KEYS)}, path)
    return path


def shipped() -> dict[str, Path]:
    """The joint networks in the models' folders, by name."""
    return {path.stem: path for folder in reversed(models_dirs()) for path in (folder / FOLDER).glob("*.pt")}


def is_joint(name: str) -> bool:
    """Whether a name, run folder or path is a joint network's, and no model's."""
    if os.path.isdir(name):
        return (Path(name) / NETWORK_FILE).exists()
    if not name.endswith(".pt"):
        return name in shipped()
    try:
        with zipfile.ZipFile(name) as archive:
            parts = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    # what torch.save writes, and no TorchScript archive
    return any(part.endswith("/data.pkl") for part in parts) and not any("/code/" in part for part in parts)


def find(name: str) -> Path:
    """The file of a joint network: of a run folder, a path to a .pt or a shipped name.

    Raises
    ------
    UserError : there is none
    """
    if os.path.isdir(name):
        return Path(name) / NETWORK_FILE
    if os.sep in name or name.endswith(".pt"):
        return Path(name)
    there = shipped()
    if name not in there:
        raise UserError(f"no joint network {name!r}; there is: {', '.join(sorted(there)) or 'none'}")
    return there[name]


def read(name: str) -> Saved:
    """A joint network by its name, run folder or file.

    Raises
    ------
    UserError : there is none, or it cannot be read
    """
    path = find(name)
    state = load(path, NETWORK_KEYS)
    config = JointConfig(**state["config"])
    model = JointFlow(PRESETS["flow"], len(state["processes"]), config.size)
    model.load_state_dict(state["average"])
    model = model.eval().requires_grad_(False)
    own = path.parent.resolve().name if path.name == NETWORK_FILE else path.stem
    return Saved(own, model, state["processes"], state["events"], config, state["step"], state["seconds"])
