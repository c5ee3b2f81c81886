"""Write the tables of the docs that come from elsewhere, between their marks: columns, data releases.

    python tools/docs_tables.py            # write them
    python tools/docs_tables.py --check    # exit code 1 if one is not as the core has it

A table stands between ``<!-- NAME -->`` and ``<!-- end NAME -->``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nugan_hep import _core

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).parents[1] / "docs"
IN_FILES = {
    "drawn": "",
    "optional": "",
    "extra": "where the events have it",
    "derived": "follows from `tgt`",
}


def columns() -> str:
    """The columns of events, in the order of files."""
    lines = ["| column | type | meaning | |", "|---|---|---|---|"]
    for name, code, where, meaning, _ in _core.columns:
        lines.append(f"| `{name}` | {np.dtype(code).name} | {meaning} | {IN_FILES[where]} |")
    return "\n".join(line.replace("|  |", "| |") for line in lines)


def releases() -> str:
    """The data releases that are read, of docs/data/releases.toml."""
    head = "kind | publication | target | bins | flux | covariance | sum: data, NuWro"
    lines = [f"| {head} |", "|---|---|---|---|---|---|---|"]
    for entry in tomllib.loads((DOCS / "data" / "releases.toml").read_text())["release"]:
        first, *more = entry.get("spectra", [""])
        names = [f"{entry['kind']}_{first}".rstrip("_"), *(f"_{name}" for name in more)]
        publication = f"{entry['measured']}, [{entry['arxiv']}](https://arxiv.org/abs/{entry['arxiv']})"
        cells = [entry[key] for key in ("target", "bins", "flux", "covariance", "sums")]
        lines.append(f"| {' | '.join([', '.join(f'`{name}`' for name in names), publication, *cells])} |")
    return "\n".join(line.replace("|  |", "| |") for line in lines)


TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "formats.md": {"columns": columns},
    "measurements.md": {"releases": releases},
}


def replaced(text: str, name: str, table: str) -> str:
    """The text with another table between the marks of a name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end {name} -->"
    before, _, rest = text.partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"no {begin.strip()} ... {end}")
    return f"{before}{begin}{table}\n{mark}{after}"


def main() -> int:
    """Write or check the tables; the exit code."""
    stale = []
    for file, tables in TABLES.items():
        old = new = (DOCS / file).read_text()
        for name, table in tables.items():
            new = replaced(new, name, table())
        if new != old:
            stale.append(file)
            if "--check" not in sys.argv[1:]:
                (DOCS / file).write_text(new)
    if stale and "--check" in sys.argv[1:]:
        print(f"docs/{', docs/'.join(stale)}: not as the core has it; run python tools/docs_tables.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
