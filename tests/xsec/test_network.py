from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nugan_hep.xsec.assess import score
from nugan_hep.xsec.config import XsecConfig
from nugan_hep.xsec.draws import best_prior, dropout_draws, laplace_draws
from nugan_hep.xsec.export import ExportedEnsemble, load_ensemble, load_module, write_archive
from nugan_hep.xsec.form import FORMS, Form, input_scaling
from nugan_hep.xsec.network import Ensemble
from nugan_hep.xsec.training import clones
from torch.func import functional_call, stack_module_state, vmap

from nugan_hep.xsec import chi2 as c
from nugan_hep.xsec.data import Points, read_points


def settled(kind: str, members: int = 3, outputs: int = 2) -> tuple[Ensemble, torch.Tensor]:
    torch.manual_seed(4)
    ensemble = Ensemble(members, 8, outputs, 16, 3, kind)
    for parameter in ensemble.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x = torch.randn(members, 40, 8)
    ensemble.settle(x)
    return ensemble, x


@pytest.mark.parametrize("training", [False, True])
def test_batched_networks_are_torch_networks(training: bool) -> None:
    """Against vmap over stacked torch.nn layers, batch normalisation included."""
    ensemble, x = settled("published")
    ensemble.train(training)
    singles = [ensemble.member(k) for k in range(3)]
    if training:  # every network normalises over its own points, which vmap over running statistics cannot
        expected = torch.stack([single(x[k]) for k, single in enumerate(singles)])
    else:
        parameters, buffers = stack_module_state(singles)  # type: ignore[arg-type]

        def call(p: Any, b: Any, points: torch.Tensor) -> Any:
            return functional_call(singles[0], (p, b), (points,))

        expected = vmap(call)(parameters, buffers, x)
    torch.testing.assert_close(ensemble(x), expected, rtol=1e-4, atol=1e-5)


def test_gradients_of_members_are_independent() -> None:
    ensemble, x = settled("residual")
    ensemble(x)[1].sum().backward()
    gradient = ensemble.layers()[0].dense.weight.grad
    assert gradient is not None
    assert (gradient[[0, 2]] == 0).all()
    assert (gradient[1] != 0).any()


@pytest.mark.parametrize("kind", ["published", "residual"])
def test_folding_and_cutting_change_nothing(kind: str) -> None:
    ensemble, x = settled(kind)
    whole = ensemble(x)
    torch.testing.assert_close(ensemble.folded()(x), whole, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ensemble.first(2)(x[:2]), whole[:2], rtol=1e-4, atol=1e-5)
    for first in range(3):
        frozen = ensemble.before(x, first)
        torch.testing.assert_close(ensemble.tail(first)(frozen), whole, rtol=1e-4, atol=1e-5)


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


def points_of(path: Path) -> Points:
    points = read_points(path)
    return points.with_errors(np.full(len(points), 0.01))


def test_coverage_of_gaussian_data(carbon: Path) -> None:
    """Bands of the true mean, with a model error of the size that it says, hold 68.3 and 95 %."""
    few = points_of(carbon)
    points = few[np.tile(np.arange(len(few)), 60)]
    rng = np.random.default_rng(2)
    std = 0.5 * points.error
    value = 1000.0 + std * rng.standard_normal(len(points)) + points.error * rng.standard_normal(len(points))
    from dataclasses import replace

    drawn = replace(points, value=value)
    widths = c.Widths(0.05, 0.02, 0.001)
    found = score(np.full(len(points), 1000.0), std, drawn, widths, c.Nuisances.none(drawn))
    assert found.cover68 == pytest.approx(0.683, abs=0.02)
    assert found.cover95 == pytest.approx(0.95, abs=0.01)


def test_clones_scatter_as_errors_and_nuisances_say(carbon: Path) -> None:
    points = points_of(carbon)
    settings = {"normalisation": 0.04, "spectrum_normalisation": 0.03, "energy_shift": 0.002}
    drawn = clones(points, XsecConfig(members=4000, **settings)).numpy()
    shift = 0.002 * points.slope / points.value
    own = np.sqrt((points.error / points.value) ** 2 + 0.04**2 + 0.03**2 + shift**2)
    np.testing.assert_allclose(drawn.std(axis=0) / points.value, own, rtol=0.08)
    ratio = drawn / points.value - 1
    first, second = (np.flatnonzero(points.spectrum == k) for k in (0, 1))
    pair = np.mean(ratio[:, first[0]] * ratio[:, first[1]])
    assert pair == pytest.approx(0.04**2 + 0.03**2 + shift[first[0]] * shift[first[1]], rel=0.2)
    assert np.mean(ratio[:, first[0]] * ratio[:, second[0]]) == pytest.approx(0.04**2, rel=0.3)
    same = clones(points, XsecConfig(members=4, method="ensemble"))
    assert (same == torch.from_numpy(points.value)).all()


def test_laplace_draws_have_the_covariance_of_least_squares(carbon: Path) -> None:
    """(w - w0)^T (J^T C^-1 J + p)(w - w0) is a chi2 of as many degrees of freedom as weights."""
    points = points_of(carbon)
    inputs, outputs = FORMS["response"]
    k = torch.from_numpy(points.kinematics)
    form = Form("response", points.nucleus, *input_scaling("response", points.nucleus, k))
    torch.manual_seed(3)
    network = Ensemble(1, inputs, outputs, 4, 1, "residual").eval()
    draws = laplace_draws(network, form, points, c.Widths(0.05, 0.03, 0.002), 3000, seed=1)
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


@pytest.mark.parametrize("kind", FORMS)
def test_archive_is_the_python_network(kind: str, tmp_path: Path) -> None:
    inputs, outputs = FORMS[kind]
    torch.manual_seed(2)
    ensemble = Ensemble(3, inputs, outputs, 16, 4, "published" if kind == "mott" else "residual").eval()
    from nugan_hep.xsec.nuclei import NUCLEI

    form = Form(kind, NUCLEI["56Fe"], torch.zeros(inputs), torch.ones(inputs))
    module = ExportedEnsemble(ensemble, form)
    write_archive(tmp_path / "m.pt", ensemble, form, {"nucleus": "56Fe", "name": "m"})
    loaded: Any = load_module(tmp_path / "m.pt")
    points = torch.tensor([[0.56, 60.0, 0.15], [2.2, 15.0, 0.3], [0.5, 20.0, 0.001]], dtype=torch.float64)
    torch.testing.assert_close(loaded.members(points), module.members(points), rtol=1e-6, atol=0)
    both = loaded(points)
    torch.testing.assert_close(both[:, 0], loaded.members(points).mean(dim=0))
    torch.testing.assert_close(both[:, 1], loaded.members(points).std(dim=0))
    # half precision of the weights
    with torch.no_grad():
        full = form.combine(ensemble(form.inputs(points).expand(3, -1, -1)).double(), form.factors(points))
    torch.testing.assert_close(loaded.members(points), full, rtol=5e-3, atol=0)
    assert (both[2] == 0).all()
    again, form_again, metadata = load_ensemble(tmp_path / "m.pt")
    assert metadata["members"] == 3
    with torch.no_grad():
        values = form_again.combine(
            again(form_again.inputs(points).expand(3, -1, -1)).double(), form_again.factors(points)
        )
    torch.testing.assert_close(values, loaded.members(points), rtol=1e-5, atol=0)
