"""The compare command, with small generators of random weights that the real sampler opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from make_model import ToyGenerator

from nugan_hep import Sampler, compare
from nugan_hep.evaluation import reference
from nugan_hep.evaluation.histograms import from_events
from nugan_hep.families.common.exported import weights_sha256
from nugan_hep.kinematics import MUON_MASS

N = 40_000
PNG = b"\x89PNG"


def write_toy(path: Path, name: str, *, tilt: float = 0.0, shift: float = 0.004, low: float = 0.3) -> Path:
    """The toy of a name; ``tilt`` moves its muons, ``shift`` and ``low`` [GeV] its phase space."""
    model = ToyGenerator(shift=shift)
    model.name, model.enu_min = name, low
    with torch.no_grad():
        model.last.bias += tilt
    model.sha256 = weights_sha256(model)
    about = {"format_version": 1, "name": name, "probe": 14, "target": 1000060120}
    about |= {"interaction": "CC inclusive", "enu_range": [low, 10.0], "latent_size": 50, "shift": shift}
    torch.jit.save(torch.jit.script(model.eval()), str(path), _extra_files={"nugan.json": json.dumps(about)})
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_toy(folder / "numu_C12_inc_gan.pt", "numu_C12_inc_gan")
    write_toy(folder / "same.pt", "numu_C12_inc_gan")
    write_toy(folder / "tilted.pt", "numu_C12_inc_10k", tilt=0.2)
    write_toy(folder / "argon.pt", "numu_Ar40_inc")
    write_toy(folder / "narrow.pt", "narrow", low=0.6)
    write_toy(folder / "published.pt", "published", shift=0.0098)
    return folder


def run(*arguments: object, n: int = N) -> int:
    return compare.main([*map(str, arguments), "-n", str(n), "--threads", "1"])


def scores(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / compare.METRICS_FILE).read_text())["samples"])


@pytest.mark.slow
def test_models_without_a_reference(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One generator in two files differs from itself by statistics alone, a tilted one by more."""
    names = [models / name for name in ("same.pt", "numu_C12_inc_gan.pt", "tilted.pt")]
    out = tmp_path / "out"
    assert run(*names, "--no-reference", "--enu", "all", "2", "--out", out) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert f"against {names[0]}" in printed.out
    found = scores(out)
    assert list(found) == ["All", "2 GeV"]
    for row in found.values():
        same, tilted, floor = row[str(names[1])], row["numu_C12_inc_10k"], row["floor"]
        assert same["map_2d"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)
        assert 0 < same["emd"] < 2 * floor["emd"]
        assert tilted["map_2d"] > 1.5 * same["map_2d"]
        assert tilted["emd"] > 2 * floor["emd"]
    assert found["All"][str(names[1])]["map_3d"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)
    assert found["2 GeV"][str(names[1])]["map_3d"] is None
    assert (out / compare.FIGURE_FILE).read_bytes().startswith(PNG)
    assert {file.name for file in out.iterdir()} == {compare.FIGURE_FILE, compare.METRICS_FILE}


@pytest.mark.slow
def test_models_of_one_process_meet_their_reference(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = (models / "numu_C12_inc_gan.pt", models / "tilted.pt")
    assert run(*names, "--enu", "1", "--out", tmp_path / "a.svg", n=2000) == 0
    printed = capsys.readouterr().out
    assert "against NuWro" in printed
    for name in ("1 GeV", "numu_C12_inc_gan", "numu_C12_inc_10k", "floor"):
        assert name in printed
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    # of two processes, only when it is asked for
    names = (models / "numu_C12_inc_gan.pt", models / "argon.pt")
    assert run(*names, "--enu", "1", "--out", tmp_path / "b.png", n=2000) == 0
    assert "against numu_C12_inc_gan" in capsys.readouterr().out
    assert run(*names, "--enu", "1", "--out", tmp_path / "c.png", "--reference", n=2000) == 0
    assert "against NuWro" in capsys.readouterr().out


@pytest.mark.slow
def test_events_as_reference(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model against events of its own."""
    model = models / "numu_C12_inc_gan.pt"
    events = Sampler(model, threads=1).sample(enu=1.0, n=N, seed=77)
    np.savez(tmp_path / "events.npz", enu=events["Ev"], emu=events["El"], theta=events["thetal"])
    out = tmp_path / "folder"
    out.mkdir()
    assert run(model, "--reference", tmp_path / "events.npz", "--panel", "pull", "--out", out) == 0
    found = scores(out)["1 GeV"]["numu_C12_inc_gan"]
    assert found["map_2d"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.1)
    assert "kept 40,000" in capsys.readouterr().out


@pytest.mark.slow
def test_models_of_unlike_phase_space(models: Path, tmp_path: Path) -> None:
    """They are compared in the energies that both have, in the proxies of the smaller shift."""
    out = tmp_path / "out"
    assert run(models / "published.pt", models / "narrow.pt", "--out", out, n=3000) == 0
    assert list(scores(out)) == ["All", "1 GeV", "3 GeV", "5 GeV", "9 GeV"]


@pytest.mark.slow
def test_seed_decides(models: Path, tmp_path: Path) -> None:
    names = (models / "numu_C12_inc_gan.pt", models / "same.pt", "--no-reference", "--enu", "3")
    for seed, name in ((3, "a"), (3, "b"), (4, "c")):
        assert run(*names, "--seed", seed, "--out", tmp_path / name, n=3000) == 0
    a, b, c = (scores(tmp_path / name) for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["argon.pt", "--no-reference"], "nothing to compare with"),
        (["argon.pt", "argon.pt"], "argon.pt: given twice"),
        (["argon.pt", "nosuch.pt"], "no model file"),
        (["argon.pt", "narrow.pt", "--enu", "0.5"], "--enu 0.5: the models have 0.6 to 10 GeV"),
        (["argon.pt", "--enu", "2"], r"no events at 2 GeV (it has: all, 0.5, 1, 3, 5, 9)"),
        (["argon.pt", "--reference", "--no-reference"], "contradict each other"),
        (["narrow.pt", "--reference", "REFERENCE"], "outside of narrow's range 0.6 to 10 GeV"),
        (["narrow.pt", "--reference"], "no shipped reference for model 'narrow'"),
        (["argon.pt", "--enu", "much"], "'much' is not a finite number above 0"),
        (["argon.pt", "--out", "figure.jpeg"], "expected a name with .png, .pdf, .svg"),
        (["argon.pt", "--out", "missing/figure.png"], "there is no folder missing"),
        (["argon.pt", "--out", "missing/folder"], "there is no folder missing"),
        (["argon.pt", "--out", "there.png"], "there.png exists"),
        (["argon.pt", "--out", "full"], "full/compare.json exists"),
        (["argon.pt", "--out", "file"], "it is not a folder"),
    ],
)
def test_refusals(
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.png").touch()
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / compare.METRICS_FILE).touch()
    enu = np.full(100, 0.5)
    sample = from_events(enu, np.full(100, 0.3), np.full(100, 0.4), lepton_mass=MUON_MASS)
    reference.save(tmp_path / "reference.npz", "low", "", [sample])
    given = [str(models / word) if word.endswith(".pt") else word for word in arguments]
    given = ["reference.npz" if word == "REFERENCE" else word for word in given]
    before = sorted(tmp_path.rglob("*"))
    assert run(*given, n=100) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before
