"""The training loop: steps, evaluations, best epoch, checkpoints, resumption."""

from __future__ import annotations

import copy
import math
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep import families
from nugan_hep.errors import UserError
from nugan_hep.families.common import shares
from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.families.common.training import Training, load_weights
from nugan_hep.training import checkpoint
from nugan_hep.training.batches import Batches
from nugan_hep.training.config import from_saved
from nugan_hep.training.distillation import DistilledTraining, load_teacher
from nugan_hep.training.graph import Captured
from nugan_hep.training.run_files import write_history
from nugan_hep.training.schedule import rate_factor
from nugan_hep.training.validation import Scores, Validation

FORMAT = 1
LOSS_CHECK_EVERY = 100


@dataclass
class Progress:
    """What the loop reports after every few steps; ``scores`` only after an evaluation."""

    step: int
    losses: dict[str, float]
    seconds: float
    scores: dict[str, Scores] = field(default_factory=dict)
    best: float = math.inf


def make_training(config: TrainingConfig, start: dict[str, Any] | None, freeze: str) -> Training:
    """The training of the preset's family, at random weights from ``config.seed`` or at those of ``start``.

    Raises
    ------
    UserError : layers to freeze that the family does not know, or a teacher that does not fit
    """
    torch.manual_seed(config.seed)
    training = families.of_config(config).training(config, start, freeze)
    teacher = config.as_dict().get("teacher")  # a family may have this setting
    if teacher:
        return DistilledTraining(training, load_teacher(teacher, config, training.latent_size))
    return training


