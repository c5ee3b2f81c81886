"""Events as a ROOT TTree ``gst`` with the branch names of GENIE's summary tree.

Only what the model knows is written. Beside the tree lies a TObjString ``nugan``: JSON with the
model, the seed, the command, the cross section and a line about each branch.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output import Columns, Run
from nugan_hep.output.atomic import new_file

if TYPE_CHECKING:
    from uproot.compression import Compression

TREE = "gst"
METADATA = "nugan"
TITLE = "nugan-hep events: GeV, rad"

BRANCHES: dict[str, tuple[str, str]] = {
    "iev": ("i4", "event number, from 0"),
    "neu": ("i4", "neutrino, PDG number"),
    "tgt": ("i4", "target nucleus, PDG number"),
    "Z": ("i4", "protons of the target"),
    "A": ("i4", "nucleons of the target"),
    "cc": ("?", "charged current, always true"),
    "wght": ("f8", "event weight"),
    "Ev": ("f4", "neutrino energy [GeV]"),
    "El": ("f4", "lepton total energy [GeV]"),
    "pxl": ("f4", "lepton momentum, x [GeV]"),
    "pyl": ("f4", "lepton momentum, y [GeV]"),
    "pzl": ("f4", "lepton momentum, z [GeV]"),
    "pl": ("f4", "lepton momentum [GeV]"),
    "cthl": ("f8", "cosine of the lepton angle"),
    "thetal": ("f4", "lepton angle to the neutrino [rad]"),
    "phil": ("f4", "lepton azimuth [rad]"),
    "Q2": ("f4", "four-momentum transfer [GeV^2]"),
    "W": ("f4", "hadronic mass for a nucleon at rest [GeV], -999 where W^2 < 0"),
    "x": ("f4", "Bjorken x for a nucleon at rest"),
    "y": ("f4", "inelasticity (Ev - El)/Ev"),
    "pxv": ("f4", "neutrino momentum, x [GeV]"),
    "pyv": ("f4", "neutrino momentum, y [GeV]"),
    "pzv": ("f4", "neutrino momentum, z [GeV]"),
    "vtxx": ("f8", "vertex, x [m]"),
    "vtxy": ("f8", "vertex, y [m]"),
    "vtxz": ("f8", "vertex, z [m]"),
    "vtxt": ("f8", "vertex, time [s]"),
}

BASKET = 100_000
"""Events per basket, whatever the size of the chunks that arrive: the file depends on the events only."""

ROW_BYTES = sum(np.dtype(code).itemsize for code, _ in BRANCHES.values())
# Random mantissas do not compress: at one fixed energy zlib:9 still needs more than this.
LEAST_ROW_BYTES = 32


def parse_compression(text: str) -> Compression | None:
    """Turn ``zstd|lz4|zlib|none[:level]`` into uproot's object (None: uncompressed).

    Levels are 1 (fastest, default) to 9.

    Raises
    ------
    UserError : unknown algorithm or level
    """
    import uproot

    name, colon, level = text.lower().partition(":")
    if name == "none" and level in ("", "0"):
        return None
    algorithms = {"zstd": uproot.ZSTD, "lz4": uproot.LZ4, "zlib": uproot.ZLIB}
    if name not in algorithms or (colon and level not in tuple("123456789")):
        raise UserError(f"compression {text!r} is not one of zstd, lz4, zlib (with :1 to :9) or none")
    compression: Compression = algorithms[name](int(level or 1))
    return compression


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return events * (ROW_BYTES if parse_compression(compression) is None else LEAST_ROW_BYTES)


class GstWriter:
    """Collects chunks into baskets of :data:`BASKET` events; made by :func:`create`.

    Attributes
    ----------
    run : stored as JSON when the file is closed
    events : events written so far
    """

    def __init__(self, tree: Any, run: Run) -> None:
        self.run = run
        self.events = 0
        self._tree = tree
        self._constants = {
            "neu": run.probe,
            "tgt": run.target,
            "cc": True,
            "wght": 1,
            **dict.fromkeys(("pxv", "pyv", "vtxx", "vtxy", "vtxz", "vtxt"), 0),
        }
        self._waiting: list[dict[str, NDArray[Any]]] = []
        self._rows = 0

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :data:`BRANCHES`.

        What of ``neu tgt Z A cc wght pxv pyv pzv vtxx vtxy vtxz vtxt`` is missing is added here.
        """
        rows = len(columns["Ev"])
        chunk = {
            "pzv": columns["Ev"],
            **{name: np.full(rows, value) for name, value in self._constants.items()},
            **columns,
        }
        chunk |= {"Z": chunk["tgt"] // 10000 % 1000, "A": chunk["tgt"] // 10 % 1000}
        self._waiting.append({name: chunk[name] for name in BRANCHES})
        self._rows += rows
        self.events += rows
        if self._rows >= BASKET:
            self._fill(self._rows - self._rows % BASKET)

    def finish(self) -> None:
        """Write the last, shorter basket."""
        if self._rows:
            self._fill(self._rows)

    def _fill(self, rows: int) -> None:
        """Move the first ``rows`` waiting events to the tree."""
        table = {name: np.concatenate([chunk[name] for chunk in self._waiting]) for name in BRANCHES}
        for start in range(0, rows, BASKET):
            self._tree.extend({name: a[start : min(start + BASKET, rows)] for name, a in table.items()})
        self._waiting = [{name: a[rows:] for name, a in table.items()}] if rows < self._rows else []
        self._rows -= rows


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[GstWriter]:
    """Write a ROOT file with the tree ``gst``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    import uproot

    options = parse_compression(compression)
    with new_file(path, force) as stream:
        file = uproot.recreate(stream, compression=options)
        tree = file.mktree(TREE, {name: np.dtype(code) for name, (code, _) in BRANCHES.items()}, title=TITLE)
        writer = GstWriter(tree, run)
        yield writer
        writer.finish()
        about = {**run.as_dict(), "columns": {name: text for name, (_, text) in BRANCHES.items()}}
        file[METADATA] = json.dumps(about, indent=1)
