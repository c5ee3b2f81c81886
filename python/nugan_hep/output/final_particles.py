"""The particles of events of which a file has the columns and what leaves the nucleus.

Neutrino, nucleus and lepton are those of the columns, the nucleus is at rest with its ground-state mass, and
what is left has the energy and momentum that are left, so that every event balances.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, species
from nugan_hep.output import Columns
from nugan_hep.particles import FINAL, LEPTON, NEUTRINO, TARGET, as_awkward

NEEDED = ("neu", "tgt", "pxv", "pyv", "pzv", "pxl", "pyl", "pzl")
"""Columns that particles follow from."""
INITIAL, REMNANT = 0, 15
BEFORE = 3
"""Particles of an event before its hadrons."""
FOUR = ("px", "py", "pz", "E")


def modes_of(numbers: NDArray[Any], probe: int, target: int, format_has: str) -> NDArray[np.int32]:
    """The column ``mode`` from the numbers that a format, ``nuhepmc`` or ``neut``, has for modes."""
    process = _core.Process(probe, target)
    known = {getattr(process, format_has)(mode): mode for mode in range(len(_core.modes))}
    kinds, kind = np.unique(numbers, return_inverse=True)
    return np.array([known.get(int(number), 0) for number in kinds], np.int32)[kind]


def mode_of_text(text: str) -> int:
    """The same of GENIE's EvtCode."""
    words = text.rpartition("proc:")[2].rstrip(";").split(",")
    return next((k for k, (_, _, genie) in enumerate(_core.modes) if genie in words), 0)


def completed(columns: Columns, hadrons: Mapping[str, Any]) -> Any:
    """The awkward array of particles of events.

    Parameters
    ----------
    columns : with :data:`NEEDED`, [N] each
    hadrons : ``offsets`` [N + 1] and, flat, ``pdg``, ``px py pz E`` [GeV]
    """
    probe, target = (np.asarray(columns[name]) for name in ("neu", "tgt"))
    lepton = np.asarray(probe - np.sign(probe))
    offsets = np.asarray(hadrons["offsets"], np.int64) - hadrons["offsets"][0]
    counts = np.diff(offsets)
    first = offsets[:-1] + (BEFORE + 1) * np.arange(len(counts))
    size = int(offsets[-1]) + (BEFORE + 1) * len(counts)
    own = np.arange(int(offsets[-1])) + np.repeat(first + BEFORE - offsets[:-1], counts)
    p = np.zeros((size, 4))
    for place, letter, mass in ((NEUTRINO, "v", 0.0), (LEPTON, "l", _of_each(lepton, _core.lepton_mass))):
        three = np.stack([np.asarray(columns[f"p{axis}{letter}"], np.float64) for axis in "xyz"], axis=1)
        p[first + place, :3] = three
        p[first + place, 3] = np.sqrt((three**2).sum(1) + mass**2)
    free = target == _core.HYDROGEN
    p[first + TARGET, 3] = np.where(free, _core.PROTON_MASS, _of_each(target, _core.nuclear_mass))
    p[own] = np.stack([np.asarray(hadrons[name], np.float64) for name in FOUR], axis=1)
    event = np.repeat(np.arange(len(counts)), counts)
    left = p[first + NEUTRINO] + p[first + TARGET] - p[first + LEPTON]
    for k in range(4):
        left[:, k] -= np.bincount(event, p[own, k], len(counts))
    last = first + BEFORE + counts
    p[last] = left
    pdg, status = np.zeros(size, np.int32), np.full(size, FINAL, np.int32)
    mother = np.full(size, TARGET, np.int32)
    pdg[first + NEUTRINO], pdg[first + TARGET] = probe, np.where(free, _core.PROTON, target)
    pdg[first + LEPTON], pdg[own] = lepton, hadrons["pdg"]
    pdg[last] = _remnants(probe, target, event, np.asarray(hadrons["pdg"]))
    status[first + NEUTRINO] = status[first + TARGET] = INITIAL
    status[last] = REMNANT
    mother[first + NEUTRINO] = mother[first + TARGET] = -1
    mother[first + LEPTON] = NEUTRINO
    fields = {name: np.ascontiguousarray(p[:, k]) for k, name in enumerate(FOUR)}
    ends = np.append(first, size).astype(np.int64)
    return as_awkward({"offsets": ends, "pdg": pdg, "status": status, "mother": mother, **fields})


def _of_each(codes: NDArray[Any], of: Any) -> NDArray[np.float64]:
    kinds, kind = np.unique(codes, return_inverse=True)
    return np.array([of(int(code)) for code in kinds], np.float64)[kind]


def _remnants(
    probe: NDArray[Any], target: NDArray[Any], event: NDArray[Any], hadrons: NDArray[Any]
) -> NDArray[np.int32]:
    """PDG numbers of what is left, by charge and baryon number; of no nucleus where a species is unknown."""
    mass, charge, baryons = species.lookup(hadrons)
    count = len(probe)
    protons = target // 10_000 % 1000 + np.sign(probe) - _sum(event, charge, count)
    nucleons = target // 10 % 1000 - _sum(event, baryons, count)
    nucleons[_sum(event, np.isnan(mass), count) > 0] = 0
    kinds, kind = np.unique(np.stack([protons, nucleons]), axis=1, return_inverse=True)
    codes = [_core.remnant_code(int(z), int(a)) for z, a in kinds.T]
    return np.array(codes, np.int32)[kind.reshape(-1)]


def _sum(event: NDArray[Any], values: NDArray[Any], count: int) -> NDArray[np.int64]:
    return np.rint(np.bincount(event, values, count)).astype(np.int64)
