"""The networks of the hadrons as they learn: every one from its own rows, by maximum likelihood."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.hadrons.batch import Batch
from nugan_hep.hadrons.chains import Chain
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.settings import HadronsConfig
from nugan_hep.hadrons.tables import Table, Topologies, chains, tables

EVALUATE = 10_000
TOPOLOGY = "topology"


class Learner:
    """One network: its rows, optimiser and average; ``share`` is its rows per event of the sample."""

    def __init__(
        self, name: str, number: int, data: Table | Topologies, events: int, config: HadronsConfig
    ) -> None:
        self.name, self.number, self.data, self.config = name, number, data, config
        share = len(data) * config.batch / events
        self.batch = max(min(len(data), max(config.least_batch, round(share))), 1)
        self.rate = share / self.batch
        self.done = 0
        self.sum = torch.zeros(())
        self.seen = 0
        self._order: tuple[int, Tensor] | None = None

    def attach(self, network: nn.Module, average: nn.Module, loss: Callable[[Tensor], Tensor]) -> None:
        """The network that learns, its average, and the loss of some rows."""
        self.weights = list(network.parameters())
        self.averages = list[Tensor](average.parameters())
        self.loss = loss
        self.optimizer = torch.optim.AdamW(
            self.weights, self.config.lr, betas=(0.9, 0.99), weight_decay=self.config.weight_decay, fused=True
        )

    def rows(self) -> Tensor:
        """The rows of the next update: from seed, network and number of the update alone."""
        epoch, place = divmod(self.done, len(self.data) // self.batch)
        if self._order is None or self._order[0] != epoch:
            random = torch.Generator().manual_seed((self.config.seed << 32) + (self.number << 24) + epoch)
            self._order = epoch, torch.randperm(len(self.data), generator=random)
        return self._order[1][place * self.batch : (place + 1) * self.batch]

    def learn(self, rate: float) -> None:
        """One update."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self.loss(self.rows())
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, self.config.clip)
        self.optimizer.step()
        # a young average would remember the random start for too long
        decay = min(self.config.ema_decay, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            torch._foreach_lerp_(self.averages, list[Tensor](self.weights), 1.0 - decay)
        self.done += 1
        self.seen += 1
        self.sum += loss.detach()


class Learning:
    """All networks of a model, their averages, and how far they are.

    Parameters
    ----------
    training, validation : events that the model can describe
    """

    def __init__(self, model: HadronModel, training: Batch, validation: Batch, config: HadronsConfig) -> None:
        self.model, self.config = model, config
        self.average = copy.deepcopy(model).requires_grad_(False)
        self.step = 0
        self.validation_events = len(validation)
        flip = torch.rand(len(training), generator=torch.Generator().manual_seed(config.seed)) < 0.5
        own: dict[str, Table | Topologies] = {TOPOLOGY: Topologies(training)}
        # mirrored events are as likely: half of them keep the networks from learning a side
        own.update(tables(model, training.reflected(flip)))
        self.validation: dict[str, Table | Topologies] = {TOPOLOGY: Topologies(validation)}
        self.validation.update(tables(model, validation))
        names = [TOPOLOGY, *chains(model)]
        self.learners = {
            name: Learner(name, names.index(name), data, len(training), config) for name, data in own.items()
        }
        for name, learner in self.learners.items():
            loss = _loss(model, name, learner.data)
            learner.attach(_network(model, name), _network(self.average, name), loss)

    def rate(self) -> float:
        """The learning rate of the next step."""
        rise = min(1.0, (self.step + 1) / max(self.config.warmup, 1))
        return self.config.lr * rise * 0.5 * (1.0 + math.cos(math.pi * self.step / self.config.steps))

    def advance(self) -> None:
        """One step: the updates of every network that are due."""
        rate = self.rate()
        for learner in self.learners.values():
            while learner.done < (self.step + 1) * learner.rate:
                learner.learn(rate)
        self.step += 1

    def losses(self) -> dict[str, float]:
        """Means per event since they were last asked for, by stage."""
        found: dict[str, float] = {}
        for name, learner in self.learners.items():
            stage = name.partition(".")[0]
            mean = float(learner.sum) / max(learner.seen, 1)
            found[stage] = found.get(stage, 0.0) + mean * learner.rate * learner.batch / self.config.batch
            learner.sum.zero_()
            learner.seen = 0
        return found

    @torch.no_grad()
    def judge(self) -> dict[str, float]:
        """Mean of -log density per validation event of the averaged networks, by stage, in the unit cube."""
        found: dict[str, float] = {}
        for name, data in self.validation.items():
            loss, total = _loss(self.average, name, data), 0.0
            for rows in torch.arange(len(data)).split(EVALUATE):
                total += float(loss(rows)) * len(rows)
            stage = name.partition(".")[0]
            found[stage] = found.get(stage, 0.0) + total / self.validation_events
        return found

    def state(self) -> dict[str, Any]:
        """All that :meth:`restore` needs for a bitwise continuation."""
        return {
            "step": self.step,
            "hadrons": self.model.state_dict(),
            "average": self.average.state_dict(),
            "done": {name: learner.done for name, learner in self.learners.items()},
            "optimizers": {name: learner.optimizer.state_dict() for name, learner in self.learners.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state`."""
        self.step = state["step"]
        self.model.load_state_dict(state["hadrons"])
        self.average.load_state_dict(state["average"])
        for name, learner in self.learners.items():
            learner.done = state["done"][name]
            learner.optimizer.load_state_dict(state["optimizers"][name])


def _network(model: HadronModel, name: str) -> nn.Module:
    return model.net.topology if name == TOPOLOGY else chains(model)[name]


def _loss(model: HadronModel, name: str, data: Table | Topologies) -> Callable[[Tensor], Tensor]:
    if isinstance(data, Topologies):
        return lambda rows: data.loss(model, rows)
    chain: Chain = chains(model)[name]
    return lambda rows: data.loss(chain, rows)
