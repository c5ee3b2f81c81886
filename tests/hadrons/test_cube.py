"""The coordinates: both ways, exact bounds, and the volumes of phase space in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from nugan_hep.hadrons import cube
from nugan_hep.hadrons.conditions import Left

N = 2000
MASSES = [(0.938, 1.877, 2), (0.1396, 0.938, 1), (0.938, 0.1396, 1), (0.0, 0.0, 1), (0.4977, 3.2, 4)]


def uniform(seed: int, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def left(mass: float, rest: float, others: int, seed: int = 1) -> Left:
    """Systems from rest to 10 GeV, from near threshold to far above it."""
    excess = 10.0 ** (4.0 * uniform(seed, N) - 3.0)
    momentum = 10.0 * uniform(seed + 1, N) ** 3
    energy = torch.sqrt((mass + rest + excess) ** 2 + momentum**2)
    full = torch.full((N,), 1.0, dtype=torch.float64)
    return Left(
        energy,
        momentum,
        mass * full,
        rest * full,
        float(others) * full,
        torch.zeros(N, dtype=torch.bool),
        torch.inf * full,
    )


@pytest.mark.parametrize(("mass", "rest", "others"), MASSES)
def test_kinetic_energy_both_ways(mass: float, rest: float, others: int) -> None:
    system, unit = left(mass, rest, others), uniform(3, N)
    t = cube.kinetic(unit, system)
    low, high = cube.kinetic_bounds(system)
    assert (t >= low).all()
    assert (t <= high).all()
    torch.testing.assert_close(cube.kinetic_unit(t, system).unit, unit, rtol=0, atol=1e-5)


@pytest.mark.parametrize(("mass", "rest", "others"), MASSES)
def test_slopes_are_derivatives(mass: float, rest: float, others: int) -> None:
    system, unit = left(mass, rest, others), 0.05 + 0.9 * uniform(3, N)
    h = 1e-5
    difference = (cube.kinetic(unit + h, system) - cube.kinetic(unit - h, system)) / (2.0 * h)
    slope = cube.kinetic_unit(cube.kinetic(unit, system), system).log_slope
    # next to the threshold of a pair the difference loses its digits
    assert ((torch.log(difference) + slope).abs() < 1e-4).double().mean() > 0.998
    t = cube.kinetic(unit, system)
    if others > 1:
        difference = (cube.opening(unit + h, t, system) - cube.opening(unit - h, t, system)) / (2.0 * h)
        slope = cube.opening_unit(cube.opening(unit, t, system), t, system).log_slope
        torch.testing.assert_close(-torch.log(difference), slope, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("mass", "rest", "others"), [row for row in MASSES if row[2] > 1])
def test_the_rest_stays_above_its_threshold(mass: float, rest: float, others: int) -> None:
    system = left(mass, rest, others)
    t = cube.kinetic(uniform(5, N), system)
    y = cube.opening(uniform(6, N), t, system)
    torch.testing.assert_close(cube.opening_unit(y, t, system).unit, uniform(6, N), rtol=0, atol=1e-6)
    p = torch.sqrt(t * (t + 2.0 * mass))
    energy = system.energy - mass - t
    square = (system.momentum - p) ** 2 + 2.0 * system.momentum * p * y
    assert (energy**2 - square >= rest**2 - 1e-6).all()
    # the bound is reached: beyond it the rest would be lighter than its particles
    bound = cube.opening_bound(t, system)
    beyond = (system.momentum - p) ** 2 + 2.0 * system.momentum * p * (bound + 1e-3)
    assert ((energy**2 - beyond < rest**2) | (bound == 2.0)).all()


@pytest.mark.parametrize(("mass", "rest"), [(0.1396, 0.938), (0.938, 0.9396), (0.0, 0.0)])
def test_a_pair_conserves_energy(mass: float, rest: float) -> None:
    system = left(mass, rest, 1)
    t = cube.kinetic(uniform(7, N), system)
    total = torch.zeros(N, 3, dtype=torch.float64)
    total[:, 2] = system.momentum
    azimuth = 2.0 * np.pi * uniform(8, N)
    first = cube.emitted(t, cube.pair_opening(t, system), azimuth, system.mass, cube.local_axes(total))
    second = total - first
    energies = [torch.sqrt((p * p).sum(1) + m * m) for p, m in ((first, mass), (second, rest))]
    torch.testing.assert_close(sum(energies), system.energy, rtol=0, atol=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", [1.0, 30.0])
def test_missing_energy_both_ways(order: float) -> None:
    e = 0.045 + 0.03 * order * torch.tan(3.0 * (uniform(1, N) - 0.5))
    largest = e + 10.0 ** (5.0 * uniform(2, N) - 4.0)
    centre, width = torch.full_like(e, 0.045), torch.full_like(e, 0.03)
    unit = cube.missing_energy_unit(e, largest, centre, width).unit
    expected = torch.minimum(e.clamp(min=cube.LEAST_MISSING), largest)
    assert (e > cube.LEAST_MISSING).double().mean() > 0.5
    again = cube.missing_energy(unit, largest, centre, width)
    torch.testing.assert_close(again, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("single", [False, True])
def test_missing_momentum_both_ways(single: bool) -> None:
    q, most = 0.1 + 5.0 * uniform(1, N), 0.1 + 5.0 * uniform(2, N)
    flags = torch.full((N,), single)
    low, high = cube.missing_momentum_bounds(q, most, flags)
    unit = 0.999 * uniform(3, N)
    r = cube.missing_momentum(unit, low, high)
    torch.testing.assert_close(cube.missing_momentum_unit(r, low, high).unit, unit, rtol=0, atol=1e-9)
    square = most * most
    if not single:
        lower, upper = cube.square_bounds(q, r, most)
        energy = torch.sqrt(most * most + 0.5)
        square = cube.square(uniform(4, N), energy, lower, upper)
        assert ((square >= lower) & (square <= upper)).all()
        back = cube.square_unit(square, energy, lower, upper)
        torch.testing.assert_close(back.unit, uniform(4, N), rtol=0, atol=1e-6)
        h = 1e-6 * (upper - lower)
        step = cube.square_unit(square + h, energy, lower, upper).unit - back.unit
        inner = (uniform(4, N) > 0.01) & (uniform(4, N) < 0.99)
        torch.testing.assert_close(torch.log(step / h)[inner], back.log_slope[inner], rtol=0, atol=1e-3)
    p = cube.hadron_momentum(q, r, square, 6.0 * uniform(5, N))
    lost = p.clone()
    lost[:, 2] -= q
    torch.testing.assert_close(torch.sqrt((lost**2).sum(1)), r, rtol=0, atol=2e-6)
    assert ((p**2).sum(1) <= most**2 + 1e-9).all()


def test_local_axes_are_right_handed_and_x_points_to_q() -> None:
    p = uniform(1, N, 3) - 0.5
    p[0], p[1], p[2] = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    axes = torch.stack(cube.local_axes(p), dim=1)
    identity = torch.eye(3, dtype=torch.float64).expand(N, 3, 3)
    torch.testing.assert_close(axes @ axes.transpose(1, 2), identity)
    torch.testing.assert_close(torch.linalg.det(axes), torch.ones(N, dtype=torch.float64))
    assert (axes[:, 0, 2] >= 0.0).all()
    assert (axes[:, 1, 2] == 0.0).all()
