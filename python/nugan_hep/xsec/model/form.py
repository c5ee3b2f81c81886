"""From a network's outputs to a cross section: the published form, and ours.

``mott``: PRC 110 025501. Inputs E, omega, theta, cos theta, Q2; one output, a sigmoid times the Mott-like
factor, here times A/12 so that a network of carbon is a start for another nucleus.

``response``: inputs that are functions of q and omega, and cos theta; two outputs, whose exponentials
multiply the longitudinal and transverse part of :mod:`.response`. That the cross section of every energy and
angle comes from two functions of q and omega is exact for one exchanged photon, and what makes a spectrum
between the measured ones an interpolation. What the data have beyond it (more photons, Coulomb distortion,
radiative corrections) is left to a weak dependence of the two functions on the angle. The nucleus attracts
the electron: energies before and after are larger by its Coulomb energy inside, and so is the wave (effective
momentum approximation, EPJ A 26 167).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nugan_hep.xsec.data import constants, kinematics
from nugan_hep.xsec.data.nuclei import Nucleus
from nugan_hep.xsec.model import variables
from nugan_hep.xsec.model.response import closed_form

FORMS = {"response": (len(variables.RESPONSE_INPUTS), 2), "mott": (len(variables.PUBLISHED_INPUTS), 1)}
"""Inputs and outputs of the network."""


class Form(nn.Module):
    """What surrounds the networks; has no weights but the scaling of the inputs.

    Parameters
    ----------
    kind : one of ``FORMS``
    mean, scale : of the inputs of the training's points [inputs]
    """

    def __init__(self, kind: str, nucleus: Nucleus, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.response = kind == "response"
        self.z, self.a, self.mass = nucleus.z, nucleus.a, nucleus.mass
        self.fermi_momentum, self.shift = nucleus.fermi_momentum, nucleus.shift
        self.coulomb = nucleus.coulomb
        self.separation, self.cut = nucleus.separation, nucleus.cut
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", mean.double())
        self.register_buffer("scale", scale.double())

    def raw_inputs(self, points: Tensor) -> Tensor:
        """Inputs [n, inputs] in float64 of points (E [GeV], theta [deg], omega [GeV]) [n, 3]."""
        energy, theta, omega = points[:, 0], points[:, 1], points[:, 2]
        if self.response:
            return variables.response_inputs(
                energy + self.coulomb,
                theta,
                omega,
                self.mass,
                self.separation,
                self.fermi_momentum,
                self.shift,
            )
        return variables.published_inputs(energy, theta, omega)

    def inputs(self, points: Tensor) -> Tensor:
        """What the networks see [n, inputs], float32."""
        return ((self.raw_inputs(points) - self.mean) / self.scale).float()

    def factors(self, points: Tensor) -> Tensor:
        """What the outputs' functions are multiplied with [n, outputs] in nb/sr/GeV, 0 below threshold."""
        energy, theta, omega = points[:, 0], points[:, 1], points[:, 2]
        excited = kinematics.excitation(energy, theta, omega, self.mass)
        inside = threshold(excited, self.separation, self.cut) * (omega < energy)
        if self.response:
            inner = energy + self.coulomb
            factors = closed_form(inner, theta, omega, self.z, self.a, self.fermi_momentum, self.shift)
            factors = factors * ((inner / energy) ** 2).unsqueeze(1)
        else:
            factors = (published_factor(energy, theta) * (self.a / 12.0)).unsqueeze(1)
        # where nothing can be knocked out, the closed form need not be a number
        return torch.where(inside.unsqueeze(1) > 0, factors * inside.unsqueeze(1), 0.0)

    def combine(self, outputs: Tensor, factors: Tensor) -> Tensor:
        """Cross sections [members, n] from outputs [members, n, outputs] and factors [n, outputs]."""
        if self.response:
            corrections = torch.exp(outputs.clamp(-constants.LARGEST_LOGARITHM, constants.LARGEST_LOGARITHM))
        else:
            corrections = torch.sigmoid(outputs)
        return (corrections * factors).sum(dim=2)


def input_scaling(kind: str, nucleus: Nucleus, points: Tensor) -> tuple[Tensor, Tensor]:
    """What is taken from the inputs, and what they are divided by [inputs], from points [n, 3]."""
    count = FORMS[kind][0]
    raw = Form(kind, nucleus, torch.zeros(count), torch.ones(count)).raw_inputs(points.double())
    seen = variables.RESPONSE_SCALES if kind == "response" else (1.0,) * count
    return raw.mean(dim=0), raw.std(dim=0) / torch.tensor(seen)


def published_factor(energy: Tensor, theta: Tensor) -> Tensor:
    """What PRC 110 025501 multiplies the network's output with: 1e9/(cos(theta/2) E) times the Mott
    cross section in natural units.
    """
    return (
        1e9
        / (torch.cos(theta * (math.pi / 360.0)) * energy)
        * kinematics.mott(energy, theta)
        / constants.HBARC2
    )


def threshold(excited: Tensor, separation: float, cut: float) -> Tensor:
    """0 below the separation energy, 1 above the cut, a smooth rise (3t^2 - 2t^3) between them."""
    t = ((excited - separation) / (cut - separation)).clamp(0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)
