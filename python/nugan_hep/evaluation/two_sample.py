"""Classifier two-sample test: can a network tell generated from true events?

Lopez-Paz and Oquab, arXiv:1610.06545. A small network learns on one half of the events and is
judged on the other. An area under the ROC curve (AUC) of 0.5 means that it cannot tell. Its output
D gives every generated event the weight ``w = D/(1 - D)`` that would turn the model into the
reference; how many events such weights leave, ``(sum w)²/sum w²``, is the effective sample size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from scipy.stats import rankdata

from nugan_hep import kinematics
from nugan_hep.kinematics import Array, Kinematics

MINIMUM = 1_000
"""Events of each sample below which the network has too few to learn from."""
EPOCHS, BATCH, WIDTH, RATE, WEIGHT_DECAY = 20, 1_000, 64, 3e-3, 1e-2
HELD_OUT = 0.2
"""Share of the training half that chooses the epoch."""


class TwoSample(NamedTuple):
    """Outcome on ``events`` of each sample that the classifier had not seen.

    ``auc_error`` is the standard deviation of ``auc``, ``ess_fraction`` the effective sample size of
    the weighted generated events over their number.
    """

    auc: float
    auc_error: float
    ess_fraction: float
    events: int

    def __str__(self) -> str:
        return (
            f"AUC {self.auc:.4f} ± {self.auc_error:.4f}, effective sample size of its weights "
            f"{100 * self.ess_fraction:.1f} % ({self.events:,} events of each, not trained on)"
        )


def features(events: Kinematics, shift: float, enu_range: tuple[float, float], lepton_mass: float) -> Array:
    """[N, 5]: the three proxies, W and sqrt(Q²) [GeV]; W is negative where W² is."""
    proxies = kinematics.to_proxies(*events, shift, enu_range, mass=lepton_mass)
    w2 = kinematics.w2(*events, lepton_mass)
    w = np.copysign(np.sqrt(np.abs(w2)), w2)
    q = np.sqrt(np.maximum(kinematics.q2(*events, lepton_mass), 0.0))
    return np.stack([*proxies, w, q], axis=1)


def two_sample(reference: Array, model: Array, seed: int = 1) -> TwoSample:
    """Train a classifier on features of both samples, [N, F] each, and judge it.

    Row i of both goes to the same half, so rows may share a condition (the neutrino energy).
    The same seed gives the same result.

    Raises
    ------
    ValueError : samples of unlike shape, or of less than ``MINIMUM`` rows
    """
    if reference.shape != model.shape or len(reference) < MINIMUM:
        raise ValueError(
            f"samples of shape {reference.shape} and {model.shape}: expected alike, {MINIMUM} rows at least"
        )
    rng = np.random.default_rng([seed, len(reference)])
    order = rng.permutation(len(reference))
    half = len(order) // 2
    learnt, judged = order[:half], order[half:]
    both = np.concatenate([reference[learnt], model[learnt]])
    mean, width = both.mean(axis=0), both.std(axis=0)
    width[width == 0] = 1.0  # a fixed neutrino energy

    def standard(rows: Array) -> torch.Tensor:
        return torch.from_numpy(((rows - mean) / width).astype(np.float32))

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more are no faster on so small a network, and may sum in another order
    try:
        network = _train(standard(reference[learnt]), standard(model[learnt]), int(rng.integers(2**63)))
    finally:
        torch.set_num_threads(threads)
    with torch.inference_mode():
        true, fake = (network(standard(rows[judged]))[:, 0].double().numpy() for rows in (reference, model))
    area, error = auc(true, fake)
    return TwoSample(area, error, effective_fraction(fake), len(judged))


def auc(positive: Array, negative: Array) -> tuple[float, float]:
    """Area under the ROC curve of two sets of scores, and its standard deviation.

    The variance is that of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.
    """
    n, m = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    # for each score, the fraction of the other sample that it beats
    above = (ranks[:n] - rankdata(positive)) / m
    below = 1.0 - (ranks[n:] - rankdata(negative)) / n
    return float(above.mean()), float(np.sqrt(above.var(ddof=1) / n + below.var(ddof=1) / m))


def effective_fraction(log_weights: Array) -> float:
    """``(sum w)²/(N sum w²)`` of weights given by their logarithms [N]: 1 for equal weights."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights.size * np.square(weights).sum()))


def _train(true: torch.Tensor, fake: torch.Tensor, seed: int) -> torch.nn.Module:
    """Fit logit D of features [N, F] by cross-entropy; the epoch that did best on held-out rows."""
    held = int(HELD_OUT * len(true))
    x = torch.cat([true[held:], fake[held:]])
    y = torch.cat([torch.ones(len(true) - held, 1), torch.zeros(len(fake) - held, 1)])
    x_held = torch.cat([true[:held], fake[:held]])
    y_held = torch.cat([torch.ones(held, 1), torch.zeros(held, 1)])
    loss_of = torch.nn.BCEWithLogitsLoss()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(
            torch.nn.Linear(x.shape[1], WIDTH),
            torch.nn.SiLU(),
            torch.nn.Linear(WIDTH, WIDTH),
            torch.nn.SiLU(),
            torch.nn.Linear(WIDTH, WIDTH),
            torch.nn.SiLU(),
            torch.nn.Linear(WIDTH, 1),
        )
        fit(
            network,
            Schedule(EPOCHS, EPOCHS * -(-len(x) // BATCH), RATE, WEIGHT_DECAY),
            lambda: (loss_of(network(x[batch]), y[batch]) for batch in torch.randperm(len(x)).split(BATCH)),
            lambda: loss_of(network(x_held), y_held),
        )
    return network


class Schedule(NamedTuple):
    """Epochs, optimiser steps in all of them, largest learning rate, decoupled weight decay."""

    epochs: int
    steps: int
    rate: float
    weight_decay: float


def fit(
    network: torch.nn.Module,
    schedule: Schedule,
    losses: Callable[[], Iterator[torch.Tensor]],
    held: Callable[[], torch.Tensor],
) -> None:
    """Train on the ``losses`` of an epoch's batches; the epoch with the least ``held`` loss stays."""
    optimizer = torch.optim.AdamW(network.parameters(), schedule.rate, weight_decay=schedule.weight_decay)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, schedule.rate, total_steps=schedule.steps)
    best, weights = float("inf"), network.state_dict()
    for _ in range(schedule.epochs):
        for loss in losses():
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rates.step()
        with torch.inference_mode():
            now = float(held())
        if now < best:
            best, weights = now, {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(weights)
