"""Data releases as :class:`nugan_hep.measurement.measured.Measured`, a module for each.

A module has ``read(path, flux=None)``; the flux is needed where the release has none of its own.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement.measured import Measured

READERS = {
    name: f"nugan_hep.measurement.readers.{name}"
    for name in (
        "t2k_ccinc_2018",
        "t2k_cc0pi_2016",
    )
}
"""The module of each kind of release."""


def read_measured(kind: str, path: str | Path, flux: Flux | None = None) -> Measured:
    """Read a data release.

    Parameters
    ----------
    kind : one of :data:`READERS`
    path : the release's folder or file, as its reader says
    flux : what the cross sections are averaged over, in place of the release's own; any normalisation

    Raises
    ------
    UserError : no such kind, a release that cannot be read, no flux or one of another neutrino
    """
    if kind not in READERS:
        raise UserError(f"measurement {kind!r}: expected one of {', '.join(READERS)}")
    measured: Measured = importlib.import_module(READERS[kind]).read(Path(path), flux)
    return measured
