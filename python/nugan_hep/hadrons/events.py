"""Whole events in memory, compact: the lepton and the hadrons in the frame of the momentum transfer.

The frame: z along q, the momentum transfer; x in the plane of the leptons, on the side of the charged
lepton. Only what the hadrons can depend on is kept: E_nu, E_mu and the angle, the interaction mode, and
the hadrons' momenta.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.hadrons import species
from nugan_hep.kinematics import MUON_MASS

F64 = NDArray[np.float64]

MODES = (0, 2, 4, 6, 8)
"""NuWro's ``dyn``: quasi-elastic, resonance, deep inelastic, coherent, two-body current."""
MODE_NAMES = ("qel", "res", "dis", "coh", "mec")


@dataclass(frozen=True)
class Whole:
    """Events of one target: per event [N] and, flat over events, per hadron [H].

    ``momentum`` [H, 3] is float32 in the frame of the momentum transfer, hadrons in the order of
    :mod:`nugan_hep.hadrons.species`; event i has the rows ``first[i] ... first[i] + n[i]``.
    """

    enu: F64
    emu: F64
    cos: F64
    mode: NDArray[np.int8]
    n: NDArray[np.int64]
    first: NDArray[np.int64]
    pdg: NDArray[np.int32]
    momentum: NDArray[np.float32]
    lepton_mass: float = MUON_MASS

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


def transfer_frame(neutrino: F64, lepton: F64) -> tuple[F64, F64, F64]:
    """Axes x, y, z, each [N, 3], from the momenta [N, 3] of neutrino and charged lepton."""
    q = neutrino - lepton
    z = q / np.linalg.norm(q, axis=1, keepdims=True)
    x = lepton - (lepton * z).sum(1, keepdims=True) * z
    size = np.linalg.norm(x, axis=1, keepdims=True)
    # a lepton along the neutrino leaves no plane: any will do
    spare = np.cross(z, np.where(np.abs(z[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    spare /= np.linalg.norm(spare, axis=1, keepdims=True)
    x = np.where(size > 1e-9, x / np.maximum(size, 1e-9), spare)
    return x, np.cross(z, x), z


def from_lists(
    enu: F64, mode: NDArray[np.int8], n: NDArray[np.int64], pdg: NDArray[np.int32], momentum: F64
) -> Whole:
    """Events from particles that leave the nucleus, lepton first; the neutrino flies along z.

    Parameters
    ----------
    enu, mode, n : per event; n counts the lepton too
    pdg, momentum : flat over the events, [P] and [P, 3] in GeV

    Raises
    ------
    UserError : no lepton first, momenta that are no numbers, or unknown PDG codes
    """
    first = np.cumsum(n) - n
    if (n < 1).any():
        raise UserError(f"event {int(np.argmax(n < 1))} has no particles: expected a charged lepton first")
    if not np.isfinite(momentum).all():
        raise UserError(f"particle {int(np.argmin(np.isfinite(momentum).all(1)))}: momentum is no number")
    leading = np.abs(pdg[first])
    if not np.isin(leading, (11, 13)).all():
        bad = int(np.argmin(np.isin(leading, (11, 13))))
        raise UserError(f"event {bad} begins with PDG code {pdg[first[bad]]}: expected a charged lepton")
    mass = species.PARTICLES[int(leading[0])][0]
    lepton = momentum[first]
    neutrino = np.zeros_like(lepton)
    neutrino[:, 2] = enu
    x, y, z = transfer_frame(neutrino, lepton)
    size = np.linalg.norm(lepton, axis=1)
    keep = np.ones(len(pdg), dtype=bool)
    keep[first] = False
    event = np.repeat(np.arange(len(n)), n)[keep]
    code, p = pdg[keep], momentum[keep]
    known = np.isin(code, np.fromiter(species.PARTICLES, dtype=np.int64))
    if not known.all():
        raise UserError(f"unknown PDG code {code[~known][0]} among the hadrons")
    local = np.stack([(p * axis[event]).sum(1) for axis in (x, y, z)], axis=1)
    order = np.lexsort((-(local**2).sum(1), species.rank(code), event))
    hadrons = n - 1
    return Whole(
        enu,
        np.sqrt(size**2 + mass**2),
        lepton[:, 2] / size,
        mode,
        hadrons,
        np.cumsum(hadrons) - hadrons,
        code[order].astype(np.int32),
        local[order].astype(np.float32),
        mass,
    )


def read_npz(path: str | Path, limit: int | None = None) -> Whole:
    """Whole events from ``enu``, ``dyn``, ``n`` per event and ``pdg``, ``px``, ``py``, ``pz`` flat.

    Raises
    ------
    UserError : not such a file
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            missing = {"enu", "dyn", "n", "pdg", "px", "py", "pz"} - set(file.files)
            if missing:
                raise UserError(f"{path} has no {', '.join(sorted(missing))}: expected whole events")
            n = file["n"][:limit].astype(np.int64)
            total = int(n.sum())
            momentum = np.stack([file[key][:total] for key in ("px", "py", "pz")], axis=1).astype(np.float64)
            if len(momentum) != total:
                raise UserError(f"{path}: n counts {total} particles, but there are {len(momentum)}")
            mode = np.searchsorted(MODES, file["dyn"][:limit]).astype(np.int8)
            enu = file["enu"][:limit].astype(np.float64)
            pdg = file["pdg"][:total]
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path}: {error}") from None
    return from_lists(enu, mode, n, pdg, momentum)


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
