"""Made-up releases and events that reach all bins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import MUON_MASS

Array = NDArray[np.float64]
Make = Callable[..., Lists]
NUCLEON_MASS = 0.939


def _directions(rng: np.random.Generator, n: int) -> Array:
    """Half of them evenly over the sphere, half of them within some degrees of the beam."""
    near = np.cos(10 ** rng.uniform(-3.5, 0.0, n))
    cosine = np.where(rng.random(n) < 0.5, rng.uniform(-1, 1, n), near)
    sine, angle = np.sqrt(1 - cosine**2), rng.uniform(0, 2 * np.pi, n)
    return np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)


def _momenta(rng: np.random.Generator, n: int, high: float) -> Array:
    return 10 ** rng.uniform(-2, np.log10(high), n)


def _make(hadron: int, n: int, *more: int, seed: int = 0, mass: float = MUON_MASS) -> Lists:
    rng = np.random.default_rng(seed)
    lepton = _momenta(rng, n, 32.0)[:, None] * _directions(rng, n)
    low = rng.random(n) < 0.4  # of a small momentum transfer
    enu = np.where(low, rng.uniform(2, 6, n), np.linalg.norm(lepton, axis=1) + rng.uniform(0.1, 3, n))
    transfer = rng.uniform(0.0, 0.8, n)[:, None] * _directions(rng, n)
    lepton[low] = (enu[:, None] * [0.0, 0.0, 1.0] - transfer)[low]
    others = np.repeat([[hadron, *more]], n, axis=0)
    p = _momenta(rng, n * others.shape[1], 15.0)[:, None] * _directions(rng, n * others.shape[1])
    qe = _quasielastic(lepton, mass)
    chosen = (rng.random(n) < 0.4) & (qe > 0)
    # of a neutron that moves slowly, as for the lowest of its momenta
    struck = qe[:, None] * [0.0, 0.0, 1.0] - lepton + rng.normal(0.0, 0.02, (n, 3))
    p[:: others.shape[1]][chosen] = struck[chosen]
    number = np.full(n, others.shape[1])
    return Lists(enu, lepton, mass, number, others.ravel().astype(np.int32), p)


def _quasielastic(lepton: Array, mass: float) -> Array:
    """Energy [N] of the neutrino on a neutron at rest; not above 0 where there is none."""
    energy = np.sqrt((lepton**2).sum(1) + mass**2)
    below = NUCLEON_MASS - energy + lepton[:, 2]
    return np.divide(NUCLEON_MASS * energy - mass**2 / 2, below, out=np.zeros_like(below), where=below > 0)


@pytest.fixture(scope="session")
def make() -> Make:
    """``make(hadron, n, *more)``: events with these hadrons over all of the phase space, energy not kept."""
    return _make
