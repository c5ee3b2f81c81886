"""The processes of a joint training: a list in TOML, and their events as proxies.

[[process]]
name = "numu_O16_inc"
probe = "numu"
target = "O16"
data = ["nuwro_fs/numu_O16/train.npz"]
test = ["nuwro_fs/numu_O16/val.npz"]   # or a share of the data, the last events: 0.2
cross_section = "nuwro_fs/numu_O16/xsec.csv"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nugan_hep import _core, cli
from nugan_hep.data import Events, read_events
from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.kinematics import to_proxies
from nugan_hep.toml_file import load_toml

KEYS = {"name", "probe", "target", "data", "test", "cross_section", "interaction"}


@dataclass(frozen=True)
class Process:
    """One process and the files of its events."""

    name: str
    probe: int
    target: int
    data: tuple[Path, ...]
    test: tuple[Path, ...] | float
    cross_section: Path | None
    interaction: str = "CC inclusive"

    @property
    def lepton_mass(self) -> float:
        """Of the charged lepton, GeV."""
        return _core.Process(self.probe, self.target, self.interaction).lepton_mass


def read_processes(paths: Sequence[Path], folder: Path) -> list[Process]:
    """The lists in TOML files; the files of events are relative to ``folder``.

    Raises
    ------
    UserError : not such a list, names that are not known, a process that is there twice
    """
    found = []
    for path in paths:
        table = load_toml(path)
        entries = table.get("process")
        if not isinstance(entries, list) or not entries or set(table) != {"process"}:
            raise UserError(f"{path}: expected a list of [[process]] and nothing else")
        found += [_process(path, entry, folder) for entry in entries]
    names = [process.name for process in found]
    for name in names:
        if names.count(name) > 1:
            where = " ".join(map(str, paths))
            raise UserError(f"{where}: process {name} is there {names.count(name)} times, expected once")
    return found


def _process(path: Path, entry: Any, folder: Path) -> Process:
    if (
        not isinstance(entry, dict)
        or set(entry) - KEYS
        or not {"name", "probe", "target", "data"} <= set(entry)
    ):
        raise UserError(f"{path}: {entry}: expected a process with {', '.join(sorted(KEYS))}")
    test = entry.get("test", 0.1)
    if isinstance(test, list):
        test = tuple(folder / name for name in test)
    elif not isinstance(test, float) or not 0 < test < 1:
        raise UserError(
            f"{path}: {entry['name']}: test = {test!r}, expected files or a share between 0 and 1"
        )
    sigma = entry.get("cross_section")
    return Process(
        str(entry["name"]),
        cli.probe(entry["probe"]),
        cli.nucleus(entry["target"]),
        tuple(folder / name for name in entry["data"]),
        test,
        folder / sigma if sigma else None,
        entry.get("interaction", "CC inclusive"),
    )


def events_of(process: Process, config: FlowConfig) -> tuple[Events, Events]:
    """Training and test events of a process.

    Raises
    ------
    UserError : see :func:`nugan_hep.data.read_events`
    """

    def read(files: tuple[Path, ...]) -> Events:
        return read_events(
            files,
            probe=process.probe,
            target=process.target,
            shift=config.shift,
            enu_range=(config.enu_min, config.enu_max),
        )

    events = read(process.data)
    if isinstance(process.test, tuple):
        return events, read(process.test)
    cut = len(events) - max(int(process.test * len(events)), 1)
    return _part(events, slice(0, cut)), _part(events, slice(cut, None))


def _part(events: Events, rows: slice) -> Events:
    return Events(events.enu[rows], events.emu[rows], events.theta[rows], events.report)


def proxies_of(events: Events, mass: float, config: FlowConfig) -> Tensor:
    """(E_nu', E_l', theta') [N, 3], float32, of a lepton of ``mass`` [GeV]."""
    frame = config.shift, (config.enu_min, config.enu_max)
    columns = to_proxies(events.enu, events.emu, events.theta, *frame, mass=mass)
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))
