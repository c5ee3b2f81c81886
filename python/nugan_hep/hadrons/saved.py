"""Hadrons as they are kept: checkpoints of a training, and the module in a model's archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.hadrons.contents import Frame
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.network import Sizes
from nugan_hep.hadrons.settings import HadronsConfig
from nugan_hep.run_folder import is_of_hadrons, read_run
from nugan_hep.training import checkpoint

LAYOUT = 1
"""Version of names, features and coordinates; a reader refuses another one."""
KEYS = frozenset(
    {"config", "frame", "step", "hadrons", "average", "done", "optimizers", "seconds", "history"}
)


class Start(NamedTuple):
    """What a training begins with: the settings, the frame and the weights of another, and its name."""

    config: dict[str, Any]
    frame: Frame
    weights: dict[str, Tensor]
    name: str
    probe: int
    target: int


def sizes(config: HadronsConfig) -> Sizes:
    """The widths of networks with these settings."""
    return Sizes(
        topology_width=config.topology_width, remnant_width=config.remnant_width, step_width=config.step_width
    )


def frame_of(saved: dict[str, Any]) -> Frame:
    """A frame from what a checkpoint or an archive has of it."""
    words = tuple(tuple(int(code) for code in word) for word in saved["words"])
    most = tuple(int(k) for k in saved["most"])
    return Frame(saved["charge"], saved["baryons"], words, most, saved["least"], saved["lepton_mass"])


def load(path: Path) -> dict[str, Any]:
    """A checkpoint of hadrons.

    Raises
    ------
    UserError : missing, truncated or of another kind
    """
    state = checkpoint.unpickle(checkpoint.read(path), path)
    if not isinstance(state, dict) or not state.keys() >= KEYS:
        raise UserError(f"{path} is not a checkpoint of hadrons")
    return state


def model_of(state: dict[str, Any]) -> HadronModel:
    """The averaged networks of a checkpoint, of each stage those of the best evaluation where that counts."""
    model = HadronModel(frame_of(state["frame"]), sizes(HadronsConfig(**state["config"])))
    model.load_state_dict((state.get("best") or state)["average"])
    return model.eval().requires_grad_(False)


def load_run(folder: Path) -> HadronModel:
    """The averaged networks of a run.

    Raises
    ------
    UserError : no run of hadrons
    """
    return model_of(load(folder / checkpoint.CHECKPOINT))


def read_hadrons(path: Path) -> HadronModel:
    """The hadrons of a model's archive.

    Raises
    ------
    UserError : not an archive, without hadrons, or of another layout
    """
    about = read_metadata(path).get("hadrons")
    if not isinstance(about, dict):
        raise UserError(f"{path} has no hadrons")
    if about.get("layout") != LAYOUT:
        raise UserError(f"{path}: hadrons of layout {about.get('layout')!r}, expected {LAYOUT}")
    try:
        saved = {
            "charge": int(about["charge"]),
            "baryons": int(about["baryons"]),
            "words": about["vocabulary"],
            "most": about["most"],
            "least": float(about["least"]),
            "lepton_mass": float(about["lepton_mass"]),
        }
        config = HadronsConfig(**about["training"]["configuration"])
        model = HadronModel(frame_of(saved), sizes(config))
        held = torch.jit.load(path, map_location="cpu").hadrons.state_dict()
    except UserError:
        raise
    except Exception as error:  # whatever an edited or cut archive makes torch do
        reason = " ".join(str(error).split())
        raise UserError(
            f"{path}: hadrons that cannot be read ({type(error).__name__}: {reason:.80})"
        ) from None
    known = model.state_dict()
    state = {name: held.get(name) for name in known}
    odd = [name for name, tensor in state.items() if tensor is None or tensor.shape != known[name].shape]
    odd += sorted(held.keys() - known.keys())
    if odd:
        raise UserError(f"{path}: the hadrons' {odd[0]} is missing, or not as their metadata have it")
    model.load_state_dict(state)
    return model.eval().requires_grad_(False)


def start_of(name: str) -> Start:
    """What a transfer begins with, from a run of hadrons or a model that has some.

    Raises
    ------
    UserError : no such run or model, or one without hadrons
    """
    folder = Path(name)
    if is_of_hadrons(folder):
        about, state = read_run(folder), load(folder / checkpoint.CHECKPOINT)
        config, model = state["config"], model_of(state)
    else:
        path = find_model(name)
        about, model = read_metadata(path), read_hadrons(path)
        config = about["hadrons"]["training"]["configuration"]
    return Start(config, model.frame, model.state_dict(), about["name"], about["probe"], about["target"])
