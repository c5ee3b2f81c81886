"""The C++ tests under the compiler's sanitizers: memory and undefined behaviour, and races between threads.

    pytest -m heavy tests/test_sanitizers.py

builds libnugan and tests/cpp twice, some 5 minutes each on one core. By hand:

    cmake -S . -B build-thread -DNUGAN_TESTS=ON -DNUGAN_SANITIZE=thread
    cmake --build build-thread && python tests/cpp/make_model.py --all build-thread/tests/cpp/models
    cp models/*.pt build-thread/tests/cpp/models
    NUGAN_MODELS_PATH=$PWD/build-thread/tests/cpp/models build-thread/tests/cpp/nugan_tests

LibTorch itself is not instrumented: an error inside it is seen only where it calls malloc, memcpy or
pthreads. Neither it nor we need a suppression. Tests "[threads]" run the fused kernels of the shipped models.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from building import configure, run, run_cpp_tests

ROOT = Path(__file__).parents[1]
FLAGS = {"address": "address,undefined,float-cast-overflow", "thread": "thread"}
OPTIONS = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "second_deadlock_stack=1:history_size=4",
}

pytestmark = pytest.mark.heavy


def fixed_addresses() -> list[str]:
    """A prefix of the command: older thread sanitizers fail where the kernel scatters addresses widely."""
    if not shutil.which("setarch") or run("setarch", "-R", "true", check=False).returncode:
        return []
    return ["setarch", "-R"]


@pytest.mark.parametrize("sanitizer", FLAGS)
def test_cpp_tests_under_a_sanitizer(sanitizer: str, tmp_path: Path) -> None:
    (tmp_path / "empty.cpp").write_text("int main() {}\n")
    compiler = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))))
    flags = f"-fsanitize={FLAGS[sanitizer]}"
    if run(compiler, flags, tmp_path / "empty.cpp", "-o", tmp_path / "empty", check=False).returncode:
        pytest.skip(f"the compiler has no {flags}")

    build = tmp_path / "build"
    options = "-DNUGAN_TESTS=ON", f"-DNUGAN_SANITIZE={FLAGS[sanitizer]}"
    configure(ROOT, build, *options)
    run("cmake", "--build", build, "--target", "nugan_tests")

    models = build / "tests" / "cpp" / "models"
    models.mkdir(exist_ok=True)
    for path in (ROOT / "models").glob("*.pt"):
        (models / path.name).symlink_to(path)
    done = run_cpp_tests(
        build / "tests" / "cpp" / "nugan_tests",
        models,
        *fixed_addresses(),
        check=False,
        OMP_NUM_THREADS="1",
        **OPTIONS,
    )
    report = f"{done.stdout[-4000:]}\n{done.stderr[:8000]}"
    assert done.returncode == 0, report
    assert not any(word in done.stderr for word in ("Sanitizer", "runtime error:")), report
    assert "test cases" in done.stdout, report
    print(done.stdout)
