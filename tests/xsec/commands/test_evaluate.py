from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep.xsec.__main__ import main
from nugan_hep.xsec.model.archive import read_metadata


@pytest.mark.slow
def test_evaluate(run: Path, carbon: Path, oxygen: Path, tmp_path: Path, error: Callable[[], str]) -> None:
    call = ["--model", str(run), "--out", str(tmp_path / "e")]
    assert main(["evaluate", *call, "--data", str(oxygen)]) == 2
    assert "has points of 16O" in error()
    assert main(["evaluate", *call, "--data", str(carbon)]) == 0
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
    assert main(["evaluate", *call, "--data", str(carbon), "--force", *widths]) == 0
    floor = json.loads((tmp_path / "e" / "metrics.json").read_text())["models"][str(run)]
    for part in ("train", "points", "spectra"):
        assert floor["scores"][part]["chi2"] == pytest.approx(steps["floor"][part])
    assert main(["evaluate", *call, "--data", str(carbon), "--force", "--energy-shift", "-1"]) == 2
    assert "energy_shift = -1.0 is not valid" in error()
    other = tmp_path / "other.csv"
    other.write_text("\n".join(carbon.read_text().splitlines()[:-3]) + "\n")
    assert main(["evaluate", *call, "--data", str(other), "--force"]) == 2
    assert " points of 12C.csv that the model was split by" in error()
