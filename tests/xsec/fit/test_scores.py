from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nugan_hep.xsec.fit.chi2 import Nuisances, Widths
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.scores import score


def test_coverage_of_gaussian_data(points: FitPoints) -> None:
    """Bands of the true mean, with a model error of the size that it says, hold 68.3 and 95 %."""
    points = points.with_errors(np.full(len(points), 0.01))[np.tile(np.arange(len(points)), 60)]
    rng = np.random.default_rng(2)
    std = 0.5 * points.error
    value = 1000.0 + std * rng.standard_normal(len(points)) + points.error * rng.standard_normal(len(points))
    drawn = replace(points, value=value)
    widths = Widths(0.05, 0.02, 0.001)
    found = score(np.full(len(points), 1000.0), std, drawn, widths, Nuisances.none(drawn))
    assert found.cover68 == pytest.approx(0.683, abs=0.02)
    assert found.cover95 == pytest.approx(0.95, abs=0.01)
