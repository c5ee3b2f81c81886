from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nugan_hep import archive, list_models, sample
from nugan_hep.errors import UserError
from nugan_hep.xsec.model.archive import read_metadata

Error = Callable[[], str]


@pytest.mark.slow
def test_generators_and_cross_sections_are_told_apart(run: Path, tmp_path: Path, error: Error) -> None:
    assert not any(name.startswith("e_") for name in list_models())
    events = tmp_path / "e.root"
    assert sample.main(["--model", str(run / "model.pt"), "--out", str(events)]) == 2
    assert "no nugan.json inside; not a nugan-hep model" in error()
    generators = list_models()
    if generators:
        with pytest.raises(UserError, match="no model of electron-nucleus cross sections"):
            read_metadata(archive.find_model(generators[0]))
