"""The C++ reader of units and tables of fluxes against the Python one."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uproot

import nugan_hep
from nugan_hep.flux_readers import read_flux
from nugan_hep.flux_units import from_title

SOURCE = Path(__file__).parent / "cpp" / "print_flux.cpp"
SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[2] / "shared")) / "data"
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(print_flux LANGUAGES CXX)
find_package(nugan REQUIRED)
add_executable(print_flux "{source}")
target_link_libraries(print_flux PRIVATE nugan::nugan)
"""

# of which titles consist, and what they must not be taken for
_PIECES = r"""
/cm2 /m^{2} /cm² cm^{-2} cm⁻² m2 /1e21POT /POT /10^{21}p.o.t. POT^{-1} POT⁻¹ /1#times10^{21} /3·10²¹ 10^{-12}
/GeV /50MeV GeV^{-1} /0.05 MeV /bin bin per ( ) [ ] { } }{ #frac{ \frac{ \mathrm{ \rm #nu_{#mu} ν flux 280 2
, — . - ^ x E
"""
PIECES = _PIECES.split()

pytestmark = pytest.mark.skipif(
    not shutil.which("cmake") or not any(map(shutil.which, ("c++", "g++", "clang++"))),
    reason="no CMake or no C++ compiler",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("print_flux")
    (folder / "CMakeLists.txt").write_text(PROJECT.format(source=SOURCE))
    options = [f"-Dnugan_DIR={nugan_hep.get_cmake_dir()}", f"-DPython_EXECUTABLE={sys.executable}"]
    for command in (
        ["cmake", "-S", folder, "-B", folder / "build", *options],
        ["cmake", "--build", folder / "build"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / "print_flux"


def output(program: Path, titles: list[str], *arguments: Path) -> list[str]:
    done = subprocess.run(
        [program, *arguments],
        input="".join(f"{title}\n" for title in titles),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def check_titles(program: Path, titles: list[str]) -> int:
    """Compare all numbers; how many titles have a unit."""
    count = 0
    for title, line in zip(titles, output(program, titles), strict=True):
        unit = from_title(title)
        found = None if line == "None" else tuple(None if x == "None" else float(x) for x in line.split())
        assert found == (None if unit is None else tuple(unit)), title
        count += unit is not None
    return count


def test_titles_of_all_kinds(program: Path) -> None:
    draw = random.Random(1)
    titles = [draw.choice(["", " "]).join(draw.choices(PIECES, k=draw.randint(1, 9))) for _ in range(20_000)]
    assert check_titles(program, titles) > 1000


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no fluxes in {SHARED}")
def test_published_files(program: Path) -> None:
    titles = set()
    for path in (SHARED / "flux").glob("*.root"):
        with uproot.open(path) as file:
            for name in file.keys(filter_classname="TH1*"):
                titles |= {file[name].member(axis).member("fTitle") for axis in ("fXaxis", "fYaxis")}
    assert check_titles(program, sorted(titles)) > 3

    path = SHARED / "measurements" / "t2k_ccinc_2018" / "flux.txt"
    edges, density, unit, contents = output(program, [], path)
    flux = read_flux(path)
    assert list(map(float, edges.split())) == flux.edges.tolist()
    assert list(map(float, density.split())) == flux.density.tolist()
    assert (unit, contents) == (flux.unit, flux.contents)
