"""The rows as text, Markdown and JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from benchmarks.row import Row

HEADER = ("", "measured, median (range)", "figure", "target", "")


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def cells(row: Row) -> tuple[str, ...]:
    low, high = number(min(row.values)), number(max(row.values))
    spread = f" ({low}–{high})" if len(row.values) > 1 else ""
    measured = f"{number(statistics.median(row.values))} {row.unit}{spread}"
    figure = f"{number(statistics.median(row.figures))} {row.figure}" if row.figures else ""
    target = "" if row.target is None else f"{'≥' if row.at_least else '≤'} {row.target:g}"
    verdict = {None: "", True: "met", False: "missed"}[row.met]
    if row.doubt and row.figures:
        verdict = f"not judged: {row.doubt}"
    return (row.name + (f"; {row.note}" if row.note else ""), measured, figure, target, verdict)


def table(rows: Iterable[Row], markdown: bool) -> str:
    """One table for each group."""
    blocks = []
    for group, members in groupby(rows, key=lambda row: row.group):
        lines = [cells(row) for row in members]
        blocks.append(_markdown(group, lines) if markdown else _plain(group, lines))
    return "\n\n".join(blocks)


def _markdown(group: str, lines: list[tuple[str, ...]]) -> str:
    rule = "|" + "---|" * len(HEADER)
    body = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([f"**{group}**", "", f"| {' | '.join(HEADER)} |", rule, *body])


def _plain(group: str, lines: list[tuple[str, ...]]) -> str:
    widths = [max(len(line[k]) for line in [HEADER, *lines]) for k in range(len(HEADER))]
    body = [
        "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in [HEADER, *lines]
    ]
    return "\n".join([group, *body])


def machine_text(machine: dict[str, str], markdown: bool) -> str:
    if not markdown:
        return "\n".join(f"{key}: {value}" for key, value in machine.items())
    return "\n".join(
        ["| machine | |", "|---|---|", *(f"| {key} | {value} |" for key, value in machine.items())]
    )


def document(machine: dict[str, str], options: dict[str, Any], rows: list[Row], scan: dict[str, Any]) -> str:
    """JSON of everything that was measured, round by round."""
    lines = [row.as_dict() for row in rows]
    return json.dumps({"machine": machine, "options": options, "rows": lines, "scan": scan}, indent=1)
