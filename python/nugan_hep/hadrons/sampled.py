"""Whole events of the files that nugan-sample writes, of any format that it reads back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons.block import COH, DIS, MEC, QEL, RES, Block
from nugan_hep.output import recognise
from nugan_hep.output.columns import complete
from nugan_hep.output.leptons import as_nucleus
from nugan_hep.particles import FINAL, NEUTRINO, PARTICLES, TARGET, as_columns

MODES = np.array([DIS, QEL, MEC, RES, DIS, COH], np.int8)
"""By the number in the column ``mode``; what is unknown counts as deep-inelastic."""


def blocks(file: Path, limit: int | None) -> Iterator[Block]:
    """The events of a file.

    Raises
    ------
    UserError : damaged, or without particles
    """
    with recognise.read(file) as reader:
        left = reader.events if limit is None else min(limit, reader.events)
        for chunk in reader.chunks:
            if PARTICLES not in chunk:
                raise UserError(f"{file}: events of leptons alone, expected whole events")
            charged = np.asarray(complete(chunk, reader.run)["cc"], np.bool_)
            count = min(left, len(charged))
            yield _block(as_columns(chunk[PARTICLES][:count]), chunk["mode"][:count], charged[:count])
            left -= count
            if not left:
                break


def _block(columns: dict[str, Any], mode: NDArray[np.int32], charged: NDArray[np.bool_]) -> Block:
    offsets, pdg = np.asarray(columns["offsets"]), np.asarray(columns["pdg"])
    p = np.stack([np.asarray(columns[name], np.float64) for name in ("px", "py", "pz")], axis=1)
    first = offsets[:-1]
    leaves = np.asarray(columns["status"]) == FINAL
    return Block(
        p[first + NEUTRINO],
        pdg[first + NEUTRINO].astype(np.int64),
        as_nucleus(pdg[first + TARGET]).astype(np.int64),
        MODES[mode],
        charged,
        np.add.reduceat(leaves, first, dtype=np.int64),
        pdg[leaves].astype(np.int32),
        p[leaves],
        np.asarray(columns["E"], np.float64)[leaves],
    )
