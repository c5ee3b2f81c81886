from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from closed_form import scattered, truth

from nugan_hep.xsec.fit.chi2 import Widths
from nugan_hep.xsec.fit.variance import Estimate, estimate, mean_widths


@pytest.mark.heavy
def test_widths_of_nuisances_are_found(tmp_path: Path) -> None:
    """Spectra with normalisations of 4 % and shifts of 3 MeV of their own, close enough to know it."""
    first = scattered(tmp_path / "s.csv", 0.0, step=0.03, places=20)
    first = first[first.source == 0]
    true = truth(first.energy, first.theta, first.omega)
    up, down = (truth(first.energy, first.theta, first.omega + s * 1e-4) for s in (1, -1))
    slope = (up - down) / 2e-4
    rng = np.random.default_rng(1)
    normalisation, shift = (rng.standard_normal(len(first.owner))[first.spectrum] for _ in range(2))
    value = true * (1 + 0.04 * normalisation) + 0.003 * shift * slope
    value = value + 0.01 * true * rng.standard_normal(len(first))
    found = estimate(replace(first, value=value, error=0.01 * true, slope=slope))
    for width, factor, drawn in zip(found.widths[1:], found.factors[1:], (0.04, 0.003), strict=True):
        assert abs(np.log(width / drawn)) < 3 * np.log(factor)
        assert 1.05 < factor < 1.5


def test_the_mean_of_widths_is_weighted() -> None:
    sure = Estimate(Widths(0.02, 0.02, 0.001), Widths(1.1, 1.1, 1.1), 100)
    unsure = Estimate(Widths(0.2, 0.02, 0.01), Widths(1.1, 5.0, 1e9), 100)
    mean = mean_widths([sure, unsure])
    assert mean.source == pytest.approx(np.sqrt(0.02 * 0.2))
    assert mean.spectrum == pytest.approx(0.02)
    assert mean.shift == pytest.approx(0.001, rel=1e-3)
