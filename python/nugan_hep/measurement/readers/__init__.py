"""Data releases as :class:`nugan_hep.measurement.measured.Measured`, a module for each.

A module has ``read(path, flux=None)``; the flux is needed where the release has none of its own. Where a
release has several spectra of the same events, there is a kind for each: fit one of them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Protocol

from nugan_hep.errors import UserError
from nugan_hep.measurement.measured import Measured
from nugan_hep.measurement.readers import (
    argoneut,
    microboone_cc0pinp,
    microboone_ccinc,
    minerva_cc0pi_2d,
    minerva_cc0pi_stv,
    minerva_cc_eavail_q3,
    t2k_cc0pi_2016,
    t2k_cc0pi_o_c,
    t2k_cc0pi_stv,
    t2k_cc1pip_ch,
    t2k_ccinc_2018,
    t2k_nue_ccinc_2019,
)
from nugan_hep.measurement.readers.common import Fluxes


class Reader(Protocol):
    """Reads a release."""

    def __call__(self, path: Path, flux: Fluxes = None) -> Measured:
        """See :func:`read_measured`."""
        ...


READERS: dict[str, Reader] = {
    **{
        module.KIND: module.read
        for module in (
            t2k_ccinc_2018,
            t2k_cc0pi_2016,
            t2k_cc0pi_o_c,
            t2k_nue_ccinc_2019,
            microboone_ccinc,
            minerva_cc0pi_2d,
            minerva_cc_eavail_q3,
        )
    },
    **{
        f"{module.KIND}_{spectrum}": partial(module.read, spectrum=spectrum)
        for module in (argoneut, t2k_cc0pi_stv, minerva_cc0pi_stv, microboone_cc0pinp, t2k_cc1pip_ch)
        for spectrum in module.SPECTRA
    },
}
"""What reads each kind of release."""


def read_measured(kind: str, path: str | Path, flux: Fluxes = None) -> Measured:
    """Read a data release.

    Parameters
    ----------
    kind : one of :data:`READERS`
    path : the release's folder or file, as its module says
    flux : what the cross sections are averaged over, where the release has none or in place of its own: a
        :class:`nugan_hep.Flux` or ``FILE[:HISTOGRAM]``, of any normalisation; several for several beams

    Raises
    ------
    UserError : no such kind, a release that cannot be read, no flux or one of another neutrino
    """
    if kind not in READERS:
        raise UserError(f"measurement {kind!r}: expected one of {', '.join(READERS)}")
    return READERS[kind](Path(path), flux)
