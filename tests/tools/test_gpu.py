"""Tools for a run on a GPU: packing of events, loss curves, the report; and the rehearsal of it all."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.evaluation import metrics
from nugan_hep.kinematics import MUON_MASS, Kinematics, to_proxies

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "examples/data/numu_C12_inc_100k.root"


def tool(name: str) -> ModuleType:
    """A program of tools/gpu, which is not installed."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / "gpu" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pack, losses, report = tool("pack"), tool("losses"), tool("report")


def proxies(events: Kinematics) -> Any:
    return np.stack(to_proxies(*events, mass=MUON_MASS), axis=1).astype(np.float32)


def sorted_rows(rows: Any) -> Any:
    return rows[np.lexsort(rows.T)]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kinematics, Kinematics, int]:
    """NuWro's events before and after, and the bytes in between."""
    folder = tmp_path_factory.mktemp("packed")
    packed, columns = folder / "packed.npz", folder / "events.npz"
    assert pack.command([str(EVENTS), str(packed)]) == 0
    assert pack.command(["--unpack", str(packed), str(columns)]) == 0
    return read_events(EVENTS).kinematics(), read_events(columns).kinematics(), packed.stat().st_size


def test_packing_keeps_the_histograms(unpacked: tuple[Kinematics, Kinematics, int]) -> None:
    before, after = (proxies(events) for events in unpacked[:2])
    assert len(before) == len(after)
    two = [metrics.histogram_2d(p[:, 1], p[:, 2]) for p in (before, after)]
    three = [metrics.histogram_3d(*p.T) for p in (before, after)]
    # float32 may put an event that lies on an edge on its other side
    assert np.abs(two[0] - two[1]).sum() <= 4
    assert np.abs(three[0] - three[1]).sum() <= 4


def test_packing_moves_an_event_by_half_a_cell(unpacked: tuple[Kinematics, Kinematics, int]) -> None:
    cells = pack.cells_of(unpacked[0])
    moved = np.abs(
        np.stack(to_proxies(*pack.events_of(cells), mass=MUON_MASS), axis=1) - proxies(unpacked[0])
    )
    assert moved.max() < 6.2e-5
    np.testing.assert_array_equal(sorted_rows(cells), sorted_rows(pack.unpack(pack.pack(cells))))


def test_unpacked_events_are_in_no_order(unpacked: tuple[Kinematics, Kinematics, int]) -> None:
    enu = unpacked[1].enu
    assert abs(np.corrcoef(enu[1:], enu[:-1])[0, 1]) < 0.02
    assert enu[:1000].mean() == pytest.approx(enu.mean(), abs=5 * enu.std() / np.sqrt(1000))


def test_four_million_events_fit(unpacked: tuple[Kinematics, Kinematics, int]) -> None:
    """Less than 4 bytes each of few, which lie further apart than many."""
    assert unpacked[2] < 4 * len(unpacked[0].enu)


@pytest.mark.parametrize("corner", [(-1, -1, -1), (1, 1, 1), (1, -1, 1)])
def test_ends_of_the_range_are_kept(corner: tuple[int, int, int]) -> None:
    events = pack.from_proxies(*(np.array([float(x)]) for x in corner), mass=MUON_MASS)
    cells = pack.cells_of(events)
    assert cells.tolist() == [[0 if x < 0 else pack.CELLS - 1 for x in corner]]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive"])
def test_what_is_no_packed_file(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "packed.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=r"packed\.npz"):
        pack.read_packed(path)


def test_other_columns_are_no_packed_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "packed.npz", enu=np.ones(pack.CELLS, int), emu=np.ones(3), theta=np.ones(3))
    with pytest.raises(UserError, match="not a whole file of packed events"):
        pack.read_packed(tmp_path / "packed.npz")


def row(step: int, d: float, g: float) -> dict[str, float]:
    return {"step": step, "loss_discriminator": d, "loss_generator": g}


def test_curves_are_compared_where_both_are() -> None:
    one = [row(100, 1.3, 0.1), row(200, 1.4, 0.2)]
    found = losses.difference(one, [row(100, 1.305, 0.08)])
    assert found == pytest.approx({"loss_discriminator": 0.005, "loss_generator": 0.02})
    assert losses.same(found)
    assert not losses.same(losses.difference(one, [row(100, 1.4, 0.1)]))
    with pytest.raises(UserError, match="no common steps"):
        losses.difference(one, [row(50, 1.3, 0.1)])


