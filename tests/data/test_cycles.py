"""Trees with several cycles: ``FILE:tree;1`` is that one, as in ROOT; and files without events among many."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import uproot

from nugan_hep import evaluate, train
from nugan_hep.data import read_events
from nugan_hep.errors import NoEventsError, UserError

ROOT_PYTHON = os.environ.get("NUGAN_ROOT_PYTHON", sys.executable)


def two_cycles(path: Path, files: SimpleNamespace, name: str = "gst") -> Path:
    """A tree of 30 events and, under the same name, a newer one of 20."""
    with uproot.recreate(path) as file:
        for n in (30, 20):
            columns = {key: np.asarray(values) for key, values in files.gst(files.truth(n)).items()}
            file.mktree(name, {key: values.dtype for key, values in columns.items()})
            file[name].extend(columns)
    return path


@pytest.mark.parametrize("name", ["gst", "dir/events", "run_2"])
def test_cycles(tmp_path: Path, files: SimpleNamespace, name: str) -> None:
    path = two_cycles(tmp_path / "a.root", files, name)
    for tree, n in ((f":{name}", 20), ("", 20), (f":{name};2", 20), (f":{name};1", 30)):
        assert len(read_events(f"{path}{tree}")) == n, tree
    assert len(read_events([f"{path}:{name};1", f"{path}:{name};2"])) == 50
    with pytest.raises(UserError, match=rf"a\.root: no cycle 7 of {name} \(cycles there: 2, 1\)$"):
        read_events(f"{path}:{name};7")
    with pytest.raises(UserError, match=r"no cycle 0 of"):
        read_events(f"{path}:{name};0")
    with pytest.raises(UserError, match=rf"a\.root:{name};2: given twice"):
        read_events([path, f"{path}:{name};2"])


@pytest.mark.parametrize("tree", ["gst;", "gst;one", "gst;-1", ";1"])
def test_no_cycles(tmp_path: Path, files: SimpleNamespace, tree: str) -> None:
    path = files.write_trees(tmp_path / "a.root", {"gst": files.gst(files.truth(5))})
    with pytest.raises(UserError, match=r"no TTree '.*' \(trees: gst\)"):
        read_events(f"{path}:{tree}")


def test_an_older_cycle_of_another_class(tmp_path: Path, files: SimpleNamespace) -> None:
    """The newest object of the name is what the name means, be the older one a tree."""
    path = tmp_path / "a.root"
    columns = {key: np.asarray(values) for key, values in files.gst(files.truth(9)).items()}
    with uproot.recreate(path) as file:
        file["gst"] = np.histogram(np.arange(10.0), bins=3)
        file.mktree("gst", {key: values.dtype for key, values in columns.items()})
        file["gst"].extend(columns)
    assert len(read_events(path)) == len(read_events(f"{path}:gst")) == 9
    with pytest.raises(UserError, match=r"no cycle 1 of gst \(cycle there: 2\)"):
        read_events(f"{path}:gst;1")


def test_cycles_of_root(tmp_path: Path) -> None:
    """Two Write() of a tree that grew: ROOT keeps both, and the newer is meant."""
    script = f"""
import ROOT
file = ROOT.TFile({str(tmp_path / "a.root")!r}, "recreate")
tree = ROOT.TTree("events", "")
from array import array
columns = {{name: array("d", [0]) for name in ("enu", "emu", "theta")}}
for name, value in columns.items(): tree.Branch(name, value, name + "/D")
for n in (7, 4):
    for k in range(n):
        columns["enu"][0], columns["emu"][0], columns["theta"][0] = 2, 1, 0.5
        tree.Fill()
    tree.Write()
file.Close()
"""
    if subprocess.run([ROOT_PYTHON, "-c", script], capture_output=True, check=False).returncode:
        pytest.skip("ROOT cannot be imported (NUGAN_ROOT_PYTHON may name an interpreter that has it)")
    path = tmp_path / "a.root"
    assert [len(read_events(f"{path}{tree}")) for tree in ("", ":events", ":events;2", ":events;1")] == [
        11,
        11,
        11,
        7,
    ]


def empty_files(folder: Path, files: SimpleNamespace) -> list[Path]:
    """What jobs leave that found or wrote nothing."""
    none: dict[str, Any] = {key: values[:0] for key, values in files.ours(files.truth(1)).items()}
    paths = [files.write(folder / f"none{suffix}", none) for suffix in (".npz", ".root", ".parquet")]
    (folder / "zero.root").write_bytes(b"")
    with uproot.recreate(folder / "bare.root"):
        pass
    with uproot.recreate(folder / "flux.root") as file:
        file["flux"] = np.histogram(np.arange(10.0), bins=3)
    return [*paths, *(folder / name for name in ("zero.root", "bare.root", "flux.root"))]


def test_empty_files_among_many(tmp_path: Path, files: SimpleNamespace) -> None:
    """Skipped, counted and named, wherever they stand; alone they are an error."""
    empty = empty_files(tmp_path, files)
    good = [files.write(tmp_path / f"{k}.npz", files.ours(files.truth(9, seed=k))) for k in range(2)]
    for path in empty:
        with pytest.raises(NoEventsError, match=str(path)):
            read_events(path)
        for order in ([path, *good], [good[0], path, good[1]], [*good, path]):
            events = read_events(order)
            assert len(events) == 18
            assert f"skipped 1 of 3 files: {path}" in str(events.report)
    report = str(read_events([*empty, *good]).report)
    assert "read 18 events from 2 files" in report
    assert "skipped 6 of 8 files: " in report
    assert "and 1 more" in report
    with pytest.raises(NoEventsError, match=r"none\.npz: holds no events \(5 other files"):
        read_events(empty)


def test_other_faults_among_many_are_errors(tmp_path: Path, files: SimpleNamespace) -> None:
    good = files.write(tmp_path / "good.npz", files.ours(files.truth(9)))
    (tmp_path / "cut.root").write_bytes(b"not a ROOT file" * 9)
    files.write(tmp_path / "other.root", {"a": np.zeros(3)})
    for name in ("cut.root", "other.root", "absent.root"):
        with pytest.raises(UserError, match=name):
            read_events([good, tmp_path / name])


@pytest.mark.slow
def test_commands_say_what_they_skip(
    tmp_path: Path, files: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    good = files.write(tmp_path / "good.npz", files.ours(files.truth(600)))
    with uproot.recreate(tmp_path / "bare.root"):
        pass
    data = ["--data", str(tmp_path / "bare.root"), str(good)]
    run = ["--out", str(tmp_path / "run"), "--preset", "flow", "--steps", "2", "--batch", "64", "--quiet"]
    assert train.main([*data, *run]) == 0
    skipped = f"skipped 1 of 2 files: {tmp_path / 'bare.root'}: holds no TTree"
    assert skipped in capsys.readouterr().out
    words = ["--model", str(tmp_path / "run" / "model.pt"), "--out", str(tmp_path / "report"), "-n", "2000"]
    assert evaluate.main([*words, "--reference", *data[1:], "--quiet"]) == 0
    assert skipped in capsys.readouterr().out
