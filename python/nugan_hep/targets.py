"""Probes and targets by name, and the models that have them."""

from __future__ import annotations

from nugan_hep import _core, archive


def parse_probe(text: str) -> int:
    """PDG number of a neutrino from its name (``numu``, ``numubar``) or number.

    Raises
    ------
    UserError : no neutrino
    """
    return _core.parse_probe(text)


def parse_target(text: str) -> dict[int, float]:
    """PDG numbers of a target's nuclei and their fractions of its nucleons (sum 1).

    A nucleus, ``Ar40`` or its PDG number; an element, ``Ar``, whose natural isotopes count as the main one; a
    molecule, ``CH4``; or a mixture of these by mass, ``C12=0.9,Ar40=0.1``, where a nucleon weighs 1 u.

    Raises
    ------
    UserError : something else, mass fractions that are not in (0, 1] or do not add up to 1
    """
    return dict(_core.parse_target(text))


def probe_name(pdg: int) -> str:
    """Name of a neutrino, such as ``numu``; its PDG number where it is none."""
    return _core.probe_name(pdg)


def nucleus(pdg: int) -> str:
    """Name of a nucleus, such as ``C12``; its PDG number where it has no name here."""
    return _core.nucleus_name(pdg)


def find_model(probe: int, target: int) -> str:
    """Name of the inclusive model of a probe and a nucleus: ``numu_C12_inc`` and the like, if there is one.

    Raises
    ------
    UserError : no model, or several of other names
    """
    return _core.find_model_of(probe, target, archive.models_dirs())
