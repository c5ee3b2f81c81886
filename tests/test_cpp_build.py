"""The C++ side as a user meets it: CMake, find_package(nugan), the C++ tests, the example chain."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from building import configure, run, run_cpp_tests
from chain import NARROW_BEAM, TEXT_FLUX, tally

import nugan_hep
from nugan_hep.flux_readers import FluxLike

ROOT = Path(__file__).parents[1]


def test_cpp_tests(program: Callable[[str], Path], tmp_path: Path) -> None:
    run_cpp_tests(program("nugan_tests"), tmp_path / "models")


@pytest.mark.skipif(not nugan_hep.list_models(), reason="no model is installed")
def test_example_chain(program: Callable[[str], Path], tmp_path: Path) -> None:
    """The program's table against the same events drawn in Python."""
    chain = program("cpp_chain")
    model = nugan_hep.list_models()[0]
    sampler = nugan_hep.Sampler(model)

    def check(lines: list[str], flux: FluxLike) -> None:
        rows = [line.split() for line in lines if not line.startswith("#")]
        assert [row[0] for row in rows] == ["0.600000", "1.000000", "3.000000", "flux"]
        for row in rows[:3]:
            expected = tally(sampler.sample(enu=float(row[0]), n=4000, seed=3))
            np.testing.assert_allclose([float(v) for v in row[1:]], expected, atol=1e-4)
        events = sampler.sample(flux=flux, n=4000, seed=3)
        np.testing.assert_allclose([float(v) for v in rows[3][1:]], tally(events), atol=1e-4)
        assert f"sigma {sampler.rate(flux).sigma:.4f} +- " in lines[-1]

    check(run(chain, model, "4000", "3").stdout.splitlines(), NARROW_BEAM)
    flux = tmp_path / "flux.txt"
    flux.write_text(TEXT_FLUX)
    check(run(chain, model, "4000", "3", flux).stdout.splitlines(), flux)

    for arguments, message in {
        ("nosuch",): model,
        (model, "0"): "'0' is not a whole number of at least 1",
        (model, "10", "x"): "'x' is not a whole number",
        (model, "10", "1", "nosuch.txt"): "nosuch.txt",
    }.items():
        failed = run(chain, *arguments, check=False)
        assert failed.returncode == 2
        assert message in failed.stderr
    if not (nugan_hep.get_cmake_dir() / "nuganRootTargets.cmake").exists():
        failed = run(chain, model, "10", "1", flux, tmp_path / "out.root", check=False)
        assert failed.returncode == 2
        assert "without its component root" in failed.stderr


def test_downstream_needs_no_torch() -> None:
    """Neither the exported targets nor the public headers name torch or ROOT."""
    folder = nugan_hep.get_cmake_dir()
    headers = list((folder.parents[2] / "include" / "nugan").glob("*.hpp"))
    assert headers
    for file in [*headers, *folder.glob("*Targets*.cmake")]:
        assert not any(
            name in file.read_text() for name in ("#include <torch", "ATen", "TObject", "torch_cpu")
        )


@pytest.mark.slow
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
    configure(ROOT / "examples" / "cpp_chain", tmp_path / "chain", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", tmp_path / "chain")
    models = sorted(path.stem for path in (prefix / "share" / "nugan" / "models").glob("*.pt"))
    assert models == sorted(path.stem for path in (ROOT / "models").glob("*.pt"))
    for name in models:
        assert (
            f"model {name}" in run(tmp_path / "chain" / "cpp_chain", name, "100", NUGAN_MODELS_PATH="").stdout
        )
