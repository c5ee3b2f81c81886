"""Kinematics against four-vectors in extended precision, closed forms and limits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep import kinematics as kin
from nugan_hep.kinematics import MUON_MASS, NUCLEON_MASS, Array

SHIFTS = (kin.SHIFT_P1, kin.SHIFT_P2)


def phase_space(shift: float) -> kin.Kinematics:
    """A grid over the phase space, edges included, and random events: float64 columns [N]."""
    edges = [0.0, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6, 1.0]
    grid = np.array(list(itertools.product([0.3, 0.5, 1.0, 3.0, 10.0], edges, edges)))
    rng = np.random.default_rng(1)
    grid = np.concatenate([grid, np.c_[rng.uniform(0.3, 10, 50_000), rng.uniform(0, 1, (50_000, 2))]])
    enu, kinetic, angle = grid.T
    return kin.Kinematics(enu, MUON_MASS + kinetic * (enu - shift - MUON_MASS), angle * np.pi)


def four_vectors(enu: Array, emu: Array, theta: Array) -> tuple[NDArray[np.longdouble], ...]:
    """Q2 and W2 from the squares of four-vectors, in extended precision."""
    enu, emu, theta, m, big_m = (
        np.asarray(a, np.longdouble) for a in (enu, emu, theta, MUON_MASS, NUCLEON_MASS)
    )
    p = np.sqrt(np.maximum((emu - m) * (emu + m), 0))
    q = np.stack([enu - emu, -p * np.sin(theta), enu - p * np.cos(theta)])
    q_squared = q[0] ** 2 - q[1] ** 2 - q[2] ** 2
    return -q_squared, (big_m + q[0]) ** 2 - q[1] ** 2 - q[2] ** 2


@pytest.mark.parametrize("shift", SHIFTS)
def test_q2_and_w2_are_squares_of_four_vectors(shift: float) -> None:
    enu, emu, theta = phase_space(shift)
    q2, w2 = four_vectors(enu, emu, theta)
    np.testing.assert_allclose(kin.q2(enu, emu, theta, MUON_MASS), q2.astype(float), rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(kin.w2(enu, emu, theta, MUON_MASS), w2.astype(float), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("shift", SHIFTS)
def test_w_is_the_root_of_w2_or_said_to_be_undefined(shift: float) -> None:
    events = phase_space(shift)
    w, w2 = kin.w(*events, MUON_MASS), kin.w2(*events, MUON_MASS)
    assert np.all(np.isfinite(w))
    np.testing.assert_array_equal(w == kin.W_UNDEFINED, w2 < 0)
    np.testing.assert_allclose(w[w2 >= 0] ** 2, w2[w2 >= 0], rtol=1e-14, atol=1e-15)


def test_w_of_a_fast_backward_muon_is_undefined() -> None:
    """A nucleon at rest cannot throw the muon back with nearly the neutrino's energy."""
    assert kin.w2(1.0, 0.98, np.pi, MUON_MASS) < 0
    assert kin.w(1.0, 0.98, np.pi, MUON_MASS) == kin.W_UNDEFINED


@pytest.mark.parametrize("enu", [0.35, 0.6, 1.0, 5.0, 10.0])
def test_w_is_the_nucleon_mass_on_the_elastic_line(enu: float) -> None:
    """Elastic scattering on a nucleon at rest has Q2 = 2 M omega; solve it for the angle."""
    emu = np.linspace(MUON_MASS + 1e-3, enu - 1e-4, 400)
    q2 = 2 * NUCLEON_MASS * (enu - emu)
    cosine = (emu - (q2 + MUON_MASS**2) / (2 * enu)) / np.sqrt(emu**2 - MUON_MASS**2)
    allowed = np.abs(cosine) <= 1
    emu, theta = emu[allowed], np.arccos(cosine[allowed])
    assert emu.size > 20
    np.testing.assert_allclose(kin.w(enu, emu, theta, MUON_MASS), NUCLEON_MASS, rtol=1e-7)
    np.testing.assert_allclose(kin.bjorken_x(enu, emu, theta, MUON_MASS), 1.0, rtol=1e-5)


@pytest.mark.parametrize("shift", SHIFTS)
def test_q2_is_positive_and_smallest_forward(shift: float) -> None:
    enu, emu, theta = phase_space(shift)
    p = np.sqrt(np.maximum(emu - MUON_MASS, 0) * (emu + MUON_MASS))
    smallest = MUON_MASS**2 * (2 * enu - emu - p) / (emu + p)
    assert np.all(smallest > 0)
    assert np.all(kin.q2(enu, emu, theta, MUON_MASS) >= smallest * (1 - 1e-9))
    np.testing.assert_allclose(kin.q2(enu, emu, 0.0, MUON_MASS), smallest, rtol=1e-7)


def test_values_at_threshold() -> None:
    """A muon at rest: Q2 = 2 enu m - m2 whatever the angle, p_z = 0."""
    for theta in (0.0, 1.0, np.pi):
        assert kin.momentum(MUON_MASS, MUON_MASS) == 0
        assert kin.pz(MUON_MASS, theta, MUON_MASS) == 0
        assert kin.q2(1.0, MUON_MASS, theta, MUON_MASS) == pytest.approx(
            2 * MUON_MASS - MUON_MASS**2, rel=1e-14
        )
    assert kin.momentum(np.float32(MUON_MASS) - np.float32(1e-8), MUON_MASS) == 0  # rounding, not NaN


