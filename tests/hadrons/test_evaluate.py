"""The evaluation of hadrons by the command ``evaluate``: its JSON and page, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nugan_hep import evaluate, export, train
from nugan_hep.hadrons import evaluation
from nugan_hep.hadrons.observables import FEATURES, TOPOLOGIES
from nugan_hep.hadrons.readers import holds_whole_events
from nugan_hep.output import figure

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = ["--preset", "hadrons", "--batch", "128", "--least-batch", "64", "--quiet", "--steps", "2"]
QUICK = ["--classifier", "0", "--no-figures"]


@pytest.fixture
def run(whole_file: Callable[..., Path], tmp_path: Path) -> Path:
    assert train.main(["--data", str(whole_file()), "--out", str(tmp_path / "run"), *SMALL]) == 0
    return tmp_path / "run"


def evaluated(model: Path | str, out: Path, *options: str) -> dict[str, Any]:
    assert evaluate.main(["--model", str(model), "--out", str(out), "--quiet", *options]) == 0
    return dict(json.loads((out / "metrics.json").read_text()))


@pytest.mark.slow
def test_all_figures_are_in_the_json(run: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    files = ["--reference", str(whole_file()), "--leptons", str(whole_file(300, seed=8))]
    found = evaluated(run, tmp_path / "one", *files, *QUICK)["hadrons"]
    assert found["events"] == [300, 300]
    shares = found["topologies"]["all"]
    assert [*shares] == [*TOPOLOGIES]
    assert sum(row["model"] for row in shares.values()) == pytest.approx(1.0)
    assert set(found["pulls"]) == {"all", "1-3", "3-10"}
    assert {"p_p", "e_miss", "n_n", "n_pi", "w_had"} <= set(found["pulls"]["all"])
    assert found["log_prob"]["left_out"] == 0.0
    assert found["classifier"] == {}
    again = evaluated(run, tmp_path / "again", *files, *QUICK)["hadrons"]
    assert again["pulls"] == found["pulls"]


@pytest.mark.slow
def test_leptons_are_those_of_the_other_half(
    run: Path, whole_file: Callable[..., Path], tmp_path: Path
) -> None:
    found = evaluated(run, tmp_path / "halves", "--reference", str(whole_file(601)), *QUICK)
    assert found["hadrons"]["events"] == [300, 300]


@pytest.mark.slow
def test_the_page_has_tables_and_figures(
    run: Path, whole_file: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "SLICES", ((3.0, 10.0),))
    monkeypatch.setattr(figure, "DPI", 20)
    out = tmp_path / "page"
    evaluated(run, out, "--reference", str(whole_file()), "--classifier", "0")
    page = (out / "report.html").read_text()
    for text in ("Topologies", "0piNp", "Mean absolute pulls of the hadrons", "dalphat", "3-10 GeV"):
        assert text in page
    images = {path.name for path in out.glob("*.png")}
    assert {"hadrons_topologies.png", "hadrons_spectra_all.png", "hadrons_multiplicities_3-10.png"} <= images
    assert all(name in page for name in images)
    # an evaluation that replaces this one takes its figures away
    evaluated(run, out, "--reference", str(whole_file()), "--force", *QUICK)
    assert not [*out.glob("*.png")]


@pytest.mark.slow
def test_a_model_with_hadrons(run: Path, whole_file: Callable[..., Path], tmp_path: Path) -> None:
    """Whole events judge leptons and hadrons, muons the leptons alone, which is said."""
    whole, data = tmp_path / "whole.pt", whole_file(400, seed=3)
    assert export.main([str(run), "--lepton", "numu_C12_inc", "--out", str(whole)]) == 0
    both = evaluated(whole, tmp_path / "both", "--reference", str(data), "-n", "1000", *QUICK)
    assert both["hadrons"]["events"] == [200, 200]
    assert both["samples"]["All"]["n_reference"] == 400
    with np.load(data) as events:
        first = np.cumsum(events["n"].astype(int)) - events["n"]
        p = np.stack([events[f"p{axis}"][first] for axis in "xyz"], axis=1).astype(float)
        size = np.linalg.norm(p, axis=1)
        muons = {
            "enu": events["enu"],
            "emu": np.hypot(size, 0.1056583755),
            "theta": np.arccos(p[:, 2] / size),
        }
    np.savez(tmp_path / "muons.npz", **muons)
    assert holds_whole_events(str(data))
    assert not holds_whole_events(str(tmp_path / "muons.npz"))
    alone = evaluated(
        whole, tmp_path / "muons", "--reference", str(tmp_path / "muons.npz"), "-n", "1000", *QUICK
    )
    assert "hadrons" not in alone
    assert alone["samples"]["All"]["n_reference"] == 400


def test_there_are_25_features() -> None:
    assert len(set(FEATURES)) == 25


@pytest.mark.slow
def test_what_is_refused(
    run: Path, whole_file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(whole_file())
    for arguments, message in (
        (["--model", str(run), "--reference", data], "300 events are too few for a classifier: 1,000"),
        (["--model", str(run)], "is one of hadrons: give whole events, --reference"),
        (["--model", "numu_C12_inc_gan", "--leptons", data, *QUICK, "-n", "1000"], "has no hadrons"),
        (["--model", str(tmp_path), "--reference", data], "is not a run folder"),
    ):
        assert evaluate.main([*arguments, "--out", str(tmp_path / "out"), "--quiet"]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
