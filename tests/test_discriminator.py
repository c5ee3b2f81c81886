"""The discriminator command, on runs as a training leaves them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nugan_hep import discriminator, train

DATA = Path(__file__).parents[1] / "examples" / "data" / "numu_Ar40_inc_10k.root"
SMALL = ["--data", str(DATA), "--target", "1000180400", "--batch", "200", "--quiet"]
SMALL += ["--steps", "2", "--eval-every", "2"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for name, options in {
        "plain": ["--loss", "heuristic"],
        "options": ["--loss", "relativistic", "--peak-features", "--spectral-norm"],
        "flow": ["--preset", "flow"],
        "carbon": ["--shift", "0.002"],
    }.items():
        assert train.main([*SMALL, *options, "--out", str(folder / name)]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["run", "model"])
def test_runs_and_models(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    out = tmp_path / "figure.png"
    names = [str(runs / name / ("" if kind == "run" else "model.pt")) for name in ("plain", "options")]
    argv = [
        *names,
        "--seed",
        str(2**64 - 1),
        "--data",
        str(DATA),
        "--enu",
        "0.35",
        "5",
        "-n",
        "2000",
        "--out",
        str(out),
    ]
    assert discriminator.main(argv) == 0
    printed = capsys.readouterr()
    assert f"wrote {out}" in printed.out
    assert "kept 10,000" in printed.out
    assert printed.err == ""
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["flow"], "flow is a flow, which has no discriminator"),
        (["missing"], "no model 'missing'"),
        (["plain", "--enu", "20"], "energy 20 GeV: outside of plain's range 0.3 to 10 GeV"),
        (["plain", "carbon", "--data", str(DATA)], "not of one probe, target, shift and energy range"),
        (["plain", "--data", str(DATA), "--enu", "30"], "no event within 5 % of 30 GeV"),
        (["plain", "--out", "x.gif"], "expected a name with .png, .pdf, .svg"),
        (["a" * 300], "no model"),
        (["plain", "-n", "1e15"], "not enough memory"),
        (["plain", "-n", "0"], "whole number of at least 1"),
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
    assert discriminator.main([*arguments, *([] if "-n" in arguments else ["-n", "100"])]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (runs / "discriminator.png").exists()
