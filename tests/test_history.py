"""The history command, on what a training really writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nugan_hep import history, train
from nugan_hep.evaluation.history import read_run

DATA = Path(__file__).parents[1] / "examples" / "data" / "numu_Ar40_inc_10k.root"
SMALL = ["--data", str(DATA), "--target", "1000180400", "--batch", "200", "--quiet"]
SMALL += ["--steps", "4", "--eval-every", "2"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a GAN and one of a flow, of two evaluations each."""
    folder = tmp_path_factory.mktemp("runs")
    assert train.main([*SMALL, "--out", str(folder / "gan")]) == 0
    assert train.main([*SMALL, "--preset", "flow", "--out", str(folder / "flow")]) == 0
    (folder / "other").mkdir()
    (folder / "other" / "gan").symlink_to(folder / "flow")
    return folder


@pytest.mark.slow
def test_gan_and_flow_in_one_figure(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "figure.png"
    argv = [str(runs / "gan"), str(runs / "flow"), "--metric", "map_3d", "emd", "--out", str(out)]
    assert history.main(argv) == 0
    assert capsys.readouterr().out == f"wrote {out}\n"
    assert out.read_bytes().startswith(b"\x89PNG")
    assert history.main([str(runs / "flow"), "--metric", "nll", "--against", "hours", "--out", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    assert history.main([str(runs / "flow"), "--metric", "nll", "--out", str(out), "--force"]) == 0


def test_epochs_are_passes_over_the_training_events(runs: Path) -> None:
    run = read_run(runs / "gan")
    assert run.batch == 200
    assert run.training_events == 9_000  # a tenth is held out
    assert list(run.columns["step"]) == [2, 4]
    assert run.floors == {}  # a thousand validation events say little


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gan", "gan"], "given twice"),
        (["missing"], "is no run folder"),
        (["gan", "--metric", "nll"], "gan has no nll; there is: emd, loss_discriminator"),
        (["gan", "--out", "figure.txt"], "expected a name with .png, .pdf, .svg"),
        (["gan", "--against", "age"], "invalid choice"),
        ([], "required: RUNDIR"),
    ],
)
def test_refusals(
    runs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(runs)
    assert history.main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (runs / "history.png").exists()
