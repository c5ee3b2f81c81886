"""NuWro's own files against the converted sample of the same generator."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import uproot

from nugan_hep.data import read_events

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "nuwro"
CARBON, ARGON = 1000060120, 1000180400

pytestmark = pytest.mark.shared("nuwro")


@pytest.mark.parametrize(
    ("native", "process", "target"),
    [("C", "numu_C12_inc", CARBON), ("A", "numu_Ar40_inc", ARGON), ("Calt", "numu_C12_alt", CARBON)],
)
def test_native_agrees_with_the_converted_sample(native, process, target):
    """A flat beam gives events by sigma(E): the uniform sample weighted by its cross section."""
    events = read_events(SHARED / "native" / f"nuwro_{native}.root", target=target)
    assert events.report.kept == events.report.read == 2000
    assert events.report.unchecked == []
    assert events.enu.min() >= 0.3
    assert events.enu.max() <= 10.0
    uniform = read_events(SHARED / process / "val.root", target=target, limit=200_000)
    table = np.genfromtxt(SHARED / process / "xsec.csv", delimiter=",", names=True)
    sigma = table["xsec_total"][np.clip(((uniform.enu - 0.3) / 0.1).astype(int), 0, 96)]
    for name in ("enu", "emu", "theta"):
        native_values, values = getattr(events, name), getattr(uniform, name)
        expected = np.average(values, weights=sigma)
        error = native_values.std() / np.sqrt(2000)
        assert abs(native_values.mean() - expected) < 4 * error, name


def test_native_columns_against_uproot():
    path = SHARED / "native" / "nuwro_C.root"
    with uproot.open(path) as file:
        raw = file["treeout"].arrays(["in.t", "out.t", "out.x", "out.y", "out.z"])
    events = read_events(path, step=333)
    x, y, z = (raw[f"out.{axis}"][:, 0].to_numpy() for axis in "xyz")
    np.testing.assert_allclose(events.enu, raw["in.t"][:, 0].to_numpy() / 1000, rtol=1e-7)
    np.testing.assert_allclose(events.emu, raw["out.t"][:, 0].to_numpy() / 1000, rtol=1e-7)
    # the beam of these files runs along z
    np.testing.assert_allclose(events.theta, np.arctan2(np.hypot(x, y), z), rtol=1e-6)


def test_target_selects_the_file():
    files = [SHARED / "native" / f"nuwro_{name}.root" for name in ("C", "A")]
    carbon, argon = read_events(files), read_events(files, target=ARGON)
    assert (carbon.report.kept, carbon.report.dropped) == (2000, {"other target": 2000})
    assert (argon.report.kept, argon.report.dropped) == (2000, {"other target": 2000})


def test_every_training_row_is_kept():
    """Also with the larger shift: no valid NuWro row is lost at an edge."""
    for process in ("numu_C12_inc", "numu_C12_qe"):
        report = read_events(SHARED / process / "val.root", shift=0.0098).report
        assert report.kept == report.read
