"""Neutrino, target and charged lepton of events of any generator, and the sampler's columns from them.

What else an event of another generator holds (hadrons, remnants) is left out. Events that are no charged
current have no place in the columns: they are counted in the run's metadata, ``left_out``, and the cross
section of all events becomes that of those that are left.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output.from_momenta import Array, columns_of
from nugan_hep.particles import PARTICLES

NEUTRINOS = (12, 14, 16)
HYDROGEN, PROTON = _core.HYDROGEN, _core.PROTON
VERTEX = ("vtxx", "vtxy", "vtxz", "vtxt")


class Leptons(NamedTuple):
    """Arrays [N] of events, in GeV.

    Attributes
    ----------
    number : of the event
    probe, target : PDG numbers, hydrogen as a nucleus
    lepton : PDG number of the charged lepton of a charged current, 0 where there is none in the final state
    nu, charged : px py pz E of neutrino and charged lepton [N, 4]; NaN where there is none
    weight : of the event
    vertex : x y z [m] and t [s], [N, 4]
    particles, mode, replicas : of events of nugan-sample that have them, the columns of these names and the
        weights of replicas [N, K]
    """

    number: NDArray[Any]
    probe: NDArray[Any]
    target: NDArray[Any]
    lepton: NDArray[Any]
    nu: Array
    charged: Array
    weight: Array
    vertex: Array
    particles: Any = None
    mode: NDArray[np.int32] | None = None
    replicas: NDArray[np.float32] | None = None


def partner(probe: NDArray[Any]) -> NDArray[Any]:
    """PDG numbers of the charged leptons of charged currents of neutrinos."""
    return np.asarray(probe - np.sign(probe))


def lepton_masses(lepton: NDArray[Any]) -> Array:
    """Masses of leptons in GeV by their PDG numbers, of the same shape."""
    kinds, kind = np.unique(lepton, return_inverse=True)
    return np.array([_core.lepton_mass(int(pdg)) for pdg in kinds])[kind].reshape(np.shape(lepton))


def as_nucleus(target: NDArray[Any]) -> NDArray[Any]:
    """Targets, with a free proton as the nucleus of hydrogen."""
    return np.where(target == PROTON, HYDROGEN, target)


def check_probes(path: str | Path, probe: NDArray[Any], first: int) -> None:
    """Refuse events, numbered from ``first``, whose incoming particle is no neutrino.

    Raises
    ------
    UserError : names the event and the particle
    """
    bad = np.flatnonzero(~np.isin(np.abs(probe), NEUTRINOS))
    if len(bad):
        k = bad[0]
        raise UserError(
            f"{path}: event {first + k + 1:,} begins with particle {probe[k]}, expected a neutrino"
        )


def in_gev(path: str | Path, lepton: NDArray[Any], p4: Array) -> float:
    """GeV in the unit of momenta [N, 4], by the masses of the charged leptons that they give.

    Raises
    ------
    UserError : neither GeV nor MeV
    """
    known = lepton_masses(lepton)
    heavy = known > 0.01  # an electron's mass is lost in the rounding of its momentum
    if not heavy.any():
        return 1.0
    p4, known = p4[heavy], known[heavy]
    square = p4[:, 3] ** 2 - np.sum(p4[:, :3] ** 2, axis=1)
    ratio = float(np.median(np.sqrt(np.maximum(square, 0.0)) / known))
    if 0.8 < ratio < 1.25:
        return 1.0
    if 800 < ratio < 1250:
        return 1e-3
    raise UserError(
        f"{path}: E and p give charged leptons {ratio:.3g} times their mass in GeV; "
        "expected momenta in GeV (1) or MeV (1000)"
    )


def columns(path: str | Path, run: Run, chunks: Iterator[Leptons]) -> Iterator[Columns]:
    """The sampler's columns of charged currents.

    Of another generator, that is, without targets, ``run`` learns these and what was left out.

    Raises
    ------
    UserError : damaged; events of nugan-sample that are no such
    """
    ours = bool(run.targets)
    seen: dict[int, int] = {}
    kept = everything = 0.0
    sigma, error = run.sigma, run.sigma_error
    for chunk in chunks:
        enu, emu = chunk.nu[:, 3], chunk.charged[:, 3]
        fits = (chunk.lepton != 0) & (emu < enu)
        if ours:
            fits = np.ones(len(chunk.probe), dtype=bool)  # others are refused below
        else:
            kept, everything = kept + float(chunk.weight[fits].sum()), everything + float(chunk.weight.sum())
            share = kept / everything if everything else 1.0
            run.sigma = None if sigma is None else sigma * share
            run.sigma_error = None if error is None else error * share
            run.metadata["left_out"] = run.metadata.get("left_out", 0) + int(np.sum(~fits))
            for target, count in zip(*np.unique(chunk.target[fits], return_counts=True), strict=True):
                seen[int(target)] = seen.get(int(target), 0) + int(count)
            # fractions of the nucleons are not known: the shares of the events
            run.targets = {target: count / sum(seen.values()) for target, count in seen.items()}
        if not fits.any():
            continue
        try:
            mass = lepton_masses(chunk.lepton[fits])
            found = columns_of(chunk.nu[fits, :3], chunk.charged[fits, :3], mass)
        except ValueError as problem:
            raise UserError(f"{path} is damaged: {problem}") from None
        yield {
            **found,
            "iev": chunk.number[fits].astype(np.int32),
            "neu": chunk.probe[fits].astype(np.int32),
            "tgt": chunk.target[fits].astype(np.int32),
            "wght": chunk.weight[fits].astype(np.float64),
            **{name: chunk.vertex[fits, k].astype(np.float64) for k, name in enumerate(VERTEX)},
            **({"mode": chunk.mode, PARTICLES: chunk.particles} if ours and chunk.mode is not None else {}),
            **({_core.REPLICA_WEIGHTS: chunk.replicas} if ours and chunk.replicas is not None else {}),
        }


def roles(chunk: Leptons) -> dict[str, NDArray[Any]]:
    """The columns by the roles of :class:`nugan_hep.data.aliases.Layout`, in GeV."""
    return {
        "enu": chunk.nu[:, 3],
        "emu": chunk.charged[:, 3],
        **{f"nu_{axis}": chunk.nu[:, k] for k, axis in enumerate("xyz")},
        **{f"mu_{axis}": chunk.charged[:, k] for k, axis in enumerate("xyz")},
        "cc": chunk.lepton != 0,
        "probe": chunk.probe,
        "lepton": chunk.lepton,
        "target": chunk.target,
        "weight": chunk.weight,
    }
