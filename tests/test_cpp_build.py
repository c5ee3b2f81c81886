"""The C++ side as a user meets it: CMake, find_package(nugan), the C++ tests, the example chain."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from building import configure, run

import nugan_hep

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("cmake", "ctest"))) or not any(map(shutil.which, ("c++", "g++", "clang++"))),
    reason="no CMake or no C++ compiler",
)


def build_chain(build: Path, *options: str) -> Path:
    configure(ROOT / "examples" / "cpp_chain", build, *options)
    run("cmake", "--build", build)
    return build / "cpp_chain"


@pytest.fixture(scope="module")
def installed() -> str:
    return f"-Dnugan_DIR={nugan_hep.get_cmake_dir()}"


def test_cpp_tests(tmp_path: Path, installed: str) -> None:
    configured = configure(ROOT / "tests" / "cpp", tmp_path, installed, check=False)
    if (
        configured.returncode
        and 'asked CMake to find a package configuration file provided by\n  "Catch2"'
        in (configured.stderr.replace('"Catch2", but', '"Catch2"'))
    ):
        pytest.skip("Catch2 is not installed (Debian: apt install catch2)")
    assert configured.returncode == 0, configured.stderr
    run("cmake", "--build", tmp_path)
    run("ctest", "--test-dir", tmp_path, "--output-on-failure", "--no-tests=error")


@pytest.mark.skipif(not nugan_hep.list_models(), reason="no model is installed")
def test_example_chain(tmp_path: Path, installed: str) -> None:
    """The program's table against the same events drawn in Python."""
    chain = build_chain(tmp_path, installed)
    model = nugan_hep.list_models()[0]
    lines = run(chain, model, "4000", "3").stdout.splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    sampler = nugan_hep.Sampler(model)
    for row, enu in zip(rows, (0.6, 1.0, 3.0), strict=False):
        events = sampler.sample(enu=enu, n=4000, seed=3)
        assert float(row[0]) == enu
        assert int(row[1]) == 4000
        expected = [
            events["El"].mean(dtype=np.float64),
            events["Q2"].mean(dtype=np.float64),
            np.mean(events["cthl"] > 0.9397),
        ]
        np.testing.assert_allclose([float(v) for v in row[2:5]], expected, atol=1e-4)
    failed = run(chain, "nosuch", check=False)
    assert failed.returncode == 2
    assert model in failed.stderr


def test_downstream_needs_no_torch() -> None:
    """Neither the exported targets nor the public headers name torch or ROOT."""
    folder = nugan_hep.get_cmake_dir()
    headers = list((folder.parents[2] / "include" / "nugan").glob("*.hpp"))
    assert headers
    for file in [*headers, *folder.glob("*Targets*.cmake")]:
        assert not any(
            name in file.read_text() for name in ("#include <torch", "ATen", "TObject", "torch_cpu")
        )


def test_missing_torch_is_said_with_the_remedy(tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare")
    done = configure(
        ROOT, tmp_path / "build", f"-DPython_EXECUTABLE={tmp_path / 'bare' / 'bin' / 'python'}", check=False
    )
    assert done.returncode != 0
    assert "PyTorch is not installed" in done.stderr
    assert "pip install 'torch>=2.7'" in done.stderr
    done = configure(ROOT, tmp_path / "other", f"-DNUGAN_TORCH_DIR={tmp_path}", check=False)
    assert done.returncode != 0
    assert "no include/torch/script.h inside" in " ".join(done.stderr.split())


@pytest.mark.heavy
def test_plain_prefix(tmp_path: Path) -> None:
    """cmake --install to a prefix: the library finds LibTorch and its models there."""
    prefix = tmp_path / "prefix"
    configure(ROOT, tmp_path / "build", f"-DCMAKE_INSTALL_PREFIX={prefix}", "-DNUGAN_PYTHON=OFF")
    run("cmake", "--build", tmp_path / "build")
    run("cmake", "--install", tmp_path / "build")
    chain = build_chain(tmp_path / "chain", f"-DCMAKE_PREFIX_PATH={prefix}")
    models = sorted(path.stem for path in (prefix / "share" / "nugan" / "models").glob("*.pt"))
    assert models == sorted(path.stem for path in (ROOT / "models").glob("*.pt"))
    for name in models:
        assert f"model {name}" in run(chain, name, "100", NUGAN_MODELS_PATH="").stdout
