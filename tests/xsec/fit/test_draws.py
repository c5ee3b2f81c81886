from __future__ import annotations

import numpy as np
import pytest
import torch

from nugan_hep.xsec.fit.chi2 import Widths
from nugan_hep.xsec.fit.draws import best_prior, dropout_draws, laplace_draws
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.model.form import FORMS, Form, input_scaling
from nugan_hep.xsec.model.network import Ensemble


def test_dropout_draws_average_to_the_network() -> None:
    """For one layer, where the mean over masks is exact."""
    torch.manual_seed(1)
    network = Ensemble(1, 8, 1, 64, 1, "residual").eval()
    x = torch.randn(1, 20, 8)
    draws = dropout_draws(network, 0.3, 4000, seed=2)
    with torch.no_grad():
        values = draws(x.expand(4000, -1, -1))[:, :, 0]
        error = values.std(dim=0) / 4000**0.5
        assert ((values.mean(dim=0) - network(x)[0, :, 0]).abs() < 5 * error).all()
        kept = (draws.layers()[0].mask != 0).float().mean()  # type: ignore[union-attr]
    assert abs(float(kept) - 0.7) < 0.01


def test_laplace_draws_have_the_covariance_of_least_squares(points: FitPoints) -> None:
    """(w - w0)^T (J^T C^-1 J + p)(w - w0) is a chi2 of as many degrees of freedom as weights."""
    points = points.with_errors(np.full(len(points), 0.01))
    inputs, outputs = FORMS["response"]
    k = torch.from_numpy(points.kinematics)
    form = Form("response", points.nucleus, *input_scaling("response", points.nucleus, k))
    torch.manual_seed(3)
    network = Ensemble(1, inputs, outputs, 4, 1, "residual").eval()
    draws = laplace_draws(network, form, points, Widths(0.05, 0.03, 0.002), 3000, seed=1)
    x = form.inputs(k).unsqueeze(0)
    with torch.no_grad():
        features = torch.cat([network.before(x, 1)[0], torch.ones(len(points), 1)], dim=1).double()
        parts = torch.exp(network(x)[0].double()) * form.factors(k)

    def flat(ensemble: Ensemble) -> torch.Tensor:
        layer = torch.cat([ensemble.output.weight, ensemble.output.bias], dim=1)
        return layer.detach().double().transpose(1, 2).flatten(1)

    jacobian = torch.cat([features * parts[:, [o]] for o in range(2)], dim=1)
    predicted = parts.sum(dim=1).numpy()
    covariance = np.diag(points.error**2)
    for j in range(2):
        own = np.where(points.source == j, predicted, 0.0)
        covariance += 0.05**2 * np.outer(own, own)
    for j in range(len(points.owner)):
        own, slope = (np.where(points.spectrum == j, part, 0.0) for part in (predicted, points.slope))
        covariance += 0.03**2 * np.outer(own, own) + 0.002**2 * np.outer(slope, slope)
    precision = jacobian.T @ torch.from_numpy(np.linalg.inv(covariance)) @ jacobian
    best = flat(network)[0]
    precision += best_prior(torch.linalg.eigvalsh(precision), best) * torch.eye(len(best))
    away = flat(draws) - best
    squares = torch.einsum("mi,ij,mj->m", away, precision, away)
    assert float(squares.mean()) == pytest.approx(len(best), rel=0.05)
