"""NuHepMC files that nugan-sample wrote, back as columns."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.nuhepmc_run_info import library
from nugan_hep.output.particles import HYDROGEN, PROTON, Array, columns_of

BLOCK = 10_000
"""Events whose objects are held at once."""
FIRST, LAST = b"HepMC::Version", b"HepMC::Asciiv3-END_EVENT_LISTING"
STATUS = (clauses.BEAM, clauses.TARGET, clauses.FINAL, clauses.FINAL)


@contextlib.contextmanager
def read(path: str | Path) -> Iterator[EventReader]:
    """The events of a file that :func:`nugan_hep.output.nuhepmc.create` wrote, by :data:`BLOCK`.

    ``El`` and what depends on it come from the momenta and may differ from what was written in the last
    digit of float32.

    Raises
    ------
    UserError : not such a file, or a damaged one
    """
    hepmc, core = library("pyhepmc"), library("pyhepmc._core")
    try:
        stream = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise UserError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from error
    with stream:
        if not stream.read(len(FIRST)).startswith(FIRST):
            raise UserError(f"{path}: expected a HepMC3 ASCII file")
        stream.seek(max(0, stream.seek(0, io.SEEK_END) - len(LAST) - 10))
        if LAST not in stream.read():
            raise UserError(f"{path} was cut off: expected {LAST.decode()} as last line")
        stream.seek(0)
        reader = library("pyhepmc.io").ReaderAscii(core.pyiostream(stream, 2**16))
        event = hepmc.GenEvent()
        reader.read_event(event)
        try:
            run, events = clauses.read_run(event.run_info)
        except UserError as error:
            raise UserError(f"{path}: {error}") from None
        yield EventReader(run, events, _chunks(path, reader, event, run, events))


def _chunks(path: str | Path, reader: Any, event: Any, run: Run, events: int) -> Iterator[Columns]:
    """The events, the first of which has been read into ``event``."""
    data_of = library("pyhepmc._core").GenEventData
    for first in range(0, events, BLOCK):
        numbers, weights, places, particles = [], [], [], []
        for number in range(first, min(first + BLOCK, events)):
            if number > 0:
                reader.read_event(event)
            data = data_of()
            event.write_data(data)
            if tuple(data.particles["status"]) != STATUS:
                raise UserError(
                    f"{path}: event {number + 1:,} of {events:,} is damaged or not as nugan-sample writes it"
                )
            numbers.append(event.event_number)
            weights.append(event.weight())
            places.append(str(event.attributes["lab_pos"]))
            particles.append(data.particles)
        yield _columns(run, numbers, weights, places, np.stack(particles))


def _columns(
    run: Run, numbers: list[int], weights: list[float], places: list[str], particles: NDArray[Any]
) -> Columns:
    """The columns of events, of their ``particles`` [N, 4] as HepMC3 holds them."""
    nu, mu = (np.stack([particles[name][:, k] for name in ("px", "py", "pz")], axis=-1) for k in (0, 2))
    target = particles["pid"][:, 1]
    if PROTON not in run.targets:
        target = np.where(target == PROTON, HYDROGEN, target)
    x, y, z, t = np.array(" ".join(places).split(), dtype=np.float64).reshape(-1, 4).T
    return {
        **columns_of(nu, mu),
        "phil": _azimuth(nu, mu).astype(np.float32),
        "iev": np.array(numbers, dtype=np.int32),
        "tgt": target.astype(np.int32),
        "wght": np.array(weights, dtype=np.float64),
        "vtxx": x / clauses.CM,
        "vtxy": y / clauses.CM,
        "vtxz": z / clauses.CM,
        "vtxt": t,
    }


def _azimuth(nu: Array, mu: Array) -> Array:
    """Azimuth [N] of muons about the neutrinos, momenta [N, 3], undoing :func:`nugan_hep.beam.rotation`."""
    x, y, z = (nu / np.linalg.norm(nu, axis=1, keepdims=True)).T
    sideways = x * x + y * y
    # 1/(1 + z), without cancellation for beams backward; a beam along -z is turned about x
    f = np.where(z > 0, 1 / (1 + np.abs(z)), (1 - z) / np.where(sideways > 0, sideways, 1.0))
    mixed = f * (x * mu[:, 0] + y * mu[:, 1]) + mu[:, 2]
    flip = np.where((z < 0) & (sideways == 0), -1.0, 1.0)
    phi: Array = np.arctan2(flip * (mu[:, 1] - y * mixed), mu[:, 0] - x * mixed)
    return phi
