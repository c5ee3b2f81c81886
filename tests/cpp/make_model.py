"""Write a small generator with random weights that obeys the archive's contract, for the tests.

Usage: python make_model.py OUT.pt, or make_model.py --all FOLDER for one of every kind
"""

from __future__ import annotations

import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from nugan_hep.families.common.exported import weights_sha256

MUON_MASS = 0.1056583755


class ToyGenerator(torch.nn.Module):
    """One hidden layer from latent vector and proxy energy to the muon proxies, in physical variables."""

    def __init__(self, latent_size: int = 50, shift: float = 0.004, fault: str = "") -> None:
        super().__init__()
        self.format_version: int = 1
        self.name: str = "toy"
        self.probe: int = 14
        self.target: int = 1000060120
        self.interaction: str = "CC inclusive"
        self.latent_size: int = latent_size
        self.enu_min: float = 0.3
        self.enu_max: float = 10.0
        self.shift: float = shift
        self.mass: float = MUON_MASS
        self.fault: str = fault
        self.register_buffer("xsec_enu", torch.linspace(0.3, 10.0, 5, dtype=torch.float64))
        self.register_buffer("xsec", 0.7 * torch.linspace(0.3, 10.0, 5, dtype=torch.float64))
        generator = torch.Generator().manual_seed(1)
        self.hidden = torch.nn.Linear(latent_size + 1, 100)
        self.norm = torch.nn.LayerNorm(100)
        self.last = torch.nn.Linear(100, 2)
        for parameter in self.parameters():
            with torch.no_grad():
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))

    def forward(self, latent: torch.Tensor, enu: torch.Tensor) -> torch.Tensor:
        proxy = 2.0 * (enu - self.enu_min) / (self.enu_max - self.enu_min) - 1.0
        x = self.hidden(torch.cat([latent, proxy.unsqueeze(1)], 1))
        out = torch.tanh(self.last(torch.relu(self.norm(x))))
        emu = self.mass + (enu - self.shift - self.mass) * (1.0 - (0.5 * (out[:, 0] + 1.0)) ** 2)
        theta = math.pi * (0.5 * (out[:, 1] + 1.0)) ** 2
        if self.fault == "nan":
            emu = emu * float("nan")
        elif self.fault == "energy":
            emu = emu + 20.0
        elif self.fault == "shape":
            return emu
        elif self.fault == "raise":
            raise RuntimeError("a fault in the network")
        return torch.stack([emu, theta], 1)


def write_model(
    path: Path,
    *,
    latent_size: int = 50,
    fault: str = "",
    metadata: bool = True,
    probe: int = 14,
    target: int = 1000060120,
    relative_error: float | None = None,
    channels: Any = None,
    hadrons: tuple[torch.nn.Module, dict[str, Any]] | None = None,
    replicas: tuple[torch.nn.Module, dict[str, Any]] | None = None,
) -> Path:
    """Save the toy generator to ``path``; ``fault`` breaks it: nan, energy, shape, raise or sha256.

    ``channels`` is that part of the cross section in the metadata, at 0.3, 2.725, 5.15, 7.575 and 10 GeV.
    ``hadrons`` and ``replicas`` are the modules of these names and what the metadata say of them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript is in maintenance
        model = ToyGenerator(latent_size, fault=fault).eval()
        model.probe, model.target = probe, target
        if relative_error is not None:
            model.xsec_relative_error = relative_error
        if hadrons:
            model.hadrons = hadrons[0]
        if replicas:
            model.replicas = replicas[0]
        model.sha256 = weights_sha256(model)
        if fault == "sha256":
            del model.sha256
        script = torch.jit.script(model)
        document = json.dumps(
            {
                "format_version": 1,
                "name": "toy",
                "probe": probe,
                "target": target,
                "interaction": "CC inclusive",
                "enu_range": [0.3, 10.0],
                "latent_size": latent_size,
                "shift": 0.004,
                **({"cross_section": {"channels": channels}} if channels is not None else {}),
                **({"hadrons": hadrons[1]} if hadrons else {}),
                **({"replicas": replicas[1]} if replicas else {}),
            }
        )
        torch.jit.save(script, str(path), _extra_files={"nugan.json": document} if metadata else {})
    return path


def with_a_bit_flipped(archive: bytes) -> bytes:
    """The archive with the lowest bit of one weight changed; members lie in it as they are."""
    weight = ToyGenerator().last.weight.detach().numpy().tobytes()
    start = archive.index(weight)
    return archive[:start] + bytes([archive[start] ^ 1]) + archive[start + 1 :]


def powers_of_energy() -> tuple[torch.nn.Module, dict[str, Any]]:
    """Two replicas: the square root of the neutrino energy in GeV, and 1 over it."""
    from nugan_hep.replicas import Block
    from nugan_hep.replicas.attaching import description
    from nugan_hep.replicas.tables import Tables

    ends = np.array([[-1.0, 2.0], [1.5, -3.0]], np.float16)  # at log E = -2 and 3
    block = Block((0, 0, -2), (1, 1, 5), ends.reshape(1, 1, 2, 2), ("root", "inverse"), "alternative")
    return Tables([block]), description([block])


def write_all(folder: Path) -> None:
    """The toy model, one for each fault, and files that are no models at all."""
    archive = write_model(folder / "toy.pt").read_bytes()
    write_model(folder / "odd.pt", latent_size=7)
    write_model(folder / "bare.pt", metadata=False)
    write_model(folder / "electron.pt", probe=12, target=1000080160)
    write_model(folder / "electron_carbon.pt", probe=12)
    write_model(folder / "argon.pt", target=1000180400)
    write_model(folder / "replicas.pt", replicas=powers_of_energy())
    write_model(folder / "replicas_argon.pt", target=1000180400, replicas=powers_of_energy())
    for fault in ("nan", "energy", "shape", "raise", "sha256"):
        write_model(folder / f"{fault}.pt", fault=fault)
    (folder / "flipped.pt").write_bytes(with_a_bit_flipped(archive))
    (folder / "truncated.pt").write_bytes(archive[: len(archive) // 2])
    (folder / "noise.pt").write_bytes(b"not an archive " * 500)
    (folder / "empty.pt").write_bytes(b"")
    (folder / "folder.pt").mkdir(exist_ok=True)


if __name__ == "__main__":
    if sys.argv[1] == "--all":
        write_all(Path(sys.argv[2]))
    else:
        write_model(Path(sys.argv[1]))
