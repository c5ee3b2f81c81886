"""The reader of measured cross sections, and what speaks against a file.

The data are not shipped. The archive of Benhar, Day and Sick (RMP 80 189) has them, one text file for each
nucleus: http://faculty.virginia.edu/qes-archive/. Its files have eight columns without a heading,
``Z A E[GeV] theta[deg] omega[GeV] sigma[nb/sr/GeV] error citation``; a CSV has them named as in ``COLUMNS``.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.nuclei import nucleus_of
from nugan_hep.xsec.data.points import Array, Points

ARCHIVE = "http://faculty.virginia.edu/qes-archive/"
COLUMNS = (
    "Z",
    "A",
    "energy_GeV",
    "theta_deg",
    "omega_GeV",
    "xsec_nb_per_sr_GeV",
    "xsec_err_nb_per_sr_GeV",
    "source",
)
MOST_ENERGY = 100.0
"""GeV; beyond it energies are taken for MeV."""


def read_points(path: str | Path, drop_negative: bool = False) -> Points:
    """Read the points of one nucleus from the archive's own text or from a CSV with ``COLUMNS``.

    Points without an error or of value 0 are the archive's placeholders and are left out. Where a background
    was subtracted, as for 3He and 4He, there are negative ones: ``drop_negative`` leaves them out, too.

    Raises
    ------
    UserError : no such file, a column missing or not a number, more than one nucleus, energies or angles in
        other units, omega outside of 0..E, a negative cross section without ``drop_negative``
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError(f"no data file {path}; the archive is at {ARCHIVE}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not text: expected the archive's columns or a CSV") from None
    except OSError as problem:
        raise UserError(f"cannot read {path}: {problem.strerror}") from None
    # a line of the archive begins with a number; its citation may have commas
    first = text.lstrip().partition("\n")[0]
    heading = "," in first and not first[0].isdigit() and first[0] != "#"
    rows = _csv_rows(path, text.lstrip()) if heading else _archive_rows(path, text)
    if not rows:
        raise UserError(f"{path}: no point in it")
    numbers = np.array([row[1] for row in rows])
    lines, names = [row[0] for row in rows], [row[2] for row in rows]
    kept = _check(path, lines, numbers, drop_negative)
    nuclei = {(int(z), int(a)) for z, a in numbers[:, :2]}
    if len(nuclei) > 1:
        several = ", ".join(f"Z={z} A={a}" for z, a in sorted(nuclei))
        raise UserError(f"{path}: points of several nuclei ({several}), expected one")
    nucleus = nucleus_of(*nuclei.pop())
    numbers, names = numbers[kept], [name for name, keep in zip(names, kept, strict=True) if keep]
    sources = tuple(sorted(set(names)))
    source = np.array([sources.index(name) for name in names])
    keys: dict[tuple[float, ...], int] = {}
    spectrum = np.array(
        [
            keys.setdefault((s, row[2], row[3]), len(keys))
            for s, row in zip(source.tolist(), numbers.tolist(), strict=True)
        ]
    )
    energy, theta, omega, value, error = numbers[:, 2:].T.copy()
    owner = np.array([int(key[0]) for key in keys])
    return Points(nucleus, energy, theta, omega, value, error, source, spectrum, owner, sources)


_Row = tuple[int, list[float], str]
"""Line, the seven numbers, source."""


def _csv_rows(path: Path, text: str) -> list[_Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = [name.strip() for name in next(reader)]
    for column in COLUMNS:
        if column not in heading:
            raise UserError(f"{path}: no column {column!r}; expected {', '.join(COLUMNS)}")
    places = [heading.index(column) for column in COLUMNS]
    rows = []
    for fields in reader:
        if not fields:
            continue
        if len(fields) != len(heading):
            raise UserError(f"{path}, line {reader.line_num}: {len(fields)} columns, expected {len(heading)}")
        rows.append(_row(path, reader.line_num, [fields[place] for place in places]))
    return rows


def _archive_rows(path: Path, text: str) -> list[_Row]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split(None, 7)
        if not fields or fields[0].startswith("#"):
            continue
        if len(fields) < 8:
            raise UserError(
                f"{path}, line {number}: {len(fields)} columns, expected the archive's 8: "
                "Z A E theta omega sigma error citation"
            )
        rows.append(_row(path, number, fields))
    return rows


def _row(path: Path, line: int, fields: list[str]) -> _Row:
    numbers = []
    for name, field in zip(COLUMNS, fields[:7], strict=False):
        try:
            number = float(field)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise UserError(f"{path}, line {line}: {name} is {field!r}, expected a number")
        numbers.append(number)
    return line, numbers, fields[7].strip()


def _check(path: Path, lines: list[int], numbers: Array, drop_negative: bool) -> NDArray[np.bool_]:
    """Refuse what is no such measurement; which rows are points and no placeholders [n]."""
    energy, theta, omega, value, error = numbers[:, 2:].T

    def refuse(bad: NDArray[np.bool_], message: str) -> None:
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            e, t, w, v, s = numbers[k, 2:]
            where = f"{path}, line {lines[k]}"
            raise UserError(f"{where}: " + message.format(e=e, t=t, w=w, v=v, s=s))

    refuse(energy <= 0, "energy {e:g} GeV, expected above 0")
    refuse(energy > MOST_ENERGY, "energy {e:g} GeV looks like MeV, expected GeV")
    refuse((theta <= 0) | (theta > 180), "angle {t:g} degrees, expected 0 to 180")
    if theta.max() < math.pi:
        raise UserError(f"{path}: no angle above {theta.max():g}: these look like rad, expected degrees")
    refuse((omega < 0) | (omega >= energy), "omega {w:g} GeV, expected 0 to E = {e:g} GeV (not MeV)")
    refuse(error < 0, "error {s:g} nb/sr/GeV, expected 0 or more")
    if not drop_negative:
        message = (
            "cross section {v:g} +- {s:g} nb/sr/GeV is negative (--drop-negative leaves such points out)"
        )
        refuse((value < 0) & (error > 0), message)
    kept: NDArray[np.bool_] = (error > 0) & (value > 0)
    if not kept.any():
        raise UserError(f"{path}: no point with a cross section and an error above 0")
    return kept
