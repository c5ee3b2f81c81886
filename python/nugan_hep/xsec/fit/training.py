"""All networks of an ensemble trained at once: steps, nuisances, checkpoints, resumption."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nugan_hep.errors import UserError
from nugan_hep.training import checkpoint
from nugan_hep.training.schedule import cosine_factor
from nugan_hep.xsec.fit.chi2 import Nuisances, Sums
from nugan_hep.xsec.fit.config import XsecConfig, from_saved
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.targets import Targets
from nugan_hep.xsec.model.form import FORMS, Form
from nugan_hep.xsec.model.network import Ensemble

FORMAT = 1
KEYS = frozenset({"format", "config", "data", "epoch", "seconds", "weights", "average", "optimizer", "rng"})
KEYS |= {"nuisances", "history"}
RELAXED_UNTIL = 0.8
_LARGEST_GRADIENT = 1.0
_LARGEST_NUISANCE = 3.0


@dataclass
class Progress:
    """What the loop reports after an epoch: mean chi2 of a training point over the networks."""

    epoch: int
    loss: float
    seconds: float


def make_network(config: XsecConfig) -> Ensemble:
    """Networks with random weights."""
    inputs, outputs = FORMS[config.form]
    return Ensemble(
        config.networks,
        inputs,
        outputs,
        config.width,
        config.blocks,
        kind=config.network,
        dropout=config.dropout,
    )


class Training:
    """Everything that an epoch changes, so that it can be saved and restored as one.

    Parameters
    ----------
    points : the training points, with the errors added
    form : what surrounds the networks
    values : of the points for every network [networks, n], nb/sr/GeV
    folder : run folder for checkpoints; None keeps them off the disk
    network : networks to begin from, without normalisation layers; default: random weights
    decay : whether the learning rate falls to zero

    Notes
    -----
    The loss of a network is the mean over points of the squared pull (Huber's beyond ``config.huber``) with
    its own nuisances, which are set to the minimum of chi2 (see :mod:`.chi2`) after each epoch. In the
    first part of a training a relative error, of the data and of the prediction, is added to the points' own:
    from random weights the surface of chi2 has places that no gradient leads out of.
    """

    def __init__(
        self,
        config: XsecConfig,
        points: FitPoints,
        form: Form,
        values: Tensor,
        folder: Path | None = None,
        network: Ensemble | None = None,
        decay: bool = True,
    ) -> None:
        self.config, self.folder, self.decay = config, folder, decay
        torch.manual_seed(config.seed)
        self.network = make_network(config) if network is None else network
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.targets = Targets(points, form, values)
        self.nuisances = Nuisances.none(points, self.network.members, dtype=torch.float32)
        decayed = [p for name, p in self.network.named_parameters() if name.endswith("dense.weight")]
        chosen = {id(p) for p in decayed}
        others = [p for p in self.network.parameters() if id(p) not in chosen]
        groups = [
            {"params": [p for p in decayed if p.requires_grad], "weight_decay": config.weight_decay},
            {"params": [p for p in others if p.requires_grad], "weight_decay": 0.0},
        ]
        groups = [group for group in groups if group["params"]]
        self.optimizer = torch.optim.AdamW(groups, lr=config.lr, betas=(0.9, 0.99), fused=True)
        self.epoch = 0
        self.seconds = 0.0
        self.history: list[float] = []

    @property
    def steps_per_epoch(self) -> int:
        return max(1, len(self.targets) // self.config.batch)

    def run(
        self,
        report: Callable[[Progress], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
        epochs: int | None = None,
    ) -> None:
        """Train to ``epochs`` (default: all), or to the end of the epoch in which ``stopped()`` turns true.

        Raises
        ------
        UserError : the loss is no longer finite; the last good checkpoint stays
        """
        config = self.config
        until = config.epochs if epochs is None else epochs
        began = time.monotonic() - self.seconds
        self.network.train()
        while self.epoch < until:
            loss = self._epoch()
            if not math.isfinite(loss):
                raise UserError(f"training diverged in epoch {self.epoch + 1}: try a lower learning rate")
            self.epoch += 1
            self.seconds = time.monotonic() - began
            self.history.append(loss)
            stop = stopped()
            if self.epoch == until:
                # the average has its own statistics
                self.average.settle(self.targets.inputs.expand(self.network.members, -1, -1))
            if self.folder and (stop or self.epoch % config.checkpoint_every == 0 or self.epoch == until):
                checkpoint.save_rotating(self.state(), self.folder)
            report(Progress(self.epoch, loss, self.seconds))
            if stop:
                return

    def _epoch(self) -> float:
        config, parts = self.config, self.steps_per_epoch
        # of its own seed: a resumed run has the same order
        order = torch.Generator().manual_seed((config.seed << 20) + self.epoch)
        permutation = torch.randperm(len(self.targets), generator=order)
        steps = config.epochs * parts
        found: Sums | None = None
        total = torch.zeros(())
        for k in range(parts):
            step = self.epoch * parts + k
            rate = config.lr * cosine_factor(step, steps, config.warmup, 0 if self.decay else steps)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            relax = config.relax * max(0.0, 1.0 - step / (RELAXED_UNTIL * steps)) ** 2
            chosen = permutation[k::parts]
            batch = self.targets.compare(self.network, chosen, self.nuisances, config.widths, relax)
            loss = huber(batch.pulls, config.huber).mean(dim=1).sum()
            self.optimizer.zero_grad()
            loss.backward()
            self._clip()
            self.optimizer.step()
            with torch.no_grad():
                total += loss.detach() / self.network.members
                self._update_average(step)
                own = self.targets.sums(chosen, batch)
                found = own if found is None else found + own
        if found is not None:
            best = self.targets.nuisances(found, config.widths)
            self.nuisances = best.clamped(_LARGEST_NUISANCE)
        return float(total) / parts

    def _clip(self) -> None:
        """Scale the gradient of every network to a norm of at most one."""
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        squares = torch.stack([(g**2).flatten(1).sum(dim=1) for g in gradients]).sum(dim=0)
        factor = (_LARGEST_GRADIENT / (squares.sqrt() + 1e-6)).clamp(max=1.0)
        for gradient in gradients:
            gradient *= factor.view(-1, 1, 1)

    def _update_average(self, step: int) -> None:
        decay = min(self.config.ema_decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - decay)

    def state(self) -> dict[str, Any]:
        """All that :meth:`restore` needs for a bitwise continuation."""
        return {
            "format": FORMAT,
            "config": self.config.as_dict(),
            "data": self.targets.fingerprint,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "history": self.history,
            "weights": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "nuisances": tuple(self.nuisances),
            "rng": torch.get_rng_state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state` of a run with the same settings on the same data.

        Raises
        ------
        UserError : other settings or data
        """
        old, new = from_saved(state["config"]).as_dict(), self.config.as_dict()
        for key, value in new.items():
            if old[key] != value and key not in ("threads", "checkpoint_every"):
                raise UserError(f"the run in {self.folder} has {key} = {old[key]}, not {value}")
        if state["data"] != self.targets.fingerprint:
            raise UserError(f"the checkpoint in {self.folder} was made with other training points")
        self.epoch, self.seconds, self.history = state["epoch"], state["seconds"], state["history"]
        self.network.load_state_dict(state["weights"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.nuisances = Nuisances(*state["nuisances"])
        torch.set_rng_state(state["rng"])


def huber(pulls: Tensor, beyond: float) -> Tensor:
    """pull^2, continued linearly where |pull| is beyond a limit."""
    size = pulls.abs()
    return torch.where(size <= beyond, pulls**2, beyond * (2.0 * size - beyond))
