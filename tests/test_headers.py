"""Each public C++ header compiles alone, with neither torch nor ROOT to include."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import nugan_hep

ROOT = Path(__file__).parents[1]
COMPILER = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)

CORE = sorted(path.name for path in (ROOT / "cpp" / "include" / "nugan").glob("*.hpp"))
OF_ROOT = sorted(path.name for path in (ROOT / "cpp" / "root" / "include" / "nugan" / "root").glob("*.hpp"))

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C++ compiler (Debian: apt install g++)")


def compile_alone(header: str, *folders: Path) -> None:
    """Twice, as the first one to be included; what it includes is nugan's or the compiler's own."""
    assert COMPILER
    flags = ["-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", "c++"]
    includes = [f"-I{folder}" for folder in folders]
    text = f"#include <{header}>\n" * 2
    # -MD to standard output: what was included
    done = subprocess.run(
        [COMPILER, *flags, *includes, "-fsyntax-only", "-MD", "-MF", "/dev/stdout", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert header.rsplit("/", maxsplit=1)[-1] in done.stdout
    for path in map(Path, done.stdout.replace("\\\n", " ").split()[2:]):
        names = set(path.parts) | {path.name}
        assert not names & {"torch", "ATen", "c10", "ROOT", "TObject.h", "RtypesCore.h"}, path


@pytest.fixture(scope="module")
def include() -> Path:
    """The installed headers."""
    return nugan_hep.get_cmake_dir().parents[2] / "include"


def test_all_headers_are_installed(include: Path) -> None:
    assert CORE
    assert OF_ROOT
    assert sorted(path.name for path in (include / "nugan").glob("*.hpp")) == sorted([*CORE, "export.hpp"])


@pytest.mark.parametrize(
    "header",
    # the others take a minute; nugan.hpp includes nearly all of them
    [pytest.param(name, marks=pytest.mark.heavy if name != "nugan.hpp" else ()) for name in CORE],
)
def test_core_header_compiles_alone(include: Path, header: str) -> None:
    compile_alone(f"nugan/{header}", include)


@pytest.mark.heavy
@pytest.mark.parametrize("header", OF_ROOT)
def test_header_of_the_component_root_compiles_alone(tmp_path: Path, include: Path, header: str) -> None:
    # for what CMake generates where ROOT is
    export = tmp_path / "nugan" / "root" / "export.hpp"
    export.parent.mkdir(parents=True)
    export.write_text('#pragma once\n#define NUGAN_ROOT_EXPORT __attribute__((visibility("default")))\n')
    compile_alone(f"nugan/root/{header}", ROOT / "cpp" / "root" / "include", tmp_path, include)


@pytest.mark.skipif(not shutil.which("doxygen"), reason="no doxygen (Debian: apt install doxygen)")
def test_reference_has_no_warnings(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "Doxyfile").read_text() + f"OUTPUT_DIRECTORY = {tmp_path}\n"
    done = subprocess.run(["doxygen", "-"], input=text, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "html" / "index.html").exists()
