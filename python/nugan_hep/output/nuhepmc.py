"""Events as NuHepMC 1.0.0: HepMC3's ASCII format with the conventions of neutrino generators.

An event has one vertex, the neutrino's scattering off a nucleus at rest, and four particles:

======  ==========  ===================================================================================
status  PDG         four-momentum in the laboratory [GeV]
======  ==========  ===================================================================================
4       ±14         the neutrino
20      10LZZZAAAI  the nucleus at rest; hydrogen is the proton 2212
1       ±13         the muon on its mass shell, E from the momentum columns
1       2009900000  all else, with what balances the event; a pseudo-particle, not to be propagated
======  ==========  ===================================================================================

The hadrons and, for an inclusive model, the interaction mode are unknown. The process of an event is 200 if
the model of its target is quasielastic and otherwise 700, "CC inclusive", of the range for other processes
(E.C.1). ``lab_pos`` is in cm and s. The weight CV is ``wght``. With the flux-averaged cross section of the
head, in 1e-38 cm² per nucleon, a distribution becomes a cross section by the factor sigma / sum of CV.

Momenta have ten digits, which give float32 back exactly and balance an event to 1e-7 GeV.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nugan_hep import kinematics
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.atomic import new_file
from nugan_hep.output.columns import split_compression
from nugan_hep.output.nuhepmc_reader import read
from nugan_hep.output.nuhepmc_run_info import library
from nugan_hep.output.particles import HYDROGEN, PROTON, charged_lepton, momenta, nuclear_mass

__all__ = ["NuHepMCWriter", "create", "least_bytes", "read"]

Array = NDArray[np.float64]

DIGITS = 9
"""After the point of the first digit."""
BLOCK = 10_000
"""Events whose text is held at once."""
ROOM = 16_384
"""Bytes that the head may grow by until the file is closed before the events have to be moved."""

LEAST_EVENT_BYTES = 480
"""Text of an event of the shortest numbers."""
LEAST_PACKED_BYTES = 32
"""Random mantissas do not compress."""


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events.

    Raises
    ------
    UserError : unknown compression
    """
    level = parse_compression(compression)
    return events * (LEAST_PACKED_BYTES if level else LEAST_EVENT_BYTES)


def parse_compression(text: str) -> int:
    """Turn ``none|zlib[:level]`` into the level of gzip: 0 for none, 1 (fastest, default) to 9.

    Raises
    ------
    UserError : unknown algorithm or level
    """
    return split_compression(text, ("zlib",), ("none",))[1]


