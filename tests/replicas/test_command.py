"""``python -m nugan_hep.replicas``: other models as replicas of a shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from nugan_hep import Sampler, density, sample
from nugan_hep.archive import find_model, read_metadata
from nugan_hep.errors import UserError
from nugan_hep.output import recognise
from nugan_hep.replicas import Block, attach, flat_block
from nugan_hep.replicas.__main__ import main

MODEL, OTHER = "numu_C12_inc", "numu_C12_lfg"
COARSE = ["--step", "0.2", "0.4", "0.5", "--quiet"]


def weights(values: float, name: str = "a") -> Block:
    return Block((0, 0, 0), (1, 1, 1), np.full((1, 1, 1, 1), values, np.float16), (name,), "tune")


@pytest.mark.slow
def test_the_rest_of_the_model_stays(tmp_path: Path) -> None:
    """Hadrons and lepton are the same to the bit, and attaching again replaces the table alone."""
    out, again = tmp_path / "one.pt", tmp_path / "two.pt"
    attach(MODEL, [weights(1.0)], out, {"by": "hand"})
    attach(out, [weights(-1.0, "b"), flat_block(["c"], "transfer")], again)
    before, after = (torch.jit.load(path) for path in (find_model(MODEL), again))
    latent, enu = torch.randn(1000, 2), torch.linspace(0.3, 10.0, 1000)
    assert torch.equal(before(latent, enu), after(latent, enu))
    old, one, two = (read_metadata(path) for path in (find_model(MODEL), out, again))
    assert {key for key in one if one[key] != old.get(key)} == {"replicas", "sha256"}
    assert one["replicas"]["made"] == {"by": "hand"}
    assert [block["names"] for block in two["replicas"]["blocks"]] == [["b"], ["c"]]
    plain, weighted = (Sampler(path, threads=1).sample(n=500, seed=3) for path in (MODEL, again))
    assert weighted["particles"].tolist() == plain["particles"].tolist()
    events = Sampler(again, threads=1).sample(n=500, seed=3, replicas=2)
    np.testing.assert_allclose(events["wght_rep"], np.tile([np.exp(-1), 1], (500, 1)), rtol=1e-6)


@pytest.mark.slow
def test_an_alternative(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, events = tmp_path / "carbon.pt", tmp_path / "events.root"
    assert main([MODEL, "--alternative", f"lfg={OTHER}", "--out", str(out), *COARSE]) == 0
    said = capsys.readouterr().out
    assert "with the replicas lfg" in said
    assert "lfg: of 10,000 events, half have weights within" in said
    options = ["--model", str(out), "-n", "3000", "--lepton-only", "--quiet"]
    assert sample.main([*options, "--replicas", "1", "--out", str(events)]) == 0
    with recognise.read(events) as reader:
        (columns,) = reader.chunks
        assert reader.run.replicas == ["lfg"]
    kinematics = (columns[name].astype("f8") for name in ("Ev", "El", "thetal"))
    exact = density.reweight(MODEL, OTHER, *kinematics, rate=True)
    found = columns["wght_rep"][:, 0]
    assert np.median(np.abs(found / exact - 1)) < 0.05
    assert found.mean() == pytest.approx(exact.mean(), rel=0.02)
    assert abs(exact - 1).mean() > 0.05  # the two models differ


@pytest.mark.slow
def test_flat_replicas_of_another_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carbon, hydrogen = tmp_path / "numu_C12_inc.pt", tmp_path / "numu_H1_inc.pt"
    attach(MODEL, [weights(1.0)], carbon)
    assert main(["numu_H1_inc", "--flat-like", str(carbon), "--out", str(hydrogen)]) == 0
    events = Sampler(hydrogen, threads=1).sample(n=100, replicas=1)
    assert (events["wght_rep"] == 1).all()
    assert read_metadata(hydrogen)["replicas"]["made"] == {"flat_like": str(carbon)}


@pytest.mark.slow
def test_a_molecule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUGAN_MODELS_PATH", str(tmp_path))
    attach(MODEL, [weights(1.0)], tmp_path / "numu_C12_inc.pt")
    out = tmp_path / "events.npz"
    options = [
        "--probe",
        "numu",
        "--target",
        "CH",
        "--energy",
        "1",
        "-n",
        "500",
        "--quiet",
        "--replicas",
        "1",
    ]
    assert sample.main([*options, "--out", str(out)]) == 2
    assert "numu_H1_inc.pt has no replicas, expected a model" in capsys.readouterr().err
    attach("numu_H1_inc", [flat_block(["a"], "tune")], tmp_path / "numu_H1_inc.pt")
    assert sample.main([*options, "--out", str(out)]) == 0
    with np.load(out) as file:
        hydrogen = file["A"] == 1
        assert 10 < hydrogen.sum() < 250
        np.testing.assert_allclose(file["wght_rep"][:, 0], np.where(hydrogen, 1, np.e), rtol=1e-6)
        assert json.loads(str(file["nugan"]))["replicas"] == {"names": ["a"], "kinds": ["tune"]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no replicas: expected --tune, --transfer, --alternative or --flat-like"),
        (
            ["--alternative", "numu_C12_lfg"],
            "--alternative 'numu_C12_lfg': expected NAME=MODEL, each name once",
        ),
        (["--alternative", "a=numu_C12_lfg", "a=numu_C12_alt"], "'a=numu_C12_alt': expected NAME=MODEL"),
        (
            ["--alternative", "a=numu_Ar40_inc"],
            "numu_Ar40_inc has the target 1000180400, numu_C12_inc 1000060120",
        ),
        (["--alternative", "a=nowhere"], "nowhere"),
        (["--flat-like", MODEL, "--step", "1", "1", "1"], "--step: it is of the nodes of --alternative"),
        (["--flat-like", "numu_C12_qe"], "--flat-like numu_C12_qe: it has no replicas"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main([MODEL, *words, "--out", str(tmp_path / "a.pt"), "--quiet"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_no_archive_could_hold(tmp_path: Path) -> None:
    out = tmp_path / "a.pt"
    with pytest.raises(UserError, match="no replicas for numu_C12_qe: expected at least one"):
        attach("numu_C12_qe", [], out)
    with pytest.raises(UserError, match=r"one name twice \(a\): expected all different"):
        attach("numu_C12_qe", [weights(0.0), weights(1.0)], out)
    with pytest.raises(UserError, match=r"a\.zip: expected the suffix \.pt"):
        attach("numu_C12_qe", [weights(0.0)], tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []
