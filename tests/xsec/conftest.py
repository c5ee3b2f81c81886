from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from closed_form import SMALL, write_points

from nugan_hep.xsec.__main__ import main

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def carbon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_points(tmp_path_factory.mktemp("data") / "12C.csv", 6, 12)


@pytest.fixture(scope="session")
def oxygen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_points(tmp_path_factory.mktemp("data") / "16O.csv", 8, 16, seed=2)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, carbon: Path) -> Path:
    """The folder of a finished training."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("runs") / "run"
    assert main(["train", "--data", str(carbon), "--out", str(folder), *SMALL]) == 0
    return folder


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """The file of a nucleus of the real archive, for tests that are marked ``shared("electron_nucleus")``."""
    return lambda name: SHARED / "data" / "electron_nucleus" / f"{name}.csv"


@pytest.fixture
def error(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """The one line on standard error."""

    def read() -> str:
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1, lines
        return lines[0]

    return read
