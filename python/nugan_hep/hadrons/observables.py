"""What analyses measure of whole events: topologies, leading particles, imbalance, energies.

Works on events as lists of particles in the laboratory, neutrino along z, momenta in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nugan_hep.hadrons import species

F64 = NDArray[np.float64]

PROTON_THRESHOLD = 0.3
"""Momentum [GeV] above which a proton counts in a topology."""
NONE = -1.0
"""Stands for an observable that an event does not have."""


@dataclass(frozen=True)
class Lists:
    """E_nu [N], the lepton's momentum [N, 3], hadrons: n [N], flat ``pdg`` [H] and ``momentum`` [H, 3]."""

    enu: F64
    lepton: F64
    lepton_mass: float
    n: NDArray[np.int64]
    pdg: NDArray[np.int32]
    momentum: F64

    def rounded(self, bits: int = 11) -> Lists:
        """The same with mantissas of ``bits`` bits after the leading one, as stored samples may have."""
        return Lists(
            self.enu,
            _rounded(self.lepton, bits),
            self.lepton_mass,
            self.n,
            self.pdg,
            _rounded(self.momentum, bits),
        )

    def take(self, chosen: NDArray[np.bool_]) -> Lists:
        """The events where ``chosen`` [N] is true."""
        rows = np.repeat(chosen, self.n)
        return Lists(
            self.enu[chosen],
            self.lepton[chosen],
            self.lepton_mass,
            self.n[chosen],
            self.pdg[rows],
            self.momentum[rows],
        )


def _rounded(x: F64, bits: int) -> F64:
    mantissa, exponent = np.frexp(x)
    scale = 2.0 ** (bits + 1)
    return np.ldexp(np.rint(mantissa * scale) / scale, exponent)


