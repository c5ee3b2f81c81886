"""How wide the nuisances of data sets and spectra are, from the data alone: components of variance.

The logarithm of data over closed form, y, is a smooth function of the inputs of a network plus what is common
to a data set, to a spectrum, and to the energy of a spectrum:

    cov(y, y') = k(x, x') + s^2 [same set] + (t^2 + w^2 h h') [same spectrum] + e^2 [same point],

h = d ln(sigma)/d omega sqrt(E^2 + (2 GeV)^2) of the closed form, e the points' relative errors and k a sum of
a squared exponential and a Matern function (nu = 3/2) with a length for each input. Amplitudes and lengths of
k, and s, t and w are at the largest likelihood (Rasmussen and Williams, Gaussian Processes for Machine
Learning, ch. 5); their uncertainty is from its curvature.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from nugan_hep.xsec.fit.chi2 import Widths
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.model.form import Form, input_scaling

MOST_POINTS = 800
STEPS = 120
START = Widths(0.05, 0.03, 1e-3)
_RATE = 0.08
_DIFFERENCE = 0.02
_LEAST_CURVATURE = 1e-3


class Estimate(NamedTuple):
    """Widths, and the factors that their logarithms' standard deviations are; ``points`` used."""

    widths: Widths
    factors: Widths
    points: int


def estimate(points: FitPoints, most: int = MOST_POINTS, seed: int = 1) -> Estimate:
    """Widths of the nuisances by the points, with the errors added; a random part, if there are ``most``."""
    if len(points) > most:
        points = points[np.sort(np.random.default_rng(seed).permutation(len(points))[:most])]
    likelihood = _Likelihood(points)
    logarithms = likelihood.start().requires_grad_(True)
    optimizer = torch.optim.Adam([logarithms], lr=_RATE)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * 0.5 * (1.0 + math.cos(math.pi * step / STEPS))
        optimizer.zero_grad()
        likelihood(logarithms).backward()
        optimizer.step()
    best = logarithms.detach()
    spread = _spread(likelihood, best)
    found, factors = ([math.exp(float(v)) for v in part[:3]] for part in (best, spread))
    return Estimate(Widths(*found), Widths(*factors), len(points))


def mean_widths(estimates: Sequence[Estimate]) -> Widths:
    """The mean of the widths' logarithms, weighted by their uncertainties."""
    logarithms = np.log([one.widths for one in estimates])
    weights = np.log([one.factors for one in estimates]) ** -2
    mean = np.exp((weights * logarithms).sum(axis=0) / weights.sum(axis=0))
    return Widths(*(float(width) for width in mean))


class _Likelihood:
    """Minus its logarithm, of s, t, w, two amplitudes and lengths of two functions, all logarithms."""

    def __init__(self, points: FitPoints) -> None:
        kinematics = torch.from_numpy(points.kinematics)
        nucleus = points.nucleus
        form = Form("response", nucleus, *input_scaling("response", nucleus, kinematics))
        self.x = form.inputs(kinematics).double()
        value = torch.from_numpy(points.value)
        y = torch.log(value / form.factors(kinematics).sum(dim=1))
        self.y = (y - y.mean()).unsqueeze(1)
        slope = torch.from_numpy(points.slope) / value
        source, spectrum = torch.from_numpy(points.source), torch.from_numpy(points.spectrum)
        same_spectrum = (spectrum.unsqueeze(1) == spectrum).double()
        self.parts = (
            (source.unsqueeze(1) == source).double(),
            same_spectrum,
            same_spectrum * torch.outer(slope, slope),
        )
        self.noise = torch.diag((torch.from_numpy(points.error) / value) ** 2)

    def start(self) -> Tensor:
        """The squared exponential with longer, the Matern function with shorter lengths."""
        lengths = [1.0, 3.0, 1.0, 1.0, 4.0, 0.5, 3.0, 0.5, 0.5, 4.0]
        return torch.tensor([*START, 0.4, 0.1, *lengths], dtype=torch.float64).log()

    def __call__(self, logarithms: Tensor) -> Tensor:
        widths, amplitudes, lengths = logarithms.exp().split([3, 2, 10])
        smooth, rough = (self._distance2(part) for part in lengths.split(5))
        root = torch.sqrt(3.0 * rough + 1e-10)
        covariance = self.noise + amplitudes[0] ** 2 * torch.exp(-0.5 * smooth)
        covariance = covariance + amplitudes[1] ** 2 * (1.0 + root) * torch.exp(-root)
        for width, part in zip(widths, self.parts, strict=True):
            covariance = covariance + width**2 * part
        triangle = torch.linalg.cholesky(covariance)
        misfit: Tensor = 0.5 * (self.y * torch.cholesky_solve(self.y, triangle)).sum()
        total: Tensor = misfit + triangle.diagonal().log().sum()
        return total

    def _distance2(self, lengths: Tensor) -> Tensor:
        scaled = self.x / lengths
        squares = (scaled**2).sum(dim=1)
        return (squares.unsqueeze(1) + squares - 2.0 * scaled @ scaled.T).clamp(min=0.0)


def _spread(likelihood: _Likelihood, best: Tensor) -> Tensor:
    """Standard deviations of the logarithms, from differences of gradients."""
    rows = []
    for k in range(len(best)):
        step = torch.zeros_like(best)
        step[k] = _DIFFERENCE
        gradients = []
        for at in (best + step, best - step):
            leaf = at.clone().requires_grad_(True)
            gradients.append(torch.autograd.grad(likelihood(leaf), leaf)[0])
        rows.append((gradients[0] - gradients[1]) / (2.0 * _DIFFERENCE))
    curvature = torch.stack(rows)
    values, vectors = torch.linalg.eigh(0.5 * (curvature + curvature.T))
    # directions that the data say nothing of: lengths beyond all data
    return torch.sqrt((vectors**2 / values.clamp(min=_LEAST_CURVATURE)).sum(dim=1))
