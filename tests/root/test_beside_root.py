"""A user's own ROOT objects beside nugan's: directories stay, closed writers say so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import uproot
from building import configure, run

pytestmark = pytest.mark.root

PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(beside_root LANGUAGES CXX)
find_package(nugan REQUIRED COMPONENTS root)
add_executable(beside_root {source})
target_include_directories(beside_root SYSTEM PRIVATE {root}/include)
target_compile_options(beside_root PRIVATE -Wno-cpp)
target_link_libraries(beside_root PRIVATE nugan::root {libraries})
"""


def test_directories_stay_and_closed_writers_say_so(
    tmp_path: Path, installed: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = installed.parent / "ROOT"
    libraries = " ".join(f"{root}/lib/lib{name}.so" for name in ("Core", "RIO", "Hist"))
    source = Path(__file__).with_name("beside_root.cpp")
    (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(source=source, root=root, libraries=libraries))
    configure(tmp_path, tmp_path / "build", f"-Dnugan_DIR={installed / 'lib/cmake/nugan'}")
    run("cmake", "--build", tmp_path / "build")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with uproot.recreate(work / "flux.root") as file:
        file["flux"] = (np.array([1.0, 2.0]), np.array([0.5, 1.0, 2.0]))
    done = run(tmp_path / "build" / "beside_root", work / "flux.root", NUGAN_MODELS_PATH=str(models))
    assert done.stdout == "0 failures\n"
    assert done.stderr == ""
    written = ["flux.root", "gst.root", "mine.root", "rntuple.root", "rootracker.root"]
    assert sorted(path.name for path in work.iterdir()) == written
    with uproot.open(work / "mine.root") as file:
        assert sorted(file.keys(cycle=False)) == ["gst", "rntuple", "rootracker"]
        assert all(file[name].values().sum() == 1 for name in file.keys(cycle=False))
