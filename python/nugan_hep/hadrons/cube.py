"""The unit cube of the hadrons: coordinates in [0, 1] with exact conservation, both ways.

All functions work in float64 on columns [N]. See docs/hadrons.md for the equations. A hadron that is
emitted from what is left (energy E, momentum P along the local z axis) has the coordinates

1. its kinetic energy T in the lab between exact bounds, by ``f = a/(a + b)`` of its own momentum a and
   of b, what the kinetic energy of the rest would be as a momentum: slow hadrons and a slow rest are
   resolved alike, and for two hadrons f is p1/(p1 + p2);
2. the angle to P, by ``g = y/(y + y0)`` with y = 1 - cos, y0 = (0.3 GeV/p)²/2; fixed for the last two;
3. the azimuth about P from the direction of q.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.hadrons.conditions import Left

# TorchScript sees no globals: functions take these as the defaults of arguments
TINY = 1e-12
TRANSVERSE = 0.3
LEAST_MISSING = -0.25
"""E_miss [GeV] of a draw, at least; generators have -0.2 at times, removal energies that are too large."""
MISSING_SCALE = 0.2
DELTA_SQUARE = 1.232**2
DELTA_WIDTH = 0.25


def _positive(x: Tensor) -> Tensor:
    return x.clamp(min=0.0)


class Fractions(NamedTuple):
    """A value as a coordinate, and log |d coordinate/d value|."""

    unit: Tensor
    log_slope: Tensor


# --- missing energy and momentum ---


def _arc(e: Tensor, centre: Tensor, width: Tensor) -> Tensor:
    # 1/2 + atan(x)/pi; for x far below 0 the form atan(-1/x)/pi keeps its digits
    x = (e - centre) / width
    safe = torch.where(x < 0, x, -1.0)
    return torch.where(x < 0, torch.atan(-1.0 / safe) / math.pi, 0.5 + torch.atan(x) / math.pi)


def missing_energy_unit(e: Tensor, largest: Tensor, centre: Tensor, width: Tensor) -> Fractions:
    """E_miss below its largest value [GeV] as a coordinate."""
    whole = _arc(largest, centre, width)
    x = (e - centre) / width
    return Fractions(
        _arc(e, centre, width) / whole, -torch.log(math.pi * width * (1.0 + x * x)) - torch.log(whole)
    )


def missing_energy(
    unit: Tensor, largest: Tensor, centre: Tensor, width: Tensor, least: float = LEAST_MISSING
) -> Tensor:
    """The inverse of :func:`missing_energy_unit`, but ``least`` at least and ``largest`` at most.

    The coordinate has no end: without one, of a million events some have hadrons of energies from nowhere.
    """
    arc = (unit * _arc(largest, centre, width)).clamp(min=1e-9)
    return torch.minimum((centre - width / torch.tan(math.pi * arc)).clamp(min=least), largest)


def missing_momentum_bounds(q: Tensor, most: Tensor, single: Tensor) -> tuple[Tensor, Tensor]:
    """Bounds of p_miss [GeV] if the hadrons' momentum is at most ``most``; exactly that for ``single``."""
    return torch.where(single, (q - most).abs(), _positive(q - most)), q + most


def missing_momentum_unit(r: Tensor, low: Tensor, high: Tensor, scale: float = MISSING_SCALE) -> Fractions:
    whole = -torch.expm1(-(high - low) / scale)
    part = -torch.expm1(-_positive(r - low) / scale)
    return Fractions(part / whole, -_positive(r - low) / scale - torch.log(scale * whole))


def missing_momentum(unit: Tensor, low: Tensor, high: Tensor, scale: float = MISSING_SCALE) -> Tensor:
    whole = -torch.expm1(-(high - low) / scale)
    return torch.minimum(low - scale * torch.log1p(-unit * whole), high)


def square_bounds(q: Tensor, r: Tensor, most: Tensor) -> tuple[Tensor, Tensor]:
    """Bounds of P², the hadrons' momentum squared, at p_miss = r."""
    low = (q - r) ** 2
    return low, torch.maximum(torch.minimum(q + r, most) ** 2, low)


def _mass_arc(
    energy: Tensor, square: Tensor, delta: float = DELTA_SQUARE, width: float = DELTA_WIDTH
) -> Tensor:
    return torch.atan((energy * energy - square - delta) / width)


