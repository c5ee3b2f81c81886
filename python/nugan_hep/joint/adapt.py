"""The embedding that describes some events best: few numbers, so few events are enough.

The posterior has one maximum in practice: the likelihood of the events times a normal distribution with the
mean and the spread of the embeddings that were learned, which decides what the events cannot.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.joint.learning import mean_nll
from nugan_hep.joint.network import JointFlow

MOST = 20_000
"""Events of a step of the fit; of more, every step takes all of them in parts."""


class Fit(NamedTuple):
    """An embedding [d], -log p per event with it, and the learned embedding that it began with."""

    embedding: Tensor
    nll: float
    start: int


def fit(model: JointFlow, events: Tensor, iterations: int = 60) -> Fit:
    """The most probable embedding of events (E_nu', E_l', theta') [N, 3]."""
    model = model.requires_grad_(False)
    learned = model.embeddings.detach()
    few = events[:MOST]
    start = min(range(len(learned)), key=lambda k: mean_nll(model, few, learned[k]))
    mean, spread = learned.mean(0), learned.std(0).clamp(min=1e-2)
    embedding = learned[start].clone().requires_grad_(True)
    optimizer = torch.optim.LBFGS(
        [embedding],
        max_iter=iterations,
        history_size=10,
        tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        total = 0.5 * (((embedding - mean) / spread) ** 2).sum() / len(events)
        total.backward()
        value = total.detach()
        for part in events.split(MOST):
            own = -model.log_prob(part, embedding.unsqueeze(0)).sum() / len(events)
            own.backward()
            value = value + own.detach()
        return value

    optimizer.step(loss)
    found = embedding.detach()
    return Fit(found, mean_nll(model, events, found), start)
