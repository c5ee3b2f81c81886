from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rows import ROW, changed, write_rows

from nugan_hep.errors import UserError
from nugan_hep.xsec.data.reading import COLUMNS, read_points
from nugan_hep.xsec.data.splits import select


def test_text_of_the_archive_and_csv_agree(tmp_path: Path) -> None:
    rows = [ROW, changed("omega_GeV", "0.2"), changed("source", "Other:1990")]
    table = read_points(write_rows(tmp_path / "c.csv", *rows))
    text = tmp_path / "c.dat"
    text.write_text("\n".join("  ".join(row) for row in rows) + "\n\n")
    archive = read_points(text)
    text.write_text("# Z A\r\n" + "\r\n".join("\t".join([*row[:7], "A, B: 1983"]) for row in rows))
    assert read_points(text).sources == ("A, B: 1983",)
    for name in ("energy", "theta", "omega", "value", "error", "source", "spectrum"):
        np.testing.assert_array_equal(getattr(table, name), getattr(archive, name))
    assert archive.nucleus.name == "12C"
    assert archive.sources == ("Other:1990", "Some:1983")
    assert archive.spectrum.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("energy_GeV", "560", "looks like MeV, expected GeV"),
        ("omega_GeV", "150", "omega 150 GeV, expected 0 to E = 0.56 GeV (not MeV)"),
        ("theta_deg", "200", "angle 200 degrees, expected 0 to 180"),
        ("xsec_nb_per_sr_GeV", "-3000", "cross section -3000 +- 120 nb/sr/GeV is negative (--drop-negative"),
        ("xsec_err_nb_per_sr_GeV", "-1", "error -1 nb/sr/GeV, expected 0 or more"),
        ("xsec_nb_per_sr_GeV", "nan", "xsec_nb_per_sr_GeV is 'nan', expected a number"),
        ("xsec_nb_per_sr_GeV", "", "xsec_nb_per_sr_GeV is '', expected a number"),
        ("Z", "8", "points of several nuclei (Z=6 A=12, Z=8 A=12), expected one"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, column: str, value: str, message: str) -> None:
    path = write_rows(tmp_path / "c.csv", ROW, changed(column, value))
    with pytest.raises(UserError) as caught:
        read_points(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_bad_files_are_named(tmp_path: Path) -> None:
    missing = write_rows(tmp_path / "m.csv", ROW[:6] + ROW[7:], columns=COLUMNS[:6] + COLUMNS[7:])
    with pytest.raises(UserError, match="no column 'xsec_err_nb_per_sr_GeV'; expected Z, A"):
        read_points(missing)
    with pytest.raises(UserError, match=r"no data file .*the archive is at http"):
        read_points(tmp_path / "nothing.csv")
    with pytest.raises(UserError, match=r"these look like rad, expected degrees"):
        read_points(write_rows(tmp_path / "rad.csv", changed("theta_deg", "1.05")))
    with pytest.raises(UserError, match=r"no nucleus with Z = 7 and A = 14: expected one of 2H, 3He"):
        read_points(write_rows(tmp_path / "n.csv", ["7", "14", *ROW[2:]]))
    for content in ("", "\n\n", ",".join(COLUMNS) + "\n", "# nothing\n"):
        (tmp_path / "empty").write_text(content)
        with pytest.raises(UserError, match="no point in it"):
            read_points(tmp_path / "empty")
    short = tmp_path / "short.dat"
    short.write_text("6 12 0.56 60\n")
    with pytest.raises(UserError, match=r"line 1: 4 columns, expected the archive's 8"):
        read_points(short)
    (tmp_path / "binary").write_bytes(bytes(range(128, 256)))
    with pytest.raises(UserError, match="is not text"):
        read_points(tmp_path / "binary")


def test_negative_points_are_dropped_on_request(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "c.csv", ROW, changed("xsec_nb_per_sr_GeV", "-3000"))
    assert len(read_points(path, drop_negative=True)) == 1


def test_a_placeholder_without_error_is_no_point(tmp_path: Path) -> None:
    assert len(read_points(write_rows(tmp_path / "c.csv", ROW, changed("xsec_err_nb_per_sr_GeV", "0")))) == 1


@pytest.mark.shared("electron_nucleus")
def test_the_real_archive(real: Callable[[str], Path]) -> None:
    counts = {"12C": 2883, "56Fe": 2429, "27Al": 628, "16O": 126, "6Li": 133}
    for name, count in counts.items():
        points = read_points(real(name))
        assert len(points) == count
        assert points.nucleus.name == name
    with pytest.raises(UserError, match="is negative"):
        read_points(real("3He"))
    assert len(read_points(real("3He"), drop_negative=True)) == 2443
    carbon, text = select(read_points(real("12C")))
    assert "Zeller:1973ge" in text
    assert len(carbon) == 2510
