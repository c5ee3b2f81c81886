"""A table of docs/fidelity.md from evaluations of models against one reference.

    python -m nugan_hep.evaluate --model numubar_C12_inc_10k --out evaluation_10k
    python tools/fidelity_table.py "10k flow=evaluation_10k" "100k flow=evaluation_100k"

Each cell is EMD and MAP; the All row has MAP-2D/MAP-3D. The papers' columns, the zero-shot and the
floor are those of the evaluations.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def cell(scores: dict[str, Any] | None) -> str:
    """``EMD MAP-2D[/MAP-3D]`` in the papers' style."""
    if not scores or scores["emd"] is None:
        return "-"
    third = "" if scores["map_3d"] is None else f"/{scores['map_3d']:.2f}"
    return f"{scores['emd']:.2f} {scores['map_2d']:.2f}{third}"


def columns(name: str, folder: Path) -> dict[str, dict[str, Any]]:
    """Columns of one evaluation: published ones, the model's, zero-shot and floor; by sample."""
    document = json.loads((folder / "metrics.json").read_text())
    samples = document["samples"]
    found = {table["source"].split(", ", 1)[1]: table["samples"] for table in document["published"]}
    found[name] = {label: sample["model"] for label, sample in samples.items()}
    for key in ("zero_shot", "floor"):
        found[key.replace("_", "-")] = {label: sample.get(key) for label, sample in samples.items()}
    return found


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("evaluations", nargs="+", metavar="NAME=FOLDER")
    pairs = [item.split("=", 1) for item in parser.parse_args().evaluations]
    table: dict[str, dict[str, Any]] = {}
    for name, folder in pairs:
        table |= columns(name, Path(folder))
    last = [key for key in ("zero-shot", "floor") if any(table[key].values())]
    ours = [name for name, _ in pairs]
    order = [key for key in table if key not in (*ours, "zero-shot", "floor")] + ours + last
    rows = list(table[ours[0]])
    print("| E_nu | " + " | ".join(order) + " |")
    print("|---" * (len(order) + 1) + "|")
    for row in [*rows[1:], rows[0]]:
        print(f"| {row} | " + " | ".join(cell(table[key].get(row)) for key in order) + " |")


if __name__ == "__main__":
    main()
