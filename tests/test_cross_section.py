from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.archive import find_model, list_models, read_metadata
from nugan_hep.cross_section import CrossSection, from_table, read_csv, to_table
from nugan_hep.errors import UserError


def write(folder: Path, text: str) -> Path:
    path = folder / "sigma.csv"
    path.write_text(text)
    return path


def test_points(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path, "enu,sigma\n1,0.8\n2,1.6\n4,2.0\n"))
    np.testing.assert_allclose(table([1, 1.5, 3, 4]), [0.8, 1.2, 1.8, 2.0])


@pytest.mark.parametrize("relative", [0.0, 0.01, 0.2])
def test_to_json_and_back(relative: float) -> None:
    known = CrossSection(np.array([1.0, 4.0]), np.array([1.0, 2.0]), relative)
    found = from_table(json.loads(json.dumps(to_table(known))))
    assert found is not None
    np.testing.assert_array_equal([found.enu, found.sigma], [known.enu, known.sigma])
    assert found.relative_error == relative


def test_tables_that_state_no_error() -> None:
    """Those of older runs: one per cent, the scatter of NuWro's runs."""
    found = from_table({"enu": [1.0, 4.0], "sigma": [1.0, 2.0]})
    assert found is not None
    assert found.relative_error == 0.01
    assert from_table(to_table(None)) is None
    assert from_table(None) is None


@pytest.mark.parametrize("energy", [0.99, 4.01])
def test_never_beyond_the_table(energy: float) -> None:
    table = CrossSection(np.array([1.0, 4.0]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="outside the cross section's range 1-4 GeV"):
        table(energy)


def test_histogram_of_a_straight_line_is_that_line(tmp_path: Path) -> None:
    rows = [f"{low},{low + 1},{0.7 * (low + 0.5)}" for low in range(1, 6)]
    table = read_csv(write(tmp_path, "E_lo_GeV,E_hi_GeV,xsec_total\n" + "\n".join(rows)))
    assert (table.enu[0], table.enu[-1]) == (1, 6)
    energies = np.linspace(1, 6, 51)
    np.testing.assert_allclose(table(energies), 0.7 * energies)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "columns a, b; expected enu, sigma"),
        ("", "expected enu, sigma"),
        ("enu,sigma\n1,two\n", "cannot read cross section"),
        ("enu,sigma\n1\n2,3\n", "cannot read cross section"),
        ("enu,sigma\n2,1\n1,1\n", "rising energies"),
        ("enu,sigma\n1,-1\n2,1\n", "sigma = -1, expected a finite number of at least 0"),
        ("enu,sigma\n1,nan\n2,1\n", "sigma = nan, expected a finite number"),
        ("E,xsec\n1,2,3\n", "columns E, xsec; expected enu, sigma"),
        ("enu,sigma\n1,1\n", "two or more"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_csv(write(tmp_path, text))


CHANNELS = """\
E_lo_GeV,E_hi_GeV,xsec_qel,xsec_dis,xsec_total,err_qel,err_dis,err_total
1,2,0.6,0,0.6,0.01,0,0.01
2,4,0.8,0.2,1.0,0.02,0.01,0.03
4,5,0.7,0.8,1.5,0.03,0.02,0.04
"""


def test_channels_and_errors(tmp_path: Path) -> None:
    """Bin centres, and the outer edges on the straight lines through the nearest two, never below 0."""
    table = read_csv(write(tmp_path, CHANNELS))
    np.testing.assert_allclose(table.enu, [1, 1.5, 3, 4.5, 5])
    assert table.error is not None
    ends = np.hypot(0.015, 0.015), np.hypot(0.06, 0.015)  # half a bin beyond two bins
    np.testing.assert_allclose(table.error, [ends[0], 0.01, 0.03, 0.04, ends[1]])
    assert table.channels.keys() == {"qel", "dis"}
    np.testing.assert_allclose(table.channels["qel"].sigma, [0.6 - 0.4 / 3, 0.6, 0.8, 0.7, 0.7 - 0.1 / 3])
    np.testing.assert_allclose(table.channels["dis"].sigma, [0, 0, 0.2, 0.8, 1.0])
    np.testing.assert_allclose(table.channels["dis"].error[1:-1], [0, 0.01, 0.02])
    np.testing.assert_allclose(sum(part.sigma for part in table.channels.values()), table.sigma)
    again = from_table(json.loads(json.dumps(to_table(table))))
    assert again is not None
    np.testing.assert_array_equal(again.error, table.error)
    for name, part in table.channels.items():
        np.testing.assert_array_equal(again.channels[name], part)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.8,0.2", "0.8,-0.2", "xsec_dis = -0.2, expected a finite number"),
        ("0.02,0.01", "nan,0.01", "err_qel = nan, expected a finite number"),
        ("0.01,0.03", "0.01,-1", "err_total = -1, expected a finite number"),
        ("err_dis", "error", "xsec_dis without err_dis, expected both"),
    ],
)
def test_impossible_channels(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_csv(write(tmp_path, CHANNELS.replace(old, new)))


@pytest.mark.parametrize("name", list_models())
def test_channels_of_the_shipped_models_add_up(name: str) -> None:
    table = from_table(read_metadata(find_model(name))["cross_section"])
    assert table is not None
    assert table.error is not None
    np.testing.assert_allclose(sum(part.sigma for part in table.channels.values()), table.sigma, rtol=1e-5)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read cross section"):
        read_csv(tmp_path / "none.csv")
