"""Transfer of hadrons: from runs and archives, to other nuclei and probes, and when it stops."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from whole_events import npz, particle_lists

from nugan_hep import export, finetune, train
from nugan_hep.hadrons.saved import load, load_run, read_hadrons, start_of
from nugan_hep.hadrons.settings import TRANSFER, TRANSFERS, transfer
from nugan_hep.run_folder import read_run

SMALL = ["--batch", "128", "--least-batch", "64", "--quiet", "--least-seen", "1"]
WIDTHS = ["--step-width", "16", "--remnant-width", "16", "--topology-width", "16"]
STILL = ["--lr", "1e-9", "--steps", "1"]

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def carbon(whole_file: Callable[..., Path], tmp_path: Path) -> Path:
    out = tmp_path / "carbon"
    command = ["--preset", "hadrons", "--data", str(whole_file()), "--out", str(out), *SMALL, *WIDTHS]
    assert train.main([*command, "--steps", "3"]) == 0
    return out


def tuned(start: Path | str, data: Path, out: Path, *options: str) -> int:
    return finetune.main(["--from", str(start), "--data", str(data), "--out", str(out), *SMALL, *options])


def begins_with(run: Path, weights: dict[str, torch.Tensor]) -> None:
    """The networks are those weights, but for a learning rate of 1e-9 and classes that are new."""
    for name, weight in load(run / "checkpoint.pt")["average"].items():
        if name.startswith("net."):
            own = weights[name]
            torch.testing.assert_close(weight[: len(own)], own, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_a_run_is_a_start(carbon: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    """To another nucleus; the widths are those of the start."""
    argon = tmp_path / "argon"
    assert tuned(carbon, whole_file(seed=2), argon, "--target", "1000180400", *STILL) == 0
    state = load(argon / "checkpoint.pt")
    assert state["frame"]["baryons"] == 40
    assert state["config"]["step_width"] == 16
    begins_with(argon, load_run(carbon).state_dict())
    about = read_run(argon)
    assert (about["name"], about["target"], about["data"]["start"]) == ("argon", 1000180400, "carbon")


@pytest.mark.slow
def test_a_model_is_a_start(carbon: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    """Whole events adapt its hadrons, of its probe and nucleus unless others are said."""
    whole = tmp_path / "whole.pt"
    assert export.main([str(carbon), "--lepton", "numu_C12_inc", "--out", str(whole)]) == 0
    assert tuned(whole, whole_file(seed=2), tmp_path / "again", *STILL) == 0
    begins_with(tmp_path / "again", read_hadrons(whole).state_dict())
    assert read_run(tmp_path / "again")["target"] == 1000060120
    assert start_of(str(whole)).weights.keys() == start_of(str(carbon)).weights.keys()


@pytest.mark.slow
def test_another_probe(carbon: Path, tmp_path: Path) -> None:
    enu, mode, n, pdg, p = particle_lists(200, 5, [(2112,), (-211, 2112), (111, 2112, 2212)])
    data = npz(tmp_path / "antineutrinos.npz", (enu, mode, n, np.where(pdg == 13, -13, pdg), p))
    assert tuned(carbon, data, tmp_path / "anti", "--probe", "-14", *STILL) == 0
    assert load(tmp_path / "anti" / "checkpoint.pt")["frame"]["charge"] == 5


@pytest.mark.slow
def test_a_transfer_goes_on(carbon: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    data, out = whole_file(seed=2), tmp_path / "argon"
    assert tuned(carbon, data, out, "--target", "1000180400", "--steps", "2") == 0
    assert tuned(carbon, data, out, "--resume", "--steps", "4") == 0
    assert load(out / "checkpoint.pt")["step"] == 4
    assert read_run(out)["data"]["start"] == "carbon"


@pytest.mark.slow
def test_it_stops_when_it_gets_no_better(
    carbon: Path, whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few events learnt by heart: the best evaluation counts, and a resumption does not go on."""
    data, out = whole_file(150, seed=3), tmp_path / "few"
    options = ["--steps", "400", "--eval-every", "4", "--patience", "1", "--lr", "4e-2", "--warmup", "1"]
    command = [option for option in SMALL if option != "--quiet"]
    arguments = ["--from", str(carbon), "--data", str(data), "--out", str(out), *command, *options]
    assert finetune.main(arguments) == 0
    state = load(out / "checkpoint.pt")
    assert state["step"] < 400
    for stage, step in state["best"]["step"].items():
        rows = {row["step"]: row[f"nll_{stage}"] for row in state["history"]}
        rows[0] = state["best"]["nll"][stage] if step == 0 else np.inf
        assert step == min(rows, key=lambda step: rows[step]), stage
        assert step < state["step"]
    assert "1 evaluations without a better one; the best count: steps topology" in capsys.readouterr().out
    ours = load_run(out).state_dict()
    assert all(torch.equal(ours[name], weight) for name, weight in state["best"]["average"].items())
    assert finetune.main([*arguments, "--resume"]) == 0
    assert load(out / "checkpoint.pt")["step"] == state["step"]


def test_settings_follow_from_the_number_of_events() -> None:
    few, more = (settings for _, settings in TRANSFERS)
    assert (transfer(10_000), transfer(100_000), transfer(500_000)) == (few, more, TRANSFER)
    assert few["steps"] < more["steps"] < TRANSFER["steps"]
    assert few["patience"] > 0


@pytest.mark.slow
def test_what_is_refused(
    carbon: Path, whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = whole_file(120), tmp_path / "out"
    for start, options, message in (
        ("nowhere.pt", (), "nowhere.pt"),
        (carbon, ("--step-width", "24"), "of another size"),
        (carbon, ("--target", "1000010010"), "that leave no possible remnant"),
        (carbon, ("--steps", "0"), "steps = 0 is not valid"),
        ("numu_C12_qe", ("--preset", "hadrons"), "has no hadrons"),
        (tmp_path, ("--preset", "hadrons"), "is not a run folder"),
    ):
        assert tuned(start, data, out, *options) == 2
        assert message in capsys.readouterr().err
        assert not (out / "checkpoint.pt").exists()
