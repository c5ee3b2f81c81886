"""The component root, built against the installed nugan and the ROOT of NUGAN_ROOT_PYTHON."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest
from building import configure, run
from make_model import write_model

import nugan_hep

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root_python() -> str:
    """A Python that can import ROOT."""
    python = os.environ.get("NUGAN_ROOT_PYTHON", sys.executable)
    if run(python, "-c", "import ROOT", check=False).returncode:
        pytest.skip("ROOT cannot be imported (NUGAN_ROOT_PYTHON may name an interpreter that has it)")
    return python


@pytest.fixture(scope="session")
def site_packages(root_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed package without the component, beside torch and ROOT, as pip would lay them."""
    if not all(map(shutil.which, ("cmake", "c++"))):
        pytest.skip("no CMake or no C++ compiler")
    where = "import ROOT, pathlib; print(pathlib.Path(ROOT.__file__).parent)"
    root = Path(run(root_python, "-c", where).stdout.strip())
    if not (root / "lib" / "libCore.so").is_file():
        pytest.skip("this ROOT is no wheel")
    torch = importlib.util.find_spec("torch")
    assert torch is not None
    assert torch.origin is not None
    folder = tmp_path_factory.mktemp("site-packages")
    (folder / "torch").symlink_to(Path(torch.origin).parent)
    (folder / "ROOT").symlink_to(root)
    installed = nugan_hep.get_cmake_dir().parents[2]
    for part in ("lib", "include"):
        shutil.copytree(installed / part, folder / "nugan_hep" / part)
    (folder / "nugan_hep" / "models").symlink_to(installed / "models")
    for old in [*folder.glob("nugan_hep/lib/libnugan_root*"), *folder.glob("nugan_hep/**/nuganRoot*.cmake")]:
        old.unlink()  # of an environment that has ROOT
    return folder


@pytest.fixture(scope="session")
def installed(site_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the component, added as its CMakeLists.txt says."""
    build = tmp_path_factory.mktemp("build-root")
    package = site_packages / "nugan_hep"
    options = f"-Dnugan_DIR={package / 'lib/cmake/nugan'}", f"-DNUGAN_ROOT_WHEEL={site_packages / 'ROOT'}"
    configure(REPOSITORY / "cpp" / "root", build, *options)
    run("cmake", "--build", build)
    run("cmake", "--install", build)
    return package


@pytest.fixture(scope="session")
def gen(installed: Path) -> Path:
    """The program nugan-gen."""
    path = installed / "bin" / "nugan-gen"
    assert os.access(path, os.X_OK)
    return path


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with toy models of muon neutrinos on carbon and argon, whose cross section is 0.7 E."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "numu_C12_inc.pt")
    write_model(folder / "numu_Ar40_inc.pt", target=1000180400)
    return folder
