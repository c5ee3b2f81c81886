"""Events of whole particle lists, rootracker trees and NuHepMC files: neutrino, target and muon by role.

The readers are those of :mod:`nugan_hep.output`; energies come in GeV, whatever the file has.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nugan_hep.data.aliases import NUHEPMC, ROOTRACKER
from nugan_hep.errors import NoEventsError
from nugan_hep.output import hepmc3_text, leptons, nuhepmc_reader, rootracker_reader

__all__ = ["NUHEPMC", "ROOTRACKER", "nuhepmc", "rootracker"]

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
