"""The code of docs/cpp.md: the projects build and run, the rest compiles as one program and runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import uproot

import nugan_hep

PAGE = (Path(__file__).parents[1] / "docs" / "cpp.md").read_text()
MODELS = {"numu_C12_inc", "numu_Ar40_inc"}

pytestmark = [
    pytest.mark.skipif(
        not shutil.which("cmake") or not any(map(shutil.which, ("c++", "g++", "clang++"))),
        reason="no CMake or no C++ compiler",
    ),
    pytest.mark.skipif(not set(nugan_hep.list_models()) >= MODELS, reason=f"{MODELS} are not installed"),
]


def blocks(language: str) -> list[str]:
    found = re.findall(rf"```{re.escape(language)}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found


def build_and_run(folder: Path, cmake: str, code: str) -> tuple[str, str]:
    """What the program says, to its output and to its errors."""
    (folder / "CMakeLists.txt").write_text(cmake)
    (folder / "main.cpp").write_text(code)
    (folder / "flux.txt").write_text("# [GeV] [GeV] [/cm2/POT/GeV]\n0.4 0.8 3e-9\n0.8 1.5 1e-9\n")
    options = [f"-Dnugan_DIR={nugan_hep.get_cmake_dir()}", f"-DPython_EXECUTABLE={sys.executable}"]
    flags = "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"
    for command in (
        ["cmake", "-S", ".", "-B", "build", *options, flags],
        ["cmake", "--build", "build"],
        ["build/my_chain"],
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


def has_root() -> bool:
    return (nugan_hep.get_cmake_dir() / "nuganRootTargets.cmake").exists()


def with_root(cmake: str) -> str:
    """As the page says it."""
    return cmake.replace("REQUIRED)", "REQUIRED COMPONENTS root)").replace("nugan::nugan", "nugan::root")


def test_project(tmp_path: Path) -> None:
    [cmake] = blocks("cmake")
    program, *_ = (block for block in blocks("c++") if "int main" in block)
    assert len(cmake.splitlines()) <= 10
    output, _ = build_and_run(tmp_path, cmake, program)
    flux = ([0.3, 0.5, 0.7, 0.9, 1.2, 2.0], [5.0, 10.0, 6.0, 2.0, 0.8])
    events = nugan_hep.Sampler("numu_C12_inc").sample(flux=flux, n=100_000, seed=7)
    assert float(output.split()[0]) == pytest.approx((events["cthl"] > 0.9397).mean(), abs=5e-5)


def test_project_with_root(tmp_path: Path) -> None:
    if not has_root():
        pytest.skip("nugan was installed without its component root")
    [cmake] = blocks("cmake")
    _, program = (block for block in blocks("c++") if "int main" in block)
    build_and_run(tmp_path, with_root(cmake), program)
    with uproot.open(f"{tmp_path / 'events.root'}:gst") as tree:
        assert tree.num_entries == 100_000


def test_fragments(tmp_path: Path) -> None:
    [cmake] = blocks("cmake")
    fragments = [block for block in blocks("c++") if "int main" not in block]
    headers = ["nugan/nugan.hpp", "cstdio", "utility", "vector"]
    if has_root():
        cmake = with_root(cmake)
        headers.append("nugan/root/EventWriter.hpp")
    else:
        fragments = [block for block in fragments if "nugan::root" not in block]
    includes = "".join(f"#include <{header}>\n" for header in headers)
    prints = '  std::printf("%.9g %.9g %.9g %zu", q2, expected, rate.sigma, events.size());\n'
    code = f"{includes}int main() {{\n{''.join(fragments)}{prints}}}\n"
    output, errors = build_and_run(tmp_path, cmake, code)
    assert errors.startswith("no model named 'nosuch'")
    q2, expected, sigma, n = map(float, output.split())

    sampler = nugan_hep.Sampler("numu_C12_inc")
    rate = sampler.rate(tmp_path / "flux.txt", "/cm2/1e21POT/50MeV")
    assert (expected, sigma) == pytest.approx((rate.events(1e20, 1.0), rate.sigma), rel=1e-8)
    columns = [
        sampler.sample(uniform=(0.5, 2.0), n=100_000, seed=7),
        sampler.sample(enu=1.0, n=100_000, seed=7),
    ]
    of_carbon = sum(events["Q2"].sum(dtype=np.float64) for events in columns)
    assert of_carbon < q2 < of_carbon + 1000 * 2 * 1.5  # of 1,000 more events below 1.5 GeV: Q2 < 2 M E
    assert n == 1000
