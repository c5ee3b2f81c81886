"""One flow of many processes as it learns: batches, steps, averages, checkpoints."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from nugan_hep.families.common.features import neutrino_energy
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.joint.network import JointFlow
from nugan_hep.joint.settings import JointConfig
from nugan_hep.training.schedule import cosine_factor


class Batches:
    """The groups of each step, from seed and step alone: processes, and their events."""

    def __init__(self, samples: list[Tensor], config: JointConfig, flow: FlowConfig) -> None:
        self.samples, self.config = samples, config
        self.shares = torch.tensor([float(len(sample)) for sample in samples]) ** config.share
        self.cumulative = []
        for sample in samples:
            weight = 1.0 / neutrino_energy(sample[:, 0].double(), flow.enu_min, flow.enu_max)
            sums = weight.cumsum(0)
            self.cumulative.append(sums / sums[-1])

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """Processes [groups] and events [groups * group, 3] of a step."""
        config = self.config
        random = torch.Generator().manual_seed((config.seed << 32) + step)
        # evenly spaced in the sum of the shares: every process has its number of groups, up to one
        place = (torch.arange(config.groups) + torch.rand(1, generator=random)) / config.groups
        sums = self.shares.cumsum(0) / self.shares.sum()
        which = torch.searchsorted(sums, place).clamp(max=len(self.samples) - 1)
        few = round(config.log_energy * config.group)
        parts = []
        for k in which.tolist():
            sample = self.samples[k]
            plain = torch.randint(len(sample), (config.group - few,), generator=random)
            low = torch.rand(few, dtype=torch.float64, generator=random)
            rows = torch.searchsorted(self.cumulative[k], low)
            parts += [sample[plain], sample[rows.clamp(max=len(sample) - 1)]]
        return which, torch.cat(parts)


class Learning:
    """The network, its optimiser and average, and how far they are.

    Parameters
    ----------
    samples : of each process its events (E_nu', E_l', theta') [N, 3], at least one
    """

    def __init__(self, samples: list[Tensor], config: JointConfig, flow: FlowConfig) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.batches = Batches(samples, config, flow)
        self.model = JointFlow(flow, len(samples), config.size)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        self.weights = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(
            self.weights, config.lr, betas=(0.9, 0.99), weight_decay=config.weight_decay, fused=True
        )
        self.step = 0

    def begin_with(self, weights: dict[str, Tensor]) -> None:
        """Weights of one flow, which all processes then begin near to."""
        for model in (self.model, self.average):
            model.flow.load_state_dict(weights)

    def advance(self) -> float:
        """One step; the loss before it."""
        config = self.config
        for group in self.optimizer.param_groups:
            group["lr"] = config.lr * cosine_factor(self.step, config.steps, config.warmup)
        which, events = self.batches(self.step)
        loss = -self.model.log_prob(events, self.model.embeddings[which]).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.weights, config.clip)
        self.optimizer.step()
        decay = min(config.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(
                list[Tensor](self.average.parameters()), list[Tensor](self.weights), 1.0 - decay
            )
        self.step += 1
        return float(loss.detach())

    def state(self) -> dict[str, Any]:
        """All that :meth:`restore` needs for a bitwise continuation."""
        return {
            "step": self.step,
            "joint": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state`."""
        self.step = state["step"]
        self.model.load_state_dict(state["joint"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])


@torch.inference_mode()
def mean_nll(model: JointFlow, events: Tensor, embedding: Tensor) -> float:
    """Mean of -log p(E_l', theta' | E_nu') of events [N, 3] of one process, whose embedding is [d]."""
    total = sum(
        float(model.log_prob(part, embedding.unsqueeze(0)).double().sum()) for part in events.split(16_384)
    )
    return -total / len(events)
