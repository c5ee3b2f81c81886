"""Inputs that the networks can compute from the proxies: log E_nu and where two peaks lie in E_mu'.

All functions keep gradients and script to TorchScript.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from nugan_hep.kinematics import NUCLEON_MASS

DELTA_MASS = 1.232
DELTA_EXCESS = (DELTA_MASS**2 - NUCLEON_MASS**2) / (2.0 * NUCLEON_MASS)
"""Energy transfer [GeV] that makes a Delta of a nucleon at rest at Q² = 0."""


def neutrino_energy(enu_proxy: Tensor, enu_min: float, enu_max: float) -> Tensor:
    """E_nu [GeV] from E_nu', of any shape."""
    return enu_min + 0.5 * (enu_proxy + 1.0) * (enu_max - enu_min)


def scaled_log(enu: Tensor, enu_min: float, enu_max: float) -> Tensor:
    """``log E' = 2 ln(E_nu/enu_min)/ln(enu_max/enu_min) - 1``, in [-1, 1] as E_nu', from E_nu [GeV]."""
    return 2.0 * torch.log(enu / enu_min) / math.log(enu_max / enu_min) - 1.0


def with_log(enu_proxy: Tensor, enu_min: float, enu_max: float) -> Tensor:
    """(E_nu', log E') [N, 2] from E_nu' [N, 1]."""
    enu = neutrino_energy(enu_proxy, enu_min, enu_max)
    return torch.cat([enu_proxy, scaled_log(enu, enu_min, enu_max)], dim=1)


def peaks(
    enu: Tensor, angle: Tensor, nucleon_mass: float = NUCLEON_MASS, delta_excess: float = DELTA_EXCESS
) -> Tensor:
    """E_mu' of the elastic and of the Delta peak [N, 2] at E_nu [N] (GeV) and (theta' + 1)/2 [N].

    Scattering off a nucleon at rest to a hadronic mass W, for a massless lepton and no shift s:
    ``E_mu = (E_nu - (W² - M²)/(2 M)) / (1 + E_nu (1 - cos theta)/M)``.
    """
    recoil = 1.0 / (1.0 + enu * (1.0 - torch.cos(math.pi * angle * angle)) / nucleon_mass)
    # the small terms keep the slope of the root finite
    elastic = torch.sqrt(1.0 - recoil + 1e-6)
    delta = torch.sqrt((1.0 - recoil * (1.0 - delta_excess / enu)).clamp(1e-6, 1.0))
    return 2.0 * torch.stack([elastic, delta], dim=1) - 1.0


def widened(state: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """Weights of a network without the features for one with them: their columns begin at zero.

    The features are the last inputs of a layer, so that ``network`` begins as the same function.
    """
    own = network.state_dict()
    weights = dict(state)
    for key, weight in state.items():
        missing = own[key].shape[1] - weight.shape[1] if key in own and weight.dim() == 2 else 0
        if missing > 0:
            weights[key] = nn.functional.pad(weight, (0, missing))
    return weights
