"""What a campaign is: options of ``nugan-sample``, how they are cut into files, and where these go."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from nugan_hep.campaigns import options
from nugan_hep.errors import UserError
from nugan_hep.toml_file import load_toml

USUAL_PER_FILE = 1_000_000
FARM = "farm"


@dataclass(frozen=True)
class Farm:
    """Who does the work.

    Attributes
    ----------
    on : ``local`` (processes of this machine), ``here`` (this process, without Dask), the address of a
        ``dask.distributed`` scheduler, or a batch system of dask-jobqueue: ``slurm``, ``htcondor``, ``pbs``
    workers : processes; 0: as many as there are CPUs
    queue, account, walltime, memory : of a worker's job
    interface : network by which workers reach the scheduler, such as ``ib0``
    directives : more lines of its head, as they stand in a job script
    prologue : commands before a worker starts
    patience : seconds to wait for a scheduler that went away
    """

    on: str = "local"
    workers: int = 0
    queue: str = ""
    account: str = ""
    walltime: str = "04:00:00"
    memory: str = "2GB"
    interface: str = ""
    directives: tuple[str, ...] = ()
    prologue: tuple[str, ...] = ()
    patience: float = 300.0

    def __post_init__(self) -> None:
        if self.workers < 0:
            raise UserError(f"workers = {self.workers} is not valid: expected a number of processes, or 0")
        if not self.patience >= 0:
            raise UserError(f"patience = {self.patience} is not valid: expected seconds")


@dataclass(frozen=True)
class Spec:
    """A campaign as the user asks for it.

    Attributes
    ----------
    sample : options of ``nugan-sample``
    base : the folder in which relative names of files begin
    files : number of files; 0: as ``per_file`` asks
    per_file : events of a file, the last may have fewer; 0: as ``files`` asks
    out : the campaign's folder
    """

    sample: options.Given
    base: Path
    files: int = 0
    per_file: int = 0
    out: Path | None = None
    farm: Farm = field(default_factory=Farm)

    def __post_init__(self) -> None:
        if self.files and self.per_file:
            raise UserError("give files or per_file, not both")
        for name in ("files", "per_file"):
            if getattr(self, name) < 0:
                raise UserError(f"{name} = {getattr(self, name)} is not valid: expected a number above 0")

    def ranges(self, first: int, events: int) -> list[tuple[int, int]]:
        """Number of the first event and number of events of each file, for events from ``first`` on.

        Raises
        ------
        UserError : more files than events
        """
        files = self.files or -(-events // (self.per_file or USUAL_PER_FILE))
        if not 0 < files <= events:
            raise UserError(f"files = {files}: expected at most one for each of {events:,} events")
        if self.files:
            cuts = [events * k // files for k in range(files + 1)]
        else:
            cuts = [*range(0, events, self.per_file or USUAL_PER_FILE), events]
        return [(first + low, high - low) for low, high in itertools.pairwise(cuts)]


OWN: dict[str, type[Any]] = {"files": int, "per_file": int, "out": str}
"""Keys of a campaign beside those of ``nugan-sample``, and their types."""

FARM_KEYS: dict[str, type[Any]] = {
    "on": str,
    "workers": int,
    "queue": str,
    "account": str,
    "walltime": str,
    "memory": str,
    "interface": str,
    "directives": list,
    "prologue": list,
    "patience": float,
}
assert [*FARM_KEYS] == [item.name for item in fields(Farm)]


def from_toml(path: Path) -> Spec:
    """The campaign in a TOML file; names of files begin in the file's folder.

    Raises
    ------
    UserError : no such file, unknown keys, values of another kind
    """
    try:
        return from_table(load_toml(path), path.absolute().parent)
    except UserError as error:
        raise UserError(str(error) if str(path) in str(error) else f"{path}: {error}") from None


def from_table(values: Mapping[str, Any], base: Path) -> Spec:
    """The campaign of keys and values; what is not of a campaign is an option of ``nugan-sample``.

    Raises
    ------
    UserError : unknown keys, values of another kind
    """
    own = {key.replace("-", "_"): value for key, value in values.items()}
    farm = own.pop(FARM, {})
    if not isinstance(farm, Mapping):
        raise UserError(f"{FARM} = {farm!r} is not valid: expected a table [{FARM}]")
    if unknown := [key for key in own if key not in OWN and key.replace("_", "-") not in options.names()]:
        known = ", ".join((*OWN, FARM, *options.names()))
        raise UserError(f"unknown key {unknown[0]!r}; known: {known}")
    sample = {key: value for key, value in own.items() if key not in OWN}
    cut = _checked({key: value for key, value in own.items() if key in OWN}, OWN)
    out = base / cut.pop("out") if "out" in cut else None
    where = {key.replace("-", "_"): value for key, value in farm.items()}
    return Spec(options.from_table(sample), base, out=out, farm=Farm(**_checked(where, FARM_KEYS)), **cut)


KINDS = {int: "whole number", float: "number", str: "text", list: "list of texts"}


def _checked(values: Mapping[str, Any], types: Mapping[str, type[Any]]) -> dict[str, Any]:
    """Values of their types.

    Raises
    ------
    UserError : an unknown key, or a value of another type
    """
    found: dict[str, Any] = {}
    for key, given in values.items():
        value: Any = given
        kind = types.get(key)
        if kind is None:
            raise UserError(f"unknown key {key!r} of [{FARM}]; known: {', '.join(types)}")
        if kind is float and type(value) is int:
            value = float(value)
        if kind is int and type(value) is float and value.is_integer():
            value = int(value)
        texts = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if type(value) is not kind or (kind is list and not texts):
            raise UserError(f"{key} = {value!r} is not valid: expected a {KINDS[kind]}")
        found[key] = tuple(value) if texts else value
    return found
