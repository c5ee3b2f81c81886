"""The command that compares: its JSON, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep import train
from nugan_hep.hadrons import evaluate
from nugan_hep.hadrons.observables import FEATURES

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = ["--preset", "hadrons", "--batch", "128", "--least-batch", "64", "--quiet", "--steps", "2"]


def test_all_figures_are_in_the_json(whole_file: Callable[..., Path], tmp_path: Path) -> None:
    data, run = whole_file(), tmp_path / "run"
    assert train.main(["--data", str(data), "--out", str(run), *SMALL]) == 0
    out = tmp_path / "figures.json"
    other = whole_file(300, seed=8)
    command = [
        str(run),
        "--reference",
        str(data),
        "--leptons",
        str(other),
        "--no-classifier",
        "--json",
        str(out),
    ]
    assert evaluate.main(command) == 0
    found = json.loads(out.read_text())
    assert found["events"] == [300, 300]
    assert sum(row["model"] for row in found["topologies"].values()) == pytest.approx(1.0)
    assert set(found["slices"]) == {"1-3", "3-10"}
    assert {"p_p", "e_miss", "n_n", "n_pion"} <= set(found["pulls"])
    assert found["log_prob"]["left_out"] == 0.0
    again = tmp_path / "again.json"
    assert evaluate.main([*command[:-1], str(again)]) == 0
    other_found = json.loads(again.read_text())
    assert other_found["pulls"] == found["pulls"]


def test_there_are_25_features() -> None:
    assert len(set(FEATURES)) == 25


def test_too_few_events_for_a_classifier(
    whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run = whole_file(), tmp_path / "run"
    assert train.main(["--data", str(data), "--out", str(run), *SMALL]) == 0
    assert evaluate.main([str(run), "--reference", str(data)]) == 2
    assert "too few for a classifier" in capsys.readouterr().err
    assert evaluate.main(["numu_C12_inc", "--reference", str(data)]) == 2
    assert "has no hadrons" in capsys.readouterr().err