def test_momentum_keeps_its_digits_near_threshold() -> None:
    kinetic = np.geomspace(1e-9, 1e-1, 50)
    emu = MUON_MASS + kinetic
    exact = emu.astype(np.longdouble)
    expected = np.sqrt((exact - np.longdouble(MUON_MASS)) * (exact + np.longdouble(MUON_MASS)))
    np.testing.assert_allclose(kin.momentum(emu, MUON_MASS), expected.astype(float), rtol=1e-14)


def test_pz_and_inelasticity() -> None:
    emu = np.hypot(0.8, MUON_MASS)
    np.testing.assert_allclose(kin.pz(emu, [0, np.pi / 3, np.pi], MUON_MASS), [0.8, 0.4, -0.8], rtol=1e-13)
    assert kin.inelasticity(2.0, 0.5) == 0.75
    assert kin.omega(2.0, 0.5) == 1.5


def test_bjorken_x_needs_an_energy_transfer() -> None:
    with pytest.raises(ValueError, match="energy transfer"):
        kin.bjorken_x([1.0, 1.0], [0.5, 1.0], [0.1, 0.1], MUON_MASS)


def test_proxies_at_the_corners() -> None:
    """The formulas of the papers, at values where they are plain numbers."""
    for shift in SHIFTS:
        top = 10.0 - shift
        quarter = MUON_MASS + 0.75 * (top - MUON_MASS)
        assert kin.to_proxies(10.0, top, 0.0, shift, mass=MUON_MASS) == pytest.approx((1, -1, -1))
        assert kin.to_proxies(10.0, MUON_MASS, np.pi, shift, mass=MUON_MASS) == pytest.approx((1, 1, 1))
        assert kin.to_proxies(5.15, 0.5, np.pi / 4, shift, mass=MUON_MASS).enu == pytest.approx(0)
        assert kin.to_proxies(10.0, quarter, np.pi / 4, shift, mass=MUON_MASS) == pytest.approx(
            (1, 0, 0), abs=1e-14
        )
        assert kin.to_proxies(0.3, 0.2, np.pi / 4, shift, mass=MUON_MASS).enu == pytest.approx(-1)
    assert kin.to_proxies(2.0, 1.0, 1.0, enu_range=(1.0, 3.0), mass=MUON_MASS).enu == pytest.approx(0)


@pytest.mark.parametrize("shift", SHIFTS)
def test_round_trip_gives_back_every_float32(shift: float) -> None:
    events = [column.astype(np.float32) for column in phase_space(shift)]
    proxies = kin.to_proxies(*events, shift=shift, mass=MUON_MASS)
    assert all(np.all(np.abs(proxy) <= 1) for proxy in proxies)
    for column, back in zip(events, kin.from_proxies(*proxies, shift=shift, mass=MUON_MASS), strict=True):
        np.testing.assert_array_equal(back.astype(np.float32), column)


@pytest.mark.parametrize("shift", SHIFTS)
def test_round_trip_in_float64(shift: float) -> None:
    events = phase_space(shift)
    for column, back in zip(
        events,
        kin.from_proxies(*kin.to_proxies(*events, shift, mass=MUON_MASS), shift, mass=MUON_MASS),
        strict=True,
    ):
        np.testing.assert_allclose(back, column, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("shift", SHIFTS)
def test_every_point_of_the_cube_is_physical(shift: float) -> None:
    axis = np.linspace(-1, 1, 21)
    cube = np.array(list(itertools.product(axis, axis, axis))).T
    enu, emu, theta = kin.from_proxies(*cube, shift, mass=MUON_MASS)
    assert np.all((emu >= MUON_MASS) & (emu <= enu - shift + 1e-15) & (theta >= 0) & (theta <= np.pi))
    rounded = [column.astype(np.float32) for column in (enu, emu, theta)]
    for proxy, back in zip(cube, kin.to_proxies(*rounded, shift, mass=MUON_MASS), strict=True):
        # the root turns a rounding of 1e-8 of emu or theta at the edge into 1e-3 of a proxy
        np.testing.assert_allclose(back, proxy, atol=2e-3)
    for proxy, back in zip(cube, kin.to_proxies(enu, emu, theta, shift, mass=MUON_MASS), strict=True):
        np.testing.assert_allclose(back, proxy, atol=1e-7)


@pytest.mark.parametrize(
    ("enu", "emu", "theta"),
    [
        (1.0, 0.10, 0.5),
        (1.0, 0.997, 0.5),
        (1.0, 1.5, 0.5),
        (0.1, 0.11, 0.5),
        (kin.SHIFT_P2 + MUON_MASS, MUON_MASS, 0.5),
        (1.0, 0.5, -0.01),
        (1.0, 0.5, 3.2),
        (1.0, np.nan, 0.5),
        (np.nan, 0.5, 0.5),
        (1.0, 0.5, np.nan),
        (np.inf, 0.5, 0.5),
    ],
)
def test_unphysical_events_are_refused(enu: float, emu: float, theta: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        kin.to_proxies([1.0, enu], [0.5, emu], [0.5, theta], mass=MUON_MASS)


@pytest.mark.parametrize("bad", [1.001, -1.001, np.nan])
def test_proxies_outside_are_refused(bad: float) -> None:
    for position in range(3):
        proxies = [0.0, 0.0, 0.0]
        proxies[position] = bad
        with pytest.raises(ValueError, match=r"proxy = .*: expected -1 to 1"):
            kin.from_proxies(*proxies, mass=MUON_MASS)
