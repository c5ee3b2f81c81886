"""The eta: two photons of its mass are one particle of the model, which decays when all else is drawn."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nugan_hep import species

F64 = NDArray[np.float64]
TOLERANCE = 0.003
"""How far the mass of two photons [GeV] may be off: files round their momenta."""
MASS = species.PARTICLES[species.ETA][0]


def joined(
    owner: NDArray[np.int64], pdg: NDArray[np.int32], momentum: F64
) -> tuple[NDArray[np.int64], NDArray[np.int32], F64]:
    """Events [H] with the pairs of photons of an eta's mass as etas; a photon is in one pair."""
    photons = np.flatnonzero(pdg == species.PHOTON)
    order = photons[np.argsort(owner[photons], kind="stable")]
    size = np.linalg.norm(momentum, axis=1)
    gone = np.zeros(len(pdg), dtype=bool)
    codes, p = pdg.copy(), momentum.copy()
    most = int(np.unique(owner[order], return_counts=True)[1].max()) if len(order) else 0
    for apart in range(1, most):
        a, b = order[:-apart], order[apart:]
        square = 2.0 * (size[a] * size[b] - (momentum[a] * momentum[b]).sum(1))
        near = np.abs(np.sqrt(np.maximum(square, 0.0)) - MASS) < TOLERANCE
        for one, other in zip(
            a[near & (owner[a] == owner[b])], b[near & (owner[a] == owner[b])], strict=True
        ):
            if gone[one] or gone[other] or codes[one] == species.ETA or codes[other] == species.ETA:
                continue
            codes[one], p[one] = species.ETA, momentum[one] + momentum[other]
            gone[other] = True
    return owner[~gone], codes[~gone], p[~gone]


def decay(momentum: Tensor, uniform: Tensor, mass: float = MASS) -> tuple[Tensor, Tensor]:
    """Momenta [N, 3] of the two photons of etas [N, 3], isotropic at rest, for uniform numbers [N, 2]."""
    cos, phi = 2.0 * uniform[:, 0] - 1.0, 2.0 * math.pi * uniform[:, 1]
    sine = torch.sqrt((1.0 - cos * cos).clamp(min=0.0))
    at_rest = 0.5 * mass * torch.stack([sine * torch.cos(phi), sine * torch.sin(phi), cos], dim=1)
    energy = torch.sqrt((momentum * momentum).sum(1) + mass * mass)
    along = (at_rest * momentum).sum(1)
    # a boost by P/E of a photon of energy m/2
    factor = (along / (energy + mass) + 0.5 * mass) / mass
    first = at_rest + factor.unsqueeze(1) * momentum
    return first, momentum - first
