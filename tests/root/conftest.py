"""The component root, built against the installed nugan and the ROOT of NUGAN_ROOT_PYTHON."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from building import build_program, configure, configure_programs, run
from make_model import write_model

import nugan_hep

REPOSITORY = Path(__file__).parents[2]
Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def root_wheel(root_python: str) -> Path:
    """The folder of the Python package ROOT."""
    where = "import ROOT, pathlib; print(pathlib.Path(ROOT.__file__).parent)"
    root = Path(run(root_python, "-c", where).stdout.strip())
    if not (root / "lib" / "libCore.so").is_file():
        pytest.skip("this ROOT is no wheel")
    return root


def lay_out(folder: Path, root: Path) -> Path:
    """The installed package without the component, beside torch and ROOT, as pip would lay them."""
    torch = importlib.util.find_spec("torch")
    assert torch is not None
    assert torch.origin is not None
    (folder / "torch").symlink_to(Path(torch.origin).parent)
    (folder / "ROOT").symlink_to(root)
    installed = nugan_hep.get_cmake_dir().parents[2]
    for part in ("lib", "include"):
        shutil.copytree(installed / part, folder / "nugan_hep" / part)
    (folder / "nugan_hep" / "models").symlink_to(installed / "models")
    for old in [*folder.glob("nugan_hep/lib/libnugan_root*"), *folder.glob("nugan_hep/**/nuganRoot*.cmake")]:
        old.unlink()  # of an environment that has ROOT
    return folder / "nugan_hep"


@pytest.fixture(scope="session")
def bare(root_wheel: Path, once: Once) -> Path:
    """The installed package without the component, beside torch and ROOT, as pip would lay them."""
    return once("bare", lambda folder: lay_out(folder, root_wheel)) / "nugan_hep"


@pytest.fixture(scope="session")
def installed(root_wheel: Path, once: Once) -> Path:
    """The same with the component, added as its CMakeLists.txt says."""

    def fill(folder: Path) -> None:
        package, build = lay_out(folder, root_wheel), folder / "build"
        options = f"-Dnugan_DIR={package / 'lib/cmake/nugan'}", f"-DNUGAN_ROOT_WHEEL={root_wheel}"
        configure(REPOSITORY / "cpp" / "root", build, *options)
        run("cmake", "--build", build)
        run("cmake", "--install", build)

    return once("with-root", fill) / "nugan_hep"


@pytest.fixture(scope="session")
def root_program(installed: Path, once: Once) -> Callable[[str], Path]:
    """As ``program``, with the component: what tests/programs adds where it finds nugan::root, too."""
    package = installed / "lib" / "cmake" / "nugan"
    options = [f"-DNUGAN_ROOT_WHEEL={installed.parent / 'ROOT'}"]
    build = once("programs-with-root", lambda build: configure_programs(build, package, *options))
    return functools.partial(build_program, build)


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
