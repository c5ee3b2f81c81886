"""Events as NuHepMC 1.0.0: HepMC3's ASCII format with the conventions of neutrino generators.

An event has one vertex, the neutrino's scattering off a nucleus at rest, and, where the model has no hadrons,
four particles:

======  ==========  ===================================================================================
status  PDG         four-momentum in the laboratory [GeV]
======  ==========  ===================================================================================
4       ±14         the neutrino
20      10LZZZAAAI  the nucleus at rest; hydrogen is the proton 2212
1       ±13         the lepton on its mass shell, E from the momentum columns
1       2009900000  all else, with what balances the event; a pseudo-particle, not to be propagated
======  ==========  ===================================================================================

Otherwise all particles are written, the nucleus that is left behind with its own PDG number and status 1. The
process of an event is that of its mode, or of its model's channel: 200 if that is quasielastic, 700, "CC
inclusive", of the range for other processes (E.C.1), if it is not known. ``lab_pos`` is in cm and s. The
weight CV is ``wght``; each replica has a weight of its name, ``wght`` times its own. With the flux-averaged
cross section of the head, in 1e-38 cm² per nucleon, a distribution becomes a cross section by the factor
sigma / sum of CV.

Momenta have ten digits, which give float32 back exactly and balance an event to 1e-7 GeV.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nugan_hep import _core, particles
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import REPLICAS
from nugan_hep.output.hepmc3_text import END
from nugan_hep.output.nuhepmc_reader import read
from nugan_hep.output.nuhepmc_run_info import library

__all__ = ["NuHepMCWriter", "create", "read"]

BLOCK = 50_000
"""Events whose text is held at once."""
ROOM = 16_384
"""Bytes that the head may grow by until the file is closed before the events have to be moved."""


class NuHepMCWriter:
    """Writes the text that the core makes of events; made by :func:`create`.

    Attributes
    ----------
    run : stored in the file's head when the file is closed
    events : events written so far
    """

    def __init__(self, stream: BinaryIO, run: Run, level: int = 0) -> None:
        self.run = run
        self.events = 0
        self._stream = stream
        self._level = level
        self._packer: Any = None
        self._head_bytes = 0
        self._modes = False
        self._text = _core.NuHepMC(lambda probe, target: self.run.kind(probe, target))

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :mod:`nugan_hep.output`."""
        replicas = np.shape(columns[REPLICAS])[1] if REPLICAS in columns else 0
        if replicas != len(self.run.replicas):
            raise UserError(
                f"format nuhepmc names every weight: {replicas} replicas of events, "
                f"{len(self.run.replicas)} of the run"
            )
        self._begin()
        rows = len(columns["Ev"])
        self._modes = self._modes or "mode" in columns
        for start in range(0, rows, BLOCK):
            block = {name: values[start : start + BLOCK] for name, values in columns.items()}
            self._write(self._text.text(particles.for_core(block), self.run.probe, self.run.target))
        self.events += rows

    def finish(self) -> None:
        """Write HepMC3's last line, and the head anew with what is known now."""
        self._begin()
        self._write(END + b"\n\n")
        if self._packer:
            self._stream.write(self._packer.flush())
        head = clauses.head(clauses.run_info(self.run, self.events, self._modes), self._head_bytes)
        if not self._level:
            replace_start(self._stream, self._head_bytes, head)
            return
        # packed without compression, so that it has the same length whatever it says
        old = len(packed(bytes(self._head_bytes), 0))
        replace_start(self._stream, old, packed(head, 0))

    def _begin(self) -> None:
        """Write the head, with room for more, before the first event."""
        if self._head_bytes:
            return
        info = clauses.run_info(self.run, 0)
        head = clauses.head(info, len(clauses.head(info)) + ROOM)
        self._head_bytes = len(head)
        self._stream.write(packed(head, 0) if self._level else head)
        self._packer = _packer(self._level) if self._level else None

    def _write(self, text: bytes) -> None:
        self._stream.write(self._packer.compress(text) if self._packer else text)


def _packer(level: int) -> Any:
    return zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)


def packed(text: bytes, level: int) -> bytes:
    """A member of a gzip file; a file is any number of them one after the other."""
    packer = _packer(level)
    return bytes(packer.compress(text) + packer.flush())


def replace_start(stream: BinaryIO, old: int, new: bytes, block: int = 2**24) -> None:
    """Put ``new`` in the place of the first ``old`` bytes, none fewer; what follows moves if it must."""
    more = len(new) - old
    end = stream.seek(0, io.SEEK_END)
    while more > 0 and end > old:
        start = max(old, end - block)
        stream.seek(start)
        moved = stream.read(end - start)
        stream.seek(start + more)
        stream.write(moved)
        end = start
    stream.seek(0)
    stream.write(new)


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "none", force: bool = False
) -> Iterator[NuHepMCWriter]:
    """Write a HepMC3 ASCII file, packed by gzip as ``.gz``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common; its model's interaction is looked up before the first event
    compression : none, or of a ``.gz`` file zlib or zlib:1 to zlib:9
    force : replace an existing file

    Raises
    ------
    UserError : no cross section, no pyhepmc, or the file cannot be written (existing, no folder, disk full)
    """
    _, level = _core.parse_compression("nuhepmc", compression)
    if bool(level) != str(path).endswith(".gz"):
        which = "zlib, with :1 to :9" if level == 0 else "none, or a name that ends in .gz"
        raise UserError(f"{path}: compression {compression!r} of the format nuhepmc; expected {which}")
    run.need_cross_section("nuhepmc")
    library("pyhepmc")
    with new_file(path, force) as stream:
        writer = NuHepMCWriter(stream, run, level)
        yield writer
        writer.finish()
