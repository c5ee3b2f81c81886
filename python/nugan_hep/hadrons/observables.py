"""What analyses measure of whole events: topologies, leading particles, imbalance, energies.

Each stands here once, for histograms of events and for the evaluation of models; docs/hadrons.md has the
definitions and their sources.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import species
from nugan_hep.hadrons.final_states import NONE, PIONS, Lists, Rows

F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]

PROTON_THRESHOLD = 0.3
"""Momentum [GeV] above which a proton counts in a topology."""
KAONS = (321, -321, 311, -311, 310, 130)


class Hadronic(NamedTuple):
    """An observable of whole events.

    Attributes
    ----------
    label, unit : for axes, in LaTeX; the unit may be empty
    formula : from final states, [N]; :data:`NONE` of events that have no such thing
    ends : of the usual axis; None: 0 to the highest neutrino energy
    counted : whether it is a number of particles
    """

    label: str
    unit: str
    formula: Callable[[Lists], F64]
    ends: tuple[float, float] | None = None
    counted: bool = False

    @property
    def title(self) -> str:
        """The label with the unit in brackets."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label


def _of(values: F64, rows: Rows) -> F64:
    """One value for each event by the row of a hadron."""
    return np.where(rows >= 0, values[rows], NONE) if len(values) else np.full(len(rows), NONE)


def _momentum(which: Callable[[Lists], Rows], events: Lists) -> F64:
    return _of(events.size, which(events))


def _cosine(which: Callable[[Lists], Rows], events: Lists) -> F64:
    return _of(events.momentum[:, 2] / np.maximum(events.size, 1e-12), which(events))


def _number(*codes: int) -> Callable[[Lists], F64]:
    return lambda events: events.number(*codes)


def strange(events: Lists) -> F64:
    """Number of kaons and hyperons [N]."""
    size = np.abs(events.pdg)
    return events.total(np.isin(events.pdg, KAONS) | ((size > 3000) & (size < 4000)))


def fast_protons(events: Lists) -> F64:
    """Number of protons above :data:`PROTON_THRESHOLD` [N]."""
    return events.total((events.pdg == 2212) & (events.size > PROTON_THRESHOLD))


def _imbalance(name: str, events: Lists) -> F64:
    return events.imbalance[name]


def e_avail(events: Lists) -> F64:
    """Available energy: kinetic of protons, charged pions, hyperons; total of others; none of neutrons."""
    code = events.pdg
    kinetic = np.isin(code, (2212, 211, -211)) | (np.abs(code) > 3000)
    found = np.where(kinetic, events.energy - events.mass, events.energy)
    return events.total(np.where(code == 2112, 0.0, found))


def e_vis(events: Lists) -> F64:
    """Visible energy: the lepton's and what is available."""
    return events.lepton_energy + e_avail(events)


def e_miss(events: Lists) -> F64:
    """omega + B M_N - sum of energies, B the baryon number of the hadrons."""
    baryons = events.total(species.lookup(events.pdg)[2])
    omega = events.enu - events.lepton_energy
    return omega + species.NUCLEON_MASS * baryons - events.total(events.energy)


def _sum(events: Lists) -> F64:
    return np.stack([events.total(events.momentum[:, k]) for k in range(3)], axis=1)


def p_miss(events: Lists) -> F64:
    """|q - sum of momenta|."""
    q = -events.lepton
    q[:, 2] += events.enu
    return np.asarray(np.linalg.norm(q - _sum(events), axis=1))


def w_had(events: Lists) -> F64:
    """Invariant mass of all hadrons, where there are two or more."""
    square = events.total(events.energy) ** 2 - (_sum(events) ** 2).sum(1)
    # the mass of one hadron is its own: nothing to compare but rounding
    return np.where(events.n > 1, np.sqrt(np.maximum(square, 0.0)), NONE)


def m_ppi(events: Lists) -> F64:
    """Invariant mass of leading proton and leading pion."""
    proton, pion = events.protons[0], events.pions[0]
    both = (proton >= 0) & (pion >= 0)
    one, other = proton[both], pion[both]
    energy = events.energy[one] + events.energy[other]
    square = energy**2 - ((events.momentum[one] + events.momentum[other]) ** 2).sum(1)
    found = np.full(len(both), NONE)
    found[both] = np.sqrt(np.maximum(square, 0.0))
    return found


def topologies(events: Lists) -> dict[str, Flags]:
    """By name, whether each event is of a topology; protons count above :data:`PROTON_THRESHOLD`."""
    pions, odd, fast = events.number(*PIONS), strange(events) > 0, fast_protons(events)
    none, one = (pions == 0) & ~odd, (pions == 1) & ~odd
    return {
        "0pi0p": none & (fast == 0),
        "0pi1p": none & (fast == 1),
        "0piNp": none & (fast > 1),
        "1pi+": one & (events.number(211) == 1),
        "1pi0": one & (events.number(111) == 1),
        "1pi-": one & (events.number(-211) == 1),
        "multi-pi": (pions > 1) & ~odd,
        "strange": odd,
    }