def _leading(
    event: NDArray[np.int64], chosen: NDArray[np.bool_], size: F64, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the fastest and the second fastest of the chosen hadrons of each event, -1 for none."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.lexsort((-size[rows], event[rows]))]
    owner = event[rows]
    first = np.full(n, -1, dtype=np.int64)
    second = first.copy()
    starts = (
        np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(rows) else np.zeros(0, dtype=np.int64)
    )
    first[owner[starts]] = rows[starts]
    more = starts[(starts + 1 < len(rows))]
    more = more[owner[more + 1] == owner[more]]
    second[owner[more]] = rows[more + 1]
    return first, second


def observables(events: Lists) -> dict[str, F64]:
    """By name, one number per event [N]; energies and momenta in GeV, angles in rad."""
    count, p = len(events.enu), events.momentum
    event = np.repeat(np.arange(count), events.n)
    mass, _, baryon = species.lookup(events.pdg)
    size = np.linalg.norm(p, axis=1)
    energy = np.sqrt(size**2 + mass**2)
    cos = p[:, 2] / np.maximum(size, 1e-12)

    def total(x: F64) -> F64:
        return np.bincount(event, x, count).astype(np.float64)

    lepton_size = np.linalg.norm(events.lepton, axis=1)
    emu = np.sqrt(lepton_size**2 + events.lepton_mass**2)
    out: dict[str, F64] = {"enu": events.enu, "emu": emu, "cos_mu": events.lepton[:, 2] / lepton_size}
    code = events.pdg
    names = {2212: "p", 2112: "n", 211: "pip", 111: "pi0", -211: "pim"}
    for number, name in names.items():
        out[f"n_{name}"] = total((code == number).astype(float))
    out["n_other"] = total((~np.isin(code, list(names))).astype(float))
    out["n_strange"] = total(
        (
            (np.abs(code) > 3000) & (np.abs(code) < 4000)
            | (np.abs(code) // 10 == 32)
            | np.isin(np.abs(code), (310, 311, 130))
        ).astype(float)
    )
    out["n_pion"] = out["n_pip"] + out["n_pi0"] + out["n_pim"]
    out["n_fast_p"] = total(((code == 2212) & (size > PROTON_THRESHOLD)).astype(float))
    proton, second = _leading(event, code == 2212, size, count)
    pion, _ = _leading(event, np.isin(code, (211, 111, -211)), size, count)
    neutron, _ = _leading(event, code == 2112, size, count)

    def of(x: F64, row: NDArray[np.int64]) -> F64:
        return np.where(row >= 0, x[row], NONE) if len(x) else np.full(count, NONE)

    for name, row in (("p", proton), ("p2", second), ("pi", pion), ("n", neutron)):
        out[f"p_{name}"], out[f"cos_{name}"] = of(size, row), np.where(row >= 0, of(cos, row), -2.0)
    # transverse imbalance of lepton and leading proton, arXiv:1512.05748
    lepton_t = events.lepton[:, :2]
    has = proton >= 0
    proton_t = np.where(has[:, None], p[proton][:, :2], 0.0) if len(p) else np.zeros((count, 2))
    lost = lepton_t + proton_t
    size_l, size_p, size_d = (np.linalg.norm(x, axis=1) for x in (lepton_t, proton_t, lost))

    def angle(a: F64, b: F64, norm: F64) -> F64:
        value = -(a * b).sum(1) / np.maximum(norm, 1e-12)
        return np.where(has, np.arccos(np.clip(value, -1.0, 1.0)), NONE)

    out["dpt"] = np.where(has, size_d, NONE)
    out["dalphat"] = angle(lepton_t, lost, size_l * size_d)
    out["dphit"] = angle(lepton_t, proton_t, size_l * size_p)
    kinetic = np.isin(code, (2212, 211, -211))
    available = np.where(kinetic, energy - mass, np.where(np.isin(code, (2112,)), 0.0, energy))
    available = np.where(np.abs(code) > 3000, energy - mass, available)
    out["e_avail"] = total(available)
    omega = events.enu - emu
    out["e_miss"] = omega + species.NUCLEON_MASS * total(baryon.astype(float)) - total(energy)
    sums = np.stack([total(p[:, k]) for k in range(3)], axis=1)
    q = -events.lepton.copy()
    q[:, 2] += events.enu
    out["p_miss"] = np.linalg.norm(q - sums, axis=1)
    w2 = total(energy) ** 2 - (sums**2).sum(1)
    # the mass of one hadron is its own: nothing to compare but rounding
    out["w"] = np.where(events.n > 1, np.sqrt(np.maximum(w2, 0.0)), NONE)
    both = has & (pion >= 0)
    if len(p):
        e2 = energy[proton] + energy[pion]
        p2 = ((p[proton] + p[pion]) ** 2).sum(1)
        out["m_ppi"] = np.where(both, np.sqrt(np.maximum(e2**2 - p2, 0.0)), NONE)
    else:
        out["m_ppi"] = np.full(count, NONE)
    return out


FEATURES = (
    "enu",
    "emu",
    "cos_mu",
    "n_p",
    "n_n",
    "n_pip",
    "n_pi0",
    "n_pim",
    "n_other",
    "p_p",
    "cos_p",
    "p_p2",
    "cos_p2",
    "p_pi",
    "cos_pi",
    "p_n",
    "cos_n",
    "dpt",
    "dalphat",
    "dphit",
    "e_avail",
    "e_miss",
    "p_miss",
    "w",
    "m_ppi",
)
"""What the classifier of events sees, 25 numbers."""


def topologies(o: dict[str, F64]) -> dict[str, NDArray[np.bool_]]:
    """By name, whether each event is of a topology; protons count above :data:`PROTON_THRESHOLD`."""
    none, one = (o["n_pion"] == 0) & (o["n_strange"] == 0), (o["n_pion"] == 1) & (o["n_strange"] == 0)
    return {
        "0pi0p": none & (o["n_fast_p"] == 0),
        "0pi1p": none & (o["n_fast_p"] == 1),
        "0piNp": none & (o["n_fast_p"] > 1),
        "1pi+": one & (o["n_pip"] == 1),
        "1pi0": one & (o["n_pi0"] == 1),
        "1pi-": one & (o["n_pim"] == 1),
        "multi-pi": (o["n_pion"] > 1) & (o["n_strange"] == 0),
        "strange": o["n_strange"] > 0,
    }
