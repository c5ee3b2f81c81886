"""What readers share: nuclei of targets, fluxes that are given, bins of several parts one after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.flux_readers import other_neutrino
from nugan_hep.measurement import inputs
from nugan_hep.targets import probe_name

HYDROGEN, CARBON, OXYGEN, ARGON = _core.HYDROGEN, 1000060120, 1000080160, 1000180400

CARBON_IN_CH = 12 / 13
"""Of the nucleons of CH. Free protons make mesons in a charged current, but for one neutrino in 50,000."""
CH = ((CARBON, CARBON_IN_CH), (HYDROGEN, 1 - CARBON_IN_CH))
FGD_HYDROGEN = 0.074
"""Of the nucleons of T2K's fine-grained detector, by mass C 86.1 %, O 3.7 %, H 7.4 %, some Ti and Si."""
FGD = ((CARBON, 1 - FGD_HYDROGEN), (HYDROGEN, FGD_HYDROGEN))
"""All but hydrogen counts as carbon."""
UNIT = 1e-38
"""Our cross sections in cm²."""


class Beam(NamedTuple):
    """The flux that a measurement is averaged over.

    Attributes
    ----------
    where : the file that has it, for messages
    quartiles : energies [GeV] below which a quarter, half and three quarters of it lie
    """

    where: str
    quartiles: tuple[float, float, float]


def beam_of(flux: Flux) -> Beam:
    """The beam of a release that has its flux."""
    low, half, high = flux.quantiles(QUARTERS)
    return Beam(f"the release's own flux ({flux.name})", (low, half, high))


MINERVA_FLUX = Beam("MINERvA's minerva_le_flux.root:numu_fhc", (2.306, 3.209, 4.303))
BNB_FLUX = Beam("BNB_uBooNE_numu_flux_2019.root:numu of NUISANCE", (0.455, 0.750, 1.101))
T2K_FLUXES = {
    ("plus", "numu"): (0.471, 0.617, 0.807),
    ("plus", "nue"): (0.461, 0.797, 1.674),
    ("minus", "nue"): (0.746, 1.530, 2.765),
    ("minus", "nueb"): (0.404, 0.661, 1.128),
}
"""Quartiles by the horn's current and the neutrino."""
QUARTERS = (0.25, 0.5, 0.75)
ALIKE = 0.1
"""Versions of an experiment's flux differ by less in their quartiles."""

FluxSource = Flux | str | os.PathLike[str]
"""A flux, or a file as ``FILE[:HISTOGRAM]``."""
Fluxes = FluxSource | Sequence[FluxSource] | None
"""One flux, those of several beams in the order of a measurement's parts, or none."""


def t2k_flux(horn: str, neutrino: str) -> Beam:
    """T2K's flux at ND280; the horn's current is ``plus`` (FHC) or ``minus`` (RHC)."""
    where = f"T2K's t2kflux_2016_{horn}250kA.root:enu_nd280_{neutrino}"
    return Beam(where, T2K_FLUXES[horn, neutrino])


def given_fluxes(kind: str, flux: Fluxes, wanted: Sequence[tuple[int, Beam]]) -> list[Flux]:
    """The fluxes if they are those of the probes (PDG) and beams in ``wanted``.

    A :class:`nugan_hep.Flux` is taken for that of the beam.

    Raises
    ------
    UserError : not as many, a file that cannot be read, the flux of another neutrino or of another experiment
    """
    found = [] if flux is None else [flux] if isinstance(flux, Flux | str | os.PathLike) else [*flux]
    if len(found) != len(wanted):
        needed = ", ".join(f"{probe_name(probe)} ({beam.where})" for probe, beam in wanted)
        raise UserError(f"{kind}: expected the flux of {needed}; given {len(found) or 'none'}")
    return [_checked(kind, one, probe, beam) for one, (probe, beam) in zip(found, wanted, strict=True)]


def given_flux(kind: str, flux: Fluxes, probe: int, beam: Beam) -> Flux:
    """The only one of :func:`given_fluxes`."""
    return given_fluxes(kind, flux, [(probe, beam)])[0]


def _checked(kind: str, flux: FluxSource, probe: int, beam: Beam) -> Flux:
    if not isinstance(flux, Flux):
        found = inputs.read_flux(os.fspath(flux), probe=probe)
        own = found.quantiles(QUARTERS)
        k = int(np.argmax(np.abs(np.log(own / beam.quartiles))))
        if abs(np.log(own[k] / beam.quartiles[k])) > ALIKE:
            raise UserError(
                f"{kind}: {('a quarter', 'half', 'three quarters')[k]} of {flux} lies below {own[k]:.2f} "
                f"GeV, of {beam.where} below {beam.quartiles[k]:.2f} GeV: is it the flux of another "
                "experiment?"
            )
        return found
    if doubt := other_neutrino(flux, probe):
        raise UserError(f"{kind}: {doubt}")
    return flux


def file_in(path: Path, name: str) -> Path:
    """The file of a release of one file, which may be named by its folder."""
    return path / name if path.is_dir() else path


def one_after_the_other(parts: Sequence[tuple[str, int, Callable[[int], str]]]) -> Callable[[int], str]:
    """Words for the bins of several parts: their names, sizes and own words."""

    def describe(k: int) -> str:
        for name, size, own in parts:
            if k < size:
                return f"{name}: {own(k)}"
            k -= size
        raise IndexError("no such bin")

    return describe
