"""Tables of replicas as a module of an archive."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from nugan_hep.replicas.blocks import Block


class Tables(nn.Module):
    """Blocks of replicas: tensors alone, which the core reads."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([_Table(block) for block in blocks])


class _Table(nn.Module):
    def __init__(self, block: Block) -> None:
        super().__init__()
        self.register_buffer("low", torch.tensor(block.low, dtype=torch.float64))
        self.register_buffer("step", torch.tensor(block.step, dtype=torch.float64))
        self.register_buffer("values", torch.from_numpy(block.values.copy()))
