"""find_package(nugan): the ten-line project of the documentation, with and without ROOT."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import uproot
from building import configure, run

pytestmark = pytest.mark.root

PROJECT = """\
cmake_minimum_required(VERSION 3.25)
project(my_chain LANGUAGES CXX)
find_package(nugan REQUIRED COMPONENTS root)
add_executable(my_chain main.cpp)
target_link_libraries(my_chain PRIVATE nugan::root)
"""

MAIN = """\
#include <cstdio>
#include <nugan/nugan.hpp>
#include <nugan/root/EventWriter.hpp>

int main() {
  const nugan::Flux flux{.edges = {0.4, 1, 3}, .density = {4, 1}};
  nugan::Source source({{nugan::Sampler("numu_C12_inc"), 1.0}}, {.low = 0.3, .high = 10, .flux = flux}, 7);
  double energy = 0;
  for (const nugan::Event& event : source.events(2000)) energy += event.El;
  std::printf("%.17g\\n", energy);
  auto writer = nugan::root::create("events.root", nugan::root::run_of(source));
  for (int first = 0; first < 2000; first += 500) writer->write(source.draw(first, 500));
  writer->close();
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(PROJECT)
    (folder / "main.cpp").write_text(MAIN)
    return folder


def test_ten_lines_from_an_empty_folder(
    project: Path, installed: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples a flux, loops over the events, and writes them to a TTree."""
    configure(project, project / "build", f"-Dnugan_DIR={installed / 'lib/cmake/nugan'}")
    run("cmake", "--build", project / "build")
    monkeypatch.chdir(project)
    energy = float(run(project / "build" / "my_chain", NUGAN_MODELS_PATH=str(models)).stdout)
    with uproot.open(project / "events.root") as file:
        tree = file["gst"].arrays(["El", "Ev", "iev"], library="np")
        about = json.loads(str(file["nugan"]))
    assert tree["iev"].tolist() == list(range(2000))
    assert tree["El"].sum(dtype="f8") == pytest.approx(energy)
    assert tree["Ev"].min() >= 0.4
    assert tree["Ev"].max() <= 3
    # flux times 0.7 E: 2 (1 - 0.16) below 1 GeV, (9 - 1)/2 above, in 2.6 + 2... neutrinos
    below = 4 * 0.7 / 2 * (1 - 0.16)
    above = 0.7 / 2 * (9 - 1)
    assert about["run"]["sigma"] == pytest.approx((below + above) / (4 * 0.6 + 2))
    share = (tree["Ev"] < 1).mean()
    assert share == pytest.approx(below / (below + above), abs=0.05)
    library = (project / "build" / "my_chain").read_bytes()
    assert b"libTree" not in library  # ROOT and torch are nugan's affair
    assert b"libtorch" not in library


def test_without_the_component_it_says_how_to_get_it(project: Path, bare: Path) -> None:
    package = f"-Dnugan_DIR={bare / 'lib/cmake/nugan'}"
    done = configure(project, project / "build", package, check=False)
    optional = (project / "CMakeLists.txt").read_text().replace("COMPONENTS", "OPTIONAL_COMPONENTS")
    optional = optional.replace("nugan::root", "$<TARGET_NAME_IF_EXISTS:nugan::root> nugan::nugan")
    (project / "CMakeLists.txt").write_text(optional)
    configure(project, project / "other", package)
    message = " ".join(done.stderr.split())
    assert done.returncode != 0
    assert "this nugan was built without ROOT" in message
    assert "pip install --pre ROOT" in message
    assert "cmake -S cpp/root" in message


def test_the_component_needs_root(tmp_path: Path, bare: Path) -> None:
    source = Path(__file__).parents[2] / "cpp" / "root"
    package = f"-Dnugan_DIR={bare / 'lib/cmake/nugan'}"
    run("python3", "-m", "venv", "--without-pip", tmp_path / "bare")
    python = f"-DPython_EXECUTABLE={tmp_path / 'bare/bin/python'}"
    done = configure(source, tmp_path / "build", package, python, "-DROOT_DIR=", check=False)
    message = " ".join(done.stderr.split())
    if not done.returncode:
        pytest.skip("this machine has a ROOT of its own")
    assert "The component root of nugan cannot be built: no ROOT was found; pip install --pre ROOT" in message
