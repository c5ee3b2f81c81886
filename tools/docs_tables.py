"""Write the tables of the docs that the core knows, between their marks: the columns of events.

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


TABLES: dict[str, dict[str, Callable[[], str]]] = {"formats.md": {"columns": columns}}


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
