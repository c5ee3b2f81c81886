from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep.xsec.__main__ import main

Error = Callable[[], str]


@pytest.mark.slow
def test_layerwise_scans_and_resumes(run: Path, oxygen: Path, tmp_path: Path, error: Error) -> None:
    call = ["--from", str(run), "--data", str(oxygen), "--out", str(tmp_path / "s"), "--quiet"]
    call += ["--max-epochs", "20", "--layers", "1", "3"]
    assert main(["layerwise", *call]) == 0
    results = tmp_path / "s" / "layerwise.json"
    found = json.loads(results.read_text())
    assert list(found["results"]["16O"]) == ["zero-shot", "scratch", "1", "3"]
    assert main(["layerwise", *call]) == 2
    assert "holds a scan: give --resume" in error()
    del found["results"]["16O"]["3"]
    results.write_text(json.dumps(found))
    assert main(["layerwise", *call, "--resume"]) == 0
    again = json.loads(results.read_text())["results"]["16O"]["3"]
    assert again["chi2"] > 0
    assert (tmp_path / "s" / "layerwise.png").read_bytes().startswith(b"\x89PNG")
    assert main(["layerwise", *call[:-1], "7", "--resume"]) == 2
    assert "--unfreeze-last 7: expected 1 to 3" in error()
