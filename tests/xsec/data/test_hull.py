from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nugan_hep.xsec.data.hull import distance, inside, make_hull
from nugan_hep.xsec.data.reading import read_points


def test_the_hull(carbon: Path) -> None:
    points = read_points(carbon)
    hull = make_hull(points)
    assert inside(hull, points.kinematics).all()
    grid = np.stack([np.full(8, 0.9), np.full(8, 40.0), np.full(8, 0.2)], axis=1)
    assert inside(hull, grid).all()
    grid[:, 0] = 1.3 * np.exp(np.arange(8) / 8)
    grid[:, 2] = 0.2 * grid[:, 0]
    away = distance(hull, grid)
    assert away[0] == pytest.approx(0, abs=1e-6)
    assert (np.diff(away) > 0).all()
    flat = points[points.spectrum == 0]
    assert inside(make_hull(flat), flat.kinematics).all()
