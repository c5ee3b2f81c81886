from __future__ import annotations

from pathlib import Path

import pytest

from nugan_hep.xsec.fit.points import FitPoints, read_fit_points


@pytest.fixture
def points(carbon: Path) -> FitPoints:
    return read_fit_points(carbon)