class NuHepMCWriter:
    """Writes events one by one through pyhepmc; made by :func:`create`.

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
        # HepMC3 swallows the errors of a stream, so what it writes goes through memory
        self._text = io.BytesIO()
        self._begun = False

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :mod:`nugan_hep.output`."""
        if not self._begun:
            self._begin()
        rows = len(columns["Ev"])
        for start in range(0, rows, BLOCK):
            self._write_block({name: a[start : start + BLOCK] for name, a in columns.items()})
            self._drain()
        self.events += rows

    def finish(self) -> None:
        """Write HepMC3's last line, and the head anew with what is known now."""
        if not self._begun:
            self._begin()
        self._ascii.close()
        self._drain()
        if self._packer:
            self._stream.write(self._packer.flush())
        head = clauses.head(clauses.run_info(self.run, self.events), self._head_bytes)
        if not self._level:
            replace_start(self._stream, self._head_bytes, head)
            return
        # packed without compression, so that it has the same length whatever it says
        old = len(packed(bytes(self._head_bytes), 0))
        replace_start(self._stream, old, packed(head, 0))

    def _begin(self) -> None:
        """Write the head, with room for more, and prepare the one event that is filled again and again."""
        self._begun = True
        hepmc, core = library("pyhepmc"), library("pyhepmc._core")
        info = clauses.run_info(self.run, 0)
        self._head_bytes = len(clauses.head(info, len(clauses.head(info)) + ROOM))
        self._pipe = core.pyiostream(self._text, 2**16)
        self._ascii = library("pyhepmc.io").WriterAscii(self._pipe, info)
        self._ascii.precision = DIGITS

        nowhere = (0.0, 0.0, 0.0, 0.0)
        self._beam = hepmc.GenParticle(nowhere, 0, clauses.BEAM)
        self._target = hepmc.GenParticle(nowhere, 0, clauses.TARGET)
        self._muon = hepmc.GenParticle(nowhere, 0, clauses.FINAL)
        self._remnant = hepmc.GenParticle(nowhere, clauses.REMNANT, clauses.FINAL)
        vertex = hepmc.GenVertex()
        vertex.status = clauses.PRIMARY_VERTEX
        for particle in (self._beam, self._target):
            vertex.add_particle_in(particle)
        for particle in (self._muon, self._remnant):
            vertex.add_particle_out(particle)
        self._event = hepmc.GenEvent(info, hepmc.Units.GEV, hepmc.Units.CM)
        self._event.add_vertex(vertex)
        self._beam.generated_mass = 0.0
        self._muon.generated_mass = kinematics.MUON_MASS
        self._common: tuple[int, int, float, str] | None = None

    def _set_common(self, probe: int, target: int, weight: float, place: str) -> None:
        """Set what many events in a row may share."""
        if self._common is None or (probe, target) != self._common[:2]:
            self._set_kind(probe, target)
        self._common = probe, target, weight, place
        self._event.weights = [weight]
        self._event.attributes["lab_pos"] = place

    def _set_kind(self, probe: int, target: int) -> None:
        self._beam.pid, self._muon.pid = probe, charged_lepton(probe)
        mass = nuclear_mass(target)
        # a nucleus of one proton has the number of the hadron in the PDG's scheme
        self._target.pid = PROTON if target == HYDROGEN else target
        self._target.momentum = (0.0, 0.0, 0.0, mass)
        self._target.generated_mass = mass
        self._event.attributes["signal_process_id"] = clauses.process(self.run, probe, target)

    def _write_block(self, columns: Columns) -> None:
        event, beam, muon, remnant = self._event, self._beam, self._muon, self._remnant
        write = self._ascii.write_event
        rows = len(columns["Ev"])
        targets = columns["tgt"] if "tgt" in columns else np.full(rows, self.run.target)
        probes = columns["neu"] if "neu" in columns else np.full(rows, self.run.probe)
        nu, mu, rest = four_momenta(columns, targets)
        for number, neu, tgt, weight, place, p_nu, p_mu, p_rest in zip(
            columns["iev"].tolist(),
            probes.tolist(),
            targets.tolist(),
            columns["wght"].tolist() if "wght" in columns else itertools.repeat(1.0, rows),
            _places(columns, rows),
            nu.tolist(),
            mu.tolist(),
            rest.tolist(),
            strict=True,
        ):
            event.event_number = number
            if (neu, tgt, weight, place) != self._common:
                self._set_common(neu, tgt, weight, place)
            beam.momentum = p_nu
            muon.momentum = p_mu
            remnant.momentum = p_rest
            write(event)

    def _drain(self) -> None:
        self._pipe.flush()
        text = self._text.getvalue()
        if self._level and self._packer is None:
            if len(text) < self._head_bytes:
                return  # the head is not complete
            self._stream.write(packed(text[: self._head_bytes], 0))
            self._packer = _packer(self._level)
            text = text[self._head_bytes :]
        self._stream.write(self._packer.compress(text) if self._packer else text)
        self._text.seek(0)
        self._text.truncate()


def four_momenta(columns: Columns, targets: NDArray[Any]) -> tuple[Array, Array, Array]:
    """Neutrino, muon and what is left of a target at rest: px py pz E [GeV], each [N, 4]."""
    nu, mu = momenta(columns)
    kinds, kind = np.unique(targets, return_inverse=True)
    mass = np.array([nuclear_mass(int(target)) for target in kinds])[kind]
    beam, muon = _on_shell(nu, 0.0), _on_shell(mu, kinematics.MUON_MASS)
    rest = beam - muon
    rest[:, 3] += mass
    return beam, muon, rest


def _on_shell(p: Array, mass: float) -> Array:
    energy = np.sqrt(np.sum(p * p, axis=-1) + mass * mass)
    return np.concatenate([p, energy[:, None]], axis=-1)


def _places(columns: Columns, rows: int) -> Iterator[str]:
    """Each event's ``lab_pos``: x y z [cm] and t [s]."""
    names = ("vtxx", "vtxy", "vtxz", "vtxt")
    if not any(name in columns for name in names):
        return itertools.repeat("0 0 0 0", rows)
    zero = np.zeros(rows)
    places = np.stack([columns.get(name, zero) for name in names], axis=-1)
    places[:, :3] *= clauses.CM
    return map(clauses.in_full, places.tolist())


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
    level = parse_compression(compression)
    if bool(level) != str(path).endswith(".gz"):
        which = "zlib, with :1 to :9" if level == 0 else "none, or a name that ends in .gz"
        raise UserError(f"{path}: compression {compression!r} of the format nuhepmc; expected {which}")
    run.need_cross_section("nuhepmc")
    library("pyhepmc")
    with new_file(path, force) as stream:
        writer = NuHepMCWriter(stream, run, level)
        yield writer
        writer.finish()
