"""A classifier of events as sets of four-momenta: what no list of observables was made for.

Deep sets (Zaheer et al., arXiv:1703.06114; energy and particle flow networks, arXiv:1810.05165): a network
maps each hadron to a vector, another the sum and the largest of these, with the lepton, to the odds that the
event is true.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nugan_hep import species
from nugan_hep.evaluation.two_sample import Schedule, TwoSample, auc, effective_fraction, fit
from nugan_hep.hadrons.events import flat_rows
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.hadrons.frames import transfer_frame

EPOCHS, BATCH, WIDTH, RATE, WEIGHT_DECAY = 15, 1000, 64, 2e-3, 1e-2
HELD_OUT = 0.2
CODES = (*species.COUNTED, 22, 321, 311, 3122)


class Sets(NamedTuple):
    """Events as the classifier sees them: lepton [N, 6], n [N], first rows [N] of the hadrons [H, F]."""

    lepton: Tensor
    n: Tensor
    first: Tensor
    hadrons: Tensor


def sets(events: Lists) -> Sets:
    """Momenta in the frame of q, where the azimuth about the neutrino is gone."""
    neutrino = np.zeros_like(events.lepton)
    neutrino[:, 2] = events.enu
    axes = transfer_frame(neutrino, events.lepton)
    event = np.repeat(np.arange(len(events.n)), events.n)
    p = np.stack([(events.momentum * axis[event]).sum(1) for axis in axes], axis=1)
    mass = species.lookup(events.pdg)[0]
    size = np.linalg.norm(p, axis=1, keepdims=True)
    energy = np.sqrt(size[:, 0] ** 2 + mass**2)
    kinds = np.stack([events.pdg == code for code in CODES], axis=1).astype(np.float64)
    scaled = [p / (size + 0.3), np.log(size + 0.02), p, (energy - mass)[:, None], mass[:, None], kinds]
    emu = np.sqrt((events.lepton**2).sum(1) + events.lepton_mass**2)
    q = np.linalg.norm(neutrino - events.lepton, axis=1)
    omega = events.enu - emu
    lepton = [events.enu, np.log(events.enu), omega, np.log(omega + 0.02), q, np.log(q**2 - omega**2 + 0.005)]
    first = np.cumsum(events.n) - events.n
    return Sets(
        torch.from_numpy(np.stack(lepton, axis=1).astype(np.float32)),
        torch.from_numpy(events.n.astype(np.int64)),
        torch.from_numpy(first.astype(np.int64)),
        torch.from_numpy(np.concatenate(scaled, axis=1).astype(np.float32)),
    )


class SetNetwork(nn.Module):
    """log odds [N] that events are true."""

    def __init__(self, hadron: int, lepton: int) -> None:
        super().__init__()
        self.each = nn.Sequential(
            nn.Linear(hadron + lepton, WIDTH), nn.SiLU(), nn.Linear(WIDTH, WIDTH), nn.SiLU()
        )
        self.pair = nn.Sequential(nn.Linear(3 * WIDTH, WIDTH), nn.SiLU())
        self.whole = nn.Sequential(
            nn.Linear(3 * WIDTH + lepton, 2 * WIDTH),
            nn.SiLU(),
            nn.Linear(2 * WIDTH, WIDTH),
            nn.SiLU(),
            nn.Linear(WIDTH, 1),
        )

    def forward(self, lepton: Tensor, owner: Tensor, hadrons: Tensor) -> Tensor:
        each = self.each(torch.cat([hadrons, lepton[owner]], dim=1))
        pooled = self._pool(each, owner, len(lepton))
        # a second look, with what the others are
        again = self.pair(torch.cat([each, pooled[owner]], dim=1))
        total = torch.zeros(len(lepton), WIDTH).index_add(0, owner, again)
        odds: Tensor = self.whole(torch.cat([pooled, total, lepton], dim=1))
        return odds[:, 0]

    def _pool(self, each: Tensor, owner: Tensor, count: int) -> Tensor:
        total = torch.zeros(count, WIDTH).index_add(0, owner, each)
        rows = owner.unsqueeze(1).expand_as(each)
        largest = torch.zeros(count, WIDTH).scatter_reduce(0, rows, each, "amax")
        return torch.cat([total, largest], dim=1)


def two_sample_of_sets(reference: Lists, model: Lists, seed: int = 1) -> TwoSample:
    """Train the classifier on one half of both samples, judge it on the other.

    Raises
    ------
    ValueError : samples of unlike size
    """
    if len(reference.n) != len(model.n):
        raise ValueError(f"samples of {len(reference.n)} and {len(model.n)} events: expected alike")
    true, fake = sets(reference), sets(model)
    order = torch.from_numpy(np.random.default_rng([seed, len(true.n)]).permutation(len(true.n)))
    half = len(order) // 2
    learnt, judged = order[:half], order[half:]
    mean, width = _moments(true, fake)
    true, fake = (
        Sets((s.lepton - mean[0]) / width[0], s.n, s.first, (s.hadrons - mean[1]) / width[1])
        for s in (true, fake)
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _train(true, fake, learnt)
    with torch.inference_mode():
        scores = [_scores(network, s, judged) for s in (true, fake)]
    area, error = auc(*scores)
    return TwoSample(area, error, effective_fraction(scores[1]), len(judged))


def _moments(*samples: Sets) -> tuple[list[Tensor], list[Tensor]]:
    columns = [torch.cat([s.lepton for s in samples]), torch.cat([s.hadrons for s in samples])]
    return [c.mean(0) for c in columns], [c.std(0).clamp(min=1e-3) for c in columns]


def _batch(sample: Sets, events: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    n = sample.n[events]
    rows = torch.from_numpy(flat_rows(sample.first[events].numpy(), n.numpy()))
    return sample.lepton[events], torch.repeat_interleave(torch.arange(len(n)), n), sample.hadrons[rows]


def _scores(network: nn.Module, sample: Sets, events: Tensor) -> NDArray[np.float64]:
    return torch.cat([network(*_batch(sample, part)) for part in events.split(10_000)]).double().numpy()


def _train(true: Sets, fake: Sets, learnt: Tensor) -> nn.Module:
    """Fit the odds by cross-entropy; the epoch that did best on held-out events."""
    held = int(HELD_OUT * len(learnt))
    kept, fit_on = learnt[:held], learnt[held:]
    network = SetNetwork(true.hadrons.shape[1], true.lepton.shape[1])
    loss_of = nn.BCEWithLogitsLoss()

    def losses() -> Iterator[Tensor]:
        parts = (fit_on[torch.randperm(len(fit_on))].split(BATCH) for _ in range(2))
        for part, other in zip(*parts, strict=True):
            odds = torch.cat([network(*_batch(true, part)), network(*_batch(fake, other))])
            yield loss_of(odds, torch.cat([torch.ones(len(part)), torch.zeros(len(other))]))

    def held_loss() -> Tensor:
        odds = torch.cat([torch.from_numpy(_scores(network, sample, kept)) for sample in (true, fake)])
        loss: Tensor = loss_of(odds, torch.cat([torch.ones(held), torch.zeros(held)]).double())
        return loss

    fit(network, Schedule(EPOCHS, EPOCHS * -(-len(fit_on) // BATCH), RATE, WEIGHT_DECAY), losses, held_loss)
    return network
