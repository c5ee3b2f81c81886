"""What the networks see of an event: inputs of about unit size from physical quantities.

The same functions serve training, densities and sampling. Arguments are float64, results float32.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nugan_hep.hadrons import cube
from nugan_hep.hadrons.conditions import Lepton
from nugan_hep.species import NUCLEON_MASS

MODES = 5
DELTA = 1.232
CLASSES = 6
"""Others, then the five counted species."""


def lepton(enu: Tensor, emu: Tensor, cos: Tensor, mass: float) -> Lepton:
    """From E_nu, E_mu [GeV] and the cosine of the angle."""
    p = torch.sqrt((emu * emu - mass * mass).clamp(min=0.0))
    # (E - p)² + 2 E p (1 - cos): no digits are lost in forward scattering
    q = torch.sqrt((enu - p) ** 2 + 2.0 * enu * p * (1.0 - cos)).clamp(min=1e-9)
    sine = torch.sqrt((1.0 - cos * cos).clamp(min=0.0))
    return Lepton(enu, enu - emu, q, enu * p * sine / q)


def of_rows(lep: Lepton, rows: Tensor) -> Lepton:
    """The same of some events."""
    return Lepton(lep.enu[rows], lep.omega[rows], lep.q[rows], lep.transverse[rows])


def _log(x: Tensor, floor: float) -> Tensor:
    return torch.log(x.clamp(min=0.0) + floor)


def _bounded(x: Tensor, scale: float) -> Tensor:
    return x / (x.abs() + scale)


def of_lepton(lep: Lepton, nucleon: float = NUCLEON_MASS) -> Tensor:
    """[N, 12]."""
    q2 = (lep.q - lep.omega) * (lep.q + lep.omega)
    w2 = nucleon**2 + 2.0 * nucleon * lep.omega - q2
    w = torch.sqrt(w2.clamp(min=0.0))
    elastic = lep.omega - q2 / (2.0 * nucleon)
    return torch.stack(
        [
            _log(lep.enu, 0.05),
            _log(lep.omega, 0.02),
            _log(lep.q, 0.02),
            _log(q2, 0.005),
            _bounded(lep.omega, 0.3),
            _bounded(lep.q, 0.5),
            torch.tanh(elastic / 0.05),
            torch.tanh(elastic / 0.3),
            w.clamp(max=4.0),
            torch.tanh((w - 1.2) / 0.15),
            torch.tanh((w - 1.6) / 0.3),
            lep.transverse / (lep.transverse + 0.5),
        ],
        dim=1,
    ).float()


def of_counts(counts: Tensor) -> Tensor:
    """[N, 18] from counts [N, 6]: others and the counted species."""
    n = counts.double()
    return torch.cat([n / (n + 1.5), (n == 1).double(), (n > 1).double()], dim=1).float()


def of_mode(mode: Tensor, modes: int = MODES) -> Tensor:
    """One-hot [N, 5]."""
    return torch.nn.functional.one_hot(mode.long(), modes).float()


def of_remnant(lep: Lepton, counts: Tensor, masses: Tensor, largest: Tensor) -> Tensor:
    """Before the missing energy is drawn [N, 32]; ``masses`` is their sum, ``largest`` E_miss can be."""
    own = torch.stack([_log(largest, 0.01), torch.tanh(largest / 0.1)], dim=1).float()
    return torch.cat([of_lepton(lep), of_counts(counts), own], dim=1)


def of_missing_energy(e: Tensor, unit: Tensor) -> Tensor:
    """[N, 5]."""
    x = [
        torch.tanh((e - 0.01) / 0.01),
        torch.tanh((e - 0.03) / 0.02),
        torch.tanh((e - 0.06) / 0.04),
        torch.tanh(e / 0.3),
        unit,
    ]
    return torch.stack(x, dim=1).float()


def of_missing_momentum(r: Tensor, low: Tensor, energy: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """[N, 9]: p_miss, the masses that the hadrons may have, and where two masses lie in P²'s coordinate.

    ``energy`` is that of the hadrons, ``lower`` and ``upper`` are the bounds of their P². The masses are the
    Delta's and 1.6 GeV, where generators go over from resonances to deep inelastic scattering.
    """
    square = energy * energy
    largest = torch.sqrt((square - lower).clamp(min=0.0)).clamp(max=4.0)
    smallest = torch.sqrt((square - upper).clamp(min=0.0)).clamp(max=4.0)
    x = [
        _log(r, 0.005),
        _bounded(r, 0.2),
        torch.tanh(r / 0.05),
        torch.tanh((r - 0.22) / 0.05),
        _log(low, 0.01),
        largest,
        smallest,
        cube.square_place(1.232, energy, lower, upper).clamp(-1.0, 2.0),
        cube.square_place(1.6, energy, lower, upper).clamp(-1.0, 2.0),
    ]
    return torch.stack(x, dim=1).float()


def of_square(unit: Tensor, square: Tensor) -> Tensor:
    """[N, 3]."""
    return torch.stack([unit, _log(square, 0.001), _bounded(square, 0.3)], dim=1).float()


def in_axes(p: Tensor, axes: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Components [N, 3] along axes."""
    return torch.stack([(p * axes[0]).sum(1), (p * axes[1]).sum(1), (p * axes[2]).sum(1)], dim=1)


