from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from closed_form import scattered, truth

from nugan_hep.xsec.fit.scatter import outliers, point_errors


@pytest.mark.parametrize("extra", [0.01, 0.03, 0.1])
def test_the_scatter_of_neighbours_finds_the_extra_error(tmp_path: Path, extra: float) -> None:
    """388 residuals give it within 8 to 16 % (where it is as small as the quoted errors); ten drawings."""
    first = scattered(tmp_path / "s.csv", extra)
    true = truth(first.energy, first.theta, first.omega)
    found = []
    for seed in range(10):
        noise = np.random.default_rng(seed).standard_normal(len(first))
        drawn = replace(first, value=true * (1 + np.hypot(0.01, extra) * noise), error=0.01 * true)
        found.append(point_errors(drawn)["a"])
    assert np.mean(np.array(found, dtype=float)) == pytest.approx(extra, rel=0.12)
    assert point_errors(first)["b"] is None  # 8 residuals


def test_sufficient_errors_have_nothing_added(tmp_path: Path) -> None:
    drawn = scattered(tmp_path / "s.csv", 0.0)
    generous = replace(drawn, error=1.5 * drawn.error)
    assert point_errors(generous)["a"] == 0.0
    assert point_errors(drawn)["a"] < 0.005  # type: ignore[operator]


def test_outliers_hardly_count(tmp_path: Path) -> None:
    """One point of 15, 50 % off, spoils a third of the residuals, yet not their median."""
    found = point_errors(scattered(tmp_path / "s.csv", 0.02, outliers=True))["a"]
    assert found is not None
    assert 0.015 < found < 0.06


def test_the_scatter_does_not_see_the_curve(tmp_path: Path) -> None:
    """Values on a smooth curve, peak and all, with errors of 0.1 %."""
    drawn = scattered(tmp_path / "s.csv", 0.0)
    value = truth(drawn.energy, drawn.theta, drawn.omega)
    assert point_errors(replace(drawn, value=value, error=0.001 * value))["a"] < 0.002  # type: ignore[operator]


def test_a_point_that_sticks_out_is_found(tmp_path: Path) -> None:
    """60 % off where errors are 1 %, and in 400 points no other; the top of a peak is no outlier."""
    drawn = scattered(tmp_path / "s.csv", 0.0)
    value = drawn.value.copy()
    value[[50, 200]] *= 1.6, 0.6
    np.testing.assert_array_equal(np.flatnonzero(outliers(replace(drawn, value=value), 5.0)), [50, 200])
    assert not outliers(replace(drawn, value=value), 0.0).any()
    assert not outliers(drawn, 5.0).any()
    smooth = truth(drawn.energy, drawn.theta, drawn.omega)
    assert not outliers(replace(drawn, value=smooth, error=0.002 * smooth), 5.0).any()
