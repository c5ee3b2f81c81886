"""The site as ``nox -s site`` builds it: no warning, and a search that needs no network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = (
    "index",
    "start",
    "how_it_works",
    "experiments",
    "tutorials/flux_to_root",
    "tutorials/tuning",
    "generated/branches",
    "generated/readme",
    "generated/experiments/dune",
    "generated/commands/nugan-sample",
    "generated/models/numu_C12_inc",
    "reference/python",
    "reference/cpp",
)


@pytest.fixture(scope="module")
def site(once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    pytest.importorskip("myst_nb", reason="needs the dependency group docs")
    pytest.importorskip("breathe", reason="needs the dependency group docs")
    if not shutil.which("doxygen"):
        pytest.skip("no doxygen (Debian: apt install doxygen)")
    return once("site", build) / "html"


def build(out: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q"]
    command += ["-d", str(out / "doctrees"), "docs", str(out / "html")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_header_is_on_the_page_of_cpp() -> None:
    headers = [
        *(ROOT / "cpp/include/nugan").glob("*.hpp"),
        *(ROOT / "cpp/root/include/nugan/root").glob("*.hpp"),
    ]
    shown = re.findall(r"\{doxygenfile\} (\S+)", (ROOT / "docs/reference/cpp.md").read_text())
    # nugan.hpp includes others
    assert {path.name for path in headers} - {"nugan.hpp"} == set(shown)


@pytest.mark.heavy
def test_pages(site: Path) -> None:
    for page in PAGES:
        text = (site / f"{page}.html").read_text()
        assert "<h1>" in text
        # what a reader's machine would have to fetch
        fetched = re.findall(r'<(?:script|link)[^>]*(?:src|href)="(https?://[^"]*)"', text)
        assert not fetched, page


@pytest.mark.heavy
def test_links_within(site: Path) -> None:
    """Every link of a page leads to a file of the site, and to a place in it that is there."""
    ids: dict[Path, set[str]] = {}
    broken = []
    for page in site.rglob("*.html"):
        for target in re.findall(r'<a [^>]*href="([^"]*)"', page.read_text()):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            path = (page.parent / name).resolve() if name else page
            if not path.exists():
                broken.append((page.name, target))
            elif anchor and path.suffix == ".html":
                if path not in ids:
                    ids[path] = set(re.findall(r'\bid="([^"]*)"', path.read_text()))
                if anchor not in ids[path]:
                    broken.append((page.name, target))
    assert not broken


@pytest.mark.heavy
def test_search_has_the_words(site: Path) -> None:
    index = (site / "searchindex.js").read_text()
    assert index.startswith("Search.setIndex(")
    for word in ("rootracker", "minerva", "d2sigma", "enu_nd280_numu"):
        assert word in index
