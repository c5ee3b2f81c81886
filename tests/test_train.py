"""Training, resumption, transfer and export through the commands."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from nugan_hep import archive, finetune, train
from nugan_hep.training import checkpoint

DATA = Path(__file__).parents[1] / "examples" / "data"
CARBON, ARGON = DATA / "numu_C12_inc_100k.root", DATA / "numu_Ar40_inc_10k.root"
SMALL = [
    "--data",
    str(ARGON),
    "--batch",
    "200",
    "--dropout",
    "0",
    "--eval-every",
    "20",
    "--checkpoint-every",
    "5",
]
FAST = ["--lr-generator", "2e-5", "--lr-discriminator", "2e-4"]


def best(folder: Path) -> dict[str, torch.Tensor]:
    return dict(checkpoint.load(folder / checkpoint.CHECKPOINT)["generator"])


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def history(folder: Path) -> list[dict[str, float]]:
    with (folder / "history.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_training_learns_real_events(tmp_path: Path) -> None:
    """On NuWro carbon events MAP-2D falls threefold, and EMD fivefold, from step 50 to step 300."""
    run = tmp_path / "numu"
    argv = ["--data", str(CARBON), "--val", str(CARBON), "--out", str(run), "--dropout", "0", *FAST]
    assert train.main([*argv, "--steps", "300", "--eval-every", "50", "--quiet"]) == 0
    first, last = history(run)[0], history(run)[-1]
    assert last["average_map_2d"] < first["average_map_2d"] / 3
    assert last["average_emd"] < first["average_emd"] / 5
    metadata = archive.read_metadata(run / "model.pt")
    assert metadata["name"] == "numu"
    assert metadata["metrics"]["map_2d"] < 2
    assert "| 14, 1000060120 |" in (run / "model.md").read_text()


def test_resumed_run_is_bitwise_the_uninterrupted_one(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert train.main([*SMALL, "--out", str(whole), "--steps", "60", "--quiet"]) == 0
    # 45 steps cross an epoch's end (45 x 200 events of 9,000)
    assert train.main([*SMALL, "--out", str(cut), "--steps", "45", "--quiet"]) == 0
    assert train.main([*SMALL, "--out", str(cut), "--steps", "60", "--quiet", "--resume"]) == 0
    assert same(best(whole), best(cut))
    a, b = (checkpoint.load(run / checkpoint.CHECKPOINT) for run in (whole, cut))
    assert same(a["average"], b["average"])
    assert same(a["discriminator"], b["discriminator"])


def test_resumed_run_takes_new_settings(tmp_path: Path) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "5"]) == 0
    before = best(tmp_path)
    assert train.main([*argv, "--steps", "10", "--resume", "--lr-generator", "1e-12", "--beta2", "0.99"]) == 0
    state = checkpoint.load(tmp_path / checkpoint.CHECKPOINT)
    group = state["optimizers"][0]["param_groups"][0]
    assert (group["lr"], group["betas"]) == (1e-12, (0.5, 0.99))
    moved = max((before[key] - state["generator"][key]).abs().max().item() for key in before)
    assert moved < 1e-10


def test_killed_run_resumes_to_the_same_result(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    steps = [*SMALL, "--steps", "200", "--quiet"]
    process = subprocess.Popen(
        [sys.executable, "-m", "nugan_hep.train", *steps, "--out", str(killed)], stdout=subprocess.DEVNULL
    )
    assert train.main([*steps, "--out", str(whole)]) == 0
    while not (killed / checkpoint.PREVIOUS).exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert train.main([*steps, "--out", str(killed), "--resume"]) == 0
    assert same(best(whole), best(killed))


def test_interrupt_saves_and_exits_130(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "nugan_hep.train", *SMALL, "--steps", "100000", "--out", str(run)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (run / checkpoint.BEST).exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "continue with --resume" in errors
    assert archive.read_metadata(run / "model.pt")["name"] == "run"


def test_divergence_is_an_error_and_keeps_the_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--steps", "400", "--quiet"]
    assert train.main([*argv, "--lr-generator", "1e30", "--lr-discriminator", "1e30"]) == 2
    assert "training diverged at step" in capsys.readouterr().err
    if (tmp_path / checkpoint.CHECKPOINT).exists():
        state = checkpoint.load(tmp_path / checkpoint.CHECKPOINT)
        assert all(torch.isfinite(value).all() for value in state["generator"].values())


@pytest.mark.parametrize("source", ["run", "model"])
def test_finetune_freezes_and_inherits(tmp_path: Path, source: str) -> None:
    base, tuned = tmp_path / "base", tmp_path / "tuned"
    argv = ["--data", str(CARBON), "--limit", "5000", "--batch", "200", "--quiet"]
    argv += ["--steps", "10", "--eval-every", "10", "--shift", "0.0098"]
    assert train.main([*argv, "--out", str(base)]) == 0
    start = str(base if source == "run" else base / "model.pt")
    argv = ["--from", start, *SMALL, "--target", "1000180400", "--steps", "10", "--quiet"]
    assert finetune.main([*argv, "--out", str(tuned)]) == 0
    metadata = archive.read_metadata(tuned / "model.pt")
    assert metadata["shift"] == 0.0098
    assert metadata["target"] == 1000180400
    assert metadata["training"]["data"]["start"] == "base"
    before, after = (checkpoint.load(run / checkpoint.BEST)["generator"] for run in (base, tuned))
    frozen = [key for key in before if key.startswith(("latent_dense", "enu_dense", "first"))]
    assert all(torch.equal(before[key], after[key]) for key in frozen)
    assert not any(torch.equal(before[key], after[key]) for key in before if key not in frozen)


def test_device_and_folder_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = [*SMALL, "--steps", "5", "--quiet"]
    run = tmp_path / "run"
    assert train.main([*argv, "--out", str(run), "--device", "tpu"]) == 2
    assert "expected cpu or cuda" in capsys.readouterr().err
    if not torch.cuda.is_available():
        assert train.main([*argv, "--out", str(run), "--device", "cuda"]) == 2
        assert "torch finds 0 CUDA devices" in capsys.readouterr().err
    assert train.main([*argv, "--out", str(run), "--resume"]) == 2
    assert "no checkpoint" in capsys.readouterr().err
    assert train.main([*argv, "--out", str(run)]) == 0
    assert train.main([*argv, "--out", str(run)]) == 2
    assert "give --resume" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert train.main([*argv, "--out", str(tmp_path / "file" / "run")]) == 2
    assert capsys.readouterr().err.startswith("python -m nugan_hep.train: error: cannot write run folder")


def test_resume_from_a_truncated_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "10"]) == 0
    path = tmp_path / checkpoint.CHECKPOINT
    os.truncate(path, path.stat().st_size // 2)
    assert train.main([*argv, "--steps", "20", "--resume"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"python -m nugan_hep.train: error: {path} is truncated")
    assert checkpoint.PREVIOUS in error
    # the one before it does continue
    path.write_bytes((tmp_path / checkpoint.PREVIOUS).read_bytes())
    assert train.main([*argv, "--steps", "20", "--resume"]) == 0


def test_resume_on_other_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "5"]) == 0
    assert train.main([*argv, "--steps", "10", "--resume", "--limit", "5000"]) == 2
    assert "other training events" in capsys.readouterr().err


def test_batch_larger_than_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "few.npz"
    np.savez(data, enu=np.full(50, 1.0), emu=np.full(50, 0.5), theta=np.full(50, 0.3))
    assert train.main(["--data", str(data), "--out", str(tmp_path / "run")]) == 2
    assert "batch = 1000 is more than the 45 training events" in capsys.readouterr().err
