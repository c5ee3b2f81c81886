"""The training loop: steps, evaluations, best epoch, checkpoints, resumption."""

from __future__ import annotations

import copy
import csv
import io
import math
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.errors import UserError
from nugan_hep.networks import PRESETS, Discriminator, Generator, NetworkConfig
from nugan_hep.output.atomic import new_file
from nugan_hep.training import checkpoint
from nugan_hep.training.config import BOUND_KEYS, TrainingConfig
from nugan_hep.training.step import AdversarialStep, make_optimizer, set_rate, switch_to_amsgrad
from nugan_hep.training.validation import Scores, Validation

FORMAT = 1
LOSS_CHECK_EVERY = 100


def network_config(config: TrainingConfig) -> NetworkConfig:
    return replace(
        PRESETS[config.preset],
        dropout=config.dropout,
        generator_noise=config.generator_noise,
        discriminator_noise=config.discriminator_noise,
    )


@dataclass
class Progress:
    """What the loop reports after every few steps; ``scores`` only after an evaluation."""

    step: int
    loss_discriminator: float
    loss_generator: float
    seconds: float
    scores: dict[str, Scores] = field(default_factory=dict)
    best: float = math.inf


class Trainer:
    """Everything that a step changes, so that it can be saved and restored as one.

    Parameters
    ----------
    data : training events as proxies (E_nu', E_mu', theta') [N, 3], float32
    validation : the events that choose the best epoch
    folder : run folder for checkpoints and the history
    start : state of another run's best epoch to begin from (transfer learning)
    freeze : ``"first-block"`` keeps the first block of both networks, ``"none"`` trains all
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
        torch.manual_seed(config.seed)
        network = network_config(config)
        self.latent_size = network.latent_size
        self.generator = Generator(network).to(self.device)
        self.discriminator = Discriminator(network).to(self.device)
        if start is not None:
            self.generator.load_state_dict(start["generator"])
            self.discriminator.load_state_dict(start["discriminator"])
        if freeze == "first-block":
            for module in self.generator.first_block() + self.discriminator.first_block():
                module.requires_grad_(False)
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        self.optimizers = (
            make_optimizer(self.generator.parameters(), config.lr_generator, config),
            make_optimizer(self.discriminator.parameters(), config.lr_discriminator, config),
        )
        self.step_function = AdversarialStep(
            self.generator, self.discriminator, self.optimizers, config, self.latent_size
        )
        self.fingerprint = [len(data), zlib.crc32(data.cpu().numpy().data)]
        self.data = data.to(self.device)
        self.validation = Validation(validation.to(self.device))
        self.step = 0
        self.seconds = 0.0
        self.best = math.inf
        self.history: list[dict[str, float]] = []
        self.stages: list[dict[str, Any]] = []  # settings that held until a resumption changed them
        self._permutation: tuple[int, Tensor] | None = None

    def run(self, report: Callable[[Progress], None], stopped: Callable[[], bool] = lambda: False) -> None:
        """Train to ``config.steps``, or to the end of the step at which ``stopped()`` turns true.

        Raises
        ------
        UserError : a loss or a weight is no longer finite; the last good checkpoint stays
        """
        config = self.config
        began = time.monotonic() - self.seconds
        losses = [math.nan, math.nan]
        since = self.step
        while self.step < config.steps:
            self._set_rates()
            self.step_function(*self._batch())
            self._update_average()
            self.step += 1
            evaluate = self.step % config.eval_every == 0 or self.step == config.steps
            stop = stopped()
            save = stop or self.step % config.checkpoint_every == 0
            if not (evaluate or save or self.step % LOSS_CHECK_EVERY == 0):
                continue
            losses = (self.step_function.loss_sums / (self.step - since)).tolist()
            self.step_function.loss_sums.zero_()
            since = self.step
            self._check_finite(losses)
            self.seconds = time.monotonic() - began
            progress = Progress(self.step, losses[0], losses[1], self.seconds, best=self.best)
            if evaluate:
                progress.scores = self._evaluate(losses)
                progress.best = self.best
            if evaluate or save:
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
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
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
        old, new = state["config"], self.config.as_dict()
        changed = {key: old[key] for key in new if old[key] != new[key]}
        for key in changed.keys() & set(BOUND_KEYS):
            raise UserError(f"the run in {self.folder} has {key} = {old[key]}, not {new[key]}")
        if state["data"] != self.fingerprint:
            raise UserError(f"the checkpoint in {self.folder} was made with other training events")
        self.stages = state["stages"] + ([{"until": state["step"], **changed}] if changed else [])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        self.history = state["history"]
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.load_state_dict(state["average"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            # settings and device may have changed since: of the saved ones only AMSGrad counts
            own = optimizer.state_dict()["param_groups"]
            own[0]["amsgrad"] = saved["param_groups"][0]["amsgrad"]
            optimizer.load_state_dict({"state": saved["state"], "param_groups": own})
        checkpoint.restore_rng(state["rng"], self.device)

    def _batch(self) -> tuple[Tensor, Tensor]:
        """True events [B, 3] in the order of the epoch's permutation, and energies [2B, 1]."""
        batch, events = self.config.batch, len(self.data)
        epoch, position = divmod(self.step, events // batch)
        if self._permutation is None or self._permutation[0] != epoch:
            # drawn from seed and epoch alone: the step is all that a checkpoint has to know
            random = torch.Generator().manual_seed((self.config.seed << 32) + epoch)
            self._permutation = epoch, torch.randperm(events, generator=random).to(self.device)
        real = self.data[self._permutation[1][position * batch : (position + 1) * batch]]
        rows = torch.randint(events, (2 * batch,), device=self.device)
        return real, self.data[rows, :1]

    def _set_rates(self) -> None:
        config, factor = self.config, 1.0
        if 0 <= config.decay_from < self.step:
            done = (self.step - config.decay_from) / max(config.steps - config.decay_from, 1)
            factor = 0.5 * (1.0 + math.cos(math.pi * done))
        # at every step, for a checkpoint brings the rates of the run before
        set_rate(self.optimizers[0], config.lr_generator * factor)
        set_rate(self.optimizers[1], config.lr_discriminator * factor)
        amsgrad = self.optimizers[0].param_groups[0]["amsgrad"]
        if not amsgrad and 0 <= config.amsgrad_from <= self.step:
            for optimizer in self.optimizers:
                switch_to_amsgrad(optimizer)
            self.step_function.recapture()

    @torch.no_grad()
    def _update_average(self) -> None:
        # a young average would remember the random start for too long
        decay = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.average.parameters()), list(self.generator.parameters()), 1 - decay)

    def _evaluate(self, losses: list[float]) -> dict[str, Scores]:
        raw = copy.deepcopy(self.generator).eval()
        candidates: dict[str, Generator] = {"average": self.average, "raw": raw}
        # a resumed or longer run judges an epoch with the same latents
        seed = (self.config.seed << 32) + self.step
        scores = {name: self.validation(net, self.latent_size, seed) for name, net in candidates.items()}
        name = min(scores, key=lambda key: scores[key].mean_map_3d)
        row: dict[str, float] = {
            "step": self.step,
            "seconds": self.seconds,
            "loss_discriminator": losses[0],
            "loss_generator": losses[1],
        }
        for key, value in scores.items():
            row |= {f"{key}_{metric}": score for metric, score in value._asdict().items()}
        self.history.append(row)
        self._write_history()
        # <= so that the first epoch counts even where no well-filled bin is shared yet
        if scores[name].mean_map_3d <= self.best:
            self.best = scores[name].mean_map_3d
            checkpoint.save(
                self._best_state(candidates[name], name, scores[name]), self.folder / checkpoint.BEST
            )
        return scores

    def _best_state(self, generator: nn.Module, which: str, scores: Scores) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "config": self.config.as_dict(),
            "freeze": self.freeze,
            "stages": self.stages,
            "step": self.step,
            "seconds": self.seconds,
            "weights": which,
            "validation_events": len(self.validation.enu),
            "scores": scores._asdict() | self.validation.floor,
            "generator": generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
        }

    def _write_history(self) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(self.history[0]))
        writer.writeheader()
        writer.writerows(self.history)
        with new_file(self.folder / "history.csv", force=True) as file:
            file.write(text.getvalue().encode())

    def _check_finite(self, losses: list[float]) -> None:
        weights = [*self.generator.parameters(), *self.discriminator.parameters()]
        if all(map(math.isfinite, losses)) and all(bool(torch.isfinite(w).all()) for w in weights):
            return
        has_checkpoint = (self.folder / checkpoint.CHECKPOINT).exists()
        kept = "the last good checkpoint is" if has_checkpoint else "no checkpoint yet"
        raise UserError(
            f"training diverged at step {self.step} (loss D {losses[0]:g}, G {losses[1]:g}, or a weight); "
            f"try lower learning rates ({kept} in {self.folder})"
        )
