"""Networks of one sample as the start for another: new rare contents and larger counts get classes."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from nugan_hep.errors import UserError
from nugan_hep.hadrons.contents import Frame
from nugan_hep.hadrons.model import HadronModel

RARE = 3.0
"""How far below the least likely class that was there a new class begins, in its logit."""


def joined(own: Frame, start: Frame) -> Frame:
    """The frame of a model that begins with another: its vocabulary first, then what is new."""
    words = (*start.words, *(word for word in own.words if word not in start.words))
    most = tuple(max(pair) for pair in zip(own.most, start.most, strict=True))
    return Frame(own.charge, own.baryons, words, most, own.least, own.lepton_mass)


def widened(model: HadronModel, state: dict[str, Any]) -> dict[str, Tensor]:
    """The weights ``state`` for ``model``, whose classes begin with those of the state.

    Raises
    ------
    UserError : networks of other widths or features
    """
    own = model.state_dict()
    found: dict[str, Tensor] = {}
    for name, tensor in own.items():
        given = state.get(name)
        if given is None or not name.startswith("net."):
            found[name] = tensor  # tables are those of the model's own vocabulary
        elif given.shape == tensor.shape:
            found[name] = given
        elif given.shape[1:] != tensor.shape[1:] or len(given) > len(tensor):
            shapes = f"{tuple(given.shape)}, expected {tuple(tensor.shape)}"
            raise UserError(f"the networks to begin with are of another size: {name} is {shapes}")
        else:
            new = tensor.clone().zero_()
            new[: len(given)] = given
            if given.dim() == 1:
                new[len(given) :] = given.min() - RARE
            found[name] = new
    return found
