"""Final states of whole events as flat arrays, and what observables need of them more than once.

Particles are in the laboratory, the neutrino along z, momenta in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, particles, species
from nugan_hep.hadrons.frames import transfer_frame
from nugan_hep.kinematics import NEUTRON_MASS

F64 = NDArray[np.float64]
Rows = NDArray[np.int64]
PIONS = (211, 111, -211)
NONE = -999.0
"""Stands for an observable that an event does not have, as in W."""
REMOVAL = 0.02713
"""Energy [GeV] that the nucleus keeps in pN, arXiv:1805.05486."""
REMOVAL_OF = {1000180400: 0.0309}
"""The same of nuclei of which analyses take another one: argon, arXiv:2310.06082."""


@dataclass(frozen=True, eq=False)
class Lists:
    """E_nu [N], the lepton's momentum [N, 3], hadrons: n [N], flat ``pdg`` [H] and ``momentum`` [H, 3].

    ``lepton_mass`` [GeV] and ``target`` (PDG number of the nucleus) are those of all events, or arrays [N].
    """

    enu: F64
    lepton: F64
    lepton_mass: float | F64
    n: NDArray[np.int64]
    pdg: NDArray[np.int32]
    momentum: F64
    target: int | NDArray[np.int32] = 1000060120

    def rounded(self, bits: int = 11) -> Lists:
        """The same with mantissas of ``bits`` bits after the leading one, as stored samples may have."""
        lepton, momentum = _rounded(self.lepton, bits), _rounded(self.momentum, bits)
        return Lists(self.enu, lepton, self.lepton_mass, self.n, self.pdg, momentum, self.target)

    def take(self, chosen: NDArray[np.bool_]) -> Lists:
        """The events where ``chosen`` [N] is true."""
        rows = np.repeat(chosen, self.n)
        return Lists(
            self.enu[chosen],
            self.lepton[chosen],
            self.lepton_mass if isinstance(self.lepton_mass, float) else self.lepton_mass[chosen],
            self.n[chosen],
            self.pdg[rows],
            self.momentum[rows],
            self.target if isinstance(self.target, int) else self.target[chosen],
        )

    @cached_property
    def event(self) -> Rows:
        """The event of each hadron [H]."""
        return np.repeat(np.arange(len(self.enu)), self.n)

    @cached_property
    def size(self) -> F64:
        """|p| of each hadron [H]."""
        return np.asarray(np.linalg.norm(self.momentum, axis=1))

    @cached_property
    def mass(self) -> F64:
        """Masses [H]; of species that are not in the table 0."""
        return np.nan_to_num(species.lookup(self.pdg)[0])

    @cached_property
    def energy(self) -> F64:
        """Energies [H]."""
        return np.sqrt(self.size**2 + self.mass**2)

    @cached_property
    def lepton_energy(self) -> F64:
        """E of the lepton [N]."""
        return np.asarray(np.sqrt((self.lepton**2).sum(1) + self.lepton_mass**2))

    @cached_property
    def protons(self) -> tuple[Rows, Rows]:
        """See :meth:`leading`."""
        return self.leading(2212)

    @cached_property
    def neutrons(self) -> tuple[Rows, Rows]:
        """See :meth:`leading`."""
        return self.leading(2112)

    @cached_property
    def pions(self) -> tuple[Rows, Rows]:
        """See :meth:`leading`."""
        return self.leading(*PIONS)

    @cached_property
    def imbalance(self) -> dict[str, F64]:
        """The core's ``imbalance`` of lepton and leading proton, [N] each; :data:`NONE` without a proton."""
        has = self.protons[0] >= 0
        row = self.protons[0][has]
        targets, place = np.unique(np.broadcast_to(self.target, len(has)), return_inverse=True)
        masses = np.array([_core.nuclear_mass(int(pdg)) for pdg in targets])[place][has]
        removal = np.array([REMOVAL_OF.get(int(pdg), REMOVAL) for pdg in targets])[place][has]
        lepton = np.c_[self.lepton, self.lepton_energy][has]
        proton = np.c_[self.momentum, self.energy][row]
        values = _core.imbalance(lepton, proton, masses, masses - NEUTRON_MASS + removal)
        found = {name: np.full(len(has), NONE) for name in values}
        for name, value in values.items():
            found[name][has] = value
        return found

    def total(self, values: Any) -> F64:
        """Sums by event [N] of one value for each hadron [H]."""
        sums = np.bincount(self.event, np.asarray(values, np.float64), len(self.enu))
        return sums.astype(np.float64)

    def number(self, *codes: int) -> F64:
        """How many hadrons of these species each event has [N]."""
        return self.total(np.isin(self.pdg, codes))

    def leading(self, *codes: int) -> tuple[Rows, Rows]:
        """Rows of the fastest and the second fastest hadron of these species of each event, -1 for none."""
        rows = np.flatnonzero(np.isin(self.pdg, codes))
        rows = rows[np.lexsort((-self.size[rows], self.event[rows]))]
        owner = self.event[rows]
        first = np.full(len(self.enu), -1, dtype=np.int64)
        second = first.copy()
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])[: len(rows)]
        first[owner[starts]] = rows[starts]
        more = starts[starts + 1 < len(rows)]
        more = more[owner[more + 1] == owner[more]]
        second[owner[more]] = rows[more + 1]
        return first, second


def _rounded(x: F64, bits: int) -> F64:
    mantissa, exponent = np.frexp(x)
    scale = 2.0 ** (bits + 1)
    return np.ldexp(np.rint(mantissa * scale) / scale, exponent)


def of_particles(array: Any) -> Lists:
    """The final states of ``events["particles"]``, turned so that the neutrino is along z.

    Parameters
    ----------
    array : records [N, *] as :meth:`nugan_hep.Sampler.sample` gives them, or their columns
    """
    columns = particles.as_columns(array)
    offsets, pdg = np.asarray(columns["offsets"]), np.asarray(columns["pdg"])
    p = np.stack([np.asarray(columns[name], np.float64) for name in ("px", "py", "pz")], axis=1)
    first, count = offsets[:-1], len(offsets) - 1
    neutrino, lepton = p[first + particles.NEUTRINO], first + particles.LEPTON
    leaves = (np.asarray(columns["status"]) == particles.FINAL) & (np.abs(pdg) < species.NUCLEUS)
    leaves[lepton] = False
    event = np.repeat(np.arange(count), np.diff(offsets))[leaves]
    kinds, kind = np.unique(pdg[lepton], return_inverse=True)
    mass = np.array([_core.lepton_mass(int(code)) for code in kinds], np.float64)[kind]
    muon, hadrons = p[lepton], p[leaves]
    if np.any(neutrino[:, :2]) or np.any(neutrino[:, 2] < 0):
        axes = transfer_frame(neutrino, np.zeros_like(neutrino))
        muon = np.stack([(muon * axis).sum(1) for axis in axes], axis=1)
        hadrons = np.stack([(hadrons * axis[event]).sum(1) for axis in axes], axis=1)
    return Lists(
        np.asarray(np.linalg.norm(neutrino, axis=1)),
        muon,
        mass,
        np.bincount(event, minlength=count).astype(np.int64),
        pdg[leaves].astype(np.int32),
        hadrons,
        pdg[first + particles.TARGET],
    )
