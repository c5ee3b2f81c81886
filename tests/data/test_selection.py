"""What is dropped, why, and that the edges of the phase space survive float32."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.kinematics import MUON_MASS, to_proxies


def test_each_row_counts_under_its_reason(tmp_path, files):
    columns = files.gst(files.truth(100))
    columns["neu"][0] = -14
    columns["tgt"][1:3] = 1000080160
    columns["cc"][3:6] = False
    columns["fspl"][6] = 11
    columns["Ev"][7] = np.nan
    columns["El"][8] = np.inf
    columns["cthl"][9] = np.nan
    columns["Ev"][10] = 10.5
    columns["Ev"][11] = -999.0
    columns["El"][12] = columns["Ev"][12] - 0.003
    columns["El"][13] = 0.1
    columns["cthl"][14] = 1.01
    columns["cthl"][15] = -999.0
    columns["Ev"][16] = 1e300
    events = read_events(files.write(tmp_path / "gst.npz", columns), allow_unphysical=True)
    assert events.report.dropped == {
        "other probe": 1,
        "other target": 2,
        "not CC": 4,
        "not finite": 4,
        "outside the energy range": 2,
        "unphysical": 4,
    }
    assert (events.report.read, events.report.kept) == (100, 83)
    assert np.array_equal(events.enu, columns["Ev"][17:].astype(np.float32))


def test_negative_angle_is_unphysical(tmp_path, files):
    columns = files.ours(files.truth(10))
    columns["theta"][:3] = (-0.1, 3.2, 180.0)
    assert read_events(files.write(tmp_path / "e.npz", columns)).report.dropped == {"unphysical": 3}


def test_antineutrinos(tmp_path, files):
    columns = files.nuisance(files.truth(10))
    columns["PDGnu"][:4], columns["PDGLep"][:4] = -14, -13
    path = files.write(tmp_path / "mixed.npz", columns)
    assert read_events(path).report.dropped == {"other probe": 4}
    assert read_events(path, probe=-14).report.dropped == {"other probe": 6}
    with pytest.raises(UserError, match="no event left of nue on C12: most are numu"):
        read_events(path, probe=12)


@pytest.mark.parametrize("shift", [0.004, 0.0098])
def test_edges_survive_float32(tmp_path, files, shift):
    """Muons at exactly enu - s, and at rest, at 0 and pi: all kept, all accepted by the proxies."""
    enu = np.random.default_rng(2).uniform(0.3, 10.0, 200_000)
    emu = np.where(np.arange(enu.size) % 2, enu - shift, MUON_MASS)
    theta = np.where(np.arange(enu.size) % 4 < 2, 0.0, np.pi)
    columns = {
        k: v.astype(np.float32) for k, v in zip(("enu", "emu", "theta"), (enu, emu, theta), strict=True)
    }
    events = read_events(files.write(tmp_path / "edge.npz", columns), shift=shift)
    assert events.report.kept == enu.size
    to_proxies(events.enu, events.emu, events.theta, shift=shift, mass=MUON_MASS)
    # a millionth of the energy is beyond what rounding does
    past = np.arange(enu.size) % 2 == 1
    columns = {"enu": enu, "emu": np.where(past, emu + 1e-6 * enu, emu), "theta": theta}
    report = read_events(files.write(tmp_path / "past.npz", columns), shift=shift).report
    assert report.dropped == {"unphysical": past.sum()}


def test_energy_range_is_closed(tmp_path, files):
    columns = files.ours(files.truth(4))
    columns["enu"] = np.array([0.3, 10.0, 0.2999, 10.001], np.float32)
    columns["emu"] = np.full(4, 0.2)
    assert read_events(files.write(tmp_path / "e.npz", columns)).report.kept == 2
    assert read_events(tmp_path / "e.npz", enu_range=(0.2, 11.0)).report.kept == 4


def test_limit_takes_the_first_events(tmp_path, files):
    a, b = files.ours(files.truth(50, seed=1)), files.ours(files.truth(50, seed=2))
    a["theta"][0] = np.nan
    paths = [files.write(tmp_path / "a.npz", a), files.write(tmp_path / "b.npz", b)]
    first = read_events(paths, limit=10)
    assert np.array_equal(first.enu, a["enu"][1:11].astype(np.float32))
    assert (first.report.read, first.report.files) == (11, 1)
    both = read_events(paths, limit=60, step=7)
    assert np.array_equal(both.enu[49:], b["enu"][:11].astype(np.float32))
    assert str(both.report) == (
        "read 61 events from 2 files, kept 60 (limit 60); dropped 1: 1 not finite; "
        "no column to check, taken as wanted: CC, probe, target"
    )
    assert "kept 99 (limit 1,000 not reached)" in str(read_events(paths, limit=1000).report)


def test_no_heavy_import():
    code = (
        "import sys, nugan_hep.data; assert not {'torch', 'uproot', 'pyarrow', 'awkward'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_electrons_of_nuwro(tmp_path: Path) -> None:
    """The first particle of each event is the electron; only its mass lets those below 106 MeV in."""
    if not (shared := os.environ.get("NUGAN_SHARED")):
        pytest.skip("no shared data: set NUGAN_SHARED")
    with np.load(Path(shared) / "data" / "nuwro_fs" / "nue_C12" / "train.npz") as events:
        n = events["n"].astype(np.int64)
        first = np.concatenate([[0], np.cumsum(n)[:-1]])
        assert np.all(events["pdg"][first] == 11)
        p = np.stack([events[f"p{axis}"][first] for axis in "xyz"], axis=1).astype(np.float64)
        enu = events["enu"].astype(np.float64)
    momentum = np.linalg.norm(p, axis=1)
    emu, theta = np.hypot(momentum, 0.00051099895), np.arccos(p[:, 2] / momentum)
    path = tmp_path / "nue.npz"
    np.savez(path, enu=enu, emu=emu, theta=theta, probe=np.full(len(enu), 12))
    read = read_events(path, probe=12)
    assert len(read) > 0.98 * len(enu)
    slow = int(np.sum(emu < 0.1056583755))
    assert slow > 50
    assert np.sum(read.emu < 0.1056583755) > 0.9 * slow
    with pytest.raises(UserError, match="no event left of numu on"):
        read_events(path)


def test_events_of_another_process_are_named(tmp_path):
    """What most rows are, and how to ask for them."""
    path = tmp_path / "nue.npz"
    columns = {"enu": np.full(50, 2.0), "emu": np.full(50, 1.0), "theta": np.full(50, 0.3)}
    np.savez(path, **columns, probe=np.full(50, 12), target=np.full(50, 1000080160))
    with pytest.raises(
        UserError, match=r"^no event left of numu on C12: most are nue on O16 \(--probe nue --target O16\)"
    ):
        read_events(path)


def test_a_few_events_of_another_process_are_no_hint(tmp_path):
    """Most rows are of the process, and dropped for another reason."""
    path = tmp_path / "nc.npz"
    columns = {"enu": np.full(50, 2.0), "emu": np.full(50, 1.0), "theta": np.full(50, 0.3)}
    target = np.full(50, 1000060120)
    target[:3] = 1000010010
    np.savez(path, **columns, probe=np.full(50, 14), target=target, cc=np.zeros(50))
    with pytest.raises(UserError, match=r"^no event left of numu on C12: read 50 events"):
        read_events(path)
