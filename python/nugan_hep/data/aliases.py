"""Column names of the event files that generators write, one table for every file format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

SHOWN_NAMES = 12


class Layout(NamedTuple):
    """How one kind of event file names its columns.

    ``required`` and ``optional`` map a role to a column. Roles: ``enu``, ``emu`` (energies), one of
    ``theta`` [rad], ``cosine`` or the six of ``nu_x`` ... ``mu_z``; ``cc`` (flag), ``probe``,
    ``lepton`` (PDG), ``target`` (PDG) or ``protons`` and ``neutrons``, ``weight``. A role of
    ``optional`` may have several names; the first that the file has is taken.
    """

    name: str
    required: Mapping[str, str]
    optional: Mapping[str, tuple[str, ...]]
    gev: float = 1.0
    """GeV in one unit of the energies."""
    particles: bool = False
    """Columns of a vector of particles: the first of each event is the one meant."""


_GST = {"cc": ("cc",), "probe": ("neu",), "target": ("tgt",), "lepton": ("fspl",), "weight": ("wght",)}

_MOMENTA = ("enu", "emu", *(f"{particle}_{axis}" for particle in ("nu", "mu") for axis in "xyz"))
ROOTRACKER = Layout(
    "rootracker",
    dict.fromkeys(_MOMENTA, "StdHepP4")
    | dict.fromkeys(("probe", "target", "lepton"), "StdHepPdg")
    | {"cc": "StdHepStatus"},
    {"weight": ("EvtWght",)},
)
"""Lists of particles, of GENIE, NuWro, NEUT and nugan-sample: :mod:`nugan_hep.data.generators` reads them."""
NUHEPMC = Layout(
    "NuHepMC",
    dict.fromkeys(_MOMENTA, "four-momenta")
    | dict.fromkeys(("probe", "target", "lepton"), "PDG numbers")
    | {"cc": "status codes"},
    {"weight": ("weight CV",)},
)
"""The same in HepMC3 files, which have no columns."""
WHOLE = Layout(
    "whole events",
    {"enu": "enu", "count": "n", "lepton": "pdg"} | {f"mu_{axis}": f"p{axis}" for axis in "xyz"},
    {},
)
"""Lists of particles in an ``.npz``, the charged lepton first: those that hadrons are trained on."""

LAYOUTS = (
    Layout(
        "nugan-hep",
        {"enu": "enu", "emu": "emu", "theta": "theta"},
        {"cc": ("cc",), "probe": ("probe", "neu"), "target": ("target", "tgt"), "weight": ("weight", "wght")},
    ),
    # before plain gst: a stored angle keeps what the cosine loses near the beam
    Layout("gst with angle", {"enu": "Ev", "emu": "El", "theta": "thetal"}, _GST),
    Layout("GENIE gst", {"enu": "Ev", "emu": "El", "cosine": "cthl"}, _GST),
    Layout(
        "NUISANCE flat",
        {"enu": "Enu_true", "emu": "ELep", "cosine": "CosLep"},
        {
            "cc": ("cc",),
            "probe": ("PDGnu",),
            "target": ("tgt",),
            "lepton": ("PDGLep",),
            "weight": ("Weight",),
        },
    ),
    Layout(
        "NuWro treeout",
        {"enu": "in.t", "emu": "out.t"}
        | {f"nu_{axis}": f"in.{axis}" for axis in "xyz"}
        | {f"mu_{axis}": f"out.{axis}" for axis in "xyz"},
        {
            "cc": ("flag.cc",),
            "probe": ("in.pdg",),
            "lepton": ("out.pdg",),
            "protons": ("par.nucleus_p",),
            "neutrons": ("par.nucleus_n",),
            "weight": ("weight",),
        },
        gev=1e-3,
        particles=True,
    ),
    ROOTRACKER,
)
"""Tried in this order: the first whose required columns are all there is taken."""


def find_layout(names: Collection[str]) -> Layout | None:
    """Return the layout that a set of column names matches, or None."""
    return next((layout for layout in LAYOUTS if set(layout.required.values()) <= set(names)), None)


def columns_of(layout: Layout, names: Collection[str]) -> dict[str, str]:
    """Map each role that the file can fill to its column."""
    present = {
        role: next(name for name in choices if name in names)
        for role, choices in layout.optional.items()
        if any(name in names for name in choices)
    }
    return {**layout.required, **present}


def explain_mismatch(names: Collection[str]) -> str:
    """Say in one line which column is missing, what there is, and what is accepted."""
    present = set(names)
    closest = max(reversed(LAYOUTS), key=lambda layout: len(present & set(layout.required.values())))
    missing = [name for name in dict.fromkeys(closest.required.values()) if name not in present]
    if len(missing) == len(set(closest.required.values())):
        problem = "no column with a known name"
    else:
        plural = "s" if len(missing) > 1 else ""
        problem = f"column{plural} {', '.join(missing)} missing for the {closest.name} names"
    accepted = "; ".join(
        f"{', '.join(dict.fromkeys(layout.required.values()))} ({layout.name})" for layout in LAYOUTS
    )
    return f"{problem} (found: {shorten(names)}; accepted: {accepted})"


def shorten(names: Collection[str]) -> str:
    """List names in one line, no more than a few of them."""
    shown = ", ".join(list(names)[:SHOWN_NAMES]) or "none"
    return shown if len(names) <= SHOWN_NAMES else f"{shown} and {len(names) - SHOWN_NAMES} more"
