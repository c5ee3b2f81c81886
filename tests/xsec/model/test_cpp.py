"""An archive read by LibTorch, as examples/cpp_xsec does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from nugan_hep.xsec.model.prediction import predict

EXAMPLE = Path(__file__).parents[3] / "examples" / "cpp_xsec"


@pytest.mark.heavy
@pytest.mark.skipif(not shutil.which("cmake") or not shutil.which("c++"), reason="no CMake or C++ compiler")
def test_cpp_gives_the_same_numbers(run: Path, tmp_path: Path) -> None:
    prefix = f"-DCMAKE_PREFIX_PATH={torch.utils.cmake_prefix_path}"
    for command in (
        ["cmake", "-S", str(EXAMPLE), "-B", str(tmp_path), prefix],
        ["cmake", "--build", str(tmp_path)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    omega = ["0.01", "0.1", "0.2", "0.3"]
    program = [str(tmp_path / "cpp_xsec"), str(run / "model.pt"), "0.8", "40", *omega]
    lines = subprocess.run(program, capture_output=True, text=True, check=True).stdout.splitlines()
    assert lines[0] == "# 4 networks"
    values = np.array([line.split() for line in lines[1:]], dtype=float)
    mean, std = predict("12C", 0.8, 40.0, values[:, 0], model=run)
    np.testing.assert_allclose(values[:, 1], mean, rtol=1e-6)
    np.testing.assert_allclose(values[:, 2], std, rtol=1e-5)
    failed = subprocess.run([program[0], "nosuch.pt", "1", "2", "3"], check=False, capture_output=True)
    assert failed.returncode == 2
