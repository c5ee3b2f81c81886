"""What examples/cpp_chain must find."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import kinematics

# the program's own beam: edges [GeV], neutrinos per GeV
NARROW_BEAM = ([0.3, 0.5, 0.7, 0.9, 1.2, 2.0, 4.0], [5.0, 10.0, 6.0, 2.0, 0.8, 0.3])
TEXT_FLUX = "# [GeV] [GeV] [/cm2/POT/GeV]\n0.4 0.8 3e-9\n0.8 1.5 1e-9\n"


def stops(events: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Muons that lose their kinetic energy in 3 m at 0.2 GeV/m."""
    return (events["El"].astype(np.float64) - kinematics.MUON_MASS) / 0.2 < 3.0


def tally(events: dict[str, NDArray[Any]]) -> list[float]:
    """A row of the program's table."""
    means = [events[name].mean(dtype=np.float64) for name in ("El", "Q2")]
    return [len(events["El"]), *means, np.mean(events["cthl"] > 0.9397), np.mean(stops(events))]
