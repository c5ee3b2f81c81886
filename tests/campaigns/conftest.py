from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "nugan_hep.campaigns"]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def toy(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A small network with random weights, 0.3 to 10 GeV, whose cross section is 0.7 E."""

    def fill(folder: Path) -> None:
        spec = importlib.util.spec_from_file_location("make_model", ROOT / "tests" / "cpp" / "make_model.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.write_model(folder / "toy.pt")

    return once("campaign-model", fill) / "toy.pt"


@pytest.fixture(scope="session")
def flux(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """4e-9 and 1e-9 neutrinos per cm², POT and GeV from 0.3 to 1 and from 1 to 3 GeV, counted in the bins."""
    folder = once(
        "campaign-flux",
        lambda path: (path / "flux.txt").write_text("# low  high  flux [/m2/1e4POT]\n0.3 1 0.28\n1 3 0.2\n"),
    )
    return folder / "flux.txt"


@pytest.fixture
def campaign() -> Run:
    """``campaign("run", "--out", folder, ...)``: the command in a process of its own."""

    def run(
        *words: object, code: int = 0, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*COMMAND, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            env={**(env or os.environ), "OMP_NUM_THREADS": "1"},
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run
