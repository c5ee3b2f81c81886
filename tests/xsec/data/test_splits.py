from __future__ import annotations

from pathlib import Path

import numpy as np
from rows import changed, write_rows

from nugan_hep.xsec.data.reading import read_points
from nugan_hep.xsec.data.splits import TEST_POINTS, TEST_SPECTRA, TRAIN, interior, select, split


def test_the_cut_is_in_excitation_energy(tmp_path: Path) -> None:
    """Carbon: 16 + 20 MeV above the recoil of the nucleus, which is 13 MeV at Q2 = 0.29 GeV2."""
    rows = [changed("omega_GeV", w) for w in ("0.03", "0.047", "0.051", "0.1")]
    kept, text = select(read_points(write_rows(tmp_path / "c.csv", *rows)))
    assert kept.omega.tolist() == [0.051, 0.1]
    assert "2 of 4 points; 2 at excitation energies below 36 MeV left out" in text


def test_splits(carbon: Path) -> None:
    points = read_points(carbon)
    parts = split(points, 0.1, 0.1, seed=3)
    np.testing.assert_array_equal(parts.part, split(points, 0.1, 0.1, seed=3).part)
    assert (parts.part != split(points, 0.1, 0.1, seed=4).part).any()
    whole = set(points.spectrum[parts[TEST_SPECTRA]])
    assert len(whole) == 1
    assert not whole & set(points.spectrum[parts[TRAIN] | parts[TEST_POINTS]])
    others = (parts.part != TEST_SPECTRA).sum()
    assert parts[TEST_POINTS].sum() == round(0.1 * others)


def test_spectra_on_the_edge_are_not_held_out(carbon: Path) -> None:
    """The ten spectra lie on two lines, at 30 and 50 degrees: the four corners are no interpolation."""
    points = read_points(carbon)
    inner = interior(points)
    assert set(points.energy[np.isin(points.spectrum, inner)]) <= {0.7, 0.9, 1.1}
