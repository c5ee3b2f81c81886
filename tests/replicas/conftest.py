from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_model
import numpy as np
import pytest

from nugan_hep.replicas import Block
from nugan_hep.replicas.attaching import description
from nugan_hep.replicas.tables import Tables


def block(names: str = "a b c", kind: str = "tune", seed: int = 1, scale: float = 0.5) -> Block:
    """Replicas of random weights on a coarse grid over all events of the toy model."""
    size = (9, 7, 5)
    values = scale * np.random.default_rng(seed).standard_normal((*size, len(names.split())))
    return Block((-5.0, -2.9, -1.0), (1.1, 0.9, 0.8), values.astype(np.float16), tuple(names.split()), kind)


@pytest.fixture
def make_block() -> Callable[..., Block]:
    return block


@pytest.fixture
def make_archive(tmp_path: Path) -> Callable[..., Path]:
    """The toy model with blocks; ``about`` is what its metadata say of them."""

    def make(*blocks: Block, about: dict[str, Any] | None = None, name: str = "toy", **settings: Any) -> Path:
        replicas = Tables(blocks), description(blocks) if about is None else about
        return make_model.write_model(tmp_path / f"{name}.pt", replicas=replicas, **settings)

    return make
