"""The frame of the momentum transfer, in which the hadrons are described."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def transfer_frame(neutrino: F64, lepton: F64) -> tuple[F64, F64, F64]:
    """Axes x, y, z, each [N, 3], from the momenta [N, 3] of neutrino and charged lepton.

    z is along the momentum transfer, x in the plane of the leptons on the side of the charged one.
    """
    q = neutrino - lepton
    z = q / np.linalg.norm(q, axis=1, keepdims=True)
    x = lepton - (lepton * z).sum(1, keepdims=True) * z
    size = np.linalg.norm(x, axis=1, keepdims=True)
    # a lepton along the neutrino leaves no plane: any will do
    spare = np.cross(z, np.where(np.abs(z[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    spare /= np.linalg.norm(spare, axis=1, keepdims=True)
    x = np.where(size > 1e-9, x / np.maximum(size, 1e-9), spare)
    return x, np.cross(z, x), z
