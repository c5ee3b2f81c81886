"""A CUDA graph of a function that is called again and again on inputs of the same shapes."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_EAGER_CALLS_BEFORE_CAPTURE = 3


class Captured:
    """``function(*tensors) -> None``, replayed from a graph on CUDA and just called on the CPU.

    The first calls run as they are, on a side stream: the warm-up that capture asks for.
    """

    def __init__(self, function: Callable[..., None], device: torch.device) -> None:
        self._function = function
        self._cuda = device.type == "cuda"
        self.forget()

    def forget(self) -> None:
        """Capture anew, after a change of what the function does."""
        self._calls = 0
        self._inputs: tuple[Tensor, ...] = ()
        self._graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, *inputs: Tensor) -> None:
        if not self._cuda:
            self._function(*inputs)
            return
        if not self._inputs:
            self._inputs = tuple(torch.empty_like(tensor) for tensor in inputs)
        for own, given in zip(self._inputs, inputs, strict=True):
            own.copy_(given)
        if self._calls < _EAGER_CALLS_BEFORE_CAPTURE:
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                self._function(*self._inputs)
            torch.cuda.current_stream().wait_stream(stream)
            self._calls += 1
            return
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._function(*self._inputs)
        self._graph.replay()
