"""Losses on discriminator logits; D = sigmoid(logit).

References: Goodfellow et al., arXiv:1406.2661; arXiv:2502.20244 (``ce``, ``heuristic``);
arXiv:2508.12987 (``hce``); Jolicoeur-Martineau, arXiv:1807.00734 and R3GAN, arXiv:2501.05441
(``relativistic``); Mescheder et al., arXiv:1801.04406 (``gradient_penalty``, R1).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(real: Tensor, generated: Tensor) -> Tensor:
    """Binary cross-entropy ``-mean log D(real) - mean log(1 - D(generated))``; 2 ln 2 when blind."""
    return softplus(-real).mean() + softplus(generated).mean()


def ce(generated: Tensor) -> Tensor:
    """``mean log(1 - D(G))``."""
    return -softplus(generated).mean()


def heuristic(generated: Tensor) -> Tensor:
    """``-mean log D(G)``."""
    return softplus(-generated).mean()


def hce(generated: Tensor) -> Tensor:
    """``mean [log(1 - D(G)) - log D(G)]``, which is minus the mean logit."""
    return -generated.mean()


GENERATOR_LOSSES = {"ce": ce, "heuristic": heuristic, "hce": hce}


def relativistic(favoured: Tensor, other: Tensor) -> Tensor:
    """``mean softplus(-(favoured - other))`` over pairs of logits; ln 2 when blind.

    The discriminator favours true events, the generator its own.
    """
    return softplus(other - favoured).mean()


def gradient_penalty(logits: Tensor, muons: Tensor) -> Tensor:
    """Mean squared gradient of each logit [N] in its own event ``muons`` [N, 2], itself differentiable."""
    (gradient,) = torch.autograd.grad(logits.sum(), muons, create_graph=True)
    return gradient.square().sum(dim=1).mean()
