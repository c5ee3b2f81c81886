"""Every format and naming gives back the kinematics that the file was built from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from nugan_hep.data import read_events
from nugan_hep.errors import UserError

SUFFIXES = [".root", ".npz", ".parquet"]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("layout", ["ours", "gst", "sampled", "nuisance"])
def test_formats_and_names(tmp_path, files, truth, suffix, layout):
    path = files.write(tmp_path / f"events{suffix}", getattr(files, layout)(truth))
    events = read_events(path)
    assert events.enu.dtype == events.emu.dtype == events.theta.dtype == np.float32
    np.testing.assert_allclose(events.enu, truth.enu, rtol=1e-7)
    np.testing.assert_allclose(events.emu, truth.emu, rtol=1e-7)
    # a float32 cosine fixes the angle to 6e-8/sin(theta)
    np.testing.assert_allclose(events.theta, truth.theta, rtol=1e-7, atol=7e-6 if layout == "nuisance" else 0)
    assert len(events) == events.report.kept == events.report.read == 1000
    assert not events.report.dropped
    assert events.report.unchecked == (["CC", "probe", "target"] if layout == "ours" else [])


def test_stored_angle_wins_over_cosine(tmp_path, files, truth):
    columns = files.sampled(truth)
    columns["cthl"] = np.zeros(1000)
    theta = read_events(files.write_trees(tmp_path / "gst.root", {"gst": columns})).theta
    assert np.array_equal(theta, columns["thetal"])


def write_nuwro(path: Path, t: Any, drop_particles_of: int | None = None) -> Path:
    """NuWro's branch names and MeV, with struck nucleon and hadrons behind neutrino and lepton."""
    n = t.enu.size
    other = np.full(n, 938.0)
    particles = {"in": (t.enu, t.nu, 14, 2112), "out": (t.emu, t.mu, 13, 2212)}
    columns: dict[str, Any] = {}
    for name, (energy, momentum, first, second) in particles.items():
        values = {"t": 1e3 * energy} | {axis: 1e3 * momentum[:, i] for i, axis in enumerate("xyz")}
        for key, column in values.items():
            columns[f"{name}.{key}"] = ak.Array(np.stack([column, other], axis=1).tolist())
        columns[f"{name}.pdg"] = ak.Array([[first, second]] * n)
    if drop_particles_of is not None:
        for key, values in columns.items():
            lists = values.tolist()
            lists[drop_particles_of] = []
            columns[key] = ak.Array(lists)
    columns |= {"flag.cc": np.ones(n, bool), "weight": np.full(n, 3e-38)}
    columns |= {"par.nucleus_p": np.full(n, 18, np.int32), "par.nucleus_n": np.full(n, 22, np.int32)}
    kinds = {
        key: values.dtype
        if isinstance(values, np.ndarray)
        else "var * " + ("int64" if "pdg" in key else "float64")
        for key, values in columns.items()
    }
    with uproot.recreate(path) as file:
        file.mktree("treeout", kinds)
        file["treeout"].extend(columns)
    return path


def test_nuwro_names_any_beam_direction(tmp_path, truth):
    path = write_nuwro(tmp_path / "nuwro.root", truth)
    events = read_events(path, target=1000180400)
    np.testing.assert_allclose(events.enu, truth.enu, rtol=1e-7)
    np.testing.assert_allclose(events.emu, truth.emu, rtol=1e-7)
    np.testing.assert_allclose(events.theta, truth.theta, rtol=1e-6)
    assert events.report.unchecked == []
    with pytest.raises(UserError, match="dropped 1,000: 1,000 other target"):
        read_events(path, target=1000060120)


def test_nuwro_event_without_particles_is_counted(tmp_path, files):
    path = write_nuwro(tmp_path / "nuwro.root", files.truth(20), drop_particles_of=7)
    report = read_events(path, target=1000180400).report
    assert (report.kept, sum(report.dropped.values())) == (19, 1)


@pytest.mark.parametrize("step", [1, 7, 300, 10_000])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_steps_do_not_matter(tmp_path, files, suffix, step):
    columns = files.gst(files.truth(500))
    columns["cc"][::3] = False
    columns["Ev"][1::50] = np.nan
    path = files.write(tmp_path / f"events{suffix}", columns)
    whole, stepped = (
        read_events(path, limit=200, step=rows, allow_unphysical=True) for rows in (500_000, step)
    )
    assert str(whole.report) == str(stepped.report)
    for name in ("enu", "emu", "theta"):
        assert np.array_equal(getattr(whole, name), getattr(stepped, name))


def test_only_the_needed_columns_are_held(tmp_path, files):
    import tracemalloc

    n = 100_000
    wide = {f"extra{i}": np.zeros(n) for i in range(40)}
    path = files.write(tmp_path / "wide.root", files.ours(files.truth(n)) | wide)
    del wide
    read_events(path, limit=1)  # imports are not what is measured
    tracemalloc.start()
    read_events(path, step=10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15e6  # the extra columns alone are 32 MB


def test_unused_npz_member_is_not_loaded(tmp_path, files, truth):
    path = tmp_path / "events.npz"
    np.savez(path, notes=np.array([{"not": "loadable without pickle"}]), **files.ours(truth))
    assert len(read_events(path)) == 1000


def test_parquet_nulls_are_counted(tmp_path, files):
    columns = {key: list(values) for key, values in files.gst(files.truth(10)).items()}
    columns["Ev"][3] = None
    columns["cc"][5] = None
    path = files.write(tmp_path / "events.parquet", columns)
    assert read_events(path).report.dropped == {"not finite": 1, "not CC": 1}


def test_tree_by_name_or_by_match(tmp_path, files, truth):
    good, other = files.ours(truth), {"pot": np.ones(3)}
    one = files.write_trees(tmp_path / "one.root", {"meta": other, "dir/events": good})
    assert len(read_events(one)) == len(read_events(f"{one}:dir/events")) == 1000
    two = files.write_trees(tmp_path / "two.root", {"a": good, "b": {k: v[:10] for k, v in good.items()}})
    assert len(read_events(f"{two}:b")) == 10
    assert len(read_events([f"{two}:a", f"{two}:b"])) == 1010
    with pytest.raises(UserError, match=r"several trees hold events.*\(a, b\)"):
        read_events(two)
    with pytest.raises(UserError, match=r"no TTree 'c' \(trees: a, b\)"):
        read_events(f"{two}:c")
    none = files.write_trees(tmp_path / "none.root", {"x": other, "y": other})
    with pytest.raises(UserError, match="none of the trees x, y fits"):
        read_events(none)


def test_rntuple(tmp_path, files, truth):
    path = tmp_path / "rntuple.root"
    with uproot.recreate(path) as file:
        file.mkrntuple("events", files.ours(truth))
    np.testing.assert_allclose(read_events(path, step=100).theta, truth.theta, rtol=1e-7)
