"""Events as a ROOT TTree ``gRooTracker``, the format that GENIE's gntpc writes and edep-sim tracks.

Where the model has no hadrons, an event is four particles (``StdHep*``, GeV, lab frame):

===== ====================== ====== =======================================================
index PDG number             status four-momentum
===== ====================== ====== =======================================================
0     the neutrino           0      massless
1     the target nucleus     0      at rest; 2212 for hydrogen
2     2000000002             15     GENIE's hadronic blob: what the lepton leaves of the others
3     the lepton             1      on its mass shell
===== ====================== ====== =======================================================

Only the lepton has status 1, that is, is tracked. Otherwise it is all particles, with the nucleus that is
left behind (status 15). ``EvtCode`` is GENIE's ``nu:14;tgt:1000060120;proc:Weak[CC],Unknown;``, and
``N:2112;proc:Weak[CC],QES;`` where the model is quasielastic. ``EvtXSec`` is, in 1e-38 cm², the cross section
per nucleus: averaged over the flux, and without one, as GENIE's, at the event's energy; 0 where the model has
none. Without content, for nothing is known of them: ``EvtFlags``, ``EvtDXSec``, ``EvtKPS``, ``StdHepX4``,
``StdHepPolz`` and ``NuParent*`` (0), ``StdHepRescat`` (-1). The weight of the tree is the protons on target,
1 where they are not known.

Beside the tree lies a TObjString ``nugan``: JSON with the run.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from nugan_hep.output import Run, treewriter
from nugan_hep.output.rootracker_reader import read
from nugan_hep.output.treewriter import TreeWriter

__all__ = ["create", "read"]


def create(
    path: str | Path, run: Run, compression: str = "zstd:1", force: bool = False
) -> AbstractContextManager[TreeWriter]:
    """Write a ROOT file with the tree ``gRooTracker``, see :func:`nugan_hep.output.treewriter.create`."""
    return treewriter.create("rootracker", path, run, compression, force)
