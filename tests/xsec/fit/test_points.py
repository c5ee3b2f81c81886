from __future__ import annotations

import numpy as np
import torch

from nugan_hep.xsec.data.nuclei import NUCLEI
from nugan_hep.xsec.data.splits import select
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.model.form import Form


def test_slopes_are_those_of_the_closed_form(points: FitPoints) -> None:
    """Against a difference over 0.2 MeV."""
    nucleus = NUCLEI["12C"]
    form = Form("response", nucleus, torch.zeros(4), torch.ones(4))
    high, _ = select(points)
    step = np.array([0.0, 0.0, 1e-4])
    up, down = (
        form.factors(torch.from_numpy(high.kinematics + s * step)).sum(dim=1).numpy() for s in (1, -1)
    )
    expected = high.value * np.log(up / down) / 2e-4 * np.sqrt(4 + high.energy**2)
    np.testing.assert_allclose(high.slope, expected, rtol=1e-3, atol=50)
    assert np.isfinite(points.slope).all()


def test_owners_of_spectra(points: FitPoints) -> None:
    np.testing.assert_array_equal(points.owner[points.spectrum], points.source)
