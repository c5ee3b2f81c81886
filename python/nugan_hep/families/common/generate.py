"""Muons of a network as it is trained: in proxies."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

CHUNK = 8192


@torch.inference_mode()
def generate_proxies(generator: nn.Module, enu: Tensor, latent_size: int, seed: int) -> NDArray[np.float32]:
    """(E_mu', theta') [N, 2] for E_nu' [N, 1], from a random stream of its own."""
    random = torch.Generator(enu.device).manual_seed(seed)
    chunks = []
    for part in enu.split(CHUNK):
        latent = torch.randn(len(part), latent_size, generator=random, device=enu.device)
        chunks.append(generator(latent, part).cpu())
    return torch.cat(chunks).numpy()
