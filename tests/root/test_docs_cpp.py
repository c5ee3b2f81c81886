"""The code of docs/cpp.md that writes through ROOT."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import page
import pytest
import uproot
from building import run
from chain import TEXT_FLUX

import nugan_hep

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(not set(nugan_hep.list_models()) >= page.MODELS, reason="no such models"),
]


@pytest.mark.parametrize("name", ["page_root_project", "page_root_fragments"])
def test_code_writes_its_file(
    tmp_path: Path, root_program: Callable[[str], Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flux.txt").write_text(TEXT_FLUX)
    monkeypatch.chdir(tmp_path)
    run(root_program(name))
    with uproot.open("events.root") as file:
        if "gst" in file:
            assert file["gst"].num_entries == 100_000
        else:
            assert file["gRooTracker"].num_entries == 1000
            assert file["gRooTracker"].member("fWeight") == 1e20
