"""NuHepMC files, of nugan-sample and of other generators, back as columns."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, Run, leptons
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.columns import whole
from nugan_hep.output.final_particles import FOUR, INITIAL, REMNANT, modes_of
from nugan_hep.output.from_momenta import Array
from nugan_hep.output.hepmc3_text import END, Listing, Part, listings, open_text
from nugan_hep.output.nuhepmc_others import read_run
from nugan_hep.output.nuhepmc_run_info import library
from nugan_hep.particles import FINAL, LEPTON, NEUTRINO, TARGET, as_awkward
from nugan_hep.species import NUCLEUS

BLOCK = 10_000
"""Events whose objects are held at once."""


@contextlib.contextmanager
def read(path: str | Path) -> Iterator[EventReader]:
    """The events of a file that :func:`nugan_hep.output.nuhepmc.create` or another generator wrote.

    ``El`` and what depends on it come from the momenta and may differ from what was written in the last
    digit of float32. A file of several listings (``cat a.hepmc3 b.hepmc3``) is read to its end.

    Raises
    ------
    UserError : not such a file, or a damaged one
    """
    with open_text(path) as stream:
        found = listings(path, stream)
        runs = [_run(path, listing) for listing in found]
        events = sum(listing.events for listing in found)
        if len(runs) > 1:
            for one, listing in zip(runs, found, strict=True):
                one.metadata["events"] = listing.events
        run = whole(path, runs, events)
        yield EventReader(run, events, _columns(path, run, chunks(path, stream, found, BLOCK)))


def _run(path: str | Path, listing: Listing) -> Run:
    """The run that a listing's head describes."""
    text = listing.head + END + b"\n"
    reader = library("pyhepmc.io").ReaderAscii(library("pyhepmc._core").pyiostream(io.BytesIO(text), 2**16))
    event = library("pyhepmc").GenEvent()
    reader.read_event(event)
    try:
        return read_run(event.run_info, listing.events)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def chunks(path: str | Path, stream: BinaryIO, found: list[Listing], step: int) -> Iterator[leptons.Leptons]:
    """Neutrino, target and lepton of all events, ``step`` at a time.

    Raises
    ------
    UserError : damaged, or events that are not as NuHepMC has them
    """
    hepmc, core = library("pyhepmc"), library("pyhepmc._core")
    for listing in found:
        reader = library("pyhepmc.io").ReaderAscii(core.pyiostream(Part(stream, listing), 2**16))
        event = hepmc.GenEvent()
        for first in range(0, listing.events, step):
            block = _Block(path, first)
            for number in range(first, min(first + step, listing.events)):
                if not reader.read_event(event) or not event.particles:
                    raise UserError(f"{path}: event {number + 1:,} of {listing.events:,} is damaged")
                block.add(event)
            yield block.leptons()


