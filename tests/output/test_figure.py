from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from nugan_hep.errors import UserError
from nugan_hep.output.figure import SUFFIXES, check_figure, write_figure


@pytest.mark.parametrize(("suffix", "start"), [*zip(SUFFIXES, (b"\x89PNG", b"%PDF", b"<?xml"), strict=True)])
def test_format_is_that_of_the_suffix(tmp_path: Path, suffix: str, start: bytes) -> None:
    path = tmp_path / f"figure{suffix}"
    check_figure(path, force=False)
    write_figure(Figure(), path, force=False)
    assert path.read_bytes().startswith(start)
    with pytest.raises(UserError, match="exists"):
        check_figure(path, force=False)
    write_figure(Figure(), path, force=True)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "missing/figure.png"])
def test_what_could_not_be_written_is_refused_before(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="cannot write"):
        check_figure(tmp_path / name, force=True)
