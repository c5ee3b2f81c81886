"""Archives of networks that answer with anything but muons, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from damage_network import archive, described
from torch import nn


class Answer(nn.Module):
    """A network that answers with anything but muons."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer
        self.enu_min, self.enu_max, self.shift = 0.3, 10.0, 0.004

    def forward(self, latent: torch.Tensor, enu: torch.Tensor) -> torch.Tensor:
        muons = torch.stack([enu * 0.5, enu * 0.1], dim=1)
        if self.answer == "rows":
            return muons[1:]
        if self.answer == "columns":
            return torch.cat([muons, muons], dim=1)
        if self.answer == "float64":
            return muons.double()
        if self.answer == "integers":
            return muons.long()
        if self.answer == "empty":
            return muons[:0]
        if self.answer == "transposed":
            return muons.t().contiguous().t()
        if self.answer == "expanded":
            return torch.tensor([0.2, 0.1]).expand(enu.size(0), 2)
        if self.answer == "sparse":
            return muons.to_sparse()
        if self.answer == "no number":
            return muons * float("nan")
        if self.answer == "text":
            raise RuntimeError("many\nlines: \x1b[31mé")
        if self.answer == "index":
            return muons[:, 7:8] + muons[9999]
        if self.answer == "memory":
            return torch.zeros([1 << 50]).reshape(-1, 2)
        return muons


ANSWERS = ("rows", "columns", "float64", "integers", "empty", "transposed", "expanded", "sparse", "no number")
ANSWERS += ("text", "index", "memory", "muons")


class Silent(nn.Module):
    """No forward at all."""

    def __init__(self) -> None:
        super().__init__()
        self.enu_min, self.enu_max, self.shift = 0.3, 10.0, 0.004

    @torch.jit.export
    def other(self) -> int:
        return 1


class Pair(Silent):
    def forward(self, latent: torch.Tensor, enu: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return enu, enu


class OneArgument(Silent):
    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        return latent


def damaged_answers() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Networks of no family that answer with something else than muons."""
    for answer in ANSWERS:
        yield f"answer: {answer}", lambda answer=answer: archive(described(Answer(answer), 3))
    for kind in (Silent, Pair, OneArgument):
        yield f"answer: {kind.__name__}", lambda kind=kind: archive(described(kind(), 3))
