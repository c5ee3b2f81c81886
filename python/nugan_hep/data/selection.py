"""Which events of a file are used, and an account of those that are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, skipping
from nugan_hep.data.aliases import Layout
from nugan_hep.data.readers import Columns
from nugan_hep.errors import NoEventsError

REASONS = ("other probe", "other target", "not CC", "not finite", "outside the energy range", "unphysical")
"""Why a row is dropped; a row that fails several counts under the first."""

ROUNDING = 2.0**-23
"""Relative tolerance of a difference of two float32 numbers: half a unit in the last place of
each, which is at most 2^-24 of the larger one."""


class Selection(NamedTuple):
    """The events wanted: PDG codes, energy shift [GeV] and closed range of enu [GeV]."""

    probe: int
    target: int
    shift: float
    enu_range: tuple[float, float]

    @property
    def process(self) -> _core.Process:
        """The process, whose lepton the events have."""
        return _core.Process(self.probe, self.target)


class Chunk(NamedTuple):
    """Muon kinematics [GeV, GeV, rad], float32 [N], and the reason of each row, 0 for kept."""

    enu: NDArray[np.float32]
    emu: NDArray[np.float32]
    theta: NDArray[np.float32]
    reason: NDArray[np.intp]


@dataclass
class Report:
    """Counts of rows read, kept and dropped by reason; ``str()`` is one line."""

    files: int = 0
    read: int = 0
    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    unchecked: list[str] = field(default_factory=list)
    """What no column of some file could confirm, and was taken as wanted."""
    limit: int | None = None
    skipped: list[NoEventsError] = field(default_factory=list)
    """Why files without events were passed over."""
    others: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Processes (PDG codes of neutrino and nucleus) of rows of another one, counted while nothing is kept."""

    def count(self, reason: NDArray[np.intp]) -> None:
        counts = np.bincount(reason, minlength=len(REASONS) + 1)
        self.read += int(reason.size)
        self.kept += int(counts[0])
        self.dropped.update({name: int(n) for name, n in zip(REASONS, counts[1:], strict=True) if n})

    def __str__(self) -> str:
        files = f"{self.files} file{'s' * (self.files != 1)}"
        text = f"read {self.read:,} events from {files}, kept {self.kept:,}"
        if self.limit is not None:
            text += f" (limit {self.limit:,}{'' if self.kept >= self.limit else ' not reached'})"
        if self.dropped:
            parts = ", ".join(f"{n:,} {name}" for name, n in self.dropped.most_common())
            text += f"; dropped {sum(self.dropped.values()):,}: {parts}"
        if self.unchecked:
            text += f"; no column to check, taken as wanted: {', '.join(self.unchecked)}"
        if self.skipped:
            text += f"; {skipping.describe(self.skipped, self.files + len(self.skipped))}"
        return text


def unchecked(columns: Columns) -> list[str]:
    """Name what the columns cannot confirm."""
    known = {
        "CC": "cc" in columns or "lepton" in columns,
        "probe": "probe" in columns or "lepton" in columns,
        "target": "target" in columns or {"protons", "neutrons"} <= columns.keys(),
    }
    return [name for name, is_known in known.items() if not is_known]


def classify(columns: Columns, layout: Layout, wanted: Selection) -> Chunk:
    """Convert a chunk to GeV and rad in float32 and say of each row whether it is wanted.

    A CC event needs the flag where there is one, and the probe's partner where the
    charged lepton is known. Physical is ``m <= emu <= enu - shift`` and ``0 <= theta <= pi``, on
    the float32 values that are handed on: the edges are widened by what rounding can do to them,
    ``ROUNDING * enu`` and ``ROUNDING * m``, so that an event at the edge survives being stored.
    """
    with np.errstate(over="ignore"):  # beyond float32 becomes inf: counted as not finite
        enu = (columns["enu"] * np.float64(layout.gev)).astype(np.float32)
        emu = (columns["emu"] * np.float64(layout.gev)).astype(np.float32)
        theta = _angle(columns).astype(np.float32)
    finite = np.isfinite(enu) & np.isfinite(emu) & np.isfinite(theta)
    low, high = np.float32(wanted.enu_range[0]), np.float32(wanted.enu_range[1])
    enu64, emu64 = enu.astype(np.float64), emu.astype(np.float64)
    mass = wanted.process.lepton_mass
    with np.errstate(invalid="ignore"):
        physical = (
            (enu64 - wanted.shift > mass)
            & (emu64 >= mass * (1 - ROUNDING))
            & (emu64 <= enu64 - wanted.shift + ROUNDING * enu64)
            & (theta >= 0)
            & (theta <= np.float32(np.pi))
        )
    everything = np.ones(enu.shape, dtype=bool)
    passes = (
        columns["probe"] == wanted.probe if "probe" in columns else everything,
        _target(columns) == wanted.target if "target" not in unchecked(columns) else everything,
        _is_cc(columns, wanted.process),
        finite,
        (enu >= low) & (enu <= high),
        physical,
    )
    failed = [~passed for passed in passes]
    return Chunk(enu, emu, theta, np.select(failed, range(1, len(REASONS) + 1), default=0).astype(np.intp))


def other_processes(columns: Columns, reason: NDArray[np.intp]) -> Counter[tuple[int, int]]:
    """Processes of rows that are of another one, where their neutrino and nucleus are known."""
    rows = (reason == 1 + REASONS.index("other probe")) | (reason == 1 + REASONS.index("other target"))
    if {"probe", "target"} & set(unchecked(columns)) or "probe" not in columns or not rows.any():
        return Counter()
    pairs = np.stack([columns["probe"][rows], _target(columns)[rows]], axis=1)
    pairs = pairs[np.isfinite(pairs).all(axis=1)]  # an event without particles has no nucleus
    found, counts = np.unique(pairs.astype(np.int64), axis=0, return_counts=True)
    return Counter({(int(p), int(t)): int(n) for (p, t), n in zip(found, counts, strict=True)})


def _is_cc(columns: Columns, process: _core.Process) -> NDArray[np.bool_]:
    cc = np.ones(columns["enu"].shape, dtype=bool)
    if "cc" in columns:
        cc &= columns["cc"] > 0
    if "lepton" in columns:
        cc &= columns["lepton"] == process.lepton
    return cc


def _target(columns: Columns) -> NDArray[np.float64]:
    if "target" in columns:
        return columns["target"].astype(np.float64)
    z, n = columns["protons"].astype(np.float64), columns["neutrons"].astype(np.float64)
    return np.asarray(1e9 + 1e4 * z + 10 * (z + n))  # PDG nuclear code 100ZZZAAA0


def _angle(columns: Columns) -> NDArray[np.float64]:
    """Angle between muon and neutrino [rad]; a cosine outside [-1, 1] gives -1 rad, unphysical."""
    if "theta" in columns:
        return columns["theta"].astype(np.float64)
    if "cosine" in columns:
        cosine = columns["cosine"].astype(np.float64)
        outside = np.abs(cosine) > 1 + ROUNDING
        return np.where(outside, -1.0, np.arccos(np.clip(cosine, -1.0, 1.0)))
    nu = np.stack([columns[f"nu_{axis}"] for axis in "xyz"], axis=-1).astype(np.float64)
    mu = np.stack([columns[f"mu_{axis}"] for axis in "xyz"], axis=-1).astype(np.float64)
    return np.asarray(np.arctan2(np.linalg.norm(np.cross(nu, mu), axis=-1), np.sum(nu * mu, axis=-1)))
