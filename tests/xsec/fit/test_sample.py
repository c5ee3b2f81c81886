from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from closed_form import scattered, truth

from nugan_hep.xsec.data.reading import COLUMNS
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.sample import Sample, read_sample, treat


def read_sample_of(folder: Path, points: FitPoints) -> Sample:
    """The points written to a file and read as a training does, no point left out as an outlier."""
    rows = zip(
        points.energy, points.theta, points.omega, points.value, points.error, points.source, strict=True
    )
    lines = [f"6,12,{e},{t},{w},{v:.9g},{s:.9g},{points.sources[k]}" for e, t, w, v, s, k in rows]
    path = folder / "written.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return read_sample(path, XsecConfig(outlier=0.0), test_points=0.1, test_spectra=0.0, seed=1)


def test_a_spectrum_that_scatters_more_has_its_own_error(tmp_path: Path) -> None:
    """One of ten with 10 % where the others have 3 %; the errors of the others stay those of the data set."""
    drawn = scattered(tmp_path / "s.csv", 0.03)
    wild = drawn.spectrum == np.flatnonzero(np.bincount(drawn.spectrum) >= 50)[0]
    noise = np.random.default_rng(3).standard_normal(len(drawn))
    value = np.where(wild, truth(drawn.energy, drawn.theta, drawn.omega) * (1 + 0.1 * noise), drawn.value)
    drawn = replace(drawn, value=value)
    number = drawn.spectrum[wild][0]
    treated = treat(drawn, XsecConfig(outlier=0.0))
    assert list(treated.wild) == [number]
    assert treated.wild[number] == pytest.approx(0.1, rel=0.4)
    assert (treated.added[wild] == treated.wild[number]).all()
    assert (treated.added[~wild] == treated.sets[drawn.source[~wild]]).all()
    sample = read_sample_of(tmp_path, drawn)
    (told,) = sample.about["wild_spectra"]
    assert (told["source"], told["energy"]) == ("a", drawn.energy[wild][0])
    own = sample.points.energy == told["energy"]
    own &= sample.points.theta == told["theta"]
    assert own.sum() >= 50
    added = np.hypot(sample.quoted.error[own], told["added_error"] * sample.points.value[own])
    np.testing.assert_allclose(sample.points.error[own], added)


def test_added_errors_are_at_least_the_floor(tmp_path: Path) -> None:
    drawn = scattered(tmp_path / "s.csv", 0.03)
    treated = treat(drawn, XsecConfig(error_floor=0.012))
    a, b = treated.sets
    assert a == pytest.approx(0.03, rel=0.25)
    assert b == 0.012
    assert treated.wild == {}
    floor = treat(drawn, XsecConfig(error_floor=0.012, point_errors="floor"))
    assert floor.added.tolist() == [0.012] * len(drawn)
    with_errors = drawn.with_errors(treated.added)
    of = np.where(drawn.source == 0, a, b)
    np.testing.assert_allclose(with_errors.error**2, drawn.error**2 + (of * drawn.value) ** 2)


def test_outliers_and_errors_are_those_of_the_sample(tmp_path: Path) -> None:
    """Which points are left out does not depend on the errors of the training."""
    drawn = scattered(tmp_path / "s.csv", 0.02)
    lines = (tmp_path / "s.csv").read_text().splitlines()
    row = lines[1 + 50].split(",")
    lines[1 + 50] = ",".join([*row[:5], str(2 * float(row[5])), *row[6:]])
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    for kind in ("scatter", "floor"):
        sample = read_sample(
            tmp_path / "t.csv", XsecConfig(point_errors=kind), test_points=0.1, test_spectra=0.0, seed=1
        )
        assert [one["omega"] for one in sample.about["outliers"]] == [float(row[4])]
        expected = treat(drawn, XsecConfig(point_errors=kind)).sets[0]
        assert sample.about["added_errors"]["a"] == pytest.approx(expected, rel=0.05)
        assert "1 more than 5 errors off their neighbours" in sample.text
