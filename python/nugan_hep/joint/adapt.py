"""The embedding that describes some events best: few numbers, so few events are enough.

The prior is a normal distribution about one of the learned embeddings, with their covariance times a scale.
Which one and which scale, the evidence of the events decides (Laplace's approximation; MacKay, Neural Comput.
4 (1992) 415), so that no event has to be held out: few events leave the embedding near to a known process.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.joint.learning import mean_nll
from nugan_hep.joint.network import JointFlow

MOST = 20_000
"""Events of a step of the fit; of more, every step takes all of them in parts."""
CENTRES = 3
"""Learned embeddings that are tried, those with the largest likelihood."""
SCALES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Of the covariance's square root."""
ISOTROPIC = 0.05
"""Share of the mean variance that every direction has at least."""


class Fit(NamedTuple):
    """An embedding [d], -log p per event with it, and what the evidence chose.

    ``start`` is the learned embedding that the prior is about, ``scale`` that of the prior, ``parameters``
    the effective number of those that the events fixed (MacKay).
    """

    embedding: Tensor
    nll: float
    start: int
    scale: float
    log_evidence: float
    parameters: float


def fit(model: JointFlow, events: Tensor) -> Fit:
    """The most probable embedding of events (E_nu', E_l', theta') [N, 3]."""
    model = model.requires_grad_(False)
    learned = model.embeddings.detach()
    few = events[:MOST]
    order = sorted(range(len(learned)), key=lambda k: mean_nll(model, few, learned[k]))
    covariance = torch.atleast_2d(torch.cov(learned.T))
    least = ISOTROPIC * covariance.diagonal().mean()
    precision = torch.linalg.inv(covariance + least * torch.eye(len(covariance)))
    fits = []
    for k in order[:CENTRES]:
        begin = learned[k]
        for scale in SCALES:  # a wider prior moves the maximum a little
            fits.append(_fit(model, events, learned[k], precision / scale**2, k, scale, begin))
            begin = fits[-1].embedding
    return max(fits, key=lambda one: one.log_evidence)


def _fit(
    model: JointFlow,
    events: Tensor,
    centre: Tensor,
    precision: Tensor,
    start: int,
    scale: float,
    begin: Tensor,
) -> Fit:
    """The maximum under one prior, looked for from ``begin``, and its evidence."""
    embedding = begin.clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [embedding], max_iter=80, history_size=10, tolerance_change=1e-7, line_search_fn="strong_wolfe"
    )

    def prior(point: Tensor) -> Tensor:
        away = point - centre
        return 0.5 * away @ precision @ away

    def loss() -> Tensor:
        optimizer.zero_grad()
        total = prior(embedding) / len(events)
        total.backward()
        value = total.detach()
        for part in events.split(MOST):
            own = -model.log_prob(part, embedding.unsqueeze(0)).sum() / len(events)
            own.backward()
            value = value + own.detach()
        return value

    optimizer.step(loss)
    found = embedding.detach()
    nll = mean_nll(model, events, found)
    information = fisher(model, events, found)
    whole = information + precision
    log_det = float(torch.linalg.slogdet(whole)[1] - torch.linalg.slogdet(precision)[1])
    evidence = -nll * len(events) - float(prior(found)) - 0.5 * log_det
    parameters = float(torch.trace(information @ torch.linalg.inv(whole)))
    return Fit(found, nll, start, scale, evidence, parameters)


def fisher(model: JointFlow, events: Tensor, embedding: Tensor) -> Tensor:
    """Fisher information of events about an embedding, [d, d]: the sum of the squares of their scores.

    Unlike the curvature of the likelihood it is nowhere negative, however little a fit has converged.
    """
    total = torch.zeros(len(embedding), len(embedding))
    for part in events.split(MOST):
        each = embedding.expand(len(part), -1).clone().requires_grad_(True)
        (scores,) = torch.autograd.grad(model.log_prob(part, each).sum(), each)
        total += scores.T @ scores
    return total
