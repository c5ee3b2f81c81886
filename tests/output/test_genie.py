"""Names, types and order of branches against GENIE's own: what its ``gntpc`` declares in gNtpConv.cxx.

The lists were taken from GENIE's source of September 2025 (v3.6 and later), the branches of ``-f gst`` and of
``-f rootracker`` with those of ``-f t2k_rootracker``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nugan_hep import _core, particles
from nugan_hep.output import Run

Maker = Callable[[int, int], dict[str, Any]]

GST = """
iev/I neu/I fspl/I tgt/I Z/I A/I hitnuc/I hitqrk/I resid/I sea/O qel/O mec/O res/O dis/O coh/O dfr/O
imd/O norm/O imdanh/O singlek/O nuel/O em/O cc/O nc/O charm/O amnugamma/O hnl/O neut_code/I nuance_code/I
wght/D xs/D ys/D ts/D Q2s/D Ws/D x/D y/D t/D Q2/D W/D EvRF/D Ev/D pxv/D pyv/D pzv/D En/D pxn/D pyn/D pzn/D
El/D pxl/D pyl/D pzl/D pl/D cthl/D nfp/I nfn/I nfpip/I nfpim/I nfpi0/I nfkp/I nfkm/I nfk0/I nfem/I
nfother/I nip/I nin/I nipip/I nipim/I nipi0/I nikp/I nikm/I nik0/I niem/I niother/I ni/I pdgi[ni]/I
resc[ni]/I Ei[ni]/D pxi[ni]/D pyi[ni]/D pzi[ni]/D nf/I pdgf[nf]/I Ef[nf]/D pxf[nf]/D pyf[nf]/D pzf[nf]/D
pf[nf]/D cthf[nf]/D vtxx/D vtxy/D vtxz/D vtxt/D sumKEf/D calresp0/D XSec/D DXSec/D KPS/i
"""
ROOTRACKER = """
EvtFlags EvtCode EvtNum/I EvtXSec/D EvtDXSec/D EvtKPS/i EvtWght/D EvtProb/D EvtVtx[4]/D StdHepN/I
StdHepPdg[StdHepN]/I StdHepStatus[StdHepN]/I StdHepRescat[StdHepN]/I StdHepX4[StdHepN][4]/D
StdHepP4[StdHepN][4]/D StdHepPolz[StdHepN][3]/D StdHepFd[StdHepN]/I StdHepLd[StdHepN]/I
StdHepFm[StdHepN]/I StdHepLm[StdHepN]/I
"""
T2K = """
NuParentPdg/I NuParentDecMode/I NuParentDecP4[4]/D NuParentDecX4[4]/D NuParentProP4[4]/D NuParentProX4[4]/D
NuParentProNVtx/I
"""
SINGLE = {"Ev", "El", "pxl", "pyl", "pzl", "pl", "Q2", "W", "x", "y", "pxv", "pyv", "pzv"}
"""Columns of the events that are single precision here, in memory and in every table, and double there."""
OWN = {"thetal/F", "phil/F"}
"""What GENIE does not have."""


def leaves(form: str, make_columns: Maker) -> list[str]:
    """Of one event with two hadrons."""
    rows = [(14, 0), (1000060120, 0), (13, 1), (2212, 1), (211, 1), (1000050110, 15)]
    fields = {name: np.zeros(len(rows), dtype) for name, dtype in particles.TYPES.items()}
    fields["pdg"], fields["status"] = (np.array(column, "i4") for column in zip(*rows, strict=True))
    columns = {
        **make_columns(0, 1),
        "mode": np.ones(1, "i4"),
        "particles": particles.as_awkward({"offsets": np.array([0, len(rows)]), **fields}),
    }
    run = Run(14, {1000060120: 1.0})
    known = particles.for_core(columns)
    tree = _core.EventTree(form, known, 14, 1000060120, run.kind)
    return [branch.leaf for branch in tree.branches]


def test_gst(make_columns: Maker) -> None:
    """All of GENIE's types, but for columns in single precision; nothing else but two angles."""
    genie = dict(leaf.split("/") for leaf in GST.split())
    ours = [leaf for leaf in leaves("gst", make_columns) if leaf not in OWN]
    for leaf in ours:
        name, letter = leaf.split("/")
        assert letter == ("F" if name in SINGLE else genie[name]), leaf
    assert {leaf.split("/")[0] for leaf in ours} >= SINGLE
    # modes, counts and hadrons in GENIE's order, too
    begin = [leaf.split("/")[0] for leaf in ours].index("qel")
    order = [leaf for leaf in GST.split() if leaf in ours[begin:]]
    assert ours[begin:] == order


def test_rootracker(make_columns: Maker) -> None:
    """All of GENIE's branches in its order, with the T2K ones."""
    ours = leaves("rootracker", make_columns)
    wanted = [leaf for leaf in (ROOTRACKER + T2K).split() if "/" in leaf]
    assert [leaf for leaf in ours if "/" in leaf] == wanted
    assert len(ours) == len(wanted) + 2
