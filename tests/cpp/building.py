"""Commands and CMake from tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def run(*command: str | Path, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command; with ``check`` its failure fails the test, and says what it printed."""
    arguments = [os.fspath(part) for part in command]
    done = subprocess.run(
        arguments, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if check:
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
    return done


def configure(
    source: Path, build: Path, *options: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """CMake with the Python of the test, and Ninja where there is one."""
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    python = f"-DPython_EXECUTABLE={sys.executable}"
    return run("cmake", "-S", source, "-B", build, *generator, python, *options, check=check)