@pytest.mark.slow
def test_a_faster_discriminator_is_another_curve(monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    """The tolerance tells a wrong rate, and does not mind other latents."""
    data = torch.from_numpy(proxies(read_events(EVENTS, limit=20_000).kinematics()))
    curve = losses.curve(data, 100, "cpu")
    assert losses.same(losses.difference(curve, losses.curve(data, 100, "cpu", stream=5)))
    make = losses.configured
    monkeypatch.setattr(losses, "configured", lambda *a, **k: make(*a, lr_discriminator=1e-3, **k))
    assert not losses.same(losses.difference(curve, losses.curve(data, 100, "cpu")))


def write_parts(folder: Path, *lines: str) -> None:
    (folder / "parts.tsv").write_text("".join(line.replace(" ", "\t") + "\n" for line in lines))


def write_tests(folder: Path, **counts: int) -> None:
    numbers = " ".join(f'{name}="{count}"' for name, count in counts.items())
    (folder / "tests.xml").write_text(f"<testsuites><testsuite {numbers}/></testsuites>")


def reported(folder: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    program = ROOT / "tools" / "gpu" / "report.py"
    command = [sys.executable, "-S", str(program), str(folder), "--out", str(folder), *more]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.stderr
    return done.returncode, json.loads((folder / "report.json").read_text()), done.stdout


@pytest.mark.parametrize(
    ("parts", "counts", "code"),
    [
        (["build 0 60 170", "training 124 100 100"], {"tests": 3, "failures": 0, "skipped": 0}, 0),
        (["build 1 60 170", "training 0 100 100"], {"tests": 3, "failures": 0, "skipped": 0}, 1),
        (["build 0 60 170", "sampler 124 90 90"], {"tests": 3, "failures": 0, "skipped": 0}, 1),
        (["build 0 60 170"], {"tests": 3, "failures": 0, "skipped": 3}, 1),
        (["build 0 60 170"], {"tests": 0}, 1),
    ],
)
def test_report_tells_what_failed(
    tmp_path: Path, parts: list[str], counts: dict[str, int], code: int
) -> None:
    write_parts(tmp_path, *parts)
    write_tests(tmp_path, **counts)
    found = reported(tmp_path)
    assert found[0] == code
    assert ("FAILED" in found[2]) == bool(code)
    assert len(found[1]["parts"]) == len(parts)


def test_report_of_a_machine_where_nothing_could_be_built(tmp_path: Path) -> None:
    write_parts(tmp_path, "build 1 3 170", "tests 1 1 70")
    assert reported(tmp_path)[0] == 1


@pytest.mark.slow
def test_rehearsal(tmp_path: Path) -> None:
    """The whole script, in small, on a CPU: every part ends well and everything is in the report."""
    pytest.importorskip("scikit_build_core")  # it shows that the command of the build is right
    command = [str(ROOT / "tools" / "gpu" / "rehearse.sh"), str(tmp_path)]
    environment = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "report.json").read_text())
    names = [
        "build",
        "tests",
        "unpack_train",
        "unpack_val",
        "sampler",
        "step",
        "losses",
        "training",
        "evaluation",
    ]
    assert [part["part"] for part in found["parts"]] == names
    rows = found["sampler"]["rows"] + found["step"]["rows"]
    assert all(value > 0 for row in rows for value in row["values"])
    names = {row["name"] for row in rows}
    assert {"network on the device, tiles of 131,072", "Sampler.sample, all columns"} <= names
    assert {"flow, eager", "flow, CUDA graph", "copy on the device, read and written"} <= names
    # LibTorch and the kernels make the same events
    assert all(row["met"] for row in rows if row["name"].startswith("largest relative difference"))
    assert found["losses"]["same"]
    assert [row["step"] for row in found["history"]] == [10, 20]
    assert found["metrics"]["samples"]["All"]["model"]["map_2d"] > 1
    assert (tmp_path / "adversarial.tar").stat().st_size > 1_000_000
