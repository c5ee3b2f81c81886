"""Tables and matrices of data releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nugan_hep.errors import UserError
from nugan_hep.measurement.release import elements, read_table, square

WHERE = "somewhere"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "Units: GeV\n\nbin | range | value\n0 | -1 - 0.5 | 3e-39\n1 | 0.5 - 1 | -2E-1\n",
        "0 [-1,0.5] 3e-39\n1 [0.5,1] -0.2",
        "# a b\n\n0 -1 0.5 3.0E-39\n\n1 0.5-1.0 -0.2\n",
    ],
)
def test_tables(tmp_path: Path, text: str) -> None:
    found = read_table(written(tmp_path, text), 4, WHERE)
    np.testing.assert_array_equal(found, [[0, -1, 0.5, 3e-39], [1, 0.5, 1, -0.2]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no table of 2 columns; somewhere"),
        ("only words\n", "no table of 2 columns; somewhere"),
        ("1 2\n3\n", "line 2: 3, expected 2 finite numbers"),
        ("1 2\n3 4 5\n", "line 2: 3 4 5, expected 2 finite numbers"),
        ("1 2\n3 nan\n", "line 2: 3 nan, expected 2 finite numbers"),
        ("1 2\nthree 4\n", "line 2: three 4, expected numbers"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UserError, match=message) as error:
        read_table(path, 2, WHERE)
    assert str(path) in str(error.value)
    with pytest.raises(UserError, match="no such file; somewhere"):
        read_table(tmp_path / "gone", 2, WHERE)


def test_square_matrices(tmp_path: Path) -> None:
    """In whatever order the elements are, each has to be there once."""
    path = written(tmp_path, "row - column | element\n1 - 0 | 3\n0 - 0 | 1\n0 - 1 | 2\n1 - 1 | 4\n")
    np.testing.assert_array_equal(square(path, 2, WHERE), [[1, 2], [3, 4]])
    for text in ("0 - 0 | 1\n", "0 0 1\n0 1 1\n1 0 1\n0 1 1\n", "0 0 1\n0 1 1\n1 0 1\n1 2 1\n"):
        with pytest.raises(UserError, match="expected each of a matrix of 2 x 2; somewhere"):
            square(written(tmp_path, text), 2, WHERE)


class Matrix:
    """As uproot reads one."""

    def __init__(self, rows: int, columns: int, values: list[float]) -> None:
        self.members = {"fNrows": rows, "fNcols": columns, "fElements": values}

    def member(self, name: str) -> Any:
        return self.members[name]


def test_elements_of_matrices() -> None:
    """Of a symmetric one the upper triangle is kept, row by row."""
    np.testing.assert_array_equal(elements(Matrix(2, 3, [1, 2, 3, 4, 5, 6])), [[1, 2, 3], [4, 5, 6]])
    np.testing.assert_array_equal(elements(Matrix(2, 2, [1, 2, 3])), [[1, 2], [2, 3]])
    np.testing.assert_array_equal(
        elements(Matrix(3, 3, [1, 2, 3, 4, 5, 6])), [[1, 2, 3], [2, 4, 5], [3, 5, 6]]
    )
