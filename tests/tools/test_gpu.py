"""Tools for a run on a GPU: packing of events, loss curves, the report; and the rehearsal of it all."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
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


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """A script with this Python; it does not know that pytest started it."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**mine, "PYTHON": sys.executable, "OMP_NUM_THREADS": "1", **variables}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


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


@pytest.mark.heavy
def test_a_faster_discriminator_is_another_curve(monkeypatch: pytest.MonkeyPatch, one_thread: None) -> None:
    """The tolerance tells twice the rate; that the published one agrees, the rehearsal shows."""
    data = torch.from_numpy(proxies(read_events(EVENTS, limit=20_000).kinematics()))
    published = json.loads((ROOT / "tools" / "gpu" / "losses_cpu.json").read_text())["rows"]
    make = losses.configured
    monkeypatch.setattr(losses, "configured", lambda *a, **k: make(*a, lr_discriminator=2e-4, **k))
    assert not losses.same(losses.difference(published, losses.curve(data, 100, "cpu")))


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
    done = run(command)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "report.json").read_text())
    parts = "build tests unpack_train unpack_val sampler step losses training evaluation"
    assert " ".join(part["part"] for part in found["parts"]) == parts
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


@pytest.mark.heavy
def test_the_papers_transfer_in_small(tmp_path: Path) -> None:
    """A table of transfer and scratch beside the published one; a second call repeats nothing."""
    data = tmp_path / "data" / "numubar_C12_inc"
    data.mkdir(parents=True)
    for name in ("train", "val"):
        (data / f"{name}.root").symlink_to(ROOT / "examples/data/numubar_C12_inc_10k.root")
    script, out = str(ROOT / "tools" / "papers_transfer.sh"), tmp_path / "out"
    command = [script, "numu_C12_inc_gan", str(data.parent), str(out), "--steps", "2", "--eval-every", "2"]
    chosen = {"PROCESSES": "numubar_C12_inc", "SIZES": "10k", "EVALUATE": "-n 10000 --quiet"}
    done = run(command, **chosen)
    assert done.returncode == 0, done.stderr
    table = (out / "numubar_C12_inc_10k.md").read_text()
    assert "| E_nu | Table 3, transfer from 10k" in table
    assert table.splitlines()[-1].startswith("| All | 0.21 1.26/1.56 | 0.51 2.15/2.88 |")
    frozen = json.loads((out / "numubar_C12_inc_10k_transfer" / "run.json").read_text())
    assert (frozen["probe"], frozen["start"]) == (-14, "numu_C12_inc_gan")
    began = (out / "numubar_C12_inc_10k_scratch" / "checkpoint.pt").stat().st_mtime
    assert run(command, **chosen).returncode == 0
    assert (out / "numubar_C12_inc_10k_scratch" / "checkpoint.pt").stat().st_mtime == began


@pytest.mark.heavy
def test_the_adversarial_command_goes_on(tmp_path: Path) -> None:
    """From the checkpoint and what the run is alone, as another machine would get them."""
    events = read_events(EVENTS, limit=2000).kinematics()
    for name in ("train", "val"):
        np.savez(tmp_path / f"{name}.npz", **events._asdict())
    first, second = tmp_path / "first", tmp_path / "second"
    command = [str(ROOT / "tools" / "adversarial.sh"), str(first), str(tmp_path), "--steps", "2"]
    assert run(command).returncode == 0
    settings = json.loads((first / "run.json").read_text())
    assert settings["name"] == "numu_C12_inc_gan"
    second.mkdir()
    for name in ("checkpoint.pt", "run.json"):
        shutil.copy(first / name, second)
    done = run([*command[:1], str(second), *command[2:-1], "3"])
    assert done.returncode == 0, done.stderr
    assert torch.load(second / "checkpoint.pt")["step"] == 3
    assert sum((second / name).stat().st_size for name in ("checkpoint.pt", "run.json")) < 3_000_000
