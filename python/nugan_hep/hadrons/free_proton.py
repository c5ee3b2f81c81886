"""What may come of a free proton: nothing can be left of it, so that charge, baryons and energy fix more.

Of hydrogen's hadrons energy and momentum are what the lepton leaves, and their masses fit into its invariant
mass. One hadron is alone only where the energy is not enough for two. Counts are those of
:data:`nugan_hep.species.COUNTED`: pi+, pi0, pi-, n, p. The functions script to TorchScript, which sees no
globals.
"""

from __future__ import annotations

import torch
from torch import Tensor

LEAST = 0.0006
"""Smallest energy [GeV] that a topology may leave, its nucleon counted with M_N: m_n - M_N less rounding."""
PHOTONS = 0.001
"""Energy [GeV] that photons alone need."""
LEAST_MOTION = 1e-6
"""What several hadrons have at least beyond their masses, GeV."""


def invariant_mass(omega: Tensor, q: Tensor, proton: float) -> Tensor:
    """Of what the lepton leaves [N], GeV."""
    total = omega + proton
    return torch.sqrt(((total - q) * (total + q)).clamp(min=0.0))


def modes_allowed(spare: Tensor, charge: float, modes: int, neutral_pion: float, least: float) -> Tensor:
    """Interaction modes [N, M] in the order of :data:`nugan_hep.hadrons.events.MODES`.

    Quasielastic events are those of one hadron, a nucleon: where its charge is that of all hadrons, and the
    energy ``spare`` [N] not enough for a pion beside it. All others are resonant or deep inelastic.
    """
    single = (spare < neutral_pion + least) & (charge >= 0.0) & (charge <= 1.0)
    mode = torch.arange(modes)
    return torch.where(single.unsqueeze(1), mode == 0, (mode == 1) | (mode == 2))


def pions_owed(neutrons: Tensor, protons: Tensor, most: list[int]) -> Tensor:
    """Pions that charge and baryon number still ask for: so many pi+, or pi- where it is negative.

    ``neutrons`` and ``protons`` are what is left. Pions turn one into the other until both are numbers that
    can be counted: 0 to their ``most``.
    """
    neutron, proton = 3, 4
    baryons = neutrons + protons
    least_neutrons = (baryons - most[proton]).clamp(min=0.0)
    most_neutrons = baryons.clamp(max=most[neutron])
    return (least_neutrons - neutrons).clamp(min=0.0) - (neutrons - most_neutrons).clamp(min=0.0)


def words_allowed(
    spare: Tensor,
    neutrons: Tensor,
    protons: Tensor,
    mass: Tensor,
    size: Tensor,
    most: list[int],
    charged_pion: float,
    neutral_pion: float,
    least: float,
    photons: float = PHOTONS,
) -> Tensor:
    """Entries of the vocabulary that charge and energy allow [N, W]; if they allow none, the first.

    ``spare`` [N] is the energy for masses beyond M_N for each baryon; of an entry [W] ``mass`` is what it
    takes of that, ``size`` its particles, ``neutrons`` and ``protons`` what it leaves to be counted.
    """
    plus, minus, neutron, proton = 0, 2, 3, 4
    baryons = neutrons + protons
    owed = pions_owed(neutrons, protons, most)
    possible = (baryons >= 0) & (baryons <= most[neutron] + most[proton])
    possible = possible & (owed <= most[plus]) & (-owed <= most[minus])
    alone = (size + baryons <= 1) & (size > 0) & (owed == 0)
    mass = torch.where((size > 0) & (mass <= 0.0), photons, mass)
    mass = mass + owed.abs() * charged_pion + alone.double() * neutral_pion
    good = possible & ((spare.unsqueeze(1) - mass >= least) | ((size == 0) & (owed == 0)))
    first = torch.arange(good.size(1)) == 0
    return torch.where(good.any(1, keepdim=True), good, first)


def counts_allowed(
    species: int,
    neutrons: Tensor,
    protons: Tensor,
    energy: Tensor,
    hadrons: Tensor,
    most: list[int],
    cost: Tensor,
    charged_pion: float,
    least: float,
) -> Tensor:
    """Counts of a species that charge and energy allow [N, most + 1]; if none, the smallest by charge.

    ``neutrons``, ``protons`` and ``energy`` [N] are left, ``hadrons`` [N] are there before it; each of the
    species takes ``cost`` of the energy.
    """
    plus, zero, minus, neutron = 0, 1, 2, 3
    k = torch.arange(most[species] + 1)
    n, p, left = neutrons.unsqueeze(1), protons.unsqueeze(1), energy.unsqueeze(1) - k * cost
    charge = torch.ones(neutrons.size(0), most[species] + 1, dtype=torch.bool)
    owed = torch.zeros_like(left)
    if species == plus:
        owed = -pions_owed(n + k, p - k, most)  # pi- may take back what is too much
        charge = (owed >= 0) & (owed <= most[minus])
    elif species == zero:
        owed = (-pions_owed(n, p, most)).expand_as(left)
    elif species == minus:
        charge = pions_owed(n - k, p + k, most) == 0
    elif species == neutron:
        charge = k == n
    else:
        charge = k == p
    good = charge & ((left - owed * charged_pion >= least) | ((k == 0) & (owed == 0)))
    alone = hadrons.unsqueeze(1) + n + p <= 1
    if species == zero:
        may_follow = (pions_owed(n - 1, p + 1, most) == 0) & (left - charged_pion >= least)
        good = good & ((k > 0) | ~alone | (may_follow & (most[minus] > 0)))
    elif species == minus:
        good = good & ((k > 0) | ~alone)
    good = torch.where(good.any(1, keepdim=True), good, charge & (charge.long().cumsum(1) == 1))
    return torch.where(good.any(1, keepdim=True), good, k == 0)
