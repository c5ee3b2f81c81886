"""Training of hadrons: it learns, stops, resumes bit by bit, and says what is wrong."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from whole_events import SMALL as SIZES
from whole_events import from_lists, particle_lists, random_model

from nugan_hep import train
from nugan_hep.hadrons import dataset
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.saved import load
from nugan_hep.hadrons.widening import joined, widened

SMALL = ["--preset", "hadrons", "--batch", "128", "--least-batch", "64", "--quiet", "--least-seen", "1"]
SMALL += ["--step-width", "16", "--remnant-width", "16", "--topology-width", "16"]
SMALL += ["--eval-every", "5", "--checkpoint-every", "2"]

pytestmark = pytest.mark.usefixtures("one_thread")


def run(path: Path, out: Path, *options: str) -> int:
    return train.main(["--data", str(path), "--out", str(out), *SMALL, *options])


def same(a: Path, b: Path) -> bool:
    one, other = (load(folder / "checkpoint.pt") for folder in (a, b))
    keys = ("hadrons", "average")
    return all(torch.equal(one[key][name], other[key][name]) for key in keys for name in one[key])


@pytest.mark.slow
def test_it_learns_and_resumes_bit_by_bit(whole_file: Callable[..., Path], tmp_path: Path) -> None:
    data = whole_file()
    assert run(data, tmp_path / "long", "--steps", "10") == 0
    assert run(data, tmp_path / "short", "--steps", "10", "--batch", "128") == 0
    assert same(tmp_path / "long", tmp_path / "short")
    with (tmp_path / "long" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["5", "10"]
    assert float(rows[1]["nll_topology"]) < float(rows[0]["nll_topology"])


@pytest.mark.heavy
def test_a_run_that_was_killed_goes_on(whole_file: Callable[..., Path], tmp_path: Path) -> None:
    """kill -9 in mid-run: the last checkpoint is whole, and the end is that of a run in one piece."""
    data, out = whole_file(), tmp_path / "killed"
    command = [sys.executable, "-m", "nugan_hep.train", "--data", str(data), "--out", str(out), *SMALL]
    process = subprocess.Popen([*command, "--steps", "8"], env={**os.environ, "OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 60
    while not (out / "checkpoint.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < load(out / "checkpoint.pt")["step"] < 8
    assert run(data, out, "--resume", "--steps", "8") == 0
    assert run(data, tmp_path / "whole", "--steps", "8") == 0
    assert same(out, tmp_path / "whole")


def test_the_preset_may_stand_in_the_toml_file(whole_file: Callable[..., Path], tmp_path: Path) -> None:
    toml = tmp_path / "run.toml"
    toml.write_text('preset = "hadrons"\nsteps = 3\nbatch = 64\n')
    options = [option for option in SMALL if option not in ("--preset", "hadrons", "--batch", "128")]
    data = str(whole_file())
    arguments = ["--data", data, "--out", str(tmp_path / "run"), "--config", str(toml), *options]
    assert train.main(arguments) == 0
    assert load(tmp_path / "run" / "checkpoint.pt")["config"]["batch"] == 64


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lr", "0"], "lr = 0.0 is not valid"),
        (["--steps", "0"], "steps = 0 is not valid"),
        (["--resume"], "no checkpoint"),
        (["--patience", "-1"], "patience = -1 is not valid"),
        (["--from", "run"], "unrecognized arguments: --from run"),
    ],
)
def test_bad_options(
    options: list[str],
    message: str,
    whole_file: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(whole_file(60), tmp_path / "run", *options) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


def test_events_of_another_target_are_refused(
    whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hydrogen cannot give what leaves carbon."""
    assert run(whole_file(60), tmp_path / "run", "--steps", "3", "--target", "1000010010") == 2
    assert "that leave no possible remnant" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_is_not_overwritten_nor_changed(
    whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = whole_file(120), tmp_path / "run"
    assert run(data, out, "--steps", "3") == 0
    assert run(data, out, "--steps", "3") == 2
    assert "holds a run" in capsys.readouterr().err
    assert run(data, out, "--resume", "--steps", "6", "--seed", "7") == 2
    assert "has seed = 1, not 7" in capsys.readouterr().err
    assert run(data, out, "--resume", "--steps", "3") == 2
    assert "give more --steps" in capsys.readouterr().err


def test_new_contents_and_counts_get_classes() -> None:
    """What the start knows is as likely as before, but for the little that the new classes take."""
    old = from_lists(*particle_lists(120, 1, [(2212,), (211, 2212), (22, 2212)]))
    new = from_lists(*particle_lists(120, 2, [(2212, 2212, 2212), (321, 3122), (22, 2212), (211, 2212)]))
    model = random_model(old)
    frame = joined(dataset.frame(new, 14, 1000060120, 1), model.frame)
    assert frame.words == ((), (22,), (3122, 321))
    assert frame.most == (1, 0, 0, 0, 3)
    wider = HadronModel(frame, SIZES)
    wider.load_state_dict(widened(wider, model.state_dict()))
    batch, _ = dataset.encoded(old, model)
    before, after = model.stages(batch), wider.stages(batch)
    torch.testing.assert_close(after.remnant, before.remnant)
    torch.testing.assert_close(after.steps, before.steps)
    lost = before.topology - after.topology
    assert (lost >= -1e-6).all()
    assert (lost < 0.5).all()
    others, report = dataset.encoded(new, wider)
    assert report.rare == 0
    assert torch.isfinite(wider.log_prob(others)).all()
