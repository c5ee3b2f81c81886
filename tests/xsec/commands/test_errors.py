from __future__ import annotations

from pathlib import Path

import pytest

from nugan_hep.xsec.__main__ import main


def test_the_command_says_what_is_missing(
    carbon: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["errors", "--data", str(carbon), "--most-points", "60"]) == 0
    text = capsys.readouterr().out
    assert "set:0" in text
    assert "widths by 60 points: data sets" in text
    assert main(["errors", "--data", str(tmp_path / "no.csv")]) == 2
    assert "no data file" in capsys.readouterr().err
