"""The commands as a user runs them, on a small set made from a closed form."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from closed_form import SMALL, truth
from nugan_hep.xsec.export import load_module, read_metadata
from nugan_hep.xsec.hull import distance, inside, make_hull
from nugan_hep.xsec.prediction import predict as predict_values
from nugan_hep.xsec.prediction import predict_members

from nugan_hep import archive, list_models, sample
from nugan_hep.errors import UserError
from nugan_hep.training import checkpoint
from nugan_hep.xsec import evaluate, finetune, layerwise, train
from nugan_hep.xsec import predict_command as predict

Error = Callable[[], str]


@pytest.fixture
def error(capsys: pytest.CaptureFixture[str]) -> Error:
    """The one line on standard error."""

    def read() -> str:
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1, lines
        return lines[0]

    return read


def argv(carbon: Path, folder: Path, *more: str) -> list[str]:
    return ["--data", str(carbon), "--out", str(folder), *SMALL, *more]


def test_a_training_learns_the_closed_form(run: Path, carbon: Path) -> None:
    metadata = read_metadata(run / "model.pt")
    scores = metadata["scores"]
    assert metadata["nucleus"] == "12C"
    assert scores["points"]["chi2"] < 5
    assert scores["spectra"]["chi2"] < 5
    energy, theta, omega = 0.8, 40.0, np.linspace(0.08, 0.3, 12)
    mean, std = predict_values("12C", energy, theta, omega, model=run)
    true = truth(np.full(12, energy), np.full(12, theta), omega)
    assert np.abs(mean / true - 1).max() < 0.15
    assert (std > 0).all()
    assert {path.name for path in run.iterdir()} >= {"config.toml", "history.csv", "model.md", "run.json"}
    assert "test spectra" in (run / "model.md").read_text()


def test_predictions_broadcast_and_vanish_below_threshold(run: Path) -> None:
    mean, std = predict_values("C12", [[0.7], [0.9]], 40.0, [-0.1, 0.0, 0.015, 0.1, 5.0], model=run)
    assert mean.shape == std.shape == (2, 5)
    assert (mean[:, [0, 1, 2, 4]] == 0).all()
    assert (std[:, [0, 1, 2, 4]] == 0).all()
    assert (mean[:, 3] > 0).all()
    members = predict_members("12C", [[0.7], [0.9]], 40.0, [0.1, 0.2], model=run)
    assert members.shape == (4, 2, 2)
    assert (members > 0).all()
    omega = np.linspace(0.07, 0.35, 2000)
    smooth, _ = predict_values("12C", 0.8, 40.0, omega, model=run)
    assert np.abs(np.diff(smooth)).max() < 0.02 * smooth.max()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("13C", 0.8, 40, 0.1), "nucleus '13C': expected one of"),
        (("56Fe", 0.8, 40, 0.1), "is a model of 12C, not of 56Fe"),
        (("12C", 800.0, 40, 0.1), "energy = 800: expected above 0 to 100 GeV"),
        (("12C", 0.8, 0.0, 0.1), "theta = 0: expected above 0 to 180 degrees"),
        (("12C", 0.8, 40, float("nan")), "omega has a value that is not finite"),
        (("12C", "x", 40, 0.1), "energy = 'x': expected numbers"),
    ],
)
def test_bad_predictions_are_refused(run: Path, arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(UserError) as caught:
        predict_values(*arguments, model=run)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_outside_of_the_data_is_said(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match=r"1 of 2 points lie outside of the \(E, theta, omega\) of the data"):
        predict_values("12C", [0.8, 1.6], 40.0, 0.3, model=run)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predict_values("12C", 0.8, 40.0, [0.01, 0.2], model=run)  # 0 below threshold is no guess
    call = ["12C", "--energy", "1.6", "--theta", "40", "--omega", "0.3", "--model", str(run)]
    assert predict.main(call) == 0
    assert capsys.readouterr().err.startswith("python -m nugan_hep.xsec.predict: warning: 1 of 1 points")


def test_the_hull(carbon: Path) -> None:
    from nugan_hep.xsec.data import read_points

    points = read_points(carbon)
    hull = make_hull(points)
    assert inside(hull, points.kinematics).all()
    grid = np.stack([np.full(8, 0.9), np.full(8, 40.0), np.full(8, 0.2)], axis=1)
    assert inside(hull, grid).all()
    grid[:, 0] = 1.3 * np.exp(np.arange(8) / 8)
    grid[:, 2] = 0.2 * grid[:, 0]
    away = distance(hull, grid)
    assert away[0] == pytest.approx(0, abs=1e-6)
    assert (np.diff(away) > 0).all()
    flat = points[points.spectrum == 0]
    assert inside(make_hull(flat), flat.kinematics).all()


def test_the_spread_grows_outside_of_the_data(run: Path) -> None:
    """Along q beyond the data, at the quasielastic peak, where the closed form knows nothing."""
    energy = np.array([1.3, 2.0, 3.0, 4.5])
    theta = np.full(4, 50.0)
    omega = energy - energy / (1 + energy / 0.939 * (1 - np.cos(np.radians(theta))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mean, std = predict_values("12C", energy, theta, omega, model=run)
        inner, inner_std = predict_values("12C", 0.8, 40.0, 0.15, model=run)
    spread = std / mean
    assert (np.diff(spread) > 0).all()
    assert spread[-1] > 3 * inner_std / inner


def test_predict_writes_csv_and_figure(run: Path, carbon: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "x.csv", tmp_path / "x.png"
    call = ["12C", "--energy", "0.7", "0.8", "--theta", "30", "--model", str(run)]
    assert predict.main([*call, "--data", str(carbon), "--out", str(out), "--plot", str(plot)]) == 0
    table = np.genfromtxt(out, delimiter=",", names=True)
    assert table.dtype.names == predict.HEADING
    own = table[table["energy_GeV"] == 0.7]
    mean, std = predict_values("12C", 0.7, 30.0, own["omega_GeV"], model=run)
    # omega is written with nine digits
    np.testing.assert_allclose(own["xsec_nb_per_sr_GeV"], mean, rtol=1e-4)
    np.testing.assert_allclose(own["std_nb_per_sr_GeV"], std, rtol=1e-3)
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert predict.main([*call, "--out", str(out)]) == 2


def test_predict_into_a_closed_pipe(run: Path, tmp_path: Path) -> None:
    """As for ``| head``: no word of it, and the figure is there."""
    plot = tmp_path / "x.png"
    call = ["12C", "--energy", "0.7", "--theta", "30", "--omega", "0.1:0.3:1e-4", "--model", str(run)]
    command = [sys.executable, "-m", "nugan_hep.xsec.predict", *call, "--plot", str(plot)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--omega", "0.1:0.2"], "'0.1:0.2' is not LOW:HIGH:STEP"),
        (["--at", "0.8,30"], "expected --energy with --theta, or --at"),
        (["--omega", "a"], "'a' is not numbers in GeV"),
        (["--data", "OXYGEN"], "has points of 16O, not of 12C"),
        (["--model", "nosuch"], "no model 'nosuch'; there is:"),
        (["--model", "nosuch.pt"], "no model file nosuch.pt"),
    ],
)
def test_predict_refuses(run: Path, oxygen: Path, error: Error, more: list[str], message: str) -> None:
    more = [str(oxygen) if word == "OXYGEN" else word for word in more]
    assert predict.main(["12C", "--energy", "0.7", "--theta", "30", "--model", str(run), *more]) == 2
    assert message in error()


def test_the_same_seed_gives_the_same_model(run: Path, carbon: Path, tmp_path: Path) -> None:
    assert train.main(argv(carbon, tmp_path / "again")) == 0
    assert (
        read_metadata(tmp_path / "again" / "model.pt")["sha256"] == read_metadata(run / "model.pt")["sha256"]
    )


def test_a_killed_training_resumes_to_the_same_model(run: Path, carbon: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nugan_hep.xsec.train", *argv(carbon, tmp_path / "killed")]
    command += ["--checkpoint-every", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    newest = tmp_path / "killed" / checkpoint.CHECKPOINT
    while process.poll() is None and not newest.exists():
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert train.main(argv(carbon, tmp_path / "killed", "--resume")) == 0
    mine, other = (read_metadata(folder / "model.pt") for folder in (tmp_path / "killed", run))
    assert mine["sha256"] == other["sha256"]


def test_an_interrupted_training_saves_and_exits_130(carbon: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "nugan_hep.xsec.train",
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
    run: Path, carbon: Path, oxygen: Path, tmp_path: Path, error: Error, more: list[str], message: str
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(run, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    more = [str(oxygen) if word == "OXYGEN" else word for word in more]
    assert train.main(argv(carbon, folder, *more)) == 2
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
    assert train.main(argv(carbon, tmp_path / "run", *more)) == 2
    assert message in error()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("method", ["ensemble", "dropout", "laplace"])
def test_other_methods_have_a_spread(carbon: Path, tmp_path: Path, method: str) -> None:
    assert train.main(argv(carbon, tmp_path / method, "--method", method)) == 0
    mean, std = predict_values("12C", 0.8, 40.0, [0.1, 0.2], model=tmp_path / method)
    assert (std > 0).all()
    assert (std < mean).all()


def test_the_published_network_trains(carbon: Path, tmp_path: Path) -> None:
    found = []
    for epochs in ("1", "100"):
        call = argv(carbon, tmp_path / epochs, "--preset", "published", "--epochs", epochs)
        assert train.main(call) == 0
        metadata = read_metadata(tmp_path / epochs / "model.pt")
        assert (metadata["form"], metadata["network"]) == ("mott", "published")
        found.append(metadata["scores"]["train"]["chi2"])
    assert found[1] < 0.8 * found[0]


def test_transfer_is_better_than_scratch(run: Path, oxygen: Path, tmp_path: Path) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--max-epochs", "60", "--quiet"]
    assert finetune.main([*call, "--out", str(tmp_path / "all")]) == 0
    assert finetune.main([*call, "--out", str(tmp_path / "scratch"), "--from-scratch"]) == 0
    tuned, scratch = (read_metadata(tmp_path / name / "model.pt") for name in ("all", "scratch"))
    assert tuned["nucleus"] == "16O"
    assert tuned["start"] == "e_12C"
    assert tuned["scores"]["points"]["chi2"] < 6
    assert tuned["scores"]["points"]["chi2"] < 0.5 * scratch["scores"]["points"]["chi2"]
    assert tuned["data"]["train"] == scratch["data"]["train"] == 20


def test_frozen_blocks_stay_as_they_are(run: Path, oxygen: Path, tmp_path: Path) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--epochs", "5", "--unfreeze-last", "1", "--quiet"]
    assert finetune.main([*call, "--out", str(tmp_path / "last")]) == 0
    before, after = (load_module(folder / "model.pt").state_dict() for folder in (run, tmp_path / "last"))
    assert (before["first"] == after["first"]).all()
    assert (before["inner"][0] == after["inner"][0]).all()
    assert (before["inner"][1] != after["inner"][1]).any()
    assert (before["last"] != after["last"]).any()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--unfreeze-last", "0"], "--unfreeze-last 0: expected 1 to 3, the blocks of the network"),
        (["--unfreeze-last", "4"], "--unfreeze-last 4: expected 1 to 3"),
        (["--members", "9"], "--members 9: e_12C has 4 networks"),
        (["--train-fraction", "0"], "--train-fraction 0: expected above 0"),
        (["--train-fraction", "1.5"], "'1.5' is not from 0 to below 1"),
        (["--from", "numu_C12_inc.pt"], "no model file numu_C12_inc.pt"),
    ],
)
def test_finetune_refuses(
    run: Path, oxygen: Path, tmp_path: Path, error: Error, more: list[str], message: str
) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--out", str(tmp_path / "f"), *more]
    assert finetune.main(call) == 2
    assert message in error()
    assert not (tmp_path / "f").exists()


def test_layerwise_scans_and_resumes(run: Path, oxygen: Path, tmp_path: Path, error: Error) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--out", str(tmp_path / "s"), "--quiet"]
    call += ["--max-epochs", "20", "--layers", "1", "3"]
    assert layerwise.main(call) == 0
    results = tmp_path / "s" / "layerwise.json"
    found = json.loads(results.read_text())
    assert list(found["results"]["16O"]) == ["zero-shot", "scratch", "1", "3"]
    assert layerwise.main(call) == 2
    assert "holds a scan: give --resume" in error()
    del found["results"]["16O"]["3"]
    results.write_text(json.dumps(found))
    assert layerwise.main([*call, "--resume"]) == 0
    again = json.loads(results.read_text())["results"]["16O"]["3"]
    assert again["chi2"] > 0
    assert (tmp_path / "s" / "layerwise.png").read_bytes().startswith(b"\x89PNG")
    assert layerwise.main([*call[:-1], "7", "--resume"]) == 2
    assert "--unfreeze-last 7: expected 1 to 3" in error()


def test_evaluate(run: Path, carbon: Path, oxygen: Path, tmp_path: Path, error: Error) -> None:
    call = ["--model", str(run), "--out", str(tmp_path / "e")]
    assert evaluate.main([*call, "--data", str(oxygen)]) == 2
    assert "has points of 16O" in error()
    assert evaluate.main([*call, "--data", str(carbon)]) == 0
    metrics = json.loads((tmp_path / "e" / "metrics.json").read_text())["models"][str(run)]
    stored = read_metadata(run / "model.pt")["scores"]
    for part in ("train", "points", "spectra"):
        assert metrics["scores"][part]["chi2"] == pytest.approx(stored[part]["chi2"], rel=0.02)
    steps = metrics["treatments"]
    assert list(steps) == ["quoted", "floor", "added", "spectra", "shifts"]
    for part in ("train", "points", "spectra"):
        values = [step[part] for step in steps.values()]
        assert values == sorted(values, reverse=True)
        assert values[-1] == pytest.approx(metrics["scores"][part]["chi2"])
    assert metrics["outside"]["outer"] > metrics["outside"]["inner"]
    for name in ("calibration.png", "outside.png", "held_out.png"):
        assert (tmp_path / "e" / name).read_bytes().startswith(b"\x89PNG")
    widths = ["--spectrum-normalisation", "0", "--energy-shift", "0", "--point-errors", "floor"]
    assert evaluate.main([*call, "--data", str(carbon), "--force", *widths]) == 0
    floor = json.loads((tmp_path / "e" / "metrics.json").read_text())["models"][str(run)]
    for part in ("train", "points", "spectra"):
        assert floor["scores"][part]["chi2"] == pytest.approx(steps["floor"][part])
    assert evaluate.main([*call, "--data", str(carbon), "--force", "--energy-shift", "-1"]) == 2
    assert "energy_shift = -1.0 is not valid" in error()
    other = tmp_path / "other.csv"
    other.write_text("\n".join(carbon.read_text().splitlines()[:-3]) + "\n")
    assert evaluate.main([*call, "--data", str(other), "--force"]) == 2
    assert " points of 12C.csv that the model was split by" in error()


def test_generators_and_cross_sections_are_told_apart(run: Path, tmp_path: Path, error: Error) -> None:
    assert not any(name.startswith("e_") for name in list_models())
    events = tmp_path / "e.root"
    assert sample.main(["--model", str(run / "model.pt"), "--out", str(events)]) == 2
    assert "no nugan.json inside; not a nugan-hep model" in error()
    generators = list_models()
    if generators:
        with pytest.raises(UserError, match="no model of electron-nucleus cross sections"):
            read_metadata(archive.find_model(generators[0]))


def test_damaged_archives_are_refused(run: Path, tmp_path: Path) -> None:
    whole = (run / "model.pt").read_bytes()
    broken = tmp_path / "broken.pt"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="truncated"):
        predict_values("12C", 0.8, 40.0, 0.1, model=broken)


def test_shipped_models_are_what_they_say() -> None:
    from nugan_hep.xsec.prediction import find_model, list_models

    names = list_models()
    if not names:
        pytest.skip("no model is installed")
    for name in names:
        path = find_model(name)
        metadata = read_metadata(path)
        assert metadata["name"] == name == f"e_{metadata['nucleus']}"
        assert path.stat().st_size < 20e6
        low, high = metadata["energies"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            members = predict_members(metadata["nucleus"], np.geomspace(low, high, 50)[:, None], 40.0, 0.15)
        assert torch.isfinite(torch.from_numpy(members)).all()
        assert (members >= 0).all()
