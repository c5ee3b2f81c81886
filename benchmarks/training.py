"""The training step against the matrix products that it cannot do without, on one thread.

The products of a step are recorded with their shapes and strides and then done alone: the step's
sgemm-limited time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.device import timed
from benchmarks.row import Options, Row, ratios
from benchmarks.timing import Action, measure
from nugan_hep import families
from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.families.common.training import Training
from nugan_hep.training.config import configured
from nugan_hep.training.graph import Captured

TARGET = 0.5
GAN_MINUTES, FLOW_MINUTES = 15.0, 5.0
STEPS_AT_ONCE = 200
Shape = tuple[tuple[int, ...], tuple[int, ...]]


class Products(TorchDispatchMode):  # type: ignore[misc]
    """Records shapes and strides of both factors of every matrix product."""

    def __init__(self) -> None:
        super().__init__()
        self.factors: list[tuple[Shape, Shape]] = []

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = operation.overloadpacket.__name__
        if name in ("mm", "addmm"):
            a, b = args[-2:]
            self.factors.append(((tuple(a.shape), a.stride()), (tuple(b.shape), b.stride())))
        return operation(*args, **(kwargs or {}))


def matrix(shape: Shape) -> Tensor:
    """Random numbers of a shape and strides."""
    size, stride = shape
    return torch.randn(1 + sum((n - 1) * step for n, step in zip(size, stride, strict=True))).as_strided(
        size, stride
    )


def events_of(training: Training, batch: int) -> tuple[Tensor, Tensor]:
    """Random events of one step [B, 3] and [2B, 3], and a training that is ready for it."""
    torch.manual_seed(1)
    for network in training.networks.values():
        network.train()
    events = 1.8 * torch.rand(3 * batch, 3) - 0.9
    training.set_rates(0, 1.0)
    events = events.to(training.loss_sums.device)
    return events[:batch], events[batch:]


def step_of(training: Training, batch: int) -> Action:
    """One training step on random events, as the loop calls it."""
    events = events_of(training, batch)
    return Action(lambda: training.step(*events), 1_000_000)


def rows(options: Options) -> list[Row]:
    """The step of the inclusive GAN with the papers' batches (B = 1000 and 2B), and that of the flow."""
    gan, flow = configured("inc"), configured("flow")
    trained = {"GAN, B = 1000 and 2B": (gan, TARGET), f"flow, B = {flow.batch}": (flow, None)}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [
            _row(name, config, target, 2 if options.quick else 3 * options.repeat)
            for name, (config, target) in trained.items()
        ]
    finally:
        torch.set_num_threads(threads)


def device_rows(options: Options) -> list[Row]:
    """The same steps on a device, eager and as a CUDA graph, and what all steps of a training take."""
    result = []
    for name, preset, most in (("GAN, B = 1000 and 2B", "inc", GAN_MINUTES), ("flow", "flow", FLOW_MINUTES)):
        config = configured(preset, device=options.device)
        device = torch.device(config.device)
        steps = 1 if options.quick else STEPS_AT_ONCE
        actions = {}
        for how in ("eager", "graph"):
            training = families.of_config(config).training(config, None, "none")
            events = events_of(training, config.batch)
            step = Captured(training.step, device) if how == "graph" else training.step
            # the calls before a capture, and the capture itself
            for _ in range(1 if options.quick else 5):
                step(*events)
            actions[how] = timed(device, partial(_repeat, step, events, steps), steps * 1_000_000)
        times = measure(actions, options.repeat)
        for how, text in (("eager", "eager"), ("graph", "CUDA graph")):
            minutes = [config.steps * t / 60 for t in times[how].wall]
            figure = f"minutes for {config.steps:,} steps"
            limit = most if how == "graph" else None
            group = f"training on {options.device}"
            result.append(Row(group, f"{name}, {text}", times[how].wall, "s", minutes, figure, limit))
    return result


def _repeat(step: Callable[..., None], events: tuple[Tensor, Tensor], times: int) -> None:
    for _ in range(times):
        step(*events)


def _row(name: str, config: TrainingConfig, target: float | None, repeat: int) -> Row:
    step = step_of(families.of_config(config).training(config, None, "none"), config.batch)
    with Products() as products:
        step.run()
    factors = [(matrix(a), matrix(b)) for a, b in products.factors]

    def multiply() -> None:
        for a, b in factors:
            torch.mm(a, b)

    times = measure({"step": step, "products": Action(multiply, step.events)}, repeat)
    flop = sum(2 * a[0][0] * a[0][1] * b[0][1] for a, b in products.factors)
    return Row(
        group="training",
        name=name,
        values=times["step"].cpu,
        unit="s",
        figures=ratios(times["products"].cpu, times["step"].cpu),
        figure="of the sgemm-limited rate",
        target=target,
        at_least=True,
        note=f"{flop / 1e9:.2f} GFLOP in {len(factors)} products",
    )
