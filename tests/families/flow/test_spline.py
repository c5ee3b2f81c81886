"""Rational-quadratic splines against zuko, numerical integration and samples."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch import Tensor

from nugan_hep.families.flow import spline

pytestmark = pytest.mark.usefixtures("one_thread")

BINS = 8


def raw(rows: int, scale: float = 1.5, seed: int = 0) -> Tensor:
    """Random parameters [N, 3K + 1], float64."""
    random = torch.Generator().manual_seed(seed)
    return scale * torch.randn(rows, spline.size(BINS), generator=random, dtype=torch.float64)


def density(parameters: Tensor, x: Tensor) -> Tensor:
    return torch.exp(spline.cdf(parameters.expand(len(x), -1), x)[1])


def inner_knots(parameters: Tensor) -> Tensor:
    return spline.edges(parameters)[0][0, 1:]


def test_zuko_has_the_same_spline() -> None:
    """zuko's transform with the knots and slopes of ours, on [-1, 1] instead of [0, 1]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from zuko.transforms import MonotonicRQSTransform

    parameters = raw(1)
    x_left, u_left, _, _ = spline.edges(parameters)
    one = torch.ones(1, 1, dtype=torch.float64)
    knots, heights = (torch.cat([left, one], dim=1)[0] for left in (x_left, u_left))
    slopes = density(parameters, knots)  # what the knots' slopes are is tested below
    theirs = MonotonicRQSTransform(torch.zeros(BINS), torch.zeros(BINS), torch.zeros(BINS - 1), bound=1.0)
    theirs.horizontal, theirs.vertical, theirs.derivatives = 2 * knots - 1, 2 * heights - 1, slopes
    x = torch.linspace(0.001, 0.999, 999, dtype=torch.float64)
    u, log_density = spline.cdf(parameters.expand(len(x), -1), x)
    expected, log_gradient = theirs.call_and_ladj(2 * x - 1)
    torch.testing.assert_close(2 * u - 1, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(log_density, log_gradient, rtol=0, atol=1e-10)
    back = spline.quantile(parameters.expand(len(x), -1), u)
    torch.testing.assert_close(2 * back - 1, theirs.inv(expected), rtol=0, atol=1e-10)


def test_slopes_of_the_knots() -> None:
    """Geometric mean of the secants beside a knot times exp of the free part, at most e^3."""
    parameters = raw(1, scale=4.0)
    _, _, width, height = spline.edges(parameters)
    secants = torch.log(height / width)[0].numpy()
    free = parameters[0, 2 * BINS :].numpy()
    knots = torch.cat([torch.zeros(1), inner_knots(parameters), torch.ones(1)])
    found = torch.log(density(parameters, knots)).numpy()
    beside = np.concatenate([secants[:1], secants, secants[-1:]])
    expected = 0.5 * (beside[:-1] + beside[1:]) + free / (1 + np.abs(free) / 3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_density_integrates_to_the_cumulative_distribution() -> None:
    parameters = raw(1)
    knots = inner_knots(parameters).tolist()
    for end in (0.1, 0.5, 0.93, 1.0):
        area, _ = integrate.quad(
            lambda x: density(parameters, torch.tensor([x], dtype=torch.float64)).item(),
            *(0.0, end),
            points=[knot for knot in knots if knot < end],
            limit=200,
        )
        u, _ = spline.cdf(parameters, torch.tensor([end], dtype=torch.float64))
        assert u.item() == pytest.approx(area, abs=1e-8)
    assert u.item() == pytest.approx(1.0, abs=1e-12)


def test_density_is_continuous_at_the_knots() -> None:
    parameters = raw(20)
    for row in parameters:
        knots = inner_knots(row[None])
        below, above = density(row, knots - 1e-9), density(row, knots + 1e-9)
        torch.testing.assert_close(below, above, rtol=1e-4, atol=0)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-4)])
def test_quantile_inverts_the_cumulative_distribution(dtype: torch.dtype, tolerance: float) -> None:
    u = torch.cat([torch.rand(5000, dtype=dtype), torch.tensor([0.0, 1.0], dtype=dtype)])
    parameters = raw(len(u)).to(dtype)
    x = spline.quantile(parameters, u)
    assert ((x >= 0) & (x <= 1)).all()
    back, _ = spline.cdf(parameters, x)
    # densities reach 1000, so that half a unit in the last place of x is as much more in u
    torch.testing.assert_close(back, u, rtol=0, atol=tolerance)
    assert (back - u).abs().median() <= 2 * torch.finfo(dtype).eps


@pytest.mark.slow
def test_histogram_of_samples() -> None:
    parameters, n = raw(1), 200_000
    u = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    samples = spline.quantile(parameters.expand(n, -1), u).numpy()
    knots, expected = np.linspace(0, 1, 41), []
    for low, high in itertools.pairwise(knots):
        nodes, weights = np.polynomial.legendre.leggauss(200)
        x = torch.from_numpy(low + 0.5 * (nodes + 1) * (high - low))
        expected.append(n * 0.5 * (high - low) * float(weights @ density(parameters, x).numpy()))
    found = np.histogram(samples, knots)[0]
    chi2 = float(np.sum((found - np.array(expected)) ** 2 / np.array(expected)))
    assert stats.chi2.sf(chi2, len(found) - 1) > 1e-3


def test_zero_parameters_are_the_uniform_distribution() -> None:
    x = torch.linspace(0, 1, 101, dtype=torch.float64)
    u, log_density = spline.cdf(torch.zeros(101, spline.size(BINS), dtype=torch.float64), x)
    torch.testing.assert_close(u, x, rtol=0, atol=1e-14)
    torch.testing.assert_close(log_density, torch.zeros_like(x), rtol=0, atol=1e-13)


@pytest.mark.parametrize("scale", [30.0, 1e4])
def test_extreme_parameters_stay_finite(scale: float) -> None:
    """Bins of the least width and height beside the widest: log-density within its bounds."""
    parameters = raw(20_000, scale).float()
    u = torch.rand(20_000)
    u[:2] = torch.tensor([0.0, 1.0])
    x = spline.quantile(parameters, u)
    assert ((x >= 0) & (x <= 1)).all()
    _, log_density = spline.cdf(parameters, x)
    assert torch.isfinite(log_density).all()
    steepest = math.log(1 / spline.MIN_WIDTH) + spline.MAX_LOG_SLOPE
    assert (log_density <= steepest).all()
    parameters.requires_grad_()
    (gradient,) = torch.autograd.grad(spline.cdf(parameters, u)[1].sum(), parameters)
    assert torch.isfinite(gradient).all()
