"""Rows of a data file, and files of them."""

from __future__ import annotations

from pathlib import Path

from nugan_hep.xsec.data.reading import COLUMNS

ROW = ["6", "12", "0.56", "60.0", "0.15", "4800", "120", "Some:1983"]


def write_rows(path: Path, *rows: list[str], columns: tuple[str, ...] = COLUMNS) -> Path:
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n")
    return path


def changed(column: str, value: str) -> list[str]:
    row = list(ROW)
    row[COLUMNS.index(column)] = value
    return row
