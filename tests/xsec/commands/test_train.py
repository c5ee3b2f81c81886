"""The commands as a user runs them, on a small set made from a closed form."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from closed_form import SMALL, truth

from nugan_hep.training import checkpoint
from nugan_hep.xsec.__main__ import main
from nugan_hep.xsec.model.archive import read_metadata
from nugan_hep.xsec.model.prediction import predict

Error = Callable[[], str]


def argv(carbon: Path, folder: Path, *more: str) -> list[str]:
    return ["--data", str(carbon), "--out", str(folder), *SMALL, *more]


def test_a_training_learns_the_closed_form(run: Path, carbon: Path) -> None:
    metadata = read_metadata(run / "model.pt")
    scores = metadata["scores"]
    assert metadata["nucleus"] == "12C"
    assert scores["points"]["chi2"] < 5
    assert scores["spectra"]["chi2"] < 5
    energy, theta, omega = 0.8, 40.0, np.linspace(0.08, 0.3, 12)
    mean, std = predict("12C", energy, theta, omega, model=run)
    true = truth(np.full(12, energy), np.full(12, theta), omega)
    assert np.abs(mean / true - 1).max() < 0.15
    assert (std > 0).all()
    assert {path.name for path in run.iterdir()} >= {"config.toml", "history.csv", "model.md", "run.json"}
    assert "test spectra" in (run / "model.md").read_text()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(run: Path, carbon: Path, tmp_path: Path) -> None:
    assert main(["train", *argv(carbon, tmp_path / "again")]) == 0
    assert (
        read_metadata(tmp_path / "again" / "model.pt")["sha256"] == read_metadata(run / "model.pt")["sha256"]
    )


@pytest.mark.heavy
def test_a_killed_training_resumes_to_the_same_model(run: Path, carbon: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nugan_hep.xsec", "train", *argv(carbon, tmp_path / "killed")]
    command += ["--checkpoint-every", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    newest = tmp_path / "killed" / checkpoint.CHECKPOINT
    while process.poll() is None and not newest.exists():
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert main(["train", *argv(carbon, tmp_path / "killed", "--resume")]) == 0
    mine, other = (read_metadata(folder / "model.pt") for folder in (tmp_path / "killed", run))
    assert mine["sha256"] == other["sha256"]


@pytest.mark.slow
def test_an_interrupted_training_saves_and_exits_130(carbon: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "nugan_hep.xsec",
        "train",
        *argv(carbon, tmp_path / "r", "--epochs", "100000"),
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    while not (tmp_path / "r" / checkpoint.CHECKPOINT).exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, message = process.communicate()
    assert process.returncode == 130
    assert "continue with --resume" in message


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "holds a run: give --resume to continue it"),
        (["--resume", "--width", "8"], "has width = 16, not 8"),
        (["--resume", "--data", "OXYGEN"], "was made with other training points"),
    ],
)
def test_a_refused_resumption_changes_nothing(
    run: Path,
    carbon: Path,
    oxygen: Path,
    tmp_path: Path,
    error: Error,
    more: list[str],
    message: str,
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    more = [str(oxygen) if word == "OXYGEN" else word for word in more]
    assert main(["train", *argv(carbon, folder, *more)]) == 2
    assert message in error()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--members", "0"], "members = 0 is not valid"),
        (["--method", "magic"], "method = 'magic' is not valid: uncertainty: bootstrap (model A)"),
        (["--method", "dropout", "--dropout", "0"], "dropout = 0.0 is not valid for method dropout"),
        (["--test-points", "1"], "'1' is not from 0 to below 1"),
        (["--exclude", "Nobody:1900"], "no data set 'Nobody:1900' to exclude; there is: set:0, set:1"),
        (["--data", "nosuch.csv"], "no data file nosuch.csv; the archive is at"),
        (["--lr", "nan"], "lr = nan is not valid"),
        (["--point-errors", "magic"], "point_errors = 'magic' is not valid: relative error added"),
        (["--energy-shift", "-0.001"], "energy_shift = -0.001 is not valid: prior width of a shift"),
        (["--outlier", "-1"], "outlier = -1.0 is not valid: errors by which a point must stick out"),
        (["--spectrum-normalisation", "inf"], "spectrum_normalisation = inf is not valid: prior width"),
    ],
)
def test_train_refuses(carbon: Path, tmp_path: Path, error: Error, more: list[str], message: str) -> None:
    assert main(["train", *argv(carbon, tmp_path / "run", *more)]) == 2
    assert message in error()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("method", ["ensemble", "dropout", "laplace"])
def test_other_methods_have_a_spread(carbon: Path, tmp_path: Path, method: str) -> None:
    assert main(["train", *argv(carbon, tmp_path / method, "--method", method, "--epochs", "60")]) == 0
    mean, std = predict("12C", 0.8, 40.0, [0.1, 0.2], model=tmp_path / method)
    assert (std > 0).all()
    assert (std < mean).all()


@pytest.mark.slow
def test_the_published_network_trains(carbon: Path, tmp_path: Path) -> None:
    found = []
    for epochs in ("1", "100"):
        call = argv(carbon, tmp_path / epochs, "--preset", "published", "--epochs", epochs)
        assert main(["train", *call]) == 0
        metadata = read_metadata(tmp_path / epochs / "model.pt")
        assert (metadata["form"], metadata["network"]) == ("mott", "published")
        found.append(metadata["scores"]["train"]["chi2"])
    assert found[1] < 0.8 * found[0]