def _vector(p: Tensor, axes: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Local components, each bounded, [N, 3]."""
    local = in_axes(p, axes)
    return local / (torch.sqrt((p * p).sum(dim=1, keepdim=True)) + 0.3)


def of_step(
    lep: Lepton,
    missing: Tensor,
    total: Tensor,
    momentum: Tensor,
    axes: tuple[Tensor, Tensor, Tensor],
    energy: Tensor,
    mass: Tensor,
    rest: Tensor,
    bounds: Tensor,
    mode: Tensor,
    counts: Tensor,
    remaining: Tensor,
    kind: Tensor,
    last: Tensor,
    earlier: Tensor,
    classes: int = CLASSES,
) -> Tensor:
    """Before a hadron is emitted.

    Parameters
    ----------
    missing : E_miss [N]
    total : P of all hadrons [N, 3]; ``momentum``, ``energy`` those of what is left, ``axes`` along it
    mass, rest : of the next hadron and the sum after it
    bounds : of its kinetic energy [N, 2]
    counts, remaining : [N, 6] at first and now
    kind : class of the next hadron, 0 to 5 [N]
    last, earlier : momenta [N, 3] of the two hadrons before, zeros where there is none
    """
    size = torch.sqrt((momentum * momentum).sum(1))
    invariant = torch.sqrt((energy * energy - size * size).clamp(min=0.0))
    kinetic = energy - mass - rest
    scalars = torch.stack(
        [
            _log(kinetic, 0.02),
            _log(size, 0.05),
            _bounded(size, 0.5),
            _log(invariant - mass - rest, 0.01),
            torch.tanh((invariant - mass - rest) / 0.15),
            size / energy.clamp(min=1e-9),
            _log(bounds[:, 0], 0.01),
            _log(bounds[:, 1], 0.01),
            _log(bounds[:, 1] - bounds[:, 0], 0.01),
            mass,
            _log(lep.omega, 0.02),
            _log(lep.q, 0.02),
            _log((lep.q - lep.omega) * (lep.q + lep.omega), 0.005),
            _log(lep.enu, 0.05),
            torch.tanh(missing / 0.05),
            torch.tanh(missing / 0.2),
            _log(torch.sqrt((last * last).sum(1)), 0.03),
            _log(torch.sqrt((earlier * earlier).sum(1)), 0.03),
        ],
        dim=1,
    ).float()
    transfer = torch.zeros_like(momentum)
    transfer[:, 2] = lep.q
    lost = transfer - total
    across = torch.zeros_like(momentum)
    across[:, 0] = lep.transverse
    vectors = [_vector(p, axes) for p in (transfer, lost, across, last, earlier)]
    left = remaining.double()
    return torch.cat(
        [
            scalars,
            torch.cat(vectors, dim=1).float(),
            of_mode(mode),
            (counts.double() / (counts.double() + 1.5)).float(),
            (left / (left + 1.5)).float(),
            (left == 1).float(),
            torch.nn.functional.one_hot(kind.long(), classes).float(),
        ],
        dim=1,
    )


STEP = 18 + 15 + MODES + 4 * CLASSES


def of_kinetic(unit: Tensor, t: Tensor, mass: Tensor, most: Tensor, left: Tensor) -> Tensor:
    """After the kinetic energy is drawn [N, 7]: ``most`` is the largest 1 - cos, ``left`` T of the rest."""
    p = torch.sqrt(t * (t + 2.0 * mass))
    x = [unit, _log(p, 0.03), _bounded(p, 0.5), _log(t, 0.01), most, _log(most, 0.01), _log(left, 0.01)]
    return torch.stack(x, dim=1).float()


def of_opening(
    unit: Tensor,
    y: Tensor,
    t: Tensor,
    mass: Tensor,
    momentum: Tensor,
    last: Tensor,
    last_mass: Tensor,
    delta: float = DELTA,
) -> Tensor:
    """After the angle is known [N, 11].

    ``last`` [N, 3] is the momentum of the hadron before in the local axes. Its mass together with this one
    depends on the azimuth alone: ``middle - swing cos(phi - phi_last)``, and is the Delta's at one cosine.
    """
    p = torch.sqrt(t * (t + 2.0 * mass))
    across = p * torch.sqrt((y * (2.0 - y)).clamp(min=0.0))
    rest = torch.sqrt(((momentum - p) ** 2 + 2.0 * momentum * p * y).clamp(min=0.0))
    side = torch.hypot(last[:, 0], last[:, 1])
    energy = torch.sqrt((last * last).sum(dim=1) + last_mass * last_mass)
    middle = mass * mass + last_mass * last_mass + 2.0 * (energy * (t + mass) - last[:, 2] * p * (1.0 - y))
    swing = 2.0 * side * across
    x = [
        unit,
        y,
        _log(across, 0.02),
        _bounded(across, 0.3),
        _log(rest, 0.05),
        _bounded(rest, 0.5),
        torch.tanh((torch.sqrt(middle.clamp(min=0.0)) - delta) / 0.2),
        _log(swing, 0.01),
        ((middle - delta * delta) / (swing + 0.01)).clamp(-2.0, 2.0),
        last[:, 0] / (side + 0.05),
        last[:, 1] / (side + 0.05),
    ]
    return torch.stack(x, dim=1).float()
