"""Random numbers: the vectorised draw bit by bit, and the statistics of what comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from building import run
from numpy.typing import NDArray
from scipy import stats
from torch import Tensor, nn

from nugan_hep import Sampler, _core, _sampler
from nugan_hep.families.common.exported import scripted

EVENTS, SIZE = 200_000, 50
LIMIT = 5.0
"""Standard deviations that a statistic of fixed seeds may be off; one in two million by chance."""


class Mirror(nn.Module):
    """No network: |z|/4 of the latent number z whose place the energy names as the angle, its sign as E_mu.

    A quarter of a float is exact, so that the events hold all bits of the latents.
    """

    def __init__(self) -> None:
        super().__init__()
        self.enu_min, self.enu_max, self.shift = 1.0, 8.0, 0.004

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        place = (8.0 * (enu - 1.0)).round().long().clamp(max=latent.shape[1] - 1)
        z = latent.gather(1, place.unsqueeze(1))[:, 0]
        return torch.stack([torch.where(z < 0.0, 0.25, 0.5), 0.25 * z.abs()], dim=1)


def mirror(latent_size: int, path: Path) -> Path:
    attributes = {
        "format_version": 1,
        "name": "mirror",
        "probe": 14,
        "target": 1000060120,
        "interaction": "none",
        "latent_size": latent_size,
    }
    empty = torch.empty(0, dtype=torch.float64)
    script = scripted(Mirror(), attributes, {"xsec_enu": empty, "xsec": empty.clone()})
    torch.jit.save(script, str(path), _extra_files={"nugan.json": json.dumps({"latent_size": latent_size})})
    return path


@pytest.mark.parametrize("latent_size", [1, 2, 3, 50])
def test_vectors_draw_what_the_scalar_code_draws(
    latent_size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mirror(latent_size, tmp_path / "mirror.pt")
    for simd in _sampler.simd_names():
        monkeypatch.setenv("NUGAN_SIMD", simd)
        sampler = Sampler(path, threads=2)
        for seed, first, n in ((0, 0, 1000), (2**64 - 1, 2**31 - 700, 700), (0x0123456789ABCDEF, 31, 65)):
            latents = _core.latents(seed, first, n, latent_size)
            for place in range(latent_size):
                events = sampler.sample(1.0 + 0.125 * place, n=n, seed=seed, first=first)
                z = np.where(events["El"] < 0.3, -4, 4).astype(np.float32) * events["thetal"]
                np.testing.assert_array_equal(z, latents[:, place])
            uniforms = _core.uniforms(seed, first, n)
            events = sampler.sample(n=n, seed=seed, first=first)
            np.testing.assert_array_equal(events["Ev"], (1 + 7 * uniforms[:, 0]).astype(np.float32))
            np.testing.assert_array_equal(
                events["phil"], (np.pi * (2 * uniforms[:, 1] - 1)).astype(np.float32)
            )


@pytest.mark.parametrize("first", [2**32 - 3, 2**40 - 1, 2**64 - 6])
def test_event_numbers_beyond_32_bits(first: int) -> None:
    """The two halves of the number are two words of the counter; past the last number comes event 0."""
    latents = _core.latents(17, first, 9, 3)
    for k in range(9):
        event = (first + k) % 2**64
        counter = [event % 2**32, event // 2**32]
        words = np.concatenate([_core.philox4x32([*counter, block, 0], [17, 0]) for block in (0, 1)])
        u = (words + 0.5) / 2.0**32
        radius, angle = np.sqrt(-2 * np.log(u[2::2])), 2 * np.pi * u[3::2]
        expected = [radius[0] * np.cos(angle[0]), radius[0] * np.sin(angle[0]), radius[1] * np.cos(angle[1])]
        np.testing.assert_allclose(latents[k], expected, rtol=1e-6, atol=1e-6)


@pytest.fixture(scope="module")
def latents() -> NDArray[np.float32]:
    """10^7 numbers [events, latents]."""
    return _core.latents(2024, 5, EVENTS, SIZE)


def test_moments(latents: NDArray[np.float32]) -> None:
    z = latents.ravel().astype(np.float64)
    power = np.ones_like(z)
    for k in range(1, 7):
        power *= z
        expected = 0.0 if k % 2 else float(stats.norm.moment(k))
        spread = np.sqrt((stats.norm.moment(2 * k) - expected**2) / z.size)
        assert abs(power.mean() - expected) < LIMIT * spread, k


def test_distribution(latents: NDArray[np.float32]) -> None:
    z = np.sort(latents.ravel())
    edges = stats.norm.ppf(np.linspace(0, 1, 1001))
    counts = np.diff(np.searchsorted(z, edges.astype(np.float32)))
    # edges rounded to float32 lie at another quantile
    expected = z.size * np.diff(stats.norm.cdf(edges.astype(np.float32).astype(np.float64)))
    assert stats.chi2(999).sf(np.sum((counts - expected) ** 2 / expected)) > 1e-4
    # the distance of Kolmogorov and Smirnov, at 10^4 points of the sorted numbers
    points = np.arange(0, z.size, 1000)
    distance = np.abs(stats.norm.cdf(z[points].astype(np.float64)) - (points + 0.5) / z.size).max()
    assert stats.kstwobign.sf(distance * np.sqrt(z.size)) > 1e-4


@pytest.mark.parametrize("side", [-1, 1])
def test_tails(latents: NDArray[np.float32], side: int) -> None:
    """Numbers beyond 3, 4 and 5 sigma; all ends of the tail, by the chance of that many or fewer, or more."""
    for sigma in (3.0, 4.0, 4.5, 5.0):
        count = np.count_nonzero(side * latents > sigma)
        poisson = stats.poisson(latents.size * stats.norm.sf(sigma))
        assert min(poisson.cdf(count), poisson.sf(count - 1)) > 1e-5, (sigma, count, poisson.mean())
    assert np.abs(latents).max() < np.sqrt(2 * 33 * np.log(2))  # where u is 2^-33


def products(latents: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Correlation coefficients times the root of the number of pairs: normal numbers, if there is none."""
    z = latents.astype(np.float64)
    other = _core.latents(2025, 5, EVENTS, SIZE).astype(np.float64)
    u = np.sqrt(12.0) * (_core.uniforms(2024, 5, EVENTS) - 0.5)
    root = np.sqrt(EVENTS)
    pairs = np.triu_indices(SIZE, 1)
    yield "in an event", (z.T @ z)[pairs] / root
    squares = (z * z - 1.0) / np.sqrt(2.0)
    yield "squares in an event", (squares.T @ squares)[pairs] / root
    for distance in (1, 2, 32):
        # the same place only: all 2500 pairs cost no more, and hold them
        name = f"{distance} events apart"
        yield name, (z[:-distance].T @ z[distance:]).ravel() / np.sqrt(EVENTS - distance)
    yield "neighbouring seeds", (z.T @ other).ravel() / root
    yield "uniforms and latents", (u.T @ z).ravel() / root
    yield "uniforms", np.array([u[:, 0] @ u[:, 1], u[:-1, 0] @ u[1:, 0], u[:-1, 1] @ u[1:, 1]]) / root


def test_independence(latents: NDArray[np.float32]) -> None:
    for name, coefficients in products(latents):
        assert stats.chi2(coefficients.size).sf(np.sum(coefficients**2)) > 1e-4, name
        largest = 2 * stats.norm.sf(np.abs(coefficients).max()) * coefficients.size
        assert largest > 1e-4, name


def test_uniforms_are_uniform() -> None:
    u = _core.uniforms(1, 2**33, 1_000_000)
    assert stats.kstest(u[:, 0], "uniform").pvalue > 1e-4
    assert stats.kstest(u[:, 1], "uniform").pvalue > 1e-4


@pytest.mark.heavy
def test_a_thousand_million_draws(program: Callable[[str], Path]) -> None:
    """Statistics of 10^9 numbers and every one of the 2^32 radii, by the hidden tests in C++."""
    run(program("nugan_tests"), "[.heavy]")
