"""``nugan-sample --root-writer``, whose program stands in a folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nugan_hep import archive, root_writer, sample

PROGRAM = """#!/bin/sh
printf '%s\\n' "$@" "$NUGAN_MODELS_PATH"
exit 7
"""


@pytest.fixture
def no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "package_dirs", lambda: [tmp_path])
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_program")
def test_without_it_the_remedy_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "a.root"
    assert sample.main(["--root-writer", "--out", str(out)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "no nugan-gen, for nugan-hep was installed without ROOT" in message
    assert "pip install --pre ROOT" in message
    assert not out.exists()


@pytest.mark.usefixtures("no_program")
def test_the_package_has_it_before_the_path(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "bin"):
        place.mkdir(exist_ok=True)
        (place / "nugan-gen").write_text(PROGRAM)
        (place / "nugan-gen").chmod(0o755)
    assert root_writer.program() == tmp_path / "bin" / "nugan-gen"
    (tmp_path / "bin" / "nugan-gen").unlink()
    assert root_writer.program() == tmp_path / "nugan-gen"


def test_it_becomes_the_program_with_the_same_arguments(tmp_path: Path) -> None:
    (tmp_path / "nugan-gen").write_text(PROGRAM)
    (tmp_path / "nugan-gen").chmod(0o755)
    # the program of the test, whatever is installed
    script = f"""
import sys
from nugan_hep import archive, root_writer, sample
root_writer.archive.package_dirs = lambda: []
root_writer.archive.models_dirs = lambda: [{str(tmp_path)!r}, "/other"]
sys.exit(sample.main(sys.argv[1:]))
"""
    words = ["-n", "10", "--root-writer", "--vertex", "-1:1,0,0", "--format=rootracker", "--out", "new.root"]
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 7, done.stderr
    words.remove("--root-writer")
    assert done.stdout.splitlines() == [*words, f"{tmp_path}{os.pathsep}/other"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--format", "parquet", "--out", "a.parquet"],
            "has the formats gst, rootracker, nuisance, rntuple, not parquet",
        ),
        (["--weighted"], "--weighted needs a flux"),
    ],
)
def test_bad_input(arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sample.main(["--root-writer", *arguments]) == 2
    message = capsys.readouterr().err
    assert expected in message
    assert message.count("\n") == 1