def square_unit(
    square: Tensor, energy: Tensor, lower: Tensor, upper: Tensor, tiny: float = TINY
) -> Fractions:
    """P² of hadrons of an energy [GeV] as a coordinate: even in the arc of their mass about the Delta's."""
    most, least = _mass_arc(energy, lower), _mass_arc(energy, upper)
    whole = (most - least).clamp(min=TINY)
    x = (energy * energy - square - DELTA_SQUARE) / DELTA_WIDTH
    return Fractions(
        ((most - torch.atan(x)) / whole).clamp(0.0, 1.0),
        -torch.log(DELTA_WIDTH * (1.0 + x * x)) - torch.log(whole),
    )


def square_place(mass: float, energy: Tensor, lower: Tensor, upper: Tensor, tiny: float = TINY) -> Tensor:
    """Where a mass [GeV] lies in the coordinate of P²; beyond [0, 1] where it cannot be."""
    most, least = _mass_arc(energy, lower), _mass_arc(energy, upper)
    own = _mass_arc(energy, energy * energy - mass * mass)
    return (most - own) / (most - least).clamp(min=tiny)


def square(
    unit: Tensor,
    energy: Tensor,
    lower: Tensor,
    upper: Tensor,
    delta: float = DELTA_SQUARE,
    width: float = DELTA_WIDTH,
) -> Tensor:
    """The inverse of :func:`square_unit`."""
    most, least = _mass_arc(energy, lower), _mass_arc(energy, upper)
    mass_square = delta + width * torch.tan(most - unit * (most - least))
    return torch.minimum(torch.maximum(energy * energy - mass_square, lower), upper)


def hadron_momentum(q: Tensor, r: Tensor, square: Tensor, azimuth: Tensor) -> Tensor:
    """P of the hadrons [N, 3] in the frame of q from |q - P| = r, P² and the azimuth [rad]."""
    z = (q * q + square - r * r) / (2.0 * q)
    transverse = torch.sqrt(_positive(square - z * z))
    return torch.stack([transverse * torch.cos(azimuth), transverse * torch.sin(azimuth), z], dim=1)


# --- one hadron after another ---


def local_axes(p: Tensor, tiny: float = TINY) -> tuple[Tensor, Tensor, Tensor]:
    """Axes x, y, z [N, 3] for momentum [N, 3]: z along it, x towards q (the z axis of the frame)."""
    transverse = torch.hypot(p[:, 0], p[:, 1])
    size = torch.sqrt((p * p).sum(1)).clamp(min=tiny)
    along = transverse > tiny
    cos_phi = torch.where(along, p[:, 0] / transverse.clamp(min=tiny), 1.0)
    sin_phi = torch.where(along, p[:, 1] / transverse.clamp(min=tiny), 0.0)
    cos, sin = p[:, 2] / size, transverse / size
    cos = torch.where(size > 1e-11, cos, 1.0)
    sin = torch.where(size > 1e-11, sin, 0.0)
    zero = torch.zeros_like(cos)
    x = torch.stack([-cos * cos_phi, -cos * sin_phi, sin], dim=1)
    y = torch.stack([sin_phi, -cos_phi, zero], dim=1)
    z = torch.stack([sin * cos_phi, sin * sin_phi, cos], dim=1)
    return x, y, z


def of_rows(left: Left, rows: Tensor) -> Left:
    """The same of some events."""
    return Left(
        left.energy[rows],
        left.momentum[rows],
        left.mass[rows],
        left.rest[rows],
        left.others[rows],
        left.same[rows],
        left.before[rows],
    )


def kinetic_bounds(left: Left, tiny: float = TINY) -> tuple[Tensor, Tensor]:
    """Bounds [GeV] of the next hadron's kinetic energy in the lab."""
    energy, p, m, s = left.energy, left.momentum, left.mass, left.rest
    mass = torch.sqrt(_positive(energy * energy - p * p)).clamp(min=tiny)
    star = (mass * mass + (m - s) * (m + s)) / (2.0 * mass)
    momentum = torch.sqrt(_positive((mass - m - s) * (mass + m + s) * (mass - m + s) * (mass + m - s)))
    momentum = momentum / (2.0 * mass)
    gamma, boost = energy / mass, p / mass
    high = gamma * star + boost * momentum - m
    low = gamma * star - boost * momentum - m
    pair = left.others == 1
    at_rest = ~pair & (momentum * energy >= star * p)
    low = torch.where(at_rest, 0.0, _positive(low))
    low = torch.where(left.same, torch.maximum(low, energy / (left.others + 1.0) - m), low)
    ordered = torch.minimum(high, left.before - m)
    high = torch.where(ordered > low, ordered, high)
    return low, torch.maximum(high, low)


