"""Ensembles drawn from one network: Monte Carlo dropout, and Laplace's approximation of the last layer.

A draw is a network like any other, so that prediction, export and transfer need not know where an ensemble is
from.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nugan_hep.xsec.fit.chi2 import Widths
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.network import Ensemble

PRIOR_PRECISIONS = torch.logspace(-3, 6, 37, dtype=torch.float64)


@torch.no_grad()
def dropout_draws(network: Ensemble, dropout: float, members: int, seed: int) -> Ensemble:
    """``members`` copies of one network, each with units dropped at random for good (arXiv:1506.02142)."""
    copies = network.repeated(members)
    generator = torch.Generator().manual_seed(seed)
    for block in copies.layers():
        kept = torch.rand(members, 1, copies.width, generator=generator) >= dropout
        block.mask = kept.float() / (1.0 - dropout)
    return copies


@torch.no_grad()
def laplace_draws(
    network: Ensemble, form: Form, points: FitPoints, widths: Widths, members: int, seed: int
) -> Ensemble:
    """``members`` copies with output layers from a Gaussian around the trained one (arXiv:2106.14806).

    Its precision is J^T C^-1 J + precision of the prior: J the derivative of the cross sections of the
    training points, C their covariance with the nuisances' widths, and the prior's precision the
    one of largest evidence.
    """
    kinematics = torch.from_numpy(points.kinematics)
    inputs = form.inputs(kinematics).unsqueeze(0)
    hidden = network.before(inputs, len(network.blocks))
    outputs = network.output(hidden)
    factors = form.factors(kinematics)
    ones = torch.ones(1, hidden.shape[1], 1)
    features = torch.cat([hidden, ones], dim=2)[0].double()
    with torch.enable_grad():
        leaf = outputs.detach().double().requires_grad_(True)
        predicted = form.combine(leaf, factors)
        (slope,) = torch.autograd.grad(predicted.sum(), leaf)
    jacobian = (slope[0].unsqueeze(2) * features.unsqueeze(1)).flatten(1)
    precision = _data_precision(jacobian, predicted[0].detach(), points, widths)
    best = torch.cat([network.output.weight[0], network.output.bias[0]]).double().T.flatten()
    values, vectors = torch.linalg.eigh(precision)
    values = values.clamp(min=0.0)
    prior = best_prior(values, best)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(members, len(best), generator=generator, dtype=torch.float64)
    drawn = best + (noise / torch.sqrt(values + prior)) @ vectors.T
    copies = network.repeated(members)
    layers = drawn.view(members, network.outputs, -1).transpose(1, 2).float()
    copies.output.weight.copy_(layers[:, :-1])
    copies.output.bias.copy_(layers[:, -1:])
    return copies


def best_prior(values: Tensor, best: Tensor) -> Tensor:
    """The prior precision of largest evidence, for eigenvalues [k] of the data's precision and weights [k].

    The misfit of the data does not depend on it: what counts is -p |w|^2/2 + sum log(p/(value + p))/2.
    """
    evidence = [-p * (best**2).sum() + torch.log(p / (values + p)).sum() for p in PRIOR_PRECISIONS]
    return PRIOR_PRECISIONS[int(torch.stack(evidence).argmax())]


def _data_precision(jacobian: Tensor, predicted: Tensor, points: FitPoints, widths: Widths) -> Tensor:
    """J^T C^-1 J for C = diag(e^2) + U U^T by Woodbury's formula, U the nuisances' effects [n, nuisances]."""
    error, slope = torch.from_numpy(points.error), torch.from_numpy(points.slope)
    source, spectrum = torch.from_numpy(points.source), torch.from_numpy(points.spectrum)
    of_set = torch.nn.functional.one_hot(source, len(points.sources)).double()
    of_spectrum = torch.nn.functional.one_hot(spectrum, len(points.owner)).double()
    effects = (
        (widths.source * predicted / error).unsqueeze(1) * of_set,
        (widths.spectrum * predicted / error).unsqueeze(1) * of_spectrum,
        (widths.shift * slope / error).unsqueeze(1) * of_spectrum,
    )
    u, scaled = torch.cat(effects, dim=1), jacobian / error.unsqueeze(1)
    projected = u.T @ scaled
    inner = torch.eye(u.shape[1], dtype=torch.float64) + u.T @ u
    taken: Tensor = projected.T @ torch.linalg.solve(inner, projected)
    return scaled.T @ scaled - taken
