"""Whole events in memory, compact: the lepton and the hadrons in the frame of the momentum transfer.

The frame: z along q, the momentum transfer; x in the plane of the leptons, on the side of the charged
lepton. Only what the hadrons can depend on is kept: E_nu, E_mu and the angle, the interaction mode, and
the hadrons' momenta.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, species
from nugan_hep.errors import UserError
from nugan_hep.hadrons import eta
from nugan_hep.hadrons.frames import transfer_frame
from nugan_hep.species import NUCLEUS

F64 = NDArray[np.float64]

MODES = (0, 2, 4, 6, 8)
"""NuWro's ``dyn``: quasi-elastic, resonance, deep inelastic, coherent, two-body current."""
MODE_NAMES = ("qel", "res", "dis", "coh", "mec")


@dataclass(frozen=True)
class Whole:
    """Events of one target: per event [N] and, flat over events, per hadron [H].

    ``momentum`` [H, 3] is float32 in the frame of the momentum transfer, hadrons in the order of
    :mod:`nugan_hep.species`; event i has the rows ``first[i] ... first[i] + n[i]``.
    """

    enu: F64
    emu: F64
    cos: F64
    mode: NDArray[np.int8]
    n: NDArray[np.int64]
    first: NDArray[np.int64]
    pdg: NDArray[np.int32]
    momentum: NDArray[np.float32]
    lepton_mass: float

    def __len__(self) -> int:
        return len(self.enu)

    def take(self, events: NDArray[np.int64]) -> Whole:
        """The events with these numbers, in their order."""
        n = self.n[events]
        rows = flat_rows(self.first[events], n)
        return Whole(
            self.enu[events],
            self.emu[events],
            self.cos[events],
            self.mode[events],
            n,
            np.cumsum(n) - n,
            self.pdg[rows],
            self.momentum[rows],
            self.lepton_mass,
        )


def flat_rows(first: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.int64]:
    """``first[0] ... first[0] + n[0], first[1] ...``: rows of a flat table."""
    offset = np.repeat(first - (np.cumsum(n) - n), n)
    return offset + np.arange(len(offset))


