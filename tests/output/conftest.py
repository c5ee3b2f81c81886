from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import kinematics

Columns = dict[str, NDArray[Any]]


def columns_of(first: int, n: int) -> Columns:
    """Events with the sampler's columns, spread over the whole phase space."""
    numbers = np.arange(first, first + n)
    enu = (0.3 + 9.7 * (numbers * 0.6180339887498949 % 1)).astype("f4")
    cos_theta = 1 - 2 * (numbers * 0.7548776662466927 % 1)
    phi = np.pi * (1 - 2 * (numbers * 0.5698402909980532 % 1))
    spread = numbers * 0.8191725133961645 % 1
    available = enu.astype("f8") - kinematics.SHIFT_P2 - kinematics.MUON_MASS
    emu = kinematics.MUON_MASS + available * (1 - 0.99 * spread)
    theta = np.arccos(cos_theta)
    p = kinematics.momentum(emu, kinematics.MUON_MASS)
    single = {
        "Ev": enu,
        "El": emu,
        "pxl": p * np.sin(theta) * np.cos(phi),
        "pyl": p * np.sin(theta) * np.sin(phi),
        "pzl": p * cos_theta,
        "pl": p,
        "thetal": theta,
        "phil": phi,
        "Q2": kinematics.q2(enu, emu, theta, kinematics.MUON_MASS),
        "W": kinematics.w(enu, emu, theta, kinematics.MUON_MASS),
        "x": kinematics.bjorken_x(enu, emu, theta, kinematics.MUON_MASS),
        "y": kinematics.inelasticity(enu, emu),
    }
    return {
        "iev": numbers.astype("i4"),
        "cthl": cos_theta,
        **{name: np.asarray(values, dtype="f4") for name, values in single.items()},
    }


@pytest.fixture
def make_columns() -> Callable[[int, int], Columns]:
    return columns_of
