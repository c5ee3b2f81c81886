from __future__ import annotations

import numpy as np
import pytest
import torch

from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.fit.targets import clones


def test_clones_scatter_as_errors_and_nuisances_say(points: FitPoints) -> None:
    points = points.with_errors(np.full(len(points), 0.01))
    settings = {"normalisation": 0.04, "spectrum_normalisation": 0.03, "energy_shift": 0.002}
    drawn = clones(points, XsecConfig(members=4000, **settings)).numpy()
    shift = 0.002 * points.slope / points.value
    own = np.sqrt((points.error / points.value) ** 2 + 0.04**2 + 0.03**2 + shift**2)
    np.testing.assert_allclose(drawn.std(axis=0) / points.value, own, rtol=0.08)
    ratio = drawn / points.value - 1
    first, second = (np.flatnonzero(points.spectrum == k) for k in (0, 1))
    pair = np.mean(ratio[:, first[0]] * ratio[:, first[1]])
    assert pair == pytest.approx(0.04**2 + 0.03**2 + shift[first[0]] * shift[first[1]], rel=0.2)
    assert np.mean(ratio[:, first[0]] * ratio[:, second[0]]) == pytest.approx(0.04**2, rel=0.3)
    same = clones(points, XsecConfig(members=4, method="ensemble"))
    assert (same == torch.from_numpy(points.value)).all()
