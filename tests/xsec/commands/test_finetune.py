from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep.xsec.__main__ import main
from nugan_hep.xsec.model.archive import load_module, read_metadata


@pytest.mark.slow
def test_transfer_is_better_than_scratch(run: Path, oxygen: Path, tmp_path: Path) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--max-epochs", "60", "--quiet"]
    assert main(["finetune", *call, "--out", str(tmp_path / "all")]) == 0
    assert main(["finetune", *call, "--out", str(tmp_path / "scratch"), "--from-scratch"]) == 0
    tuned, scratch = (read_metadata(tmp_path / name / "model.pt") for name in ("all", "scratch"))
    assert tuned["nucleus"] == "16O"
    assert tuned["start"] == "e_12C"
    assert tuned["scores"]["points"]["chi2"] < 6
    assert tuned["scores"]["points"]["chi2"] < 0.5 * scratch["scores"]["points"]["chi2"]
    assert tuned["data"]["train"] == scratch["data"]["train"] == 20


@pytest.mark.slow
def test_frozen_blocks_stay_as_they_are(run: Path, oxygen: Path, tmp_path: Path) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--epochs", "5", "--unfreeze-last", "1", "--quiet"]
    assert main(["finetune", *call, "--out", str(tmp_path / "last")]) == 0
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
    run: Path, oxygen: Path, tmp_path: Path, error: Callable[[], str], more: list[str], message: str
) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--out", str(tmp_path / "f"), *more]
    assert main(["finetune", *call]) == 2
    assert message in error()
    assert not (tmp_path / "f").exists()
