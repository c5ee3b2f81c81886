"""The histograms of a data release in a ROOT file, and its tables of text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.errors import UserError


class Release(NamedTuple):
    """Objects of a file by name, and a sentence for error lines that says where such a file is from."""

    path: Path
    where: str
    objects: dict[str, Any]

    def histogram(self, name: str, dimensions: int = 1) -> Any:
        """A TH1 or TH2 with finite contents, as uproot reads it.

        Raises
        ------
        UserError : there is none of this name
        """
        kind = f"TH{dimensions}"
        if name not in self.objects:
            raise UserError(f"{self.path}: no histogram {name}, the layout is another one; {self.where}")
        found = self.objects[name]
        if not getattr(found, "classname", "").startswith(kind):
            is_a = getattr(found, "classname", type(found).__name__)
            raise UserError(f"{self.path}: {name} is a {is_a}, expected a {kind}; {self.where}")
        if not np.isfinite(found.values()).all():
            raise UserError(f"{self.path}: {name} has contents that are not finite")
        return found

    def matrix(self, name: str) -> NDArray[np.float64]:
        """A TMatrix with finite elements.

        Raises
        ------
        UserError : there is none of this name
        """
        found = self.objects.get(name)
        if not getattr(found, "classname", "").startswith("TMatrixT"):
            raise UserError(f"{self.path}: no matrix {name}, the layout is another one; {self.where}")
        matrix = elements(found)
        if not np.isfinite(matrix).all():
            raise UserError(f"{self.path}: {name} has elements that are not finite")
        return matrix


def elements(matrix: Any) -> NDArray[np.float64]:
    """Of a TMatrix as uproot reads it. Of a symmetric one ROOT keeps the upper triangle, row by row."""
    rows, columns = matrix.member("fNrows"), matrix.member("fNcols")
    values = np.asarray(matrix.member("fElements"), np.float64)
    if values.size == rows * columns:
        return values.reshape(rows, columns)
    upper = np.zeros((rows, rows))
    upper[np.triu_indices(rows)] = values
    return np.asarray(upper + np.triu(upper, 1).T)


def open_release(path: Path, where: str) -> Release:
    """Read all objects of a release's file.

    Raises
    ------
    UserError : no such file, not a ROOT file, a damaged one
    """
    import uproot

    if not path.is_file():
        raise UserError(f"{path}: no such file; {where}")
    try:
        with uproot.open(path) as file:
            return Release(path, where, {name: file[name] for name in file.keys(cycle=False)})
    except Exception as error:  # uproot raises whatever its parts raise
        raise UserError(
            f"{path}: cannot be read as ROOT ({str(error).splitlines()[0]:.80}); {where}"
        ) from None


def read_table(path: Path, columns: int, where: str) -> NDArray[np.float64]:
    """The numbers [rows, columns] of a table of text, as in ``3 | 0.6 - 0.7 | 0.2``; words may stand above.

    Raises
    ------
    UserError : no such file, no numbers, a row of another length, what is not a finite number
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; {where}")
    rows: list[list[float]] = []
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        words = re.sub(r"[\[\]|,:]| - |(?<=[\d.])-(?=\d)", " ", line).split()
        try:
            row = [float(word) for word in words]
        except ValueError:
            if rows:
                raise UserError(f"{path}, line {number}: {line.strip():.60}, expected numbers") from None
            continue
        if words and (len(row) != columns or not np.isfinite(row).all()):
            raise UserError(f"{path}, line {number}: {line.strip():.60}, expected {columns} finite numbers")
        rows += [row] if words else []
    if not rows:
        raise UserError(f"{path}: no table of {columns} columns; {where}")
    return np.array(rows)


def square(path: Path, size: int, where: str) -> NDArray[np.float64]:
    """A matrix [size, size] that a table of row, column and element holds, both numbers from 0.

    Raises
    ------
    UserError : see :func:`read_table`; other elements than these
    """
    table = read_table(path, 3, where)
    i, j = table[:, 0].astype(int), table[:, 1].astype(int)
    place = i * size + j
    if len(table) != size**2 or not np.array_equal(np.sort(place), np.arange(size**2)):
        raise UserError(
            f"{path}: {len(table)} elements, expected each of a matrix of {size} x {size}; {where}"
        )
    matrix: NDArray[np.float64] = table[np.argsort(place), 2].reshape(size, size)
    return matrix
