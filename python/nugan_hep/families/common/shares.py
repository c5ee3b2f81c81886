"""A batch that several processes share, as ``torchrun`` starts them: each takes equal rows of it.

All processes draw the same random numbers, those of one process with the joint batch, and take their rows of
them. Gradients are averaged as they come, so that every process has the weights of that one.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterable, Iterator

import torch
import torch.distributed as dist
from torch import Tensor, nn

from nugan_hep.errors import UserError


@contextlib.contextmanager
def joined() -> Iterator[None]:
    """Join the processes that ``torchrun`` started; one that was started alone has the batch for itself."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or "RANK" not in os.environ:
        yield
        return
    dist.init_process_group("gloo")
    try:
        with contextlib.ExitStack() as quiet:
            if number() > 0:
                quiet.enter_context(contextlib.redirect_stdout(io.StringIO()))
            yield
    finally:
        dist.destroy_process_group()


def processes() -> int:
    """How many processes share a batch."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def number() -> int:
    """Which of them this one is; the first writes files and says what happens."""
    return dist.get_rank() if processes() > 1 else 0


def check(batch: int, device: torch.device) -> None:
    """Refuse what processes cannot share.

    Raises
    ------
    UserError : a batch that has no equal parts, or a device other than the CPU
    """
    if processes() > 1 and batch % processes():
        raise UserError(f"batch = {batch} is not valid: expected a multiple of the {processes()} processes")
    if processes() > 1 and device.type != "cpu":
        raise UserError(f"device {device} is not for several processes yet: expected cpu, or one process")


def own(joint: Tensor) -> Tensor:
    """The rows of a joint batch [N, ...] that are this process's."""
    return joint if processes() == 1 else joint.chunk(processes())[number()]


def normals(rows: int, columns: int, device: torch.device) -> Tensor:
    """Standard normal numbers [rows, columns] for this process's rows of a joint batch."""
    return own(torch.randn(rows * processes(), columns, device=device))


def average_gradients(networks: Iterable[nn.Module]) -> None:
    """From now on a backward pass leaves the mean gradient of all processes."""
    if processes() == 1:
        return

    def average(parameter: Tensor) -> None:
        assert parameter.grad is not None
        dist.all_reduce(parameter.grad)
        parameter.grad /= processes()

    for network in networks:
        for parameter in network.parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(average)


def mean(values: Tensor) -> Tensor:
    """The mean of a tensor over the processes."""
    if processes() == 1:
        return values
    values = values.clone()
    dist.all_reduce(values)
    return values / processes()


def anywhere(true: bool) -> bool:
    """Whether something is true in any of the processes."""
    return true if processes() == 1 else bool(mean(torch.tensor(float(true))) > 0)
