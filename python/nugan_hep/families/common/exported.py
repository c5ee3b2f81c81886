"""The frame of a network as it is shipped: physical variables, TorchScript, a digest of the weights."""

from __future__ import annotations

import hashlib
import math
from typing import Any, cast

import torch
from torch import Tensor, nn

from nugan_hep.archive import process_of


class Exported(nn.Module):
    """``forward(latent [N, L], enu [N] in GeV) -> [N, 2]``: E_mu in GeV, theta in rad.

    What the C++ core reads of every model is here: the energy range [GeV] and the shift [GeV]. The lepton's
    mass [GeV] is none until the process is known, when the network is scripted: see :func:`scripted`.
    """

    def __init__(self, shift: float, enu_range: tuple[float, float]) -> None:
        super().__init__()
        self.enu_min, self.enu_max = enu_range
        self.shift = shift
        self.lepton_mass = math.nan
        self.pi = math.pi

    def enu_proxy(self, enu: Tensor) -> Tensor:
        """E_nu' [N, 1] of E_nu [N] in GeV."""
        return (2.0 * (enu - self.enu_min) / (self.enu_max - self.enu_min) - 1.0).unsqueeze(1)

    def muon(self, unit: Tensor, enu: Tensor) -> Tensor:
        """E_mu in GeV and theta in rad [N, 2] of the proxies, halved and moved to [0, 1], and E_nu [N]."""
        available = enu - (self.shift + self.lepton_mass)
        emu = self.lepton_mass + available * (1.0 - unit[:, 0] * unit[:, 0])
        theta = self.pi * unit[:, 1] * unit[:, 1]
        return torch.stack([emu, theta], dim=1)


def weights_sha256(model: nn.Module) -> str:
    """SHA-256 over names and little-endian bytes of all parameters and buffers, sorted by name."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode() + b"\0" + tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def scripted(
    model: nn.Module, attributes: dict[str, Any], tables: dict[str, Tensor]
) -> torch.jit.ScriptModule:
    """Script ``model`` in eval mode, with attributes and buffers that the C++ core reads.

    The attribute ``sha256`` is added: torch's loader does not notice a damaged weight. So is the lepton's
    mass [GeV], where the attributes say the process.
    """
    if "probe" in attributes:
        attributes = {**attributes, "lepton_mass": process_of(attributes).lepton_mass}
    for name, value in attributes.items():
        setattr(model, name, value)
    for name, table in tables.items():
        model.register_buffer(name, table)
    model = model.cpu().eval().requires_grad_(False)
    model.sha256 = weights_sha256(model)  # type: ignore[assignment]
    return cast(torch.jit.ScriptModule, torch.jit.script(model))
