"""The docs say what the core has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from nugan_hep import _core
from nugan_hep.measurement.readers import READERS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]


def test_tables_are_those_of_the_core() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "docs_tables.py"), "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_sampling_lists_the_branches_in_their_order() -> None:
    names = [name for name, _, where, _, _ in _core.columns if where != "extra"]
    assert f"`{' '.join(names)}`" in (ROOT / "docs/sampling.md").read_text()


def test_every_release_that_is_read_is_listed() -> None:
    entries = tomllib.loads((ROOT / "docs" / "data" / "releases.toml").read_text())["release"]
    kinds = [f"{e['kind']}_{name}" for e in entries for name in e.get("spectra", ())]
    assert sorted(kinds + [e["kind"] for e in entries if "spectra" not in e]) == sorted(READERS)


def test_every_format_has_its_row() -> None:
    rows = re.findall(
        r"^\| `(\w+)`(?: \(default\))? \| ([^|]+) \|", (ROOT / "docs/formats.md").read_text(), re.M
    )
    found = {name: suffixes.split(", ") for name, suffixes in rows if suffixes.startswith(".")}
    assert list(found) == [form.name for form in _core.event_formats()]
    for form in _core.event_formats():
        assert set(found[form.name]) <= set(form.suffixes)
