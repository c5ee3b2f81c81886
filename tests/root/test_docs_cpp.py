"""The code of docs/cpp.md that writes through ROOT."""

from __future__ import annotations

from pathlib import Path

import page
import pytest
import uproot
from building import run

import nugan_hep

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(not set(nugan_hep.list_models()) >= page.MODELS, reason="no such models"),
]


@pytest.mark.parametrize(
    "code", [page.programs()[1], page.fragments(root=True)], ids=["project", "fragments"]
)
def test_code_writes_its_file(
    tmp_path: Path, installed: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = page.build(tmp_path, page.cmake_with_root(), code, installed / "lib/cmake/nugan")
    monkeypatch.chdir(tmp_path)
    run(program)
    with uproot.open("events.root") as file:
        if "gst" in file:
            assert file["gst"].num_entries == 100_000
        else:
            assert file["gRooTracker"].num_entries == 1000
            assert file["gRooTracker"].member("fWeight") == 1e20
