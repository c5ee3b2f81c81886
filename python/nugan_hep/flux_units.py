"""The unit of a flux histogram's contents, from an axis title or the user's words.

Both are read by the same rules, for example ``/cm^{2}/50 MeV/1#times10^{21} p.o.t.``,
``#nu/m^{2}/10^{6}POT/0.5 GeV``, ``cm-2 POT-1 GeV-1`` or ``/cm2/1e21POT/bin``: what counts stands behind a
slash, below a ``#frac`` or has a negative power, with its number before it. Contents without an energy in
their unit are numbers of neutrinos, one for each bin; with one, they are densities: per 50 MeV whatever the
width of the bin.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nugan_hep.errors import UserError
from nugan_hep.flux import ARBITRARY, PER_POT, Array, Flux

HELP = 'such as "/cm2/1e21POT/50MeV", "/m2/POT/GeV", "/cm2/POT/bin" or, for a shape alone, "/GeV" or "/bin"'

POWER_OF_TEN = r"(?:\d+\.?\d*\s*\*\s*)?10\^[+-]?\d+|\d+\.?\d*e[+-]?\d+"
NUMBER = rf"{POWER_OF_TEN}|\d+\.?\d*"
UNIT = (
    r"(?P<area>c?m)\s*\^?\s*(?P<area_below>-)?2(?!\d)"
    r"|(?P<pot>p\.?o\.?t\.?(?![a-z])|protons?[ -]on[ -]target)(?P<pot_below>\^?-1)?"
    r"|(?P<energy>[gm]ev)(?![a-z])(?P<energy_below>\^?-1)?"
    r"|(?P<bin>bin)(?![a-z])"
)
TOKEN = re.compile(
    rf"(?:(?P<number>{NUMBER})\s*\*?\s*)?(?:{UNIT})"
    rf"|(?P<slash>/|per(?![a-z]))|(?P<lone>{NUMBER})|(?P<word>[^\W\d]\w*)"
)
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
AXIS_UNIT = re.compile(r"\b[ex]\s*(?:=|in)\s*([gm]ev)\b", re.IGNORECASE)


class NoUnitError(UserError):
    """A flux whose source does not say its unit."""


class Unit(NamedTuple):
    """What a content of 1 stands for: ``scale`` neutrinos in ``area`` [cm²], ``pot`` and ``width`` [GeV].

    ``area`` and ``pot`` are None where they are not known, ``width`` where the contents are per bin.
    """

    area: float | None = None
    pot: float | None = None
    width: float | None = None
    scale: float = 1.0

    def __str__(self) -> str:
        parts = [
            "" if self.scale == 1 else f"{self.scale:g}",
            "" if self.area is None else "/m2" if self.area == 1e4 else f"/{_short(self.area)}cm2",
            "" if self.pot is None else f"/{_short(self.pot)}POT",
            "/bin" if self.width is None else f"/{_short(self.width)}GeV",
        ]
        return "".join(parts)


def parse(text: str) -> Unit | None:
    """The unit that a text names; None where it names none, or one that leaves doubts."""
    found: dict[str, float] = {}
    scale, below = 1.0, False
    plain = _plain(text)
    if re.search(r"[)\]]\s*\^", plain):
        return None  # the power of a product
    for token in TOKEN.finditer(plain):
        kind = token.lastgroup or ""
        if kind == "slash":
            below = True
        elif kind == "lone":
            if below or not re.fullmatch(POWER_OF_TEN, token["lone"]):
                return None  # of a unit that is not known here, or a distance, say
            scale *= _number(token["lone"])
        elif kind != "word":
            name = kind.removesuffix("_below")
            if not (below or token.groupdict().get(f"{name}_below")):
                continue
            if token["number"] and not below:
                return None  # 10^-12 cm^-2: is the number below the fraction, too?
            value = {"m": 1e4, "mev": 1e-3}.get(token[name], 1.0) * _number(token["number"] or "1")
            if found.setdefault(name, value) != value:
                return None
    if not found or 0 in found.values() or {"bin", "energy"} <= found.keys():
        return None
    return Unit(found.get("area"), found.get("pot"), found.get("energy"), scale)


def from_title(title: str) -> Unit | None:
    """The unit in an axis title; None where the title is not that of a flux, for it names no area."""
    groups = re.findall(r"\[([^\[\]]*)\]|\(([^()]*)\)", title)
    for text in ["".join(group) for group in reversed(groups)] + [title]:
        unit = parse(text)
        if unit is not None and unit.area is not None:
            return unit
    return None


def from_user(text: str) -> Unit:
    """The unit in ``--flux-units``.

    Raises
    ------
    UserError : it names none
    """
    unit = parse(AXIS_UNIT.sub(" ", text))
    if unit is None:
        raise UserError(f"flux units {text!r}: expected a unit {HELP}")
    return unit


def axis_scale(title: str, units: str | None = None) -> float:
    """GeV in a unit of the energy axis: 1, unless its title or ``E in MeV`` in ``units`` says MeV."""
    said = AXIS_UNIT.search(units or "")
    if said:
        return 1e-3 if said[1].lower() == "mev" else 1.0
    return 1e-3 if re.search(r"(?<![A-Za-z])MeV(?![A-Za-z])", title) else 1.0


def make_flux(edges: ArrayLike, contents: ArrayLike, unit: Unit, name: str) -> Flux:
    """The flux with contents [K] of a unit in bins between ``edges`` [K + 1], GeV.

    Raises
    ------
    UserError : see :class:`nugan_hep.flux.Flux`
    """
    borders: Array = np.asarray(edges, dtype=np.float64)
    values: Array = np.asarray(contents, dtype=np.float64)
    plain = Flux(borders, values, name=name)  # refuses what no unit can mend, in the source's numbers
    known = unit.area is not None and unit.pot is not None
    factor = unit.scale / (unit.area or 1.0) / (unit.pot or 1.0)
    width = np.diff(plain.edges) if unit.width is None else unit.width
    return Flux(plain.edges, plain.density * factor / width, PER_POT if known else ARBITRARY, name, str(unit))


def _plain(text: str) -> str:
    """Lower case without the marks of TeX and ROOT, products as ``*``, powers as ``^``, fractions ``/``."""
    plain = re.sub(r"[#\\]frac\{(.*)\}\s*\{(.*)\}", r"\1 / \2", text.lower())
    plain = re.sub(r"\\(math)?(rm|text)(?![a-z])", " ", plain)
    plain = re.sub(r"[#\\](times|upoint|cdot|bullet)|[×·⋅]", "*", plain)
    plain = re.sub(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: f"^{raised[0].translate(LOWERED)}", plain)
    plain = re.sub(r"[{}$]", "", plain)
    return re.sub(r"(?<=\d)\s*x\s*(?=10\^)", "*", plain)


def _number(text: str) -> float:
    mantissa, ten, power = re.sub(r"\s", "", text).rpartition("10^")
    return float(f"{mantissa.rstrip('*') or 1}e{power}" if ten else power)


def _short(value: float) -> str:
    return "" if value == 1 else f"{value:g}"
