"""Training by several processes that share each batch, as ``torchrun`` starts them."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "examples" / "data" / "numu_Ar40_inc_10k.root"
COMMON = ["--data", str(DATA), "--batch", "200", "--eval-every", "10", "--steps", "40", "--quiet"]
CALM = ["--dropout", "0", "--generator-noise", "0", "--discriminator-noise", "0"]
FAMILIES = pytest.mark.parametrize(
    "options",
    [CALM, [*CALM, "--r1", "0.1", "--loss", "relativistic"], ["--preset", "flow", "--warmup", "20"]],
    ids=["gan", "gan-r1", "flow"],
)


def train(*words: str, processes: int = 1) -> subprocess.CompletedProcess[str]:
    """Train in a process, or in several of ``torchrun``."""
    command = [sys.executable]
    if processes > 1:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command += ["-m", "torch.distributed.run", f"--nproc-per-node={processes}", f"--master-port={port}"]
    return subprocess.run(
        [*command, "-m", "nugan_hep.train", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def history(folder: Path) -> list[dict[str, float]]:
    with (folder / "history.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.slow
@FAMILIES
def test_two_processes_have_the_losses_of_one_with_the_joint_batch(
    tmp_path: Path, options: list[str]
) -> None:
    """Sums are rounded in another order, which a few steps do not blow up yet."""
    for processes in (1, 2):
        done = train(*COMMON, *options, "--out", str(tmp_path / str(processes)), processes=processes)
        assert done.returncode == 0, done.stderr
    one, two = history(tmp_path / "1"), history(tmp_path / "2")
    assert [row["step"] for row in two] == [10, 20, 30, 40]
    for alone, shared in zip(one, two, strict=True):
        for name in (name for name in alone if name.startswith("loss") or name.endswith("emd")):
            assert shared[name] == pytest.approx(alone[name], rel=2e-3, abs=2e-4), (name, alone["step"])
    assert one[0] != one[-1]


@pytest.mark.slow
def test_a_shared_run_resumes_in_one_process(tmp_path: Path) -> None:
    """The checkpoint is that of a run of one process, random numbers included.

    Without a falling rate the difference in rounding grows from 1e-7 at step 20 to a tenth at step 40.
    """
    options = [*COMMON, "--preset", "flow", "--warmup", "20", "--decay-from", "-1"]
    assert train(*options, "--out", str(tmp_path / "one"), "--steps", "30").returncode == 0
    first = train(*options, "--out", str(tmp_path / "two"), "--steps", "20", processes=2)
    assert first.returncode == 0, first.stderr
    rest = train(*options, "--out", str(tmp_path / "two"), "--resume", "--steps", "30")
    assert rest.returncode == 0, rest.stderr
    alone, resumed = history(tmp_path / "one")[-1], history(tmp_path / "two")[-1]
    assert resumed["loss"] == pytest.approx(alone["loss"], rel=2e-3, abs=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--batch", "201"], "batch = 201 is not valid: expected a multiple of the 2 processes"),
        (["--preset", "hadrons"], "is trained by one process"),
    ],
)
def test_what_processes_cannot_share_is_refused(tmp_path: Path, options: list[str], expected: str) -> None:
    done = train(*COMMON, *options, "--out", str(tmp_path / "run"), processes=2)
    assert done.returncode != 0
    assert expected in done.stderr
    assert not (tmp_path / "run" / "checkpoint.pt").exists()
