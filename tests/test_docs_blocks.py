"""The shell and Python of README.md and docs/ runs, or says why not; no line has an option that is none.

A block runs after those before it on its page, in a folder of its own. ``<!-- block: WHY -->`` before it says
that it does not:

- ``flux``: it takes an experiment's public flux file; runs with fewer events where the file is at hand
- ``long``: it takes minutes
- ``data``: it takes events or measurements that the repository does not have
- ``build``: it installs or compiles, which other tests do
- ``form``: it stands for many commands
- ``farm``: it takes a batch system

Cells of the tutorials run when the site is built.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uproot
from nugan_docs import commands, experiments

from nugan_hep import _core

ROOT = Path(__file__).parents[1]
FLUXES = Path(os.environ.get("NUGAN_SHARED", ROOT.parent / "shared")) / "data" / "flux"
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "tutorials").glob("*.md")),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").glob("*/README.md")),
]
BLOCK = re.compile(r"^(?:<!-- block: (\w+) -->\n)?```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REASONS = {"flux", "long", "data", "build", "form", "farm"}


class Block(NamedTuple):
    line: int
    why_not: str | None
    language: str
    code: str


def blocks(page: str) -> list[Block]:
    text = (ROOT / page).read_text()
    return [Block(text[: m.start()].count("\n") + 1, *m.groups()) for m in BLOCK.finditer(text)]


WITH_BLOCKS = [page for page in PAGES if any(not block.why_not for block in blocks(page))]
WITH_FLUX = [page for page in PAGES if any(block.why_not == "flux" for block in blocks(page))]


def run(block: Block, page: str, names: dict[str, Any]) -> None:
    """Run a block in the current folder; a page's Python goes on from block to block."""
    if block.language == "python":
        exec(compile(block.code, f"{page}:{block.line}", "exec"), names)
    else:
        subprocess.run(["bash", "-euo", "pipefail", "-c", block.code], check=True)


def fewer(code: str) -> str:
    """The code with 200 events of each ``nugan-sample``; exposures as they are, but without hadrons."""
    lines = code.replace("\\\n", " ").splitlines()
    return "\n".join(fewer_events(line) if "nugan-sample " in line else line for line in lines)


def fewer_events(line: str) -> str:
    line = re.sub(r"-n \S+", "-n 200", line)
    line = line.replace("--exposure", "--lepton-only --exposure")
    if "-n 200" not in line and "--exposure" not in line:
        line = line.replace("--out", "-n 200 --out")
    return line.replace("nugan-sample ", "nugan-sample --threads 1 ")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_reasons(page: str) -> None:
    assert {block.why_not for block in blocks(page)} <= REASONS | {None}


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_page(page: str, folder: Path) -> None:
    names: dict[str, Any] = {}
    for block in blocks(page):
        if not block.why_not:
            run(block, page, names)


@pytest.mark.slow
@pytest.mark.shared("flux")
@pytest.mark.parametrize("page", WITH_FLUX)
def test_page_with_fluxes(page: str, folder: Path) -> None:
    for path in FLUXES.glob("*.root"):
        (folder / path.name).symlink_to(path)
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.why_not == "flux" and "nugan-gen" not in block.code:
            run(block._replace(code=fewer(block.code).replace("n=100_000", "n=200")), page, names)


@pytest.mark.slow
def test_options_are_there() -> None:
    """Of every command in every block, those that do not run too."""
    helps = dict(commands.helps())
    unknown = []
    for page in PAGES:
        for block in blocks(page):
            for line in block.code.replace("\\\n", " ").splitlines() if block.language == "sh" else []:
                for program, options in used(line, helps):
                    known = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", helps[program]))
                    unknown += [(page, block.line, program, word) for word in options if word not in known]
    assert not unknown


def used(line: str, helps: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The commands of a line with their options."""
    found = []
    for part in re.split(r"&&|\||;", line.split(" #")[0]):
        names = [name for name in helps if re.search(rf"(?:^|[\s/]){re.escape(name)}(?= |$)", part)]
        if names:
            name = max(names, key=len)
            found.append((name, re.findall(r"(?<= )--?[a-zA-Z][\w-]*(?=[ =]|$)", part.split(name, 1)[1])))
    return found


@pytest.mark.slow
@pytest.mark.shared("flux")
@pytest.mark.parametrize("name", experiments.experiments())
def test_experiment(name: str, folder: Path) -> None:
    """Names, units and commands of docs/data/experiments.toml, with the files themselves."""
    entry = experiments.experiments()[name]
    for path in FLUXES.glob("*.root"):
        (folder / path.name).symlink_to(path)
    for file in entry["files"]:
        unit = _core.flux_unit_from_user(file.get("unit", entry["unit"]))
        for histogram in file["neutrinos"].values():
            axis = uproot.open(file["name"])[histogram].member("fYaxis")
            found = _core.flux_unit_from_title(axis.member("fTitle"))
            assert repr(found) == repr(unit), histogram
    for command in entry["commands"]:
        subprocess.run(["bash", "-euo", "pipefail", "-c", fewer(command["line"])], check=True)
