"""The particles that may leave the nucleus: masses, charges, baryon numbers, and their order in an event.

Masses are in GeV (Particle Data Group 2024). An event lists its hadrons in one order: others, heaviest
first, then pi+, pi0, pi-, neutrons, protons; of a species the fastest first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.kinematics import MUON_MASS, NEUTRON_MASS, PROTON_MASS

COUNTED = (211, 111, -211, 2112, 2212)
"""The species that are counted; what else an event has is one entry of a vocabulary."""

NUCLEUS = 1_000_000_000
"""PDG codes from here on are nuclei, which belong to the remnant, and generators' pseudo-particles."""
NUCLEON_MASS = _core.NUCLEON_MASS
ELECTRON_MASS = _core.lepton_mass(11)

_TABLE: dict[int, tuple[float, int, int]] = {
    211: (0.13957039, 1, 0),
    111: (0.1349768, 0, 0),
    2112: (NEUTRON_MASS, 0, 1),
    2212: (PROTON_MASS, 1, 1),
    22: (0.0, 0, 0),
    11: (ELECTRON_MASS, -1, 0),
    13: (MUON_MASS, -1, 0),
    221: (0.547862, 0, 0),
    130: (0.497611, 0, 0),
    310: (0.497611, 0, 0),
    311: (0.497611, 0, 0),
    321: (0.493677, 1, 0),
    411: (1.86966, 1, 0),
    421: (1.86484, 0, 0),
    431: (1.96835, 1, 0),
    3122: (1.115683, 0, 1),
    3222: (1.18937, 1, 1),
    3212: (1.192642, 0, 1),
    3112: (1.197449, -1, 1),
    3322: (1.31486, 0, 1),
    3312: (1.32171, -1, 1),
    3334: (1.67245, -1, 1),
    4122: (2.28646, 1, 1),
    4212: (2.4529, 1, 1),
    4222: (2.45397, 2, 1),
}
ETA = 221
"""The eta lives long enough to leave the nucleus: its two photons are one particle until the end."""
PHOTON = 22
_NO_ANTIPARTICLE = (111, 22, 221, 130, 310)

PARTICLES: dict[int, tuple[float, int, int]] = {
    **_TABLE,
    **{-code: (m, -q, -b) for code, (m, q, b) in _TABLE.items() if code not in _NO_ANTIPARTICLE},
}
"""By PDG code: mass [GeV], charge, baryon number."""


def lookup(codes: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Masses [GeV], charges and baryon numbers of PDG codes; the mass of an unknown code is NaN."""
    unique, inverse = np.unique(codes, return_inverse=True)
    rows = [PARTICLES.get(int(code), (float("nan"), 0, 0)) for code in unique]
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)[inverse]
    return table[:, 0], table[:, 1].astype(np.int64), table[:, 2].astype(np.int64)


def rank(codes: NDArray[np.int32]) -> NDArray[np.float64]:
    """The place of a species in an event: others by falling mass, then :data:`COUNTED`."""
    unique, inverse = np.unique(codes, return_inverse=True)
    others = sorted(
        (int(c) for c in unique if c not in COUNTED), key=lambda c: (-PARTICLES.get(c, (0.0,))[0], -c)
    )
    place = {code: float(k) for k, code in enumerate([*others, *COUNTED])}
    return np.array([place[int(code)] for code in unique], dtype=np.float64)[inverse]
