"""Events of whole particle lists, rootracker, NuHepMC and ``.npz``: neutrino, target and lepton by role.

The readers are those of :mod:`nugan_hep.output`; energies come in GeV, whatever the file has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.data.aliases import NUHEPMC, ROOTRACKER, WHOLE
from nugan_hep.errors import NoEventsError, UserError
from nugan_hep.output import hepmc3_text, leptons, nuhepmc_reader, rootracker_reader

__all__ = ["NUHEPMC", "ROOTRACKER", "WHOLE", "nuhepmc", "rootracker", "whole_npz"]

Columns = dict[str, NDArray[Any]]


def rootracker(where: str, tree: Any, step: int) -> Iterator[Columns]:
    """The columns of a tree, ``step`` entries at a time, by the roles of :data:`ROOTRACKER`.

    Raises
    ------
    UserError : not as the format has it
    """
    for chunk in rootracker_reader.chunks(where, tree, step):
        yield leptons.roles(chunk)


def check_nuhepmc(file: Path) -> None:
    """Refuse a HepMC3 file without events, reading no more than it takes.

    Raises
    ------
    NoEventsError : a sound file without events
    UserError : not such a file, or cut off before the first event
    """
    with hepmc3_text.open_text(file) as stream:
        if not any(line.startswith(hepmc3_text.EVENT) for line in stream):
            stream.seek(0)
            hepmc3_text.listings(file, stream)
            raise NoEventsError(f"{file}: holds no events")


def nuhepmc(file: Path, step: int) -> Iterator[Columns]:
    """The columns of a HepMC3 file, at most ``step`` events at a time, by the roles of :data:`NUHEPMC`.

    Raises
    ------
    UserError : not such a file, cut off, or not as NuHepMC has it
    """
    with hepmc3_text.open_text(file) as stream:
        found = hepmc3_text.listings(file, stream)
        for chunk in nuhepmc_reader.chunks(file, stream, found, min(step, nuhepmc_reader.BLOCK)):
            yield leptons.roles(chunk)


def whole_npz(file: Path, step: int) -> Iterator[Columns]:
    """Energies and lepton of whole events, at most ``step`` at a time, by the roles of :data:`WHOLE`.

    The first particle of an event is its lepton; an event without particles has none, NaN.

    Raises
    ------
    UserError : columns that do not fit together
    """
    with np.load(file, allow_pickle=False) as archive:
        enu, n, pdg, *p = (archive[name] for name in WHOLE.required.values())
    first = np.cumsum(n, dtype=np.int64) - n
    if len(n) != len(enu) or any(len(column) != n.sum() for column in (pdg, *p)):
        raise UserError(
            f"{file}: n counts {len(n)} events and {n.sum()} particles, there are {len(enu)} and {len(pdg)}"
        )
    for start in range(0, len(enu), step):
        rows = slice(start, start + step)
        there = n[rows] > 0
        lepton, momentum = np.zeros(len(there), dtype=np.int64), np.full((3, len(there)), np.nan)
        lepton[there] = pdg[first[rows][there]]
        momentum[:, there] = [column[first[rows][there]] for column in p]
        mass = np.zeros(len(there))
        for code in np.unique(lepton[there]):
            mass[lepton == code] = _core.lepton_mass(int(code)) if 11 <= abs(code) <= 16 else np.nan
        yield {
            "enu": enu[rows],
            "emu": np.sqrt((momentum**2).sum(axis=0) + mass**2),
            "lepton": lepton,
            **{f"nu_{axis}": np.full(len(there), float(axis == "z")) for axis in "xyz"},
            **{f"mu_{axis}": momentum[k] for k, axis in enumerate("xyz")},
        }
