"""Events as a ROOT TTree ``gRooTracker``, the format that GENIE's gntpc writes and edep-sim tracks.

An event is four particles (``StdHep*``, GeV, lab frame):

===== ====================== ====== =======================================================
index PDG number             status four-momentum
===== ====================== ====== =======================================================
0     the neutrino           0      massless
1     the target nucleus     0      at rest; 2212 for hydrogen
2     2000000002             15     GENIE's hadronic blob: what the muon leaves of the others
3     13 or -13              1      on the muon's mass shell
===== ====================== ====== =======================================================

Hadrons are not in it: only the muon has status 1, that is, is tracked. ``EvtCode`` is GENIE's
``nu:14;tgt:1000060120;proc:Weak[CC],Unknown;``, and ``N:2112;proc:Weak[CC],QES;`` where the model is
quasielastic. ``EvtXSec`` is, in 1e-38 cm², the cross section per nucleus averaged over the flux (GENIE's is
at the event's energy), and 0 where there is none. Without content, for nothing is known of them:
``EvtFlags``, ``EvtDXSec``, ``EvtKPS``, ``StdHepX4``, ``StdHepPolz`` and ``NuParent*`` (0), ``StdHepRescat``
(-1). The weight of the tree is the protons on target, 1 where they are not known.

Beside the tree lies a TObjString ``nugan``: JSON with the run.
"""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import kinematics
from nugan_hep.output import Columns, EventReader, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.branches import NO_TOBJECT, bits_object, leaf, root_string, string_object
from nugan_hep.output.gst import METADATA, parse_compression
from nugan_hep.output.particles import (
    HYDROGEN,
    NEUTRON,
    PROTON,
    charged_lepton,
    model_of,
    momenta,
    nuclear_mass,
    quasielastic,
)
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.treereader import muon_columns, open_tree, tables
from nugan_hep.output.trees import Entry, Tree

TREE = "gRooTracker"
TITLE = "GENIE event tree rootracker format"
BASKET = 10_000
"""Events per basket: 9 MB for a reader that holds one of every branch."""

CHUNK = 10 * BASKET
"""Events that are read at once."""

PARTICLES = 4
REMNANT = 2000000002
FLAG_BYTES = 2

_LEAVES = """
EvtNum/I EvtXSec/D EvtDXSec/D EvtKPS/i EvtWght/D EvtProb/D EvtVtx[4]/D StdHepN/I
StdHepPdg[StdHepN]/I StdHepStatus[StdHepN]/I StdHepRescat[StdHepN]/I StdHepX4[StdHepN][4]/D
StdHepP4[StdHepN][4]/D StdHepPolz[StdHepN][3]/D StdHepFd[StdHepN]/I StdHepLd[StdHepN]/I
StdHepFm[StdHepN]/I StdHepLm[StdHepN]/I NuParentPdg/I NuParentDecMode/I NuParentDecP4[4]/D
NuParentDecX4[4]/D NuParentProP4[4]/D NuParentProX4[4]/D NuParentProNVtx/I
"""
LEAVES = _LEAVES.split()

VERTEX = ("vtxx", "vtxy", "vtxz", "vtxt")

CONSTANTS: dict[str, Entry] = {
    "EvtFlags/TObject": NO_TOBJECT,
    "EvtFlags/fNbits": struct.pack(">I", 8 * FLAG_BYTES),
    "EvtFlags/fNbytes": struct.pack(">I", FLAG_BYTES),
    "EvtFlags/fAllBits": b"\1" + bytes(FLAG_BYTES),
    "EvtCode/TObject": NO_TOBJECT,
    "EvtDXSec": 0.0,
    "EvtKPS": 0,
    "EvtWght": 1.0,
    "EvtProb": 1.0,
    "EvtVtx": np.zeros(4),
    "StdHepN": PARTICLES,
    "StdHepStatus": [0, 0, 15, 1],
    "StdHepRescat": [-1] * 4,
    "StdHepX4": np.zeros((4, 4)),
    "StdHepPolz": np.zeros((4, 3)),
    # the neutrino becomes the muon, the target the remnant
    "StdHepFd": [3, 2, -1, -1],
    "StdHepLd": [3, 2, -1, -1],
    "StdHepFm": [-1, -1, 1, 0],
    "StdHepLm": [-1] * 4,
    "NuParentPdg": 0,
    "NuParentDecMode": 0,
    **{name: np.zeros(4) for name in ("NuParentDecP4", "NuParentDecX4", "NuParentProP4", "NuParentProX4")},
    "NuParentProNVtx": 0,
}


def event_code(probe: int, target: int, is_quasielastic: bool) -> str:
    """GENIE's name of an interaction; without the nucleon and the kind of scattering that are not known."""
    known = f"N:{NEUTRON if probe > 0 else PROTON};" if is_quasielastic else ""
    return f"nu:{probe};tgt:{target};{known}proc:Weak[CC],{'QES' if is_quasielastic else 'Unknown'};"


ROW_BYTES = 75 + sum(leaf(text).entry_bytes(PARTICLES) for text in LEAVES)
"""The 75 are EvtFlags and the shortest EvtCode."""
# the mantissas of the momenta, which were float32, do not compress
LEAST_ROW_BYTES = 50


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return events * (ROW_BYTES if parse_compression(compression) is None else LEAST_ROW_BYTES)


