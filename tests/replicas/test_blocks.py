"""Tables of replicas: the nodes of a grid, and what an archive could not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import kinematics
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, NUCLEON_MASS
from nugan_hep.replicas import Block, block_from, flat_block
from nugan_hep.replicas.blocks import grid_points

Array = NDArray[np.float64]
LOW, STEP, SIZE = (-2.0, -2.5, -0.5), (0.5, 0.5, 0.5), (13, 10, 5)


def seen(enu: Array, el: Array, theta: Array) -> Array:
    """The event's coordinates by their formulas, as three weights."""
    w2 = kinematics.w2(enu, el, theta, MUON_MASS) - NUCLEON_MASS**2
    q2 = kinematics.q2(enu, el, theta, MUON_MASS)
    return np.stack([np.arcsinh(w2 / 0.25), np.log(q2 + 0.05), np.log(enu)], axis=1)


def test_a_function_is_evaluated_at_the_nodes() -> None:
    block = block_from(seen, LOW, STEP, SIZE, ["w", "q", "e"], "tune", mass=MUON_MASS)
    assert block.size == SIZE
    nodes = grid_points(LOW, STEP, SIZE).reshape(*SIZE, 3)
    difference = np.abs(block.values.astype(float) - nodes).max(axis=-1)
    physical = difference < 2e-3  # of float16
    assert 0.2 < physical.mean() < 0.9
    # elsewhere the numbers are those of a node that is physical
    known = {tuple(row) for row in block.values[physical]}
    assert {tuple(row) for row in block.values[~physical]} <= known


def test_only_events_that_can_be_are_asked_for() -> None:
    def check(enu: Array, el: Array, theta: Array) -> Array:
        assert ((el > MUON_MASS) & (el <= enu - 0.05) & (theta >= 0) & (theta <= np.pi)).all()
        return np.zeros((len(enu), 1))

    block_from(check, LOW, STEP, SIZE, ["a"], "tune", mass=MUON_MASS, shift=0.05)


def test_weights_of_zero_are_those_of_the_nearest_node() -> None:
    def some(enu: Array, el: Array, theta: Array) -> Array:
        return np.where(enu > 1.5, 0.25, -np.inf)[:, None]

    block = block_from(some, LOW, STEP, SIZE, ["a"], "tune", mass=MUON_MASS)
    assert (block.values == 0.25).all()
    with pytest.raises(UserError, match="no node of the grid"):
        block_from(
            lambda *_: np.full((len(_[0]), 1), -np.inf), LOW, STEP, SIZE, ["a"], "tune", mass=MUON_MASS
        )


def test_a_flat_block_is_one_node() -> None:
    block = flat_block(["a", "b"], "alternative")
    assert block.size == (1, 1, 1)
    assert not block.values.any()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "guess"}, "kind 'guess': expected one of tune, transfer, alternative"),
        ({"names": ("a", "b", "CV")}, "'CV' is no name of a replica"),
        ({"names": ("a", "b", "c\n")}, "is no name of a replica"),
        ({"names": ("a", "b", "axial mass")}, "'axial mass' is no name of a replica"),
        ({"names": ("a", "b", "")}, "'' is no name of a replica"),
        ({"names": ("a", "b")}, "of 2 replicas: expected"),
        ({"step": (0.0, 1.0, 1.0)}, "expected steps above 0"),
        ({"low": (np.nan, 1.0, 1.0)}, "a grid from"),
        ({"values": np.full((2, 2, 2, 3), 30, np.float16)}, r"weights of e\^30"),
        ({"values": np.full((2, 2, 2, 3), np.nan, np.float16)}, r"weights of e\^nan"),
    ],
)
def test_bad_blocks_are_named(
    make_block: Callable[..., Block], changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        make_block()._replace(**changed).check()
