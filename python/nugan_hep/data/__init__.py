"""Events in: charged leptons of charged currents from the files that generators write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, skipping, targets
from nugan_hep.data.checks import Evidence, FileChecks, FileWeight, check_same_weight
from nugan_hep.data.readers import EventFile, check_file, open_events, split_tree
from nugan_hep.data.selection import Chunk, Report, Selection, classify, other_processes, unchecked
from nugan_hep.errors import UserError
from nugan_hep.kinematics import ENU_RANGE, SHIFT_P2, Kinematics

__all__ = ["Events", "Report", "read_events"]


@dataclass(frozen=True)
class Events:
    """The lepton: energies ``enu`` and ``emu`` [GeV], ``theta`` [rad], float32 arrays of shape [N]."""

    enu: NDArray[np.float32]
    emu: NDArray[np.float32]
    theta: NDArray[np.float32]
    report: Report

    def __len__(self) -> int:
        return self.enu.size

    def kinematics(self) -> Kinematics:
        """The three columns in float64."""
        return Kinematics(*(column.astype(np.float64) for column in (self.enu, self.emu, self.theta)))


def read_events(
    paths: str | Path | Sequence[str | Path],
    *,
    probe: int = 14,
    target: int = 1000060120,
    shift: float = SHIFT_P2,
    enu_range: tuple[float, float] = ENU_RANGE,
    limit: int | None = None,
    step: int = 500_000,
    allow_unphysical: bool = False,
) -> Events:
    """Read the CC events of one probe and target from one or several files, in order.

    Formats: ROOT TTrees (``file.root``, ``file.root:tree`` or ``file.root:tree;cycle``), NumPy
    ``.npz``, Parquet. The column names are those of :data:`nugan_hep.data.aliases.LAYOUTS`. Only the
    columns needed are read, ``step`` rows at a time (``.npz`` columns whole); the result does not depend
    on ``step``. Among several files, one without events is skipped, and the report names it.

    Parameters
    ----------
    probe : PDG code of the neutrino, of any flavour; its charged lepton is the one that is read
    target : PDG code of the nucleus
    shift : smallest energy transfer that counts as physical [GeV]
    enu_range : closed range of the neutrino energy [GeV]
    limit : stop after this many kept events
    allow_unphysical : drop rows that no event can be, however many they are; otherwise more than 1 % are an
        error that names the likely cause

    Raises
    ------
    NoEventsError : none of the files holds events
    UserError : a file that cannot be used (missing, damaged, unknown columns, energies that look like MeV,
        impossible rows), events of unequal weight in a file or between files, or no event left
    """
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    _check_arguments(files, probe, enu_range, limit)
    opened, skipped = skipping.skip_empty(files, open_events)
    _check_twice(opened)
    wanted = Selection(probe, target, shift, enu_range)
    report = Report(limit=limit, skipped=skipped)
    evidence = Evidence()
    kept: list[tuple[NDArray[np.float32], ...]] = []
    first_weight: FileWeight | None = None
    for file in opened:
        if limit is not None and report.kept >= limit:
            break
        report.files += 1
        checks = _read_file(file, wanted, report, kept, step, allow_unphysical)
        evidence += checks.evidence
        if checks.weight is not None:
            first_weight = first_weight or checks.weight
            check_same_weight(first_weight, checks.weight)
    # a few rows of each of many small files
    if not allow_unphysical and (fault := evidence.fault(wanted, opened[0].names)):
        raise UserError(f"{opened[0].path} and {report.files - 1} more files: {fault}")
    if not kept:
        wanted_name = f"{targets.probe_name(probe)} on {targets.nucleus(target)}"
        raise UserError(f"no event left of {wanted_name}: {_most(report)}{report}")
    enu, emu, theta = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return Events(enu, emu, theta, report)


def _most(report: Report) -> str:
    """What most rows are, if they are of one other process."""
    ((probe, target), rows), *_ = report.others.most_common(1) or [((0, 0), 0)]
    known = _core.is_neutrino(probe) and not targets.nucleus(target).isdigit()
    if 2 * rows <= report.read or not known:
        return ""
    names = targets.probe_name(probe), targets.nucleus(target)
    return f"most are {names[0]} on {names[1]} (--probe {names[0]} --target {names[1]}); "


def _read_file(
    file: EventFile,
    wanted: Selection,
    report: Report,
    kept: list[tuple[NDArray[np.float32], ...]],
    step: int,
    allow_unphysical: bool,
) -> FileChecks:
    """Append the wanted events of one file to ``kept``, float32 triples (enu, emu, theta).

    Returns what was found out of them.
    """
    checks = FileChecks(file.path, file.names, wanted, allow_unphysical)
    for columns in file.chunks(step):
        chunk = classify(columns, file.layout, wanted)
        if report.limit is not None:
            chunk = _cut(chunk, report.limit - report.kept)
        report.count(chunk.reason)
        if not report.kept:  # only then it is asked for
            report.others += other_processes(columns, chunk.reason)
        report.unchecked += [name for name in unchecked(columns) if name not in report.unchecked]
        checks.add(chunk, columns, file.layout)
        keep = chunk.reason == 0
        if keep.any():
            kept.append((chunk.enu[keep], chunk.emu[keep], chunk.theta[keep]))
        if report.limit is not None and report.kept >= report.limit:
            break
    checks.finish()
    return checks


def _cut(chunk: Chunk, n: int) -> Chunk:
    """End a chunk with its n-th kept event, so that the counts do not depend on the chunk size."""
    kept_rows = np.flatnonzero(chunk.reason == 0)
    if kept_rows.size <= n:
        return chunk
    end = kept_rows[n - 1] + 1
    return Chunk(chunk.enu[:end], chunk.emu[:end], chunk.theta[:end], chunk.reason[:end])


def _check_arguments(
    files: list[str | Path], probe: int, enu_range: tuple[float, float], limit: int | None
) -> None:
    if not files:
        raise UserError("no event file given, expected at least one")
    if not _core.is_neutrino(probe):
        raise UserError(f"probe {probe}: expected a neutrino's PDG number, +-12, +-14 or +-16")
    low, high = enu_range
    if not 0 <= low < high < np.inf:
        raise UserError(f"energy range {low:g} to {high:g}: expected 0 <= low < high in GeV")
    if limit is not None and limit < 1:
        raise UserError(f"limit {limit}: expected at least 1 event")
    for path in files:
        check_file(path)


def _check_twice(files: Sequence[EventFile]) -> None:
    seen = set()
    for file in files:
        path, _ = split_tree(file.path)
        place = path.resolve(), file.where.removeprefix(str(path))
        if place in seen:
            raise UserError(f"{file.path}: given twice")
        seen.add(place)
