"""Fluxes from tables of text.

A row for each bin, its columns apart by blanks, commas, tabs or brackets: lower edge, upper edge, flux; or
centre, flux. A number of the row may stand before them. Lines with ``#``, and names of columns above the
table, may hold the unit (see :mod:`nugan_hep.flux_units`), as in ``# [GeV] [GeV] [/cm2/50MeV/1e21POT]``.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.flux import Array, Flux
from nugan_hep.flux_units import HELP, NoUnitError, Unit, axis_scale, from_title, from_user, make_flux

COLUMN = r"[,;\t#]|\s{2,}"


def read_text(path: Path, units: str | None = None) -> Flux:
    """Read a table; ``units`` stands before what the file says.

    Raises
    ------
    UserError : unreadable, rows that are no bins, no unit
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read flux {path}: {error}") from None
    head: list[str] = []
    rows: list[list[float]] = []
    for number, line in enumerate(lines, 1):
        text, mark, comment = line.partition("#")
        values = _numbers(text)
        if mark:
            head.append(comment)
        if values:
            rows.append(values)
        elif text.strip() and not rows:
            head.append(text)
        elif text.strip():
            raise UserError(f"flux {path}, line {number}: {text.strip()[:60]!r} is no row of numbers")
    table = _table(rows, path)
    unit = from_user(units) if units is not None else _unit(head)
    if unit is None:
        raise NoUnitError(f"flux {path}: no unit of a flux above its table; give --flux-units {HELP}")
    scale = axis_scale(" ".join(map(_without_last_column, head)), units)
    return make_flux(_edges(table, path) * scale, table[:, -1], unit, path.name)


def _numbers(text: str) -> list[float]:
    """The numbers of a row, or nothing where it has other words."""
    try:
        return [float(word) for word in re.split(r"[\s,;|()\[\]]+", text) if word]
    except ValueError:
        return []


def _table(rows: list[list[float]], path: Path) -> Array:
    """The rows without their numbers, [K, 2 or 3]."""
    widths = sorted({len(row) for row in rows})
    if not rows or len(widths) > 1:
        found = f"rows of {' and '.join(map(str, widths))} numbers" if rows else "no rows of numbers"
        raise UserError(f"flux {path}: {found}; expected rows of one length")
    table = np.array(rows)
    counted = len(rows) > 1 and bool(np.all(np.diff(table[:, 0]) == 1)) and table[0, 0] in (0, 1)
    if counted and (widths[0] == 4 or (widths[0] == 3 and not _are_bins(table))):
        table = table[:, 1:]
    if table.shape[1] not in (2, 3) or (table.shape[1] == 3 and not _are_bins(table)):
        raise UserError(
            f"flux {path}: {widths[0]} columns; expected lower edge, upper edge and flux, "
            "or centre and flux, of bins that follow each other"
        )
    return table


def _are_bins(table: Array) -> bool:
    """Whether the first two columns are edges of bins without gaps."""
    return bool(np.all(table[:, 0] < table[:, 1]) and np.allclose(table[1:, 0], table[:-1, 1], rtol=1e-6))


def _edges(table: Array, path: Path) -> Array:
    """Edges [K + 1] of the bins."""
    if table.shape[1] == 3:
        return np.append(table[:, 0], table[-1, 1])
    centres = table[:, 0]
    if len(centres) < 2:
        raise UserError(f"flux {path}: one centre of a bin, expected edges or more centres")
    # every centre is in the middle of its bin; the first two bins are taken for equally wide
    edges = [1.5 * centres[0] - 0.5 * centres[1]]
    for centre in centres:
        edges.append(2 * centre - edges[-1])
    if not np.all(np.diff(edges) > 0):
        raise UserError(f"flux {path}: its energies are not centres of bins; give lower and upper edges")
    return np.array(edges)


def _unit(head: list[str]) -> Unit | None:
    """The unit in the lines above the table, the lowest first, and there in the last column first."""
    for line in reversed(head):
        for column in reversed(re.split(COLUMN, line)):
            if unit := from_title(column):
                return unit
    return None


def _without_last_column(line: str) -> str:
    """What a line says of the energies: all but its last bracket or, without one, its last column."""
    rest = re.sub(r"[\[(][^\[\]()]*[\])]\s*$", "", line)
    return rest if rest != line else " ".join(re.split(COLUMN, line.strip())[:-1])
