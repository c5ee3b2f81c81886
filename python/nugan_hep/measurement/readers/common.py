"""What readers share: nuclei of targets, fluxes that are given, bins of several parts one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.flux_readers import other_neutrino
from nugan_hep.measurement import inputs
from nugan_hep.targets import probe_name

HYDROGEN, CARBON, OXYGEN, ARGON = 1000010010, 1000060120, 1000080160, 1000180400

CARBON_IN_CH = 12 / 13
"""Of the nucleons of CH. Free protons make mesons in a charged current, but for one neutrino in 50,000."""
CH = ((CARBON, CARBON_IN_CH), (HYDROGEN, 1 - CARBON_IN_CH))
FGD_HYDROGEN = 0.074
"""Of the nucleons of T2K's fine-grained detector, by mass C 86.1 %, O 3.7 %, H 7.4 %, some Ti and Si."""
FGD = ((CARBON, 1 - FGD_HYDROGEN), (HYDROGEN, FGD_HYDROGEN))
"""All but hydrogen counts as carbon."""
UNIT = 1e-38
"""Our cross sections in cm²."""

MINERVA_FLUX = "MINERvA's minerva_le_flux.root:numu_fhc"
BNB_FLUX = "BNB_uBooNE_numu_flux_2019.root:numu of NUISANCE"

FluxSource = Flux | str
"""A flux, or a file as ``FILE[:HISTOGRAM]``."""
Fluxes = FluxSource | Sequence[FluxSource] | None
"""One flux, those of several beams in the order of a measurement's parts, or none."""


def t2k_flux(horn: str, neutrino: str) -> str:
    """Where T2K's flux at ND280 is; the horn's current is ``plus`` (FHC) or ``minus`` (RHC)."""
    return f"T2K's t2kflux_2016_{horn}250kA.root:enu_nd280_{neutrino}"


def given_fluxes(kind: str, flux: Fluxes, wanted: Sequence[tuple[int, str]]) -> list[Flux]:
    """The fluxes if they are those of the probes (PDG) in ``wanted``, where words say what file has them.

    Raises
    ------
    UserError : not as many, a file that cannot be read, the flux of another neutrino
    """
    found = [] if flux is None else [flux] if isinstance(flux, Flux | str) else [*flux]
    if len(found) != len(wanted):
        needed = ", ".join(f"{probe_name(probe)} ({where})" for probe, where in wanted)
        raise UserError(f"{kind}: expected the flux of {needed}; given {len(found)}")
    return [_checked(kind, one, probe) for one, (probe, _) in zip(found, wanted, strict=True)]


def given_flux(kind: str, flux: Fluxes, probe: int, where: str) -> Flux:
    """The only one of :func:`given_fluxes`."""
    return given_fluxes(kind, flux, [(probe, where)])[0]


def _checked(kind: str, flux: FluxSource, probe: int) -> Flux:
    if isinstance(flux, str):
        return inputs.read_flux(flux, probe=probe)
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
