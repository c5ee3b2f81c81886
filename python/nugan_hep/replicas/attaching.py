"""Replicas into a model's archive, and what an archive says of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError
from nugan_hep.replicas.blocks import Block

STAGE = "replicas"
"""The archive's module, and the part of its metadata."""
LAYOUT = 1


def attach(
    model: str | Path, blocks: Sequence[Block], out: str | Path, made: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write ``out``: the model with these replicas, in place of those it had; returns its metadata.

    Parameters
    ----------
    model : name or archive
    blocks : one or more; ``wght_rep`` has their replicas in this order
    made : what the metadata say of how they were made

    Raises
    ------
    UserError : no blocks, names that occur twice, blocks that are damaged; no such model; ``out`` cannot be
        written
    """
    from nugan_hep.replicas.tables import Tables
    from nugan_hep.training.stage_archive import add_stage

    if not blocks:
        raise UserError(f"no replicas for {model}: expected at least one")
    about = {**description(blocks), **({"made": made} if made else {})}
    return add_stage(model, STAGE, Tables(blocks), about, Path(out))


def description(blocks: Sequence[Block]) -> dict[str, Any]:
    """What the metadata say of blocks.

    Raises
    ------
    UserError : names that occur twice, blocks that are damaged
    """
    for block in blocks:
        block.check()
    names = [name for block in blocks for name in block.names]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"replicas have one name twice ({', '.join(sorted(twice))}): expected all different")
    return {
        "layout": LAYOUT,
        "blocks": [{"kind": block.kind, "names": list(block.names)} for block in blocks],
    }
