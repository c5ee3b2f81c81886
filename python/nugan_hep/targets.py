"""Probes and targets by name, and the models that have them."""

from __future__ import annotations

import re

from nugan_hep import archive
from nugan_hep.errors import UserError

PROBES = {12: "nue", -12: "nuebar", 14: "numu", -14: "numubar", 16: "nutau", -16: "nutaubar"}

# the most abundant isotope, or the longest-lived one, of each element from hydrogen on
_ISOTOPES = """
H1 He4 Li7 Be9 B11 C12 N14 O16 F19 Ne20 Na23 Mg24 Al27 Si28 P31 S32 Cl35 Ar40 K39 Ca40 Sc45 Ti48 V51
Cr52 Mn55 Fe56 Co59 Ni58 Cu63 Zn64 Ga69 Ge74 As75 Se80 Br79 Kr84 Rb85 Sr88 Y89 Zr90 Nb93 Mo98 Tc98
Ru102 Rh103 Pd106 Ag107 Cd114 In115 Sn120 Sb121 Te130 I127 Xe132 Cs133 Ba138 La139 Ce140 Pr141 Nd142
Pm145 Sm152 Eu153 Gd158 Tb159 Dy164 Ho165 Er166 Tm169 Yb174 Lu175 Hf180 Ta181 W184 Re187 Os192 Ir193
Pt195 Au197 Hg202 Tl205 Pb208 Bi209 Po209 At210 Rn222 Fr223 Ra226 Ac227 Th232 Pa231 U238
"""
ISOTOPES = _ISOTOPES.split()
SYMBOLS = [re.sub(r"\d", "", isotope) for isotope in ISOTOPES]
MAIN_MASS = {symbol: int(isotope[len(symbol) :]) for symbol, isotope in zip(SYMBOLS, ISOTOPES, strict=True)}

EXPECTED = "a nucleus (Ar40, C, 1000180400), a molecule (H2O) or fractions of the mass (C12=0.9,Ar40=0.1)"


def parse_probe(text: str) -> int:
    """PDG number of a neutrino from its name (``numu``, ``numubar``) or number.

    Raises
    ------
    UserError : no neutrino
    """
    numbers = {**{name: pdg for pdg, name in PROBES.items()}, **{str(pdg): pdg for pdg in PROBES}}
    if text.lower() not in numbers:
        names = ", ".join(f"{name} ({pdg})" for pdg, name in PROBES.items())
        raise UserError(f"probe {text!r}: expected one of {names}")
    return numbers[text.lower()]


def parse_target(text: str) -> dict[int, float]:
    """PDG numbers of a target's nuclei and their fractions of its nucleons (sum 1).

    A nucleus, ``Ar40`` or its PDG number; an element, ``Ar``, whose natural isotopes count as the main one; a
    molecule, ``H2O``; or a mixture of these by mass, ``C12=0.9,Ar40=0.1``, where a nucleon weighs 1 u.

    Raises
    ------
    UserError : something else, fractions that are not above 0 or do not add up to 1
    """
    if "=" not in text:
        return _molecule(text, text)
    fractions: dict[int, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        try:
            fraction = float(number)
        except ValueError:
            fraction = 0.0
        if not 0 < fraction <= 1:
            raise UserError(f"target {text!r}: {part!r} is no fraction above 0; expected {EXPECTED}")
        for pdg, share in _molecule(name.strip(), text).items():
            fractions[pdg] = fractions.get(pdg, 0.0) + fraction * share
    total = sum(fractions.values())
    if abs(total - 1) > 1e-3:
        raise UserError(f"target {text!r}: the fractions add up to {total:g}, expected 1")
    return {pdg: fraction / total for pdg, fraction in fractions.items()}


def nucleus(pdg: int) -> str:
    """Name of a nucleus, such as ``C12``; its PDG number where it has no name here."""
    z, a = pdg // 10000 % 1000, pdg // 10 % 1000
    return f"{SYMBOLS[z - 1]}{a}" if 0 < z <= len(SYMBOLS) and pdg == _pdg(z, a) else str(pdg)


def find_model(probe: int, target: int) -> str:
    """Name of the inclusive model of a probe and a nucleus: ``numu_C12_inc`` and the like, if there is one.

    Raises
    ------
    UserError : no model, or several of other names
    """
    known: dict[tuple[int, int], list[str]] = {}
    for name in archive.list_models():
        try:
            about = archive.read_metadata(archive.find_model(name))
        except UserError:
            continue  # it will complain when it is named itself
        known.setdefault((about["probe"], about["target"]), []).append(name)
    candidates = known.get((probe, target), [])
    usual = f"{PROBES.get(probe, probe)}_{nucleus(target)}_inc"
    if usual in candidates:
        return usual
    if len(candidates) == 1:
        return candidates[0]
    wanted = f"{PROBES.get(probe, probe)} on {nucleus(target)}"
    if candidates:
        raise UserError(f"several models of {wanted}: name one by --model, of {', '.join(candidates)}")
    there = sorted(f"{PROBES.get(p, p)} on {nucleus(t)}" for p, t in known)
    raise UserError(f"no model of {wanted}; there is: {', '.join(there) or 'none'}")


def _molecule(text: str, whole: str) -> dict[int, float]:
    """Nuclei and fractions of the nucleons of a nucleus, an element or a molecule."""
    if re.fullmatch(r"100\d{7}", text):
        z, a = int(text) // 10000 % 1000, int(text) // 10 % 1000
        if 0 < z <= a and int(text) == _pdg(z, a):
            return {int(text): 1.0}
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", text)
    if text == "" or "".join(symbol + count for symbol, count in atoms) != text:
        raise UserError(f"target {whole!r}: expected {EXPECTED}")
    for symbol, count in atoms:
        if symbol not in MAIN_MASS or (count and not 0 < float(count) < 1e9):
            raise UserError(f"target {whole!r}: no element {symbol + count!r}; expected {EXPECTED}")
    if len(atoms) == 1:
        symbol, count = atoms[0]
        z = SYMBOLS.index(symbol) + 1
        if count and z <= int(count) <= 3 * z:  # Ar40 is a nucleus, O2 and C60 are molecules
            return {_pdg(z, int(count)): 1.0}
    nucleons: dict[int, float] = {}
    for symbol, count in atoms:
        mass = MAIN_MASS[symbol]
        pdg = _pdg(SYMBOLS.index(symbol) + 1, mass)
        nucleons[pdg] = nucleons.get(pdg, 0.0) + mass * int(count or 1)
    total = sum(nucleons.values())
    return {pdg: number / total for pdg, number in nucleons.items()}


def _pdg(z: int, a: int) -> int:
    return 1000000000 + 10000 * z + 10 * a
