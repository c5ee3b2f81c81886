"""How far models of one process are from each other: ln of the ratio of their d2sigma over events in a flux.

python tools/ratio_width.py FLUX[:HIST] numu_C12_inc numu_C12_lfg [MODEL ...]
"""

from __future__ import annotations

import sys

import numpy as np

from nugan_hep import Sampler, d2sigma
from nugan_hep.density import AXIS_ANGLE
from nugan_hep.kinematics import of_columns

EVENTS = 60_000
FARTHEST = 2.0
"""Of ln r; what is farther counts as this."""


def main() -> None:
    flux, first, *others = sys.argv[1:]
    events = Sampler(first, lepton_only=True).sample(flux=flux, n=EVENTS, seed=3, allow_flux_outside=True)
    enu, el, theta = of_columns(events)
    theta = np.maximum(theta, AXIS_ANGLE)
    one = d2sigma(first, enu, el, theta)
    for name in others:
        ratio = np.log(np.maximum(d2sigma(name, enu, el, theta), 1e-12) / one)
        width = np.clip(ratio, -FARTHEST, FARTHEST).std()
        print(f"{name} over {first}: standard deviation of ln r {width:.3f}")


if __name__ == "__main__":
    main()
