"""Commands and CMake from tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


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
    """CMake with the Python of the test, and Ninja and ccache where they are."""
    options = (f"-DPython_EXECUTABLE={sys.executable}", *options)
    if shutil.which("ninja"):
        options = ("-G", "Ninja", *options)
    if shutil.which("ccache"):
        options = ("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache", *options)
    return run("cmake", "-S", source, "-B", build, *options, check=check)


def configure_programs(build: Path, package: Path, *options: str) -> None:
    """The build folder of tests/programs, against the nugan whose ``nuganConfig.cmake`` is in ``package``."""
    import page
    from filelock import FileLock

    with FileLock(build / "lock"):
        page.write_projects(build / "written", root=(package / "nuganRootTargets.cmake").exists())
        prefix = f"-DCMAKE_PREFIX_PATH={sys.prefix}"
        written = f"-DNUGAN_WRITTEN={build / 'written'}"
        configure(ROOT / "tests" / "programs", build, f"-Dnugan_DIR={package}", prefix, written, *options)


def build_program(build: Path, name: str) -> Path:
    """A program of that folder; skips where CMake says that something it needs is not installed."""
    from filelock import FileLock

    if (reason := build / "left_out" / name).exists():
        pytest.skip(reason.read_text())
    with FileLock(build / "lock"):
        run("cmake", "--build", build, "--target", name)
    return build / "bin" / name


def run_cpp_tests(
    program: Path, models: Path, *command: str | Path, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """tests/cpp with its models; ``command`` goes before the program."""
    from make_model import write_all

    models.mkdir(exist_ok=True)
    write_all(models)
    return run(*command, program, check=check, NUGAN_MODELS_PATH=str(models), **environment)
