"""The cross sections of an ensemble's networks, and their mean and standard deviation."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nugan_hep.xsec.data.points import Array
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.network import Ensemble


@torch.no_grad()
def member_values(ensemble: Ensemble, form: Form, kinematics: Array) -> Tensor:
    """Cross sections [members, n] of every network in nb/sr/GeV at points (E, theta, omega) [n, 3]."""
    points = torch.from_numpy(kinematics)
    inputs = form.inputs(points).expand(ensemble.members, -1, -1)
    return form.combine(ensemble(inputs).double(), form.factors(points))


def mean_and_std(members: Array) -> tuple[Array, Array]:
    """Over the networks [members, n]; the standard deviation of one network is 0."""
    std = members.std(axis=0, ddof=1) if len(members) > 1 else np.zeros(members.shape[1])
    return members.mean(axis=0), std
