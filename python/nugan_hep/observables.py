"""What can be put into a histogram: names, labels, units, the range of an axis, formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, kinematics
from nugan_hep.errors import UserError
from nugan_hep.hadrons.final_states import of_particles
from nugan_hep.hadrons.observables import HADRONIC, TOPOLOGIES, Hadronic, topologies
from nugan_hep.kinematics import Array
from nugan_hep.output import Columns
from nugan_hep.output.columns import COLUMNS
from nugan_hep.output.leptons import lepton_masses, partner
from nugan_hep.particles import PARTICLES

FERMI_MOTION = 0.5
"""Momentum of a nucleon [GeV] that hardly any has in a nucleus."""


class Observable(NamedTuple):
    """A number that every event has.

    Attributes
    ----------
    label, unit : for axes, in LaTeX; the unit may be empty
    ends : range of the usual axis, from the highest neutrino energy [GeV]; None where there is none
    columns : that it follows from, by default the column of its name
    formula : from these columns, [N] each in float64, or from the particles
    counted : whether it is a number of particles, or a topology's
    massive : whether the formula takes the lepton's mass [GeV] after the columns
    """

    label: str
    unit: str = ""
    ends: Callable[[float], tuple[float, float]] | None = None
    columns: tuple[str, ...] = ()
    formula: Callable[..., Array] | None = None
    counted: bool = False
    massive: bool = False

    @property
    def title(self) -> str:
        """The label with the unit in brackets."""
        return f"{self.label} [{self.unit}]" if self.unit else self.label


def _energy(highest: float) -> tuple[float, float]:
    return 0.0, highest


def _component(highest: float) -> tuple[float, float]:
    return -highest, highest


def _along(highest: float) -> tuple[float, float]:
    """Backward, a nucleon at rest leaves the muon M/2 at most; twice that with Fermi motion."""
    return -min(highest, 1.0), highest


def _across(highest: float) -> tuple[float, float]:
    """A nucleon at rest leaves sqrt(M E/2); twice that and more with Fermi motion."""
    return 0.0, _round_up(min(highest, math.sqrt(2 * highest)))


def _q2(highest: float) -> tuple[float, float]:
    """Up to elastic scattering backward on a nucleon that comes with ``FERMI_MOTION``; below 4 E^2."""
    mass = kinematics.NUCLEON_MASS
    above_mass = 2 * highest * (math.hypot(mass, FERMI_MOTION) + FERMI_MOTION)  # s - M^2
    return 0.0, _round_up(min(above_mass**2 / (mass**2 + above_mass), 4 * highest**2))


def _q3(highest: float) -> tuple[float, float]:
    return 0.0, _round_up(math.hypot(math.sqrt(_q2(highest)[1]), highest))


def _w(highest: float) -> tuple[float, float]:
    """Up to Q² = 0."""
    mass = kinematics.NUCLEON_MASS
    return 0.0, _round_up(math.sqrt(mass**2 + 2 * mass * highest))


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 2.5 ... 9.5 times a power of ten."""
    step = 0.5 * 10.0 ** math.floor(math.log10(value))
    return step * math.ceil(value / step)


def _fixed(low: float, high: float) -> Callable[[float], tuple[float, float]]:
    return lambda highest: (low, high)


def _of_particles(one: Hadronic) -> Observable:
    def formula(particles: Any) -> Array:
        return one.formula(of_particles(particles))

    ends = _energy if one.ends is None else _fixed(*one.ends)
    return Observable(one.label, one.unit, ends, (PARTICLES,), formula, one.counted)


OBSERVABLES = {
    "Ev": Observable(r"$E_\nu$", "GeV", _energy),
    "El": Observable(r"$E_\mu$", "GeV", _energy),
    "tl": Observable(r"$T_\mu$", "GeV", _energy, ("El",), lambda emu, mass: emu - mass, massive=True),
    "pl": Observable(r"$p_\mu$", "GeV", _energy),
    "pt": Observable(r"$p_{\mu,T}$", "GeV", _across, ("pl", "thetal"), lambda p, theta: p * np.sin(theta)),
    "pz": Observable(r"$p_{\mu,\parallel}$", "GeV", _along, ("pl", "cthl"), lambda p, c: p * c),
    "thetal": Observable(r"$\theta_\mu$", "rad", _fixed(0, math.pi)),
    "cthl": Observable(r"$\cos\theta_\mu$", "", _fixed(-1, 1)),
    "phil": Observable(r"$\phi_\mu$", "rad", _fixed(-math.pi, math.pi)),
    "Q2": Observable("$Q^2$", "GeV$^2$", _q2),
    "W": Observable("$W$", "GeV", _w),
    "x": Observable("$x$", "", _fixed(0, 2)),
    "y": Observable("$y$", "", _fixed(0, 1)),
    "omega": Observable(r"$\omega$", "GeV", _energy, ("Ev", "El"), lambda enu, emu: enu - emu),
    "q3": Observable(
        "$q_3$", "GeV", _q3, ("Ev", "El", "Q2"), lambda enu, emu, q2: np.sqrt(q2 + (enu - emu) ** 2)
    ),
    **{f"p{k}l": Observable(f"$p_{{\\mu,{k}}}$", "GeV", _component) for k in "xyz"},
    **{f"p{k}v": Observable(f"$p_{{\\nu,{k}}}$", "GeV", _component) for k in "xyz"},
    **{f"vtx{k}": Observable(f"vertex ${k}$", "m") for k in "xyz"},
    "vtxt": Observable("vertex $t$", "s"),
    **{name: _of_particles(one) for name, one in HADRONIC.items()},
}
"""By name. ``pt`` and ``pz`` are across and along the neutrino, ``pxl pyl pzl`` in the laboratory; those of
:data:`nugan_hep.hadrons.observables.HADRONIC` need events with particles."""

