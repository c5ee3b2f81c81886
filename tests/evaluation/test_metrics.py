"""The metrics against closed forms, other libraries and the distances of NuWro samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import ot
import pytest
from scipy.stats import wasserstein_distance

from nugan_hep.evaluation import metrics, reference

PERFECT = np.sqrt(2 / np.pi)


def test_histograms_agree_with_numpy(rng: np.random.Generator) -> None:
    columns = rng.uniform(-1, 1, (3, 20_000))
    columns[:, :2] = [[-1, 1]] * 3
    edges_2d, edges_3d = np.linspace(-1, 1, 51), np.linspace(-1, 1, 15)
    expected, _, _ = np.histogram2d(columns[1], columns[2], (edges_2d, edges_2d))
    np.testing.assert_array_equal(metrics.histogram_2d(columns[1], columns[2]), expected)
    expected, _ = np.histogramdd(columns.T, (edges_3d,) * 3)
    np.testing.assert_array_equal(metrics.histogram_3d(*columns), expected)


def test_first_axis_is_the_muon_energy() -> None:
    counts = metrics.histogram_2d([0.99], [-0.99])
    assert counts[49, 0] == 1


def test_proxies_outside_are_refused_but_rounding_is_not() -> None:
    with pytest.raises(ValueError, match="outside"):
        metrics.histogram_2d([1.01], [0.0])
    with pytest.raises(ValueError, match="outside"):
        metrics.histogram_2d([0.0], [np.nan])
    assert metrics.histogram_2d([-1.0 - 1e-7], [1.0 + 1e-7])[0, 49] == 1


def test_pull_of_equal_sizes_is_the_papers_definition() -> None:
    pulls = metrics.pulls([30, 20, 0], [20, 30, 0])
    np.testing.assert_allclose(pulls, [10 / np.sqrt(50), -10 / np.sqrt(50), 0])


@pytest.mark.parametrize("ratio", [1.0, 0.25, 3.0])
def test_pulls_of_one_distribution_have_unit_variance_at_any_size(
    rng: np.random.Generator, ratio: float
) -> None:
    mean = rng.uniform(200, 2000, 20_000)
    one, other = rng.poisson(mean), rng.poisson(ratio * mean)
    assert metrics.pulls(one, other).std() == pytest.approx(1, abs=0.03)
    assert metrics.mean_absolute_pull(one, other) == pytest.approx(PERFECT, abs=0.02)


def test_tails_are_bins_with_at_most_five_events() -> None:
    one, other = [5, 6, 100, 45], [50, 6, 100, 0]
    assert metrics.mean_absolute_pull(one, other) == pytest.approx(45 / np.sqrt(55) / 3)
    assert metrics.mean_absolute_pull(one, other, tails=False) == 0
    with pytest.raises(ValueError, match="no bin"):
        metrics.mean_absolute_pull([1, 0], [0, 1])


def test_emd_along_one_axis_is_scipys_distance(rng: np.random.Generator) -> None:
    one, other = rng.integers(0, 50, (2, 50)).astype(float)
    one_2d, other_2d = np.zeros((2, 50, 50))
    one_2d[:, 7], other_2d[:, 7] = one, other
    expected = wasserstein_distance(np.arange(50), np.arange(50), one, other)
    assert metrics.earth_movers_distance(one_2d, other_2d) == pytest.approx(expected, rel=1e-6)


def test_emd_of_a_shifted_histogram_is_the_shift(rng: np.random.Generator) -> None:
    counts = np.zeros((50, 50))
    counts[10:20, 10:20] = rng.integers(1, 100, (10, 10))
    shifted = np.roll(counts, (3, 4), (0, 1))
    assert metrics.earth_movers_distance(counts, shifted) == pytest.approx(5)
    assert metrics.earth_movers_distance(counts, 2 * counts) == 0


def test_leaving_common_mass_in_place_does_not_change_the_distance(rng: np.random.Generator) -> None:
    one, other = rng.integers(1, 30, (2, 8, 8)).astype(float)
    cells = np.argwhere(one > 0).astype(float)
    cost = ot.dist(cells, cells, metric="euclidean")
    expected = ot.emd2((one / one.sum()).ravel(), (other / other.sum()).ravel(), cost)
    assert metrics.earth_movers_distance(one, other) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.shared("nuwro")
@pytest.mark.parametrize(
    ("process", "emd", "map_2d", "map_3d"),
    [
        ("numu_Ar40_inc", 0.16, 1.17, 1.31),
        ("numu_C12_alt", 0.91, 2.61, 2.96),
        ("numubar_C12_inc", 8.4, 8.3, 10.2),
    ],
)
def test_distances_of_nuwro_targets_from_carbon(
    nuwro: Path, process: str, emd: float, map_2d: float, map_3d: float
) -> None:
    """Samples of 1M NuWro events, as measured independently when they were made."""
    carbon, other = (
        reference.load(nuwro / name / "reference" / "uniform.npz").samples[0]
        for name in ("numu_C12_inc", process)
    )
    assert carbon.counts_3d is not None
    assert other.counts_3d is not None
    assert metrics.earth_movers_distance(carbon.counts_2d, other.counts_2d) == pytest.approx(emd, rel=0.03)
    assert metrics.mean_absolute_pull(carbon.counts_2d, other.counts_2d) == pytest.approx(map_2d, rel=0.01)
    assert metrics.mean_absolute_pull(carbon.counts_3d, other.counts_3d) == pytest.approx(map_3d, rel=0.01)
