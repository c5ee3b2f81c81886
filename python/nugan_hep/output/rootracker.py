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
quasielastic. ``EvtXSec`` is, in 1e-38 cm², the cross section per nucleus: averaged over the flux, and without
one, as GENIE's, at the event's energy; 0 where the model has none. Without content, for nothing is known of
them: ``EvtFlags``, ``EvtDXSec``, ``EvtKPS``, ``StdHepX4``, ``StdHepPolz`` and ``NuParent*`` (0),
``StdHepRescat`` (-1). The weight of the tree is the protons on target, 1 where they are not known.

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
from nugan_hep.output import Columns, Run
from nugan_hep.output.atomic import new_file
from nugan_hep.output.branches import NO_TOBJECT, bits_object, leaf, root_string, string_object
from nugan_hep.output.columns import METADATA
from nugan_hep.output.gst import least_bytes_of, parse_compression
from nugan_hep.output.particles import (
    HYDROGEN,
    NEUTRON,
    PROTON,
    CrossSectionAt,
    charged_lepton,
    cross_section_of,
    kinds_of,
    momenta,
    nuclear_mass,
    quasielastic,
)
from nugan_hep.output.regroup import Regrouped
from nugan_hep.output.rootracker_reader import read
from nugan_hep.output.trees import Entry, Tree

__all__ = ["RootrackerWriter", "create", "least_bytes", "read"]

TREE = "gRooTracker"
TITLE = "GENIE event tree rootracker format"
BASKET = 10_000
"""Events per basket: 9 MB for a reader that holds one of every branch."""

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


def least_bytes(events: int, compression: str) -> int:
    """A lower bound of the size [bytes] of a file of ``events`` events."""
    return least_bytes_of("rootracker", events, compression)


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
        self._sigma: dict[tuple[int, int], CrossSectionAt] = {}

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
        kinds, kind = kinds_of(table, self.run)
        known = [self._of_kind(*pair) for pair in kinds]
        mass = np.array([nuclear_mass(target) for _, target in kinds])[kind]
        filled: dict[str, NDArray[Any] | list[bytes]] = {
            "EvtNum": table["iev"],
            "StdHepP4": four_momenta(table, mass),
        }
        if len(kinds) == 1:
            self._tree.constants |= known[0]
        else:
            filled["EvtCode/fString"] = [known[k]["EvtCode/fString"] for k in kind]
            filled["StdHepPdg"] = np.array([one["StdHepPdg"] for one in known])[kind]
        filled["EvtXSec"] = self._cross_section(kinds, kind, table["Ev"])
        if "wght" in table:
            filled["EvtWght"] = table["wght"]
        if any(name in table for name in VERTEX):
            filled["EvtVtx"] = np.stack([table.get(name, np.zeros(rows)) for name in VERTEX], axis=-1)
        self._tree.fill(filled, rows)

    def _of_kind(self, probe: int, target: int) -> dict[str, Any]:
        """Entries that depend on the neutrino and the target only."""
        code = event_code(probe, target, quasielastic(self.run, probe, target))
        pdg = PROTON if target == HYDROGEN else target
        particles = [probe, pdg, REMNANT, charged_lepton(probe)]
        return {"EvtCode/fString": root_string(code), "StdHepPdg": particles}

    def _cross_section(
        self, kinds: list[tuple[int, int]], kind: NDArray[np.intp], enu: NDArray[Any]
    ) -> NDArray[np.float64]:
        """Per nucleus [N], 1e-38 cm²."""
        sigma = np.empty(len(enu))
        for k, (probe, target) in enumerate(kinds):
            own = kind == k
            if (probe, target) not in self._sigma:
                self._sigma[probe, target] = cross_section_of(self.run, probe, target)
            sigma[own] = self._sigma[probe, target](enu[own]) * (target // 10 % 1000)
        return sigma


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