class RootrackerWriter:
    """Collects chunks into baskets of :data:`BASKET` events; made by :func:`create`.

    Attributes
    ----------
    run : stored as JSON when the file is closed; its models are looked up when events come
    events : events written so far
    """

    def __init__(self, tree: Tree, run: Run) -> None:
        self.run = run
        self.events = 0
        self._tree = tree
        self._regrouped = Regrouped(BASKET)
        self._targets: dict[int, dict[str, Any]] = {}

    def write(self, columns: Columns) -> None:
        """Append the events of ``columns``, arrays [N] under the names of :mod:`nugan_hep.output`."""
        for table in self._regrouped.add(columns):
            self._fill(table)
        self.events += len(columns["Ev"])

    def finish(self) -> None:
        """Write what is left and the tree."""
        for table in self._regrouped.rest():
            self._fill(table)
        self._tree.close(1.0 if self.run.pot is None else self.run.pot)

    def _fill(self, table: dict[str, NDArray[Any]]) -> None:
        rows = len(table["Ev"])
        kinds, kind = np.unique(table.get("tgt", self.run.target), return_inverse=True)
        targets = [self._of_target(int(target)) for target in kinds]
        mass = np.array([nuclear_mass(int(target)) for target in kinds])[kind]
        filled: dict[str, NDArray[Any] | list[bytes]] = {
            "EvtNum": table["iev"],
            "StdHepP4": four_momenta(table, mass),
        }
        if len(kinds) == 1:
            self._tree.constants |= targets[0]
        else:
            filled["EvtCode/fString"] = [targets[k]["EvtCode/fString"] for k in kind]
            for name in ("EvtXSec", "StdHepPdg"):
                filled[name] = np.array([target[name] for target in targets])[kind]
        if "wght" in table:
            filled["EvtWght"] = table["wght"]
        if any(name in table for name in VERTEX):
            filled["EvtVtx"] = np.stack([table.get(name, np.zeros(rows)) for name in VERTEX], axis=-1)
        self._tree.fill(filled, rows)

    def _of_target(self, target: int) -> dict[str, Any]:
        """Entries that depend on the target only."""
        if target not in self._targets:
            sigma = model_of(self.run, target).get("sigma", self.run.sigma)
            code = event_code(self.run.probe, target, quasielastic(self.run, target))
            pdg = PROTON if target == HYDROGEN else target
            self._targets[target] = {
                "EvtCode/fString": root_string(code),
                "EvtXSec": 0.0 if sigma is None else sigma * (target // 10 % 1000),
                "StdHepPdg": [self.run.probe, pdg, REMNANT, charged_lepton(self.run.probe)],
            }
        return self._targets[target]


def four_momenta(columns: Columns, mass: NDArray[np.float64]) -> NDArray[np.float64]:
    """px py pz E [GeV] of the particles, [N, 4, 4]; ``mass`` [N] or [1] is the target's in GeV."""
    nu, mu = momenta(columns)
    p4 = np.zeros((len(nu), PARTICLES, 4))
    neutrino, target, remnant, muon = (p4[:, k] for k in range(PARTICLES))
    neutrino[:, :3], muon[:, :3] = nu, mu
    neutrino[:, 3] = np.sqrt(np.einsum("ij,ij->i", nu, nu))
    muon[:, 3] = np.sqrt(np.einsum("ij,ij->i", mu, mu) + kinematics.MUON_MASS**2)
    target[:, 3] = mass
    remnant[:] = neutrino + target - muon
    return p4


@contextlib.contextmanager
def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> Iterator[RootrackerWriter]:
    """Write a ROOT file with the tree ``gRooTracker``; it appears as ``path`` when the block ends well.

    Parameters
    ----------
    run : what the events have in common
    compression : see :func:`nugan_hep.output.gst.parse_compression`
    force : replace an existing file

    Raises
    ------
    UserError : bad compression, or the file cannot be written (existing, no folder, disk full)
    """
    import uproot

    options = parse_compression(compression)
    branches = [bits_object("EvtFlags", FLAG_BYTES), string_object("EvtCode")]
    branches += [leaf(text, PARTICLES if text == "StdHepN/I" else None) for text in LEAVES]
    with new_file(path, force) as stream:
        file = uproot.recreate(stream, compression=options)
        tree = Tree(file, TREE, TITLE, branches, BASKET)
        tree.constants |= CONSTANTS
        writer = RootrackerWriter(tree, run)
        yield writer
        writer.finish()
        file[METADATA] = json.dumps(run.as_dict(), indent=1)


@contextlib.contextmanager
def read(path: str | Path) -> Iterator[EventReader]:
    """The events of a file that :func:`create` wrote, a few baskets at a time.

    Raises
    ------
    UserError : not such a file
    """
    with open_tree(path, TREE) as (tree, run):
        yield EventReader(run, tree.num_entries, _chunks(path, tree))


def _chunks(path: str | Path, tree: Any) -> Iterator[Columns]:
    shapes = {
        "EvtNum": (),
        "EvtWght": (),
        "EvtVtx": (4,),
        "StdHepPdg": (PARTICLES,),
        "StdHepP4": (PARTICLES, 4),
    }
    for table in tables(path, tree, shapes, CHUNK):
        target, momentum = table["StdHepPdg"][:, 1], table["StdHepP4"][:, :, :3]
        yield {
            "iev": table["EvtNum"].astype(np.int32),
            "tgt": np.where(target == PROTON, HYDROGEN, target).astype(np.int32),
            "wght": table["EvtWght"].astype(np.float64),
            **muon_columns(path, momentum[:, 0], momentum[:, 3]),
            **{name: table["EvtVtx"][:, k].astype(np.float64) for k, name in enumerate(VERTEX)},
        }