class Trainer:
    """Everything that a step changes, so that it can be saved and restored as one.

    Parameters
    ----------
    data : training events as proxies (E_nu', E_mu', theta') [N, 3], float32
    validation : the events that choose the best epoch
    folder : run folder for checkpoints and the history
    start : state of another run's best epoch to begin from (transfer learning)
    freeze : layers that stay as they are; ``"none"`` trains all, see the families

    Raises
    ------
    UserError : fewer events than a batch, or layers to freeze that the family does not know
    """

    def __init__(
        self,
        config: TrainingConfig,
        data: Tensor,
        validation: Tensor,
        folder: Path,
        *,
        start: dict[str, Any] | None = None,
        freeze: str = "none",
    ) -> None:
        if len(data) < config.batch:
            raise UserError(f"batch = {config.batch} is more than the {len(data)} training events")
        self.config, self.folder, self.freeze = config, folder, freeze
        self.device = torch.device(config.device)
        shares.check(config.batch, self.device)
        self.training = make_training(config, start, freeze)
        shares.average_gradients(self.training.networks.values())
        self.captured = Captured(self.training.step, self.device)
        self.average = copy.deepcopy(self.training.model).eval().requires_grad_(False)
        self.fingerprint = [len(data), zlib.crc32(data.cpu().numpy().data)]
        self.batches = Batches(data.to(self.device), config)
        self.validation = Validation(validation.to(self.device))
        self.step = 0
        self.seconds = 0.0
        self.best = math.inf
        self.history: list[dict[str, float]] = []
        self.stages: list[dict[str, Any]] = []  # settings that held until a resumption changed them

    def run(self, report: Callable[[Progress], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Train to ``config.steps``, or to the end of the step at which ``stopped()`` turns true.

        Raises
        ------
        UserError : a loss or a weight is no longer finite; the last good checkpoint stays
        """
        config = self.config
        began = time.monotonic() - self.seconds
        since = self.step
        while self.step < config.steps:
            if self.training.set_rates(self.step, rate_factor(config, self.step)):
                self.captured.forget()
            self.captured(*map(shares.own, self.batches(self.step)))
            self._update_average()
            self.step += 1
            evaluate = self.step % config.eval_every == 0 or self.step == config.steps
            stop = shares.anywhere(stopped())
            save = stop or self.step % config.checkpoint_every == 0
            if not (evaluate or save or self.step % LOSS_CHECK_EVERY == 0):
                continue
            means = shares.mean(self.training.loss_sums / (self.step - since)).tolist()
            losses = dict(zip(self.training.loss_names, means, strict=True))
            self.training.loss_sums.zero_()
            since = self.step
            self._check_finite(losses)
            self.seconds = time.monotonic() - began
            progress = Progress(self.step, losses, self.seconds, best=self.best)
            if evaluate:
                progress.scores = self._evaluate(losses)
                progress.best = self.best
            if (evaluate or save) and shares.number() == 0:
                checkpoint.save_rotating(self.state(), self.folder)
            report(progress)
            if stop:
                return

    def state(self) -> dict[str, Any]:
        """All that :meth:`restore` needs for a bitwise continuation on the CPU."""
        return {
            "format": FORMAT,
            "config": self.config.as_dict(),
            "freeze": self.freeze,
            "stages": self.stages,
            "data": self.fingerprint,
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "history": self.history,
            **{name: network.state_dict() for name, network in self.training.networks.items()},
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.training.optimizers],
            "rng": checkpoint.rng_state(self.device),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state` of a run on the same data.

        Raises
        ------
        UserError : the checkpoint was made with other events, networks or frozen layers
        """
        if state["freeze"] != self.freeze:
            raise UserError(f"the run in {self.folder} has freeze = {state['freeze']}, not {self.freeze}")
        old, new = from_saved(state["config"]).as_dict(), self.config.as_dict()
        changed = {key: old[key] for key in new if key in old and old[key] != new[key]}
        for key in (*self.config.bound, *self.config.fixed):
            if key in changed:
                raise UserError(f"the run in {self.folder} has {key} = {old[key]}, not {new[key]}")
        if state["data"] != self.fingerprint:
            raise UserError(f"the checkpoint in {self.folder} was made with other training events")
        self.stages = state["stages"] + ([{"until": state["step"], **changed}] if changed else [])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        self.history = state["history"]
        load_weights(self.training.networks, state)
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.training.optimizers, state["optimizers"], strict=True):
            # settings and device may have changed since: of the saved ones only AMSGrad counts
            own = optimizer.state_dict()["param_groups"]
            own[0]["amsgrad"] = saved["param_groups"][0]["amsgrad"]
            optimizer.load_state_dict({"state": saved["state"], "param_groups": own})
        checkpoint.restore_rng(state["rng"], self.device)

    @torch.no_grad()
    def _update_average(self) -> None:
        # a young average would remember the random start for too long
        decay = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(
            list(self.average.parameters()), list(self.training.model.parameters()), 1 - decay
        )

    def _evaluate(self, losses: dict[str, float]) -> dict[str, Scores]:
        raw = copy.deepcopy(self.training.model).eval()
        candidates = {"average": self.average, "raw": raw}
        # a resumed or longer run judges an epoch with the same latents
        seed = (self.config.seed << 32) + self.step
        latent_size, choose = self.training.latent_size, self.config.choose
        scores = {name: self.validation(net, latent_size, seed) for name, net in candidates.items()}
        last = choose == "last"
        name = "average" if last else min(scores, key=lambda key: scores[key].by(choose))
        row: dict[str, float] = {"step": self.step, "seconds": self.seconds, **losses}
        for key, value in scores.items():
            row |= {f"{key}_{metric}": score for metric, score in value.figures().items()}
        self.history.append(row)
        if shares.number() == 0:
            write_history(self.history, self.folder)
        # <= so that the first epoch counts even where no well-filled bin is shared yet
        if last or scores[name].by(choose) <= self.best:
            self.best = scores[name].by(choose)
            if shares.number() == 0:
                best = self._best_state(candidates[name], name, scores[name])
                checkpoint.save(best, self.folder / checkpoint.BEST)
        return scores

    def _best_state(self, model: nn.Module, which: str, scores: Scores) -> dict[str, Any]:
        networks = {name: network.state_dict() for name, network in self.training.networks.items()}
        exported = families.of_config(self.config).networks[0]
        return {
            "format": FORMAT,
            "config": self.config.as_dict(),
            "freeze": self.freeze,
            "stages": self.stages,
            "step": self.step,
            "seconds": self.seconds,
            "weights": which,
            "validation_events": len(self.validation.enu),
            "scores": scores.figures() | self.validation.floor,
            **networks,
            exported: model.state_dict(),
        }

    def _check_finite(self, losses: dict[str, float]) -> None:
        weights = [w for network in self.training.networks.values() for w in network.parameters()]
        if all(map(math.isfinite, losses.values())) and all(bool(torch.isfinite(w).all()) for w in weights):
            return
        has_checkpoint = (self.folder / checkpoint.CHECKPOINT).exists()
        kept = "the last good checkpoint is" if has_checkpoint else "no checkpoint yet"
        means = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in losses.items())
        raise UserError(
            f"training diverged at step {self.step} ({means}, or a weight); "
            f"try a lower learning rate ({kept} in {self.folder})"
        )
