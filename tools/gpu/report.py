"""The table of a run of tools/gpu/run.sh and its JSON, from what the parts left in a folder.

    python tools/gpu/report.py SCRATCH --out OUT [--rehearsal]

Only the standard library is used, so that there is a report where nothing could be built. The exit code is 1
if a part failed. A training that was stopped by its time limit has not failed; a skipped test has, but in a
rehearsal, where there is no device.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

STOPPED = 124  # what `timeout` ends with when the time is over

Line = tuple[str, str, str, str]
"""What, measured, target, verdict."""


def read(path: Path) -> Any:
    """A part's JSON; none where it did not come so far."""
    return json.loads(path.read_text()) if path.exists() else None


def parts(folder: Path) -> list[dict[str, Any]]:
    """Name, exit code, seconds, limit and verdict of each part."""
    found = []
    for line in (folder / "parts.tsv").read_text().splitlines():
        name, *numbers = line.split("\t")
        code, seconds, limit = map(int, numbers)
        good = code == 0 or (code == STOPPED and name == "training")
        found.append({"part": name, "code": code, "seconds": seconds, "limit": limit, "good": good})
    return found


def tests(folder: Path) -> dict[str, int] | None:
    """How many tests there were, failed and were skipped."""
    path = folder / "tests.xml"
    if not path.exists():
        return None
    suites = list(ElementTree.parse(path).iter("testsuite"))
    total = {name: sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "skipped")}
    return total | {"failed": sum(int(s.get("failures", 0)) + int(s.get("errors", 0)) for s in suites)}


def history(folder: Path) -> list[dict[str, float]]:
    """The evaluations of the training."""
    path = folder / "history.csv"
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def benchmark_lines(document: dict[str, Any] | None) -> list[Line]:
    """Rows of a benchmark: medians, with the figure that a target is set for."""
    lines: list[Line] = []
    group = ""
    for row in document["rows"] if document else []:
        if row["group"] != group:
            group = row["group"]
            lines.append((group, "", "", ""))
        measured = f"{row['median']:.3g} {row['unit']}".rstrip()
        figure = "" if row["median_figure"] is None or not row["figure"] else f"{row['median_figure']:.3g} "
        told = ", ".join(text for text in (measured, f"{figure}{row['figure']}".strip(), row["note"]) if text)
        target = "" if row["target"] is None else f"{'>=' if row['at_least'] else '<='} {row['target']:g}"
        verdict = {None: "", True: "met", False: "missed"}[row["met"]]
        lines.append((f"  {row['name']}", told, target, verdict))
    return lines


def training_lines(rows: Sequence[dict[str, float]], metrics: dict[str, Any] | None) -> list[Line]:
    """MAP and EMD against the step, and those of the best epoch at all energies."""
    lines: list[Line] = [("training by the papers' recipe: step, s; MAP-2D/3D, EMD; losses", "", "", "")]
    shown = rows if len(rows) <= 12 else [*rows[:: -(-len(rows) // 10)], rows[-1]]
    for row in shown:
        kinds = ("raw", "average")
        score = "; ".join(
            f"{kind} {row[f'{kind}_map_2d']:.3f}/{row[f'{kind}_map_3d']:.3f} {row[f'{kind}_emd']:.3f}"
            for kind in kinds
        )
        losses = f"D {row['loss_discriminator']:.4f} G {row['loss_generator']:+.4f}"
        lines.append((f"  {row['step']:,.0f}, {row['seconds']:.0f} s", f"{score}; {losses}", "", ""))
    published = metrics["published"][0]["samples"] if metrics and metrics["published"] else {}
    for label, sample in (metrics["samples"] if metrics else {}).items():
        lines.append((f"  best epoch, {label}", scores(sample["model"]), scores(published.get(label)), ""))
    return lines


def scores(found: dict[str, float | None] | None) -> str:
    """EMD and MAP, as far as they are there."""
    values = [(found or {}).get(key) for key in ("emd", "map_2d", "map_3d")]
    return " ".join(f"{value:.2f}" for value in values if value is not None)


def table(report: dict[str, Any]) -> str:
    """All of it as text."""
    lines: list[Line] = [("what", "measured", "target", "")]
    for part in report["parts"]:
        told = f"{part['seconds']} s of {part['limit']}, exit code {part['code']}"
        lines.append((f"part {part['part']}", told, "", "" if part["good"] else "FAILED"))
    if report["tests"]:
        told = ", ".join(f"{name} {count}" for name, count in report["tests"].items())
        lines.append(("tests marked cuda", told, "", "" if report["tests_good"] else "FAILED"))
    lines += benchmark_lines(report["sampler"]) + benchmark_lines(report["step"])
    if report["losses"] and "difference" in report["losses"]:
        told = ", ".join(f"{key} {value:.4f}" for key, value in report["losses"]["difference"].items())
        verdict = "met" if report["losses"]["same"] else "missed"
        lines.append(("losses against a CPU's, largest difference", told, "", verdict))
    lines += training_lines(report["history"], report["metrics"])
    widths = [max(len(line[k]) for line in lines) for k in range(4)]
    padded = ("  ".join(text.ljust(w) for text, w in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rehearsal", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder
    report: dict[str, Any] = {"parts": parts(folder), "tests": tests(folder), "history": history(folder)}
    for name in ("sampler", "step", "losses"):
        report[name] = read(folder / f"{name}.json")
    report["metrics"] = read(folder / "evaluation" / "metrics.json")
    counted = report["tests"] or {"tests": 0, "skipped": 0}
    report["tests_good"] = counted["tests"] > 0 and (arguments.rehearsal or not counted["skipped"])
    report["good"] = report["tests_good"] and all(part["good"] for part in report["parts"])
    (arguments.out / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    text = table(report)
    (arguments.out / "table.txt").write_text(text + "\n")
    print(text)
    return 0 if report["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