class _Block:
    """Collects events, numbered from ``first``."""

    def __init__(self, path: str | Path, first: int) -> None:
        self._path, self._first = path, first
        self._data = library("pyhepmc._core").GenEventData
        units = library("pyhepmc").Units
        self._mev, self._cm = units.MEV, units.CM
        self._rows: list[tuple[int, int, int, int, float, float]] = []
        self._particles: list[Any] = []
        self._all: list[Any] = []
        self._processes: list[int] = []
        self._places: list[tuple[float, ...]] = []
        self._place: tuple[str, Any, tuple[float, ...]] = ("", None, (0.0, 0.0, 0.0, 0.0))
        self._weight: int | None = None
        self._replicas = False
        self._factors: list[Any] = []

    def add(self, event: Any) -> None:
        data = self._data()
        event.write_data(data)
        particles = data.particles
        status, pdg = particles["status"].tolist(), particles["pid"].tolist()
        beam, target = self._only(status, clauses.BEAM), self._only(status, clauses.TARGET)
        probe = pdg[beam]
        wanted = probe - (1 if probe > 0 else -1)
        final = (k for k, code in enumerate(status) if code == clauses.FINAL and pdg[k] == wanted)
        charged = next(final, None)
        lepton = 0 if charged is None else wanted
        gev = 1e-3 if event.momentum_unit == self._mev else 1.0
        self._rows.append((event.event_number, probe, pdg[target], lepton, self._weight_of(event), gev))
        self._particles.append(particles[[beam, beam if charged is None else charged]])
        self._all.append(particles)
        process = event.attributes
        self._processes.append(
            int(str(process["signal_process_id"])) if "signal_process_id" in process else 0
        )
        self._places.append(self._place_of(event))

    def _only(self, status: list[int], code: int) -> int:
        if status.count(code) != 1:
            name = clauses.PARTICLE_STATUS[code][0].lower()
            raise UserError(
                f"{self._path}: event {self._first + len(self._rows) + 1:,} has {status.count(code)} "
                f"{name} particles (status {code}), expected one"
            )
        return status.index(code)

    def _weight_of(self, event: Any) -> float:
        if self._weight is None:
            info = event.run_info
            names = list(info.weight_names) if info else []
            self._weight = names.index("CV") if "CV" in names else 0
            self._replicas = info is not None and clauses.OURS in info.attributes and len(names) > 1
        weights = event.weights
        if self._replicas:
            self._factors.append(weights)
        return float(weights[self._weight]) if len(weights) > self._weight else 1.0

    def _place_of(self, event: Any) -> tuple[float, ...]:
        """``lab_pos`` in m and s; many events may share one."""
        attributes, unit = event.attributes, event.length_unit
        text = str(attributes["lab_pos"]) if "lab_pos" in attributes else ""
        if (text, unit) != self._place[:2]:
            try:
                x, y, z, t = ([float(word) for word in text.split()] + [0.0] * 4)[:4]
            except ValueError:
                raise UserError(f"{self._path}: lab_pos {text!r:.40}, expected numbers") from None
            metre = clauses.CM if unit == self._cm else 1000.0
            self._place = text, unit, (x / metre, y / metre, z / metre, t)
        return self._place[2]

    def leptons(self) -> leptons.Leptons:
        number, probe, target, lepton, weight, gev = map(np.array, zip(*self._rows, strict=True))
        leptons.check_probes(self._path, probe, self._first)
        found = np.stack(self._particles)
        p4 = np.stack([found[name] for name in ("px", "py", "pz", "e")], axis=-1) * gev[:, None, None]
        charged: Array = p4[:, 1]
        charged[lepton == 0] = np.nan
        return leptons.Leptons(
            number=number,
            probe=probe,
            target=leptons.as_nucleus(target),
            lepton=lepton,
            nu=p4[:, 0],
            charged=charged,
            weight=weight.astype(np.float64),
            vertex=np.array(self._places, dtype=np.float64),
            replicas=self._replica_weights(),
            **self._whole(probe, target, gev),
        )

    def _replica_weights(self) -> Any:
        """Weights of the replicas [N, K] beside CV, which comes first; 1 of events that do not count."""
        if not self._factors:
            return None
        cv, *others = np.array(self._factors, dtype=np.float64).T
        return np.divide(
            np.transpose(others), cv[:, None], where=cv[:, None] != 0, out=np.ones((len(cv), len(others)))
        ).astype(np.float32)

    def _whole(self, probe: Array, target: Array, gev: Array) -> dict[str, Any]:
        """All particles and the modes, where a nucleus is left as events of nugan-sample have it."""
        counts = np.array([len(particles) for particles in self._all])
        found = np.concatenate(self._all)
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        first, last = offsets[:-1], offsets[1:] - 1
        pdg, status = found["pid"].astype(np.int32), found["status"]
        if (counts <= LEPTON).any() or (pdg[last] == clauses.REMNANT).any():
            return {}
        if (pdg[first + LEPTON] != leptons.partner(pdg[first])).any() or (pdg[last] < NUCLEUS).any():
            return {}
        before = (status == clauses.BEAM) | (status == clauses.TARGET)
        status = np.where(before, INITIAL, FINAL).astype(np.int32)
        status[last] = REMNANT
        mother = np.where(before, -1, TARGET).astype(np.int32)
        mother[first + LEPTON] = NEUTRINO
        scale = np.repeat(gev, counts)
        four = {key: found[name] * scale for key, name in zip(FOUR, ("px", "py", "pz", "e"), strict=True)}
        array = as_awkward({"offsets": offsets, "pdg": pdg, "status": status, "mother": mother, **four})
        return {
            "particles": array,
            "mode": modes_of(np.array(self._processes), int(probe[0]), int(target[0]), "nuhepmc"),
        }


def _columns(path: str | Path, run: Run, events: Iterator[leptons.Leptons]) -> Iterator[Columns]:
    for columns in leptons.columns(path, run, events):
        nu, mu = (np.stack([columns[f"p{axis}{k}"] for axis in "xyz"], axis=-1) for k in ("v", "l"))
        yield {**columns, "phil": _azimuth(nu.astype("f8"), mu.astype("f8")).astype(np.float32)}


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
