"""What may come of a free proton: nothing can be left of it, so that charge, baryons and energy fix more.

Of hydrogen's hadrons energy and momentum are what the lepton leaves, and their masses fit into its invariant
mass. One hadron is alone only where the energy is not enough for two. Species are by their place among the
counted ones. The functions script to TorchScript.
"""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 0.001
"""Smallest energy [GeV] for motion that a topology may leave."""
LEAST_MOTION = 1e-6
"""What several hadrons have at least beyond their masses, GeV."""


def invariant_mass(omega: Tensor, q: Tensor, proton: float) -> Tensor:
    """Of what the lepton leaves [N], GeV."""
    total = omega + proton
    return torch.sqrt(((total - q) * (total + q)).clamp(min=0.0))


def pions_owed(neutrons: Tensor, protons: Tensor, most: list[int]) -> Tensor:
    """Pions that charge and baryon number still ask for: so many π⁺, or π⁻ where it is negative.

    ``neutrons`` and ``protons`` are what is left. Pions turn one into the other until both are numbers that
    can be counted: 0 to their ``most``.
    """
    baryons = neutrons + protons
    least_neutrons = (baryons - most[4]).clamp(min=0.0)
    most_neutrons = baryons.clamp(max=most[3])
    return (least_neutrons - neutrons).clamp(min=0.0) - (neutrons - most_neutrons).clamp(min=0.0)


def words_allowed(
    spare: Tensor, neutrons: Tensor, protons: Tensor, mass: Tensor, size: Tensor, most: list[int],
    pions: tuple[float, float], least: float,
) -> Tensor:  # fmt: skip
    """Entries of the vocabulary that charge and energy allow [N, W], the first one where there is none.

    ``spare`` [N] is the energy for masses beyond M_N for each baryon; of an entry [W] ``mass`` is that it
    takes of it, ``size`` its particles, ``neutrons`` and ``protons`` what it leaves. ``pions`` are the masses
    of a charged and of a neutral one.
    """
    baryons = neutrons + protons
    owed = pions_owed(neutrons, protons, most)
    possible = (baryons >= 0) & (baryons <= most[3] + most[4]) & (owed <= most[0]) & (-owed <= most[2])
    alone = (size + baryons <= 1) & (size > 0) & (owed == 0)
    mass = mass + owed.abs() * pions[0] + alone.double() * pions[1]
    good = possible & ((spare.unsqueeze(1) - mass >= least) | ((size == 0) & (owed == 0)))
    first = torch.arange(good.size(1)) == 0
    return torch.where(good.any(1, keepdim=True), good, first)


def counts_allowed(
    j: int, neutrons: Tensor, protons: Tensor, energy: Tensor, hadrons: Tensor, most: list[int],
    pions: tuple[float, float], cost: Tensor, least: float,
) -> Tensor:  # fmt: skip
    """Counts of species ``j`` that charge and energy allow [N, most + 1]; the smallest where there is none.

    ``hadrons`` [N] are there before it; each of the species takes ``cost`` of the energy.
    """
    k = torch.arange(most[j] + 1)
    n, p, left = neutrons.unsqueeze(1), protons.unsqueeze(1), energy.unsqueeze(1) - k * cost
    charge = torch.ones(neutrons.size(0), most[j] + 1, dtype=torch.bool)
    owed = torch.zeros_like(left)
    if j == 0:
        owed = -pions_owed(n + k, p - k, most)  # pi- may take back what is too much
        charge = (owed >= 0) & (owed <= most[2])
    elif j == 1:
        owed = (-pions_owed(n, p, most)).expand_as(left)
    elif j == 2:
        charge = pions_owed(n - k, p + k, most) == 0
    elif j == 3:
        charge = k == n
    else:
        charge = k == p
    good = charge & ((left - owed * pions[0] >= least) | ((k == 0) & (owed == 0)))
    alone = hadrons.unsqueeze(1) + n + p <= 1
    if j == 1:
        may_follow = (pions_owed(n - 1, p + 1, most) == 0) & (most[2] > 0) & (left - pions[0] >= least)
        good = good & ((k > 0) | ~alone | may_follow)
    elif j == 2:
        good = good & ((k > 0) | ~alone)
    good = torch.where(good.any(1, keepdim=True), good, charge & (charge.long().cumsum(1) == 1))
    return torch.where(good.any(1, keepdim=True), good, k == 0)