def _share(
    t: Tensor, total: Tensor, mass: Tensor, rest: Tensor, tiny: float = TINY
) -> tuple[Tensor, Tensor, Tensor]:
    """``f = a/(a + b)``, a and b of a kinetic energy; see the module."""
    r = _positive(total - t)
    a = torch.sqrt(t * (t + 2.0 * mass))
    b = torch.sqrt(r * (r + 2.0 * rest))
    return a / (a + b).clamp(min=tiny), a, b


def kinetic_unit(t: Tensor, left: Left, tiny: float = TINY) -> Fractions:
    """Kinetic energy of the next hadron as a coordinate."""
    low, high = kinetic_bounds(left)
    total = left.energy - left.mass - left.rest
    f_low = _share(low, total, left.mass, left.rest)[0]
    whole = (_share(high, total, left.mass, left.rest)[0] - f_low).clamp(min=tiny)
    t = torch.minimum(torch.maximum(t, low), high)
    f, a, b = _share(t, total, left.mass, left.rest)
    a, b = a.clamp(min=1e-9), b.clamp(min=1e-9)
    slope = ((t + left.mass) / a * b + a * (_positive(total - t) + left.rest) / b) / (a + b) ** 2
    return Fractions((f - f_low) / whole, torch.log(slope.clamp(min=tiny) / whole))


def kinetic(unit: Tensor, left: Left, tiny: float = TINY) -> Tensor:
    """The inverse of :func:`kinetic_unit`."""
    low, high = kinetic_bounds(left)
    total = left.energy - left.mass - left.rest
    f_low = _share(low, total, left.mass, left.rest)[0]
    f = f_low + unit * (_share(high, total, left.mass, left.rest)[0] - f_low)
    f2, g2 = f * f, (1.0 - f) ** 2
    # a (1 - f) = b f squared, a quadratic in T
    quadratic = g2 - f2
    linear = 2.0 * (left.mass * g2 + f2 * (total + left.rest))
    constant = f2 * total * (total + 2.0 * left.rest)
    root = torch.sqrt(_positive(linear * linear + 4.0 * quadratic * constant))
    t = 2.0 * constant / (linear + root).clamp(min=tiny)
    return torch.minimum(torch.maximum(t, low), high)


def opening_bound(t: Tensor, left: Left, tiny: float = TINY) -> Tensor:
    """Largest 1 - cos of the angle to P, in [0, 2], at kinetic energy t."""
    p = torch.sqrt(t * (t + 2.0 * left.mass))
    r = left.energy - left.mass - t
    most = _positive((r - left.rest) * (r + left.rest))
    product = (2.0 * left.momentum * p).clamp(min=tiny)
    # |P - p|² <= most, written with 1 - cos
    return ((most - (left.momentum - p) ** 2) / product).clamp(0.0, 2.0)


def _opening_scale(p: Tensor, transverse: float = TRANSVERSE) -> Tensor:
    return 0.5 * (transverse / p.clamp(min=1e-6)) ** 2


def opening_unit(y: Tensor, t: Tensor, left: Left, tiny: float = TINY) -> Fractions:
    """1 - cos of the angle to P as a coordinate."""
    high = opening_bound(t, left).clamp(min=tiny)
    scale = _opening_scale(torch.sqrt(t * (t + 2.0 * left.mass)))
    y = torch.minimum(_positive(y), high)
    unit = y / (y + scale) * (high + scale) / high
    return Fractions(unit, torch.log(scale / high * (high + scale) / (y + scale) ** 2))


def opening(unit: Tensor, t: Tensor, left: Left, tiny: float = TINY) -> Tensor:
    """The inverse of :func:`opening_unit`."""
    high = opening_bound(t, left)
    scale = _opening_scale(torch.sqrt(t * (t + 2.0 * left.mass)))
    part = unit * high / (high + scale)
    return torch.minimum(scale * part / (1.0 - part).clamp(min=tiny), high)


def pair_opening(t: Tensor, left: Left) -> Tensor:
    """1 - cos of the angle to P where one hadron is left after this one, whose mass fixes it."""
    return opening_bound(t, left)


def emitted(
    t: Tensor, y: Tensor, azimuth: Tensor, mass: Tensor, axes: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """Momentum [N, 3] of a hadron from its coordinates in GeV and rad and the local axes."""
    p = torch.sqrt(t * (t + 2.0 * mass))
    along = p * (1.0 - y)
    across = p * torch.sqrt(_positive(y * (2.0 - y)))
    x_axis, y_axis, z_axis = axes
    return (
        (across * torch.cos(azimuth)).unsqueeze(1) * x_axis
        + (across * torch.sin(azimuth)).unsqueeze(1) * y_axis
        + along.unsqueeze(1) * z_axis
    )
