"""A user's own ROOT objects beside nugan's: directories stay, closed writers say so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import uproot
from building import run

pytestmark = pytest.mark.root


def test_directories_stay_and_closed_writers_say_so(
    tmp_path: Path, root_program: Callable[[str], Path], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with uproot.recreate(work / "flux.root") as file:
        file["flux"] = (np.array([1.0, 2.0]), np.array([0.5, 1.0, 2.0]))
    done = run(root_program("beside_root"), work / "flux.root", NUGAN_MODELS_PATH=str(models))
    assert done.stdout == "0 failures\n"
    assert done.stderr == ""
    written = ["flux.root", "gst.root", "mine.root", "nuisance.root", "rntuple.root", "rootracker.root"]
    assert sorted(path.name for path in work.iterdir()) == written
    with uproot.open(work / "mine.root") as file:
        assert sorted(file.keys(cycle=False)) == ["gst", "nuisance", "rntuple", "rootracker"]
        assert all(file[name].values().sum() == 1 for name in file.keys(cycle=False))
