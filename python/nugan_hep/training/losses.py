"""Losses on discriminator logits; D = sigmoid(logit).

References: Goodfellow et al., arXiv:1406.2661; arXiv:2502.20244 (``ce``, ``heuristic``);
arXiv:2508.12987 (``hce``).
"""

from __future__ import annotations

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