TOPOLOGIES = ("0pi0p", "0pi1p", "0piNp", "1pi+", "1pi0", "1pi-", "multi-pi", "strange")
"""Every event is of one; the number of a topology is its place."""


def topology(events: Lists) -> F64:
    """The place [N] in :data:`TOPOLOGIES`."""
    found = topologies(events)
    return sum(float(k) * found[name] for k, name in enumerate(TOPOLOGIES)) + np.zeros(len(events.enu))


def _proton(events: Lists) -> Rows:
    return events.protons[0]


def _second_proton(events: Lists) -> Rows:
    return events.protons[1]


def _pion(events: Lists) -> Rows:
    return events.pions[0]


def _neutron(events: Lists) -> Rows:
    return events.neutrons[0]


_COS = (-1.0, 1.0)
_ANGLE = (0.0, float(np.pi))

HADRONIC: dict[str, Hadronic] = {
    "topology": Hadronic("topology", "", topology, (-0.5, 7.5), counted=True),
    **{
        name: Hadronic(f"number of {text}", "", formula, (-0.5, 20.5), counted=True)
        for name, text, formula in (
            ("n_p", "protons", _number(2212)),
            ("n_fast_p", "protons above 0.3 GeV", fast_protons),
            ("n_n", "neutrons", _number(2112)),
            ("n_pip", r"$\pi^+$", _number(211)),
            ("n_pi0", r"$\pi^0$", _number(111)),
            ("n_pim", r"$\pi^-$", _number(-211)),
            ("n_pi", "pions", _number(*PIONS)),
            ("n_strange", "kaons and hyperons", strange),
            ("n_other", "other hadrons", lambda events: events.n - events.number(*species.COUNTED)),
        )
    },
    "p_p": Hadronic(r"leading proton $p$", "GeV", partial(_momentum, _proton)),
    "cos_p": Hadronic(r"leading proton $\cos\theta$", "", partial(_cosine, _proton), _COS),
    "p_p2": Hadronic(r"second proton $p$", "GeV", partial(_momentum, _second_proton)),
    "cos_p2": Hadronic(r"second proton $\cos\theta$", "", partial(_cosine, _second_proton), _COS),
    "p_pi": Hadronic(r"leading pion $p$", "GeV", partial(_momentum, _pion)),
    "cos_pi": Hadronic(r"leading pion $\cos\theta$", "", partial(_cosine, _pion), _COS),
    "p_n": Hadronic(r"leading neutron $p$", "GeV", partial(_momentum, _neutron)),
    "cos_n": Hadronic(r"leading neutron $\cos\theta$", "", partial(_cosine, _neutron), _COS),
    "dpt": Hadronic(r"$\delta p_T$", "GeV", partial(_imbalance, "dpt"), (0.0, 1.5)),
    "dalphat": Hadronic(r"$\delta\alpha_T$", "rad", partial(_imbalance, "dalphat"), _ANGLE),
    "dphit": Hadronic(r"$\delta\phi_T$", "rad", partial(_imbalance, "dphit"), _ANGLE),
    "pn": Hadronic(r"$p_N$", "GeV", partial(_imbalance, "pn"), (0.0, 1.5)),
    "e_avail": Hadronic(r"$E_\mathrm{avail}$", "GeV", e_avail),
    "e_vis": Hadronic(r"$E_\mathrm{vis}$", "GeV", e_vis),
    "e_miss": Hadronic(r"$E_\mathrm{miss}$", "GeV", e_miss, (-0.05, 0.25)),
    "p_miss": Hadronic(r"$p_\mathrm{miss}$", "GeV", p_miss, (0.0, 1.0)),
    "w_had": Hadronic(r"$W$ of the hadrons", "GeV", w_had, (0.9, 5.0)),
    "m_ppi": Hadronic(r"$m(p\pi)$", "GeV", m_ppi, (1.05, 3.0)),
}
"""By name; angles are those to the neutrino."""

FEATURES = (
    *("enu", "emu", "cos_mu", "n_p", "n_n", "n_pip", "n_pi0", "n_pim", "n_other"),
    *("p_p", "cos_p", "p_p2", "cos_p2", "p_pi", "cos_pi", "p_n", "cos_n"),
    *("dpt", "dalphat", "dphit", "e_avail", "e_miss", "p_miss", "w_had", "m_ppi"),
)
"""What the classifier of events sees, 25 numbers."""


def observables(events: Lists) -> dict[str, F64]:
    """By name, one number per event [N]: E_nu, the lepton's energy and cosine, and :data:`HADRONIC`."""
    size = np.linalg.norm(events.lepton, axis=1)
    found: dict[str, F64] = {
        "enu": events.enu,
        "emu": events.lepton_energy,
        "cos_mu": events.lepton[:, 2] / size,
    }
    found.update({name: one.formula(events) for name, one in HADRONIC.items()})
    return found
