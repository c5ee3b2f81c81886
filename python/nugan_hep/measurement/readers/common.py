"""What readers share: nuclei of targets, and the check of a flux that is given."""

from __future__ import annotations

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.flux_readers import other_neutrino
from nugan_hep.targets import probe_name

HYDROGEN, CARBON, OXYGEN, ARGON = 1000010010, 1000060120, 1000080160, 1000180400

CARBON_IN_CH = 12 / 13
"""Of the nucleons of CH. Free protons make mesons in a charged current, but for one neutrino in 50,000."""
T2K_FLUX = "T2K's t2kflux_2016_{0}250kA.root:enu_nd280_{1}"
"""With ``plus`` or ``minus`` and the neutrino: what T2K calls FHC and RHC."""
UNIT = 1e-38
"""Our cross sections in cm²."""


def given_flux(kind: str, flux: Flux | None, probe: int, where: str) -> Flux:
    """The flux if it is one of the probe (PDG); ``where`` names a file that has it.

    Raises
    ------
    UserError : none, or that of another neutrino
    """
    if flux is None:
        raise UserError(f"{kind}: the release has no flux of {probe_name(probe)}, give one: {where}")
    if doubt := other_neutrino(flux, probe):
        raise UserError(f"{kind}: {doubt}")
    return flux
