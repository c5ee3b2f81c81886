"""What holds for every reader, with the experiments' own releases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from nugan_hep.flux_readers import read_flux
from nugan_hep.measurement.measured import Measured
from nugan_hep.measurement.readers import READERS, read_measured

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[4] / "shared")) / "data"
FHC = "t2kflux_2016_plus250kA.root:enu_nd280_numu"


class Case(NamedTuple):
    """The numbers of bins, measured and true, and the flux where the release has none."""

    measured: int
    true: int
    flux: str = ""


CASES = {
    "t2k_ccinc_2018": Case(71, 71),
    "t2k_cc0pi_2016": Case(67, 67, FHC),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.shared(f"measurements/{kind}", "flux")) for kind in CASES],
)
def measured(request: pytest.FixtureRequest) -> Measured:
    case = CASES[request.param]
    flux = read_flux(f"{SHARED / 'flux' / case.flux}", "/bin") if case.flux else None
    return read_measured(request.param, SHARED / "measurements" / request.param, flux)


def test_every_reader_is_here() -> None:
    assert set(CASES) == set(READERS)


def test_shapes(measured: Measured) -> None:
    case = CASES[measured.kind]
    assert measured.matrix.shape == (case.measured, case.true)
    assert measured.data.shape == measured.widths.shape == (case.measured,)
    assert np.all(measured.widths > 0)


def test_total_is_the_publications(measured: Measured) -> None:
    if measured.total is None:
        pytest.skip(f"{measured.reference} gives no total")
    print(measured.kind, measured.widths @ measured.data, measured.total)
    assert measured.total_error is not None
    assert measured.widths @ measured.data == pytest.approx(measured.total, abs=measured.total_error)
