"""Training, resumption, transfer and export through the commands."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nugan_hep import Sampler, archive, families, finetune, train
from nugan_hep.data import read_events
from nugan_hep.training import checkpoint

DATA = Path(__file__).parents[1] / "examples" / "data"
CARBON, ARGON = DATA / "numu_C12_inc_100k.root", DATA / "numu_Ar40_inc_10k.root"
COMMON = ["--data", str(ARGON), "--batch", "200", "--eval-every", "20", "--checkpoint-every", "5"]
SMALL = [*COMMON, "--dropout", "0"]
FLOW = [*COMMON, "--preset", "flow", "--warmup", "20"]
BOTH = pytest.mark.parametrize(("family", "small"), [("gan", SMALL), ("flow", FLOW)], ids=["gan", "flow"])
FAST = ["--lr-generator", "2e-5", "--lr-discriminator", "2e-4"]


def state(folder: Path) -> dict[str, Any]:
    return checkpoint.load(folder / checkpoint.CHECKPOINT, checkpoint.CHECKPOINT_KEYS)


def chosen(folder: Path) -> dict[str, Any]:
    return checkpoint.load(folder / checkpoint.BEST, checkpoint.BEST_KEYS)


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def same_weights(a: dict[str, Any], b: dict[str, Any], family: str) -> bool:
    return all(same(a[name], b[name]) for name in (*families.FAMILIES[family].networks, "average"))


def history(folder: Path) -> list[dict[str, float]]:
    with (folder / "history.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.heavy
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


@BOTH
def test_resumed_run_is_bitwise_the_uninterrupted_one(tmp_path: Path, family: str, small: list[str]) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    # the flow's rate falls over the whole run, whose length a resumption changes
    small = [*small, "--decay-from", "-1", "--limit", "2000", "--quiet"]
    assert train.main([*small, "--out", str(whole), "--steps", "20"]) == 0
    # 11 steps cross an epoch's end (11 x 200 events of 1,800)
    assert train.main([*small, "--out", str(cut), "--steps", "11"]) == 0
    assert train.main([*small, "--out", str(cut), "--steps", "20", "--resume"]) == 0
    assert same_weights(state(whole), state(cut), family)


def test_resumed_run_takes_new_settings(tmp_path: Path) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "5"]) == 0
    before = state(tmp_path)["generator"]
    assert train.main([*argv, "--steps", "10", "--resume", "--lr-generator", "1e-12", "--beta2", "0.99"]) == 0
    after = state(tmp_path)
    group = after["optimizers"][0]["param_groups"][0]
    assert (group["lr"], group["betas"]) == (1e-12, (0.5, 0.99))
    moved = max((before[key] - after["generator"][key]).abs().max().item() for key in before)
    assert moved < 1e-10
    assert after["stages"] == [{"until": 5, "steps": 5, "lr_generator": 1e-5, "beta2": 0.9}]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--preset", "qe"], "has preset = inc, not qe"),
        (["--shift", "0.0098"], "has shift = 0.004, not 0.0098"),
        (["--probe", "-14"], "--probe -14, but the run in"),
        (["--name", "other"], "--name other, but the run in"),
        (["--steps", "5"], "the run is at step 5 of 5: give more --steps"),
        (["--limit", "5000"], "other training events"),
    ],
)
def test_a_refused_resumption_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str], message: str
) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--target", "1000180400", "--quiet"]
    assert train.main([*argv, "--steps", "5"]) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert train.main([*argv, "--steps", "10", "--resume", *option]) == 2
    assert message in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_resumption_keeps_the_identity(tmp_path: Path) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    new = ["--probe", "-14", "--target", "1000180400", "--name", "antinu", "--steps", "5"]
    assert train.main([*argv, *new]) == 0
    assert train.main([*argv, "--steps", "20", "--resume"]) == 0
    metadata = archive.read_metadata(tmp_path / "model.pt")
    assert (metadata["name"], metadata["probe"], metadata["target"]) == ("antinu", -14, 1000180400)


@pytest.mark.parametrize(
    ("family", "small", "kills"),
    [
        pytest.param("gan", SMALL, 1, marks=pytest.mark.slow),
        pytest.param("gan", SMALL, 5, marks=pytest.mark.heavy),
        pytest.param("flow", FLOW, 5, marks=pytest.mark.heavy),
    ],
)
def test_killed_run_resumes_to_the_same_result(
    tmp_path: Path, family: str, small: list[str], kills: int
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    last = {"gan": 25, "flow": 300}[family] * kills  # more than the time until the kills is enough for
    steps = [*small, "--steps", str(last), "--eval-every", str(last), "--quiet"]
    command = [sys.executable, "-m", "nugan_hep.train", *steps, "--out", str(killed)]
    path = killed / checkpoint.CHECKPOINT
    rng = np.random.default_rng(5)
    for _ in range(kills):  # wherever the step, the evaluation or the writing happens to be
        known = path.stat().st_mtime_ns if path.exists() else 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while process.poll() is None and (not path.exists() or path.stat().st_mtime_ns == known):
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.2))
        process.kill()
        assert process.wait() == -signal.SIGKILL
        if "--resume" not in command:
            command.append("--resume")
    assert 5 <= state(killed)["step"] < last
    assert train.main([*steps, "--out", str(killed), "--resume"]) == 0
    assert train.main([*steps, "--out", str(whole)]) == 0
    assert same_weights(state(whole), state(killed), family)


@pytest.mark.slow
def test_interrupt_saves_and_exits_130(tmp_path: Path) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "nugan_hep.train", *FLOW, "--steps", "100000", "--out", str(run)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (run / checkpoint.BEST).exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "continue with --resume" in errors
    assert archive.read_metadata(run / "model.pt")["name"] == "run"


@pytest.mark.parametrize(
    "argv",
    [[*SMALL, "--lr-generator", "1e30", "--lr-discriminator", "1e30"], [*FLOW, "--lr", "1e30"]],
    ids=["gan", "flow"],
)
def test_divergence_is_an_error_and_keeps_the_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str]
) -> None:
    assert train.main([*argv, "--out", str(tmp_path), "--steps", "400", "--quiet"]) == 2
    assert "training diverged at step" in capsys.readouterr().err
    if (tmp_path / checkpoint.CHECKPOINT).exists():
        kept = state(tmp_path)["average"]
        assert all(torch.isfinite(value).all() for value in kept.values())


@pytest.mark.slow
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
    before, after = (chosen(run)["generator"] for run in (base, tuned))
    frozen = [key for key in before if key.startswith(("latent_dense", "enu_dense", "first"))]
    assert all(torch.equal(before[key], after[key]) for key in frozen)
    assert not any(torch.equal(before[key], after[key]) for key in before if key not in frozen)
    # what is frozen stays so on resumption, unasked, and cannot change
    more = [*argv, "--out", str(tuned), "--steps", "20", "--resume"]
    assert finetune.main([*more, "--freeze", "none"]) == 2
    assert finetune.main(more) == 0
    assert all(torch.equal(before[key], state(tuned)["generator"][key]) for key in frozen)


OPTIONS = ["--loss", "relativistic", "--r1", "1", "--spectral-norm", "--log-energy", "--peak-features"]
OPTIONS += ["--log-energy-batches", "0.5"]


@pytest.mark.slow
def test_options_beyond_the_papers_train_resume_and_export(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    argv = [*SMALL, *OPTIONS, "--quiet"]
    assert train.main([*argv, "--out", str(whole), "--steps", "12"]) == 0
    assert train.main([*argv, "--out", str(cut), "--steps", "7"]) == 0
    assert train.main([*argv, "--out", str(cut), "--steps", "12", "--resume", "--no-log-energy"]) == 2
    assert train.main([*argv, "--out", str(cut), "--steps", "12", "--resume"]) == 0
    a, b = (state(run) for run in (whole, cut))
    assert same(a["generator"], b["generator"])
    assert same(a["discriminator"], b["discriminator"])
    events = Sampler(str(whole / "model.pt")).sample(enu=0.5, n=100)
    assert np.all(events["El"] <= 0.5 - 0.004 + 1e-6)


def test_finetune_may_add_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base, tuned = tmp_path / "base", tmp_path / "tuned"
    assert train.main([*SMALL, "--out", str(base), "--steps", "5", "--quiet"]) == 0
    argv = ["--from", str(base), *SMALL, "--steps", "5", "--lr-generator", "1e-12", "--quiet"]
    argv += ["--out", str(tuned), "--log-energy", "--peak-features"]
    assert finetune.main(argv) == 2
    assert "log_energy adds inputs to the first block: give --freeze none" in capsys.readouterr().err
    assert finetune.main([*argv, "--freeze", "none"]) == 0
    before, after = (chosen(run)["generator"] for run in (base, tuned))
    assert after["enu_dense.weight"].shape == (100, 2)
    for key, weight in before.items():
        columns = weight.shape[-1]
        torch.testing.assert_close(after[key][..., :columns], weight, rtol=0, atol=1e-8)
        assert (after[key][..., columns:].abs() < 1e-8).all()
    # but takes none away
    back = ["--from", str(tuned), *SMALL, "--out", str(tmp_path / "back"), "--no-log-energy"]
    assert finetune.main(back) == 2
    assert "log_energy = False, but" in capsys.readouterr().err


@pytest.mark.parametrize("preset", ["qe", "inc-p1"])
def test_other_presets_train_and_export(tmp_path: Path, preset: str) -> None:
    argv = [*SMALL, "--preset", preset, "--steps", "5", "--eval-every", "5", "--quiet"]
    assert train.main([*argv, "--out", str(tmp_path)]) == 0
    events = Sampler(str(tmp_path / "model.pt")).sample(enu=1.0, n=100)
    assert np.all(events["El"] <= 1.0 - 0.0098 + 1e-6)


@pytest.mark.slow
def test_flow_learns_real_events_and_says_so(tmp_path: Path) -> None:
    run = tmp_path / "numu_flow"
    argv = ["--data", str(CARBON), "--val", str(ARGON), "--out", str(run), "--preset", "flow", "--quiet"]
    argv += ["--batch", "1000", "--warmup", "20", "--steps", "120", "--eval-every", "40"]
    assert train.main(argv) == 0
    rows = history(run)
    assert list(rows[0])[:3] == ["step", "seconds", "loss"]
    assert rows[-1]["raw_nll"] < min(0.0, rows[0]["raw_nll"])  # a uniform density: ln 4 = 1.39
    assert rows[-1]["raw_nll"] == pytest.approx(rows[-1]["loss"], abs=0.2)
    metadata = archive.read_metadata(run / "model.pt")
    assert metadata["family"] == "flow"
    least = min(row[f"{which}_nll"] for row in rows for which in ("average", "raw"))
    assert metadata["metrics"]["nll"] == least
    assert metadata["training"]["configuration"]["choose"] == "nll"
    assert "lr_generator" not in metadata["training"]["configuration"]
    card = (run / "model.md").read_text()
    assert f"{least:.4f} |" in card
    assert "normalizing flow" in card
    assert "arXiv:2502.14452" in card


def test_the_epoch_is_chosen_as_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = [*FLOW, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "40", "--choose", "map"]) == 0
    means = [
        0.5 * (row[f"{which}_map_3d"] + row[f"{which}_map_3d_no_tails"])
        for row in history(tmp_path)
        for which in ("average", "raw")
    ]
    assert state(tmp_path)["best"] == min(means)
    # what was best by another figure says nothing of the next epoch
    assert train.main([*argv, "--steps", "60", "--choose", "nll", "--resume"]) == 2
    assert "has choose = map, not nll" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [
        ("first-block", ("angle.0.", "energy.0.")),
        ("all-but-last", ("angle.0.", "angle.2.", "energy.0.", "energy.2.", "energy.4.")),
        ("none", ()),
    ],
)
def test_finetune_a_flow(tmp_path: Path, freeze: str, frozen: tuple[str, ...]) -> None:
    base, tuned = tmp_path / "base", tmp_path / "tuned"
    assert train.main([*FLOW, "--out", str(base), "--steps", "20", "--quiet"]) == 0
    argv = ["--from", str(base / "model.pt"), "--data", str(ARGON), "--batch", "200", "--steps", "20"]
    argv += ["--target", "1000180400", "--freeze", freeze, "--out", str(tuned), "--quiet"]
    assert finetune.main(argv) == 0
    before, after = (chosen(run)["flow"] for run in (base, tuned))
    kept = {key for key in before if torch.equal(before[key], after[key])}
    assert kept == {key for key in before if key.startswith(frozen)}
    metadata = archive.read_metadata(tuned / "model.pt")
    assert (metadata["family"], metadata["target"]) == ("flow", 1000180400)
    assert (metadata["training"]["freeze"], metadata["training"]["data"]["start"]) == (freeze, "base")


def test_families_do_not_mix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["--from", "numu_C12_inc_gan", "--data", str(ARGON), "--out", str(tmp_path / "run"), "--quiet"]
    for option, message in {
        ("--preset", "flow"): "preset flow is no gan, which numu_C12_inc_gan is",
        ("--freeze", "all-but-last"): "freeze = all-but-last: of a GAN, first-block or none",
        ("--lr", "1e-3"): "lr is no setting of preset inc, which is a gan",
    }.items():
        assert finetune.main([*argv, *option]) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_checkpoints_older_than_a_setting(tmp_path: Path) -> None:
    argv = [*SMALL, "--out", str(tmp_path), "--quiet"]
    assert train.main([*argv, "--steps", "5"]) == 0
    path = tmp_path / checkpoint.CHECKPOINT
    old = torch.load(path)
    for key in ("warmup", "choose", "amsgrad_from", "log_energy"):
        del old["config"][key]
    old["config"] |= {"lr": 2e-3, "clip": 0.0}  # once it had the settings of all families
    torch.save(old, path)
    assert train.main([*argv, "--steps", "10", "--resume"]) == 0
    assert state(tmp_path)["stages"] == [{"until": 5, "steps": 5}]
    old["config"]["quarks"] = 6
    torch.save(old, path)
    assert train.main([*argv, "--steps", "20", "--resume"]) == 2


@pytest.mark.slow
def test_tensorboard_logs(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    argv = [*SMALL, "--out", str(tmp_path), "--steps", "20", "--tensorboard", "--quiet"]
    assert train.main(argv) == 0
    assert list((tmp_path / "tensorboard").glob("events.*"))


def test_device_and_folder_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = [*SMALL, "--steps", "5", "--quiet"]
    run = tmp_path / "run"
    assert train.main([*argv, "--out", str(run), "--device", "tpu"]) == 2
    assert "device 'tpu' is not cpu, cuda or cuda:k" in capsys.readouterr().err
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


@pytest.mark.slow
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


def test_batch_larger_than_the_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "few.npz"
    np.savez(data, enu=np.full(50, 1.0), emu=np.full(50, 0.5), theta=np.full(50, 0.3))
    assert train.main(["--data", str(data), "--out", str(tmp_path / "run")]) == 2
    assert "batch = 1000 is more than the 45 training events" in capsys.readouterr().err


def write_leptons(path: Path, mass: float, n: int = 4000) -> Path:
    """Events spread over the phase space of a lepton of a mass [GeV], 4 to 10 GeV."""
    u = np.random.default_rng(3).uniform(size=(3, n))
    enu = 4 + 6 * u[0]
    emu = mass + (enu - 0.004 - mass) * u[1] ** 2  # many slow ones
    np.savez(path, enu=enu.astype("f4"), emu=emu.astype("f4"), theta=(np.pi * u[2] ** 2).astype("f4"))
    return path


@pytest.mark.parametrize(("probe", "pdg", "mass"), [("nue", 12, 0.00051099895), ("-16", -16, 1.77693)])
def test_any_flavour(tmp_path: Path, probe: str, pdg: int, mass: float) -> None:
    """The mass of the lepton follows from the neutrino, from the reading of the data to the events."""
    data = write_leptons(tmp_path / "data.npz", mass)
    assert len(read_events(data, probe=pdg, enu_range=(4.0, 10.0))) == 4000
    wanted = ["--data", str(data), "--probe", probe, "--target", "C12", "--enu-min", "4"]
    run = tmp_path / "run"
    assert train.main([*FLOW, *wanted, "--steps", "40", "--out", str(run), "--quiet"]) == 0
    sampler = Sampler(run / "model.pt", threads=1)
    assert sampler.metadata["probe"] == pdg
    assert sampler.metadata["lepton_mass"] == mass
    events = {name: values.astype(float) for name, values in sampler.sample(n=20_000, seed=1).items()}
    energy_momentum = np.hypot(events["pl"], mass)
    np.testing.assert_allclose(events["El"], energy_momentum, rtol=3e-7)
    assert np.all(events["El"] >= mass * (1 - 1e-7))
    assert np.all(events["El"] <= events["Ev"] - 0.004 + 1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--interaction", "NC inclusive"], "only charged currents can be trained so far"),
        (["--probe", "nutau"], "enu_min = 0.3 is not valid: above 1.78093 GeV, the threshold"),
        (
            ["--interaction", "CC pion"],
            "argument --interaction: channel 'pion': expected one of inclusive, quasi",
        ),
        (
            ["--interaction", "quasielastic"],
            "argument --interaction: current 'quasielastic': expected CC or NC",
        ),
        (["--probe", "13"], "argument --probe: probe '13': expected one of nue (12)"),
        (["--target", "CH2"], "argument --target: 'CH2' is a target of 2 nuclei, expected one"),
    ],
)
def test_processes_that_cannot_be_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert train.main([*SMALL, *arguments, "--out", str(tmp_path / "run")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