SELECTIONS = {
    **{name: (name,) for name in TOPOLOGIES},
    "CC0pi": ("0pi0p", "0pi1p", "0piNp"),
    "CC0piNp": ("0pi1p", "0piNp"),
    "CC1pi": ("1pi+", "1pi0", "1pi-"),
}
"""By name, the topologies of the events that are chosen; protons count above 0.3 GeV."""

LEPTON = ("neu", "cc")
"""Columns that the lepton follows from."""

ALIASES = {
    "enu": "Ev",
    "emu": "El",
    "p": "pl",
    "pmu": "pl",
    "tmu": "tl",
    "theta": "thetal",
    "cos_theta": "cthl",
    "phi": "phil",
    "q2": "Q2",
    "w": "W",
    "q0": "omega",
    "delta_pt": "dpt",
    "delta_alphat": "dalphat",
    "delta_phit": "dphit",
    "Eavail": "e_avail",
    "Evis": "e_vis",
}


def find(name: str) -> tuple[str, Observable]:
    """An observable and its main name.

    Raises
    ------
    UserError : there is none of that name
    """
    main = ALIASES.get(name, name)
    if main not in OBSERVABLES:
        raise UserError(
            f"unknown observable {name!r}; there are {', '.join(OBSERVABLES)} "
            f"(and, for some of them, {', '.join(ALIASES)})"
        )
    return main, OBSERVABLES[main]


def needed(names: list[str], selected: bool = False) -> list[str]:
    """The columns of a file that observables, and a selection of events, follow from, and the weights."""
    more = {"wght", PARTICLES} if selected else {"wght"}
    columns = [column for name in names for column in OBSERVABLES[name].columns or (name,)]
    if any(OBSERVABLES[name].massive for name in names):
        columns += LEPTON
    return [name for name in (*COLUMNS, PARTICLES) if name in {*columns, *more}]


def chosen(selection: str, columns: Columns) -> NDArray[np.bool_]:
    """Whether each event [N] is of a selection, see :data:`SELECTIONS`.

    Raises
    ------
    UserError : there is none of that name, or events without particles
    """
    if selection not in SELECTIONS:
        raise UserError(f"unknown selection {selection!r}; there are {', '.join(SELECTIONS)}")
    if PARTICLES not in columns:
        raise UserError(f"{selection} needs {PARTICLES}; the events have {', '.join(columns)}")
    found = topologies(of_particles(columns[PARTICLES]))
    return np.asarray(np.any([found[name] for name in SELECTIONS[selection]], axis=0))


def values(name: str, columns: Columns, process: _core.Process | None = None) -> Array:
    """The values [N] of an observable; ``process`` is that of events that do not say their neutrino.

    Raises
    ------
    UserError : a column is missing
    """
    observable = OBSERVABLES[name]
    if missing := [column for column in observable.columns or (name,) if column not in columns]:
        raise UserError(f"{name} needs {', '.join(missing)}; the events have {', '.join(columns)}")
    if observable.columns == (PARTICLES,):
        return observable.formula(columns[PARTICLES])  # type: ignore[misc]
    found = [np.asarray(columns[column], np.float64) for column in observable.columns or (name,)]
    if observable.massive:
        found.append(_lepton_mass(name, columns, process))
    return found[0] if observable.formula is None else observable.formula(*found)


def _lepton_mass(name: str, columns: Columns, process: _core.Process | None) -> Array:
    """The mass of the lepton that leaves [GeV], of each event or of all."""
    if "neu" in columns:
        neutrino = np.asarray(columns["neu"])
        charged = np.asarray(columns.get("cc", True), dtype=bool)
        return lepton_masses(np.where(charged, partner(neutrino), neutrino))
    if process is None:
        raise UserError(f"{name} needs the lepton's mass: expected the column neu, the neutrino's PDG number")
    return np.asarray(process.lepton_mass)
