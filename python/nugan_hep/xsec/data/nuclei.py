"""The nuclei of the archive: charge, mass number, Fermi momentum, shift of the quasielastic peak."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from nugan_hep.errors import UserError

MASS_UNIT = 0.93149
"""GeV."""
CUT_ABOVE = 0.020
"""GeV above the separation energy, of :attr:`Nucleus.cut`."""


class Nucleus(NamedTuple):
    """A target nucleus; momenta and energies in GeV.

    ``fermi_momentum`` and ``shift`` are those of superscaling (PRC 65 025502, PRC 71 015501), interpolated
    where there is none (for 3He, whose momenta have long tails, what the archive's data need in the closed
    form of ``model/response.py``); ``separation`` is the least energy that frees a nucleon (NUBASE).
    """

    name: str
    z: int
    a: int
    fermi_momentum: float
    shift: float
    separation: float

    @property
    def pdg(self) -> int:
        return 1000000000 + 10000 * self.z + 10 * self.a

    @property
    def coulomb(self) -> float:
        """Mean Coulomb energy [GeV] of an electron in the nucleus, of the effective momentum approximation.

        0.775 of the value in the centre of a charged sphere (EPJ A 26 167), 2.9 MeV for carbon.
        """
        root = math.exp(math.log(self.a) / 3.0)
        radius = 1.1 * root + 0.86 / root
        return 0.775 * 1.5 * (self.z - 1) * 1.43996e-3 / radius

    @property
    def mass(self) -> float:
        """GeV, without the binding, which is below a per cent."""
        return MASS_UNIT * self.a

    @property
    def cut(self) -> float:
        """Excitation energy [GeV] above which points count: elastic peak, discrete states and giant
        resonances are below.
        """
        return self.separation + CUT_ABOVE


_ALL = (
    Nucleus("2H", 1, 2, 0.055, 0.002, 0.0022),
    Nucleus("3He", 2, 3, 0.165, 0.010, 0.0055),
    Nucleus("4He", 2, 4, 0.200, 0.020, 0.0198),
    Nucleus("6Li", 3, 6, 0.165, 0.015, 0.0044),
    Nucleus("12C", 6, 12, 0.228, 0.020, 0.0160),
    Nucleus("16O", 8, 16, 0.230, 0.020, 0.0121),
    Nucleus("27Al", 13, 27, 0.236, 0.018, 0.0083),
    Nucleus("40Ca", 20, 40, 0.241, 0.028, 0.0083),
    Nucleus("56Fe", 26, 56, 0.241, 0.023, 0.0102),
)
NUCLEI = {nucleus.name: nucleus for nucleus in _ALL}


def find_nucleus(name: str | int) -> Nucleus:
    """A nucleus from ``12C``, ``C12`` or its PDG number.

    Raises
    ------
    UserError : none of :data:`NUCLEI`
    """
    text = str(name)
    if match := re.fullmatch(r"([A-Za-z]+)[-_]?(\d+)", text):
        text = match[2] + match[1].capitalize()
    for nucleus in _ALL:
        if text in (nucleus.name, str(nucleus.pdg)):
            return nucleus
    raise UserError(f"nucleus {str(name)!r}: expected one of {', '.join(NUCLEI)}")


def nucleus_of(z: int, a: int) -> Nucleus:
    """The nucleus of a charge and a mass number.

    Raises
    ------
    UserError : none of :data:`NUCLEI`
    """
    for nucleus in _ALL:
        if (nucleus.z, nucleus.a) == (z, a):
            return nucleus
    raise UserError(f"no nucleus with Z = {z} and A = {a}: expected one of {', '.join(NUCLEI)}")
