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


def mean_and_std(values: Tensor) -> tuple[Array, Array]:
    """Over the members [members, n]; the standard deviation of one network is 0."""
    if len(values) == 1:
        return values[0].numpy(), np.zeros(values.shape[1])
    std, mean = torch.std_mean(values, dim=0)
    return mean.numpy(), std.numpy()