@dataclass
class LeftOut:
    """Events that were read and not taken, by reason."""

    read: int = 0
    other: int = 0
    no_lepton: int = 0
    unknown: int = 0
    unphysical: int = 0
    code: int = 0

    def add(self, more: LeftOut) -> None:
        for name in ("read", "other", "no_lepton", "unknown", "unphysical"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.code = self.code or more.code

    def reasons(self) -> list[str]:
        """In words, those that there are."""
        words = {
            "other": "of another probe, target or current",
            "no_lepton": "without their charged lepton",
            "unknown": f"with an unknown PDG code ({self.code})",
            "unphysical": "with a lepton above the neutrino's energy",
        }
        return [f"{getattr(self, name):,} {text}" for name, text in words.items() if getattr(self, name)]


class Particles(Protocol):
    """Events as lists of particles, see :class:`nugan_hep.hadrons.block.Block`."""

    @property
    def neutrino(self) -> F64: ...
    @property
    def probe(self) -> NDArray[np.int64]: ...
    @property
    def target(self) -> NDArray[np.int64]: ...
    @property
    def mode(self) -> NDArray[np.int8]: ...
    @property
    def charged(self) -> NDArray[np.bool_]: ...
    @property
    def n(self) -> NDArray[np.int64]: ...
    @property
    def pdg(self) -> NDArray[np.int32]: ...
    @property
    def momentum(self) -> F64: ...
    @property
    def energy(self) -> F64: ...


def from_particles(block: Particles, probe: int, target: int) -> tuple[Whole, LeftOut]:
    """The charged-current events of a probe and a target (0 in the block: not said), and what was left out.

    Raises
    ------
    UserError : momenta that are no numbers, or energies that do not fit masses and momenta
    """
    count, n = len(block.n), block.n
    event = np.repeat(np.arange(count), n)
    finite = np.isfinite(block.momentum).all(axis=1)
    if not finite.all():
        raise UserError(f"event {event[np.argmin(finite)] + 1:,}: a momentum is no number")
    mass = species.lookup(block.pdg)[0]
    _check_energies(block, mass, event)
    left = LeftOut(read=count)
    wanted = block.charged & (block.probe == probe) & ((block.target == target) | (block.target == 0))
    left.other = int((~wanted).sum())
    # the first charged lepton of the probe is that of the vertex
    process = _core.Process(probe, target)
    code = process.lepton
    rows = np.flatnonzero(block.pdg == code)[::-1]
    lepton_row = np.full(count, -1, dtype=np.int64)
    lepton_row[event[rows]] = rows
    left.no_lepton = int((wanted & (lepton_row < 0)).sum())
    wanted = wanted & (lepton_row >= 0)
    nucleus = np.abs(block.pdg) >= NUCLEUS
    bad = np.bincount(event[np.isnan(mass) & ~nucleus], minlength=count) > 0
    left.unknown = int((wanted & bad).sum())
    left.code = int(block.pdg[np.isnan(mass) & ~nucleus][0]) if bad.any() else 0
    wanted = wanted & ~bad
    lepton = block.momentum[lepton_row]
    lepton_mass = process.lepton_mass
    enu, size = np.linalg.norm(block.neutrino, axis=1), np.linalg.norm(lepton, axis=1)
    emu = np.sqrt(size**2 + lepton_mass**2)
    possible = (emu < enu) & (size > 0.0)
    left.unphysical = int((wanted & ~possible).sum())
    wanted = wanted & possible
    hadron = wanted[event] & ~nucleus
    hadron[lepton_row[wanted]] = False
    kept = np.flatnonzero(wanted)
    axes = transfer_frame(block.neutrino[kept], lepton[kept])
    place = np.cumsum(wanted) - 1
    owner, codes, p = place[event[hadron]], block.pdg[hadron], block.momentum[hadron]
    local = np.stack([(p * axis[owner]).sum(1) for axis in axes], axis=1)
    owner, codes, local = eta.joined(owner, codes, local)
    order = np.lexsort((-(local**2).sum(1), species.rank(codes), owner))
    hadrons = np.bincount(owner, minlength=len(kept)).astype(np.int64)
    cos = (block.neutrino * lepton).sum(1)[kept] / (enu * size)[kept]
    whole = Whole(
        enu[kept],
        emu[kept],
        np.clip(cos, -1.0, 1.0),
        block.mode[kept].astype(np.int8),
        hadrons,
        np.cumsum(hadrons) - hadrons,
        codes[order].astype(np.int32),
        local[order].astype(np.float32),
        lepton_mass,
    )
    return whole, left


def _check_energies(block: Particles, mass: F64, event: NDArray[np.int64]) -> None:
    """Refuse four-momenta that are not those of particles: most of them must be near their masses."""
    expected = np.sqrt((block.momentum**2).sum(1) + np.nan_to_num(mass) ** 2)
    known = np.isfinite(block.energy) & np.isfinite(mass)
    off = known & (np.abs(block.energy - expected) > 0.05 * expected + 0.01)
    if off.sum() > 0.01 * max(int(known.sum()), 1):
        row = int(np.argmax(off))
        energies = f"energy {block.energy[row]:.4g} GeV, but by mass and momentum {expected[row]:.4g}"
        share = f"{off.sum():,} of {known.sum():,} particles"
        raise UserError(f"event {event[row] + 1:,}: PDG code {block.pdg[row]} has {energies}; so {share}")


Vocabulary = tuple[tuple[int, ...], ...]


def others_of(events: Whole) -> dict[int, tuple[int, ...]]:
    """By event, the PDG codes of its uncounted particles in the event's order; only where there are some."""
    other = ~np.isin(events.pdg, species.COUNTED)
    event = np.repeat(np.arange(len(events)), events.n)[other]
    found: dict[int, tuple[int, ...]] = {}
    for number, code in zip(event.tolist(), events.pdg[other].tolist(), strict=True):
        found[number] = (*found.get(number, ()), code)
    return found


def vocabulary(events: Whole, least: int = 2) -> Vocabulary:
    """What events have beside the counted species, commonest first, seen at least ``least`` times."""
    counts = Counter(others_of(events).values())
    return ((), *(codes for codes, seen in counts.most_common() if seen >= least))


def content(events: Whole, words: Vocabulary) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Entries of the vocabulary [N], -1 for none, and counts of the counted species [N, 5]."""
    event = np.repeat(np.arange(len(events)), events.n)
    counts = np.stack(
        [np.bincount(event[events.pdg == code], minlength=len(events)) for code in species.COUNTED], axis=1
    )
    place = {codes: k for k, codes in enumerate(words)}
    entry = np.zeros(len(events), dtype=np.int64)
    for number, codes in others_of(events).items():
        entry[number] = place.get(codes, -1)
    return entry, counts.astype(np.int64)


def concatenate(parts: Sequence[Whole]) -> Whole:
    """Several samples as one."""
    n = np.concatenate([part.n for part in parts])
    columns = {
        key: np.concatenate([getattr(part, key) for part in parts])
        for key in ("enu", "emu", "cos", "mode", "pdg", "momentum")
    }
    return Whole(n=n, first=np.cumsum(n) - n, lepton_mass=parts[0].lepton_mass, **columns)
