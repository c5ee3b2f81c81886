"""Branches of NUISANCE's flat tree, and its formulas for what follows from the muon alone.

The masses are NUISANCE's: ``W_nuc_rest`` and ``x`` are for a proton at rest, ``Enu_QE`` and ``Q2_QE``, as
there for neutrinos and antineutrinos alike, for a neutron bound by 34 MeV that becomes a proton.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep.kinematics import MUON_MASS
from nugan_hep.output import Columns
from nugan_hep.output.trees import Entry

_LEAVES = """
Mode/I cc/B PDGnu/I Enu_true/F tgt/I tgta/I tgtz/I PDGLep/I ELep/F CosLep/F Q2/F q0/F q3/F Enu_QE/F
Q2_QE/F W_nuc_rest/F W/F W_genie/F x/F y/F Erecoil_minerva/F Erecoil_charged/F EavAlt/F Emiss/F
Emiss_preFSI/F CosThetaAdler/F PhiAdler/F dalphat/F dpt/F dphit/F pnreco_C/F nfsp/I px[nfsp]/F
py[nfsp]/F pz[nfsp]/F E[nfsp]/F pdg[nfsp]/I ninitp/I px_init[ninitp]/F py_init[ninitp]/F
pz_init[ninitp]/F E_init[ninitp]/F pdg_init[ninitp]/I nvertp/I px_vert[nvertp]/F py_vert[nvertp]/F
pz_vert[nvertp]/F E_vert[nvertp]/F pdg_vert[nvertp]/I Weight/F InputWeight/F RWWeight/F
fScaleFactor/D CustomWeight/F CustomWeightArray[6]/F flagCCINC/O flagNCINC/O
"""
LEAVES = _LEAVES.split()
COUNTERS = {"nfsp": 1, "ninitp": 1, "nvertp": 0}
UNSET = -999.9

PROTON_MASS = 0.93827203
NEUTRON_MASS = 0.93956536
BINDING = 0.034

CONSTANTS: dict[str, Entry] = {
    "cc": 1,
    **dict.fromkeys(("W", "Erecoil_minerva", "Erecoil_charged", "EavAlt", "Emiss", "Emiss_preFSI"), UNSET),
    **dict.fromkeys(("CosThetaAdler", "PhiAdler"), UNSET),
    "W_genie": -999.0,
    **dict.fromkeys(("dalphat", "dpt", "dphit", "pnreco_C"), -999.99),
    **COUNTERS,
    **dict.fromkeys(("px_vert", "py_vert", "pz_vert", "E_vert", "pdg_vert"), b""),
    "px_init": 0.0,
    "py_init": 0.0,
    **dict.fromkeys(("Weight", "InputWeight", "RWWeight", "CustomWeight"), 1.0),
    "CustomWeightArray": np.ones(6),
    "flagCCINC": True,
    "flagNCINC": False,
}


def muon_variables(columns: Columns) -> dict[str, NDArray[Any]]:
    """NUISANCE's variables that follow from the muon and the neutrino's energy alone."""
    enu, emu, p, q2 = (columns[name].astype(np.float64) for name in ("Ev", "El", "pl", "Q2"))
    q0, along, muon2 = enu - emu, p * columns["cthl"], MUON_MASS**2
    w2 = PROTON_MASS**2 + 2 * PROTON_MASS * q0 - q2
    bound = NEUTRON_MASS - BINDING
    with np.errstate(divide="ignore"):  # a muon that no bound nucleon at rest can have made
        enu_qe = (2 * bound * emu - muon2 + PROTON_MASS**2 - bound**2) / (2 * (bound - emu + along))
        x = q2 / (2 * PROTON_MASS * q0)
    return {
        "Enu_true": columns["Ev"],
        "ELep": columns["El"],
        "CosLep": columns["cthl"],
        "Q2": columns["Q2"],
        "q0": q0,
        "q3": np.sqrt(np.maximum(q2 + q0**2, 0.0)),
        "Enu_QE": enu_qe,
        "Q2_QE": 2 * enu_qe * (emu - along) - muon2,
        "W_nuc_rest": np.where(w2 >= 0, np.sqrt(np.maximum(w2, 0.0)), UNSET),
        "x": x,
        "y": 1 - emu / enu,
        "px": columns["pxl"],
        "py": columns["pyl"],
        "pz": columns["pzl"],
        "E": columns["El"],
    }
