from __future__ import annotations

import functools
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

# the programs of this environment (cmake, ninja) are found, whether it is active or not
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
if "PYTEST_XDIST_WORKER" in os.environ:
    # workers share the cores; read when torch is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")

from building import build_program, configure_programs, run

# in a shell's background SIGINT is ignored, by the programs that tests start and interrupt too
signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[2] / "shared")) / "data"
NO_SHARED = "needs NuWro samples, fluxes or measurements that are too large for the repository (NUGAN_SHARED)"
NO_ROOT = "no ROOT (pip install --pre ROOT in another environment, and NUGAN_ROOT_PYTHON=its python)"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """The cores that this process may use; more than eight workers would wait for the longest test."""
    return min(8, len(os.sched_getaffinity(0)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--passed-before", metavar="XML", help="leave out what passed in the run with --junitxml=XML"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not (path := config.getoption("passed_before")):
        return
    cases = ElementTree.parse(path).iter("testcase")
    passed = {(case.get("classname"), case.get("name")) for case in cases if not len(case)}
    again = []
    for item in items:
        file, *classes = item.nodeid.split("::")[:-1]
        where = ".".join([file.removesuffix(".py").replace("/", "."), *classes])
        again.append((where, item.name) not in passed)
    config.hook.pytest_deselected(items=list(itertools.compress(items, (not one for one in again))))
    items[:] = list(itertools.compress(items, again))


@functools.cache
def python_with_root() -> str | None:
    """The Python of NUGAN_ROOT_PYTHON, else this one; none where it cannot import ROOT."""
    python = os.environ.get("NUGAN_ROOT_PYTHON", sys.executable)
    return None if run(python, "-c", "import ROOT", check=False).returncode else python


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What is not there is said in one way: tests are marked ``root``, or ``shared`` with the folders."""
    for mark in item.iter_markers("shared"):
        if not all((SHARED / name).exists() for name in mark.args):
            pytest.skip(NO_SHARED)
    if item.get_closest_marker("root") and python_with_root() is None:
        pytest.skip(NO_ROOT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How many tests were left out for what reason, and what would bring them."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section("left out")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:4} {reason}")
    for mark, time in (("slow", "seconds"), ("heavy", "minutes")):
        if f"not {mark}" in config.option.markexpr:
            terminalreporter.line(f"     {mark} tests, which take {time} each: pytest -m {mark}")


@pytest.fixture(scope="session")
def root_python() -> str:
    """A Python that can import ROOT."""
    if (python := python_with_root()) is None:
        pytest.skip(NO_ROOT)
    return python


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """``once(name, fill)``: a folder that one of pytest's workers fills and all use; do not write into it."""
    from filelock import FileLock

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], object]) -> Path:
        path, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(path, ignore_errors=True)
                path.mkdir()
                fill(path)
                done.touch()
        return path

    return folder


@pytest.fixture(scope="session")
def write_root() -> Callable[[Path, dict[str, Any]], Path]:
    """Writes histograms, as arrays of contents and edges, by name."""
    import uproot

    def write(path: Path, objects: dict[str, Any]) -> Path:
        with uproot.recreate(path) as file:
            for name, item in objects.items():
                file[name] = item
        return path

    return write


@pytest.fixture(scope="session")
def program(request: pytest.FixtureRequest) -> Callable[[str], Path]:
    """``program(name)``: a C++ program of the tests, built against the installed nugan.

    All are targets of tests/programs/CMakeLists.txt, in one build folder in pytest's cache, so that CMake
    runs once and a second run of pytest compiles what changed. Add a program there with ``add_executable``.
    Where something that it needs is not installed, let CMake write the reason to ``left_out/NAME``: its
    tests are skipped with it. What needs ROOT uses ``root_program`` of tests/root instead.
    """
    import nugan_hep

    if not any(map(shutil.which, ("c++", "g++", "clang++"))):
        pytest.skip("no C++ compiler (Debian: apt install g++)")
    environment = hashlib.sha256(sys.prefix.encode()).hexdigest()[:8]
    assert request.config.cache is not None
    build = request.config.cache.mkdir(f"programs-{environment}")
    configure_programs(build, nugan_hep.get_cmake_dir())
    return functools.partial(build_program, build)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """torch on one thread, for small networks wait for each other on more."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that the test's process may not search; root becomes another user for the test."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(user)
        folder.chmod(0o700)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
