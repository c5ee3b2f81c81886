"""``python -m nugan_hep.joint``: training resumes bitwise; processes become runs; mistakes are named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from nugan_hep import Sampler, archive, finetune
from nugan_hep.joint import saved
from nugan_hep.joint.__main__ import main
from nugan_hep.sampler import Sampler as Source

LIST = """
[[process]]
name = "muon"
probe = "numu"
target = "C12"
data = ["muon.npz"]
test = 0.2

[[process]]
name = "electron"
probe = "nue"
target = "O16"
data = ["electron.npz"]
test = 0.5
"""
SETTINGS = ("--groups", "4", "--group", "32", "--size", "3", "--steps", "6", "--warmup", "2", "--quiet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    events = Source("numu_C12_inc", lepton_only=True).sample(n=2000, seed=1)
    columns = {"enu": events["Ev"], "emu": events["El"], "theta": events["thetal"]}
    for name in ("muon", "electron"):
        np.savez(tmp_path / f"{name}.npz", **columns)
    (tmp_path / "list.toml").write_text(LIST)
    return tmp_path


def train(folder: Path, out: str, *more: str) -> int:
    words = ["train", str(folder / "list.toml"), "--data-folder", str(folder), "--out", str(folder / out)]
    return main([*words, *SETTINGS, *more])


def test_training_goes_on_bitwise(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(folder, "whole") == 0
    assert "electron: NLL" in capsys.readouterr().out
    assert train(folder, "cut", "--checkpoint-every", "3") == 0
    states = [
        torch.load(folder / name / "joint.pt", weights_only=True)["average"] for name in ("whole", "cut")
    ]
    for key, tensor in states[0].items():
        assert torch.equal(tensor, states[1][key]), key
    previous = folder / "cut" / "checkpoint-previous.pt"
    previous.rename(folder / "cut" / "checkpoint.pt")
    assert train(folder, "cut", "--resume") == 0
    again = torch.load(folder / "cut" / "joint.pt", weights_only=True)["average"]
    assert all(torch.equal(tensor, again[key]) for key, tensor in states[0].items())


@pytest.mark.slow
def test_processes_and_new_events_become_models(folder: Path) -> None:
    assert train(folder, "run", "--from", "numu_C12_inc") == 0
    names = [
        "--from",
        str(folder / "run"),
        "--processes",
        str(folder / "list.toml"),
        "--data-folder",
        str(folder),
    ]
    assert main(["export", "electron", *names, "--out", str(folder / "e")]) == 0
    about = archive.read_metadata(folder / "e" / "model.pt")
    assert (about["probe"], about["target"], about["metrics"]["events"]) == (12, 1000080160, 1000)
    events = Sampler(folder / "e" / "model.pt").sample(enu=0.3, n=2000, seed=2)
    assert np.isfinite(events["El"]).all()
    assert (events["El"] >= 0.000510).all()
    words = ["adapt", "--from", str(folder / "run"), "--data", str(folder / "muon.npz"), "--limit", "500"]
    assert main([*words, "--probe", "numu", "--target", "C12", "--out", str(folder / "few")]) == 0
    assert len(json.loads((folder / "few" / "embedding.json").read_text())["embedding"]) == 3
    assert saved.read(str(folder / "run")).processes == ["muon", "electron"]
    # the same as a fine-tuning
    assert saved.is_joint(str(folder / "run"))
    assert saved.is_joint(str(folder / "run" / "joint.pt"))
    assert not saved.is_joint(str(folder / "few" / "model.pt"))
    words[:1] = []
    assert finetune.main([*words, "--probe", "numu", "--target", "C12", "--out", str(folder / "tuned")]) == 0
    one, other = (json.loads((folder / name / "embedding.json").read_text()) for name in ("few", "tuned"))
    assert one == other


def test_what_a_resumption_may_not_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(folder, "run") == 0
    for more, message in (
        ((), "holds a run: give --resume"),
        (("--resume",), "is at step 6 of 6: it is done"),
        (("--resume", "--size", "4"), "has size = 3, not 4"),
        (("--resume", "--leave-out", "muon"), "is of muon, electron, not of electron"),
    ):
        assert train(folder, "run", *more) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("train none.toml --out run", "cannot read configuration none.toml"),
        ("train {}/list.toml --data-folder {} --leave-out tau --out run", "--leave-out tau: no such process"),
        ("train {}/list.toml --data-folder nowhere --out run", "no such file"),
        ("train {}/list.toml --data-folder {} --from numu_C12_inc_gan --out run", "a gan, expected a flow"),
        ("train {}/list.toml --data-folder {} --size 0 --out run", "size = 0 is not valid"),
        ("export muon --from nosuch --processes {}/list.toml --out run", "no joint network 'nosuch'"),
        ("adapt --from {}/muon.npz.pt --data {}/muon.npz --probe 14 --target C --out run", "no checkpoint"),
        (
            "adapt --from nuwro --data {}/muon.npz --limit 29 --probe 14 --target C --out run",
            "29 events, expected at least 30 to fit an embedding to",
        ),
        ("adapt --from x --data {}/muon.npz --probe 14 --target CH --out run", "a target of 2 nuclei"),
    ],
)
def test_mistakes(folder: Path, capsys: pytest.CaptureFixture[str], words: str, message: str) -> None:
    try:
        code = main(words.format(*[str(folder)] * words.count("{}")).split())
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    assert code == 2
    assert message in captured.err
    assert len(captured.err.strip().splitlines()[-1]) < 400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("process = 3", "expected a list of"),
        (LIST + LIST, "process muon is there 2 times"),
        (LIST.replace("test = 0.2", "test = 2.0"), "test = 2.0, expected files or a share"),
        (LIST.replace('target = "C12"', 'nucleus = "C12"'), "expected a process with"),
    ],
)
def test_lists_that_make_no_sense(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (folder / "list.toml").write_text(text)
    assert train(folder, "run") == 2
    assert message in capsys.readouterr().err


def test_a_damaged_network_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One changed byte of the weights, anywhere."""
    content = bytearray(saved.find("nuwro").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "flipped.pt").write_bytes(content)
    words = ["--from", str(folder / "flipped.pt"), "--data", str(folder / "muon.npz"), "--probe", "14"]
    assert finetune.main([*words, "--target", "C12", "--out", str(folder / "run")]) == 2
    assert "does not match its checksum" in capsys.readouterr().err


def test_several_lists(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Processes of all lists are trained on; one may be left out of either; the same one twice is refused."""
    (folder / "more.toml").write_text(LIST.replace('"muon"', '"other"').replace('"electron"', '"third"'))
    words = ["train", str(folder / "list.toml"), str(folder / "more.toml"), "--data-folder", str(folder)]
    more = ["--leave-out", "electron", "third", "--out", str(folder / "two")]
    assert main([*words, *more, *SETTINGS]) == 0
    assert saved.read(str(folder / "two")).processes == ["muon", "other"]
    (folder / "more.toml").write_text(LIST)
    assert main([*words, "--out", str(folder / "twice"), *SETTINGS]) == 2
    assert "more.toml: process muon is there 2 times, expected once" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + bytes(17)]
)
def test_damaged_files_are_no_joint_networks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "damaged.pt"
    path.write_bytes(content)
    assert not saved.is_joint(str(path))
    assert finetune.main(["--from", str(path), "--data", "few.npz", "--out", str(tmp_path / "run")]) == 2
    assert "damaged.pt" in capsys.readouterr().err
