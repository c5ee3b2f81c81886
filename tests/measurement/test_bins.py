"""Sums in bins of slices against NumPy's histograms."""

from __future__ import annotations

import numpy as np
import pytest

from nugan_hep.errors import UserError
from nugan_hep.measurement import Bins, Muons
from nugan_hep.measurement.bins import Axis, number_in

BINS = Bins([-1.0, 0.0, 0.9, 1.0], [[0.0, 2.0], [0.2, 0.5, 1.0], [0.0, 0.7, 1.5, 3.0]])


@pytest.fixture
def muons() -> Muons:
    rng = np.random.default_rng(1)
    return Muons(rng.exponential(0.8, 20_000), rng.uniform(-1, 1, 20_000), rng.uniform(0, 1e-4, 20_000))


def test_areas() -> None:
    assert len(BINS) == 6
    np.testing.assert_allclose(BINS.areas, [2.0, 0.27, 0.45, 0.07, 0.08, 0.15])


def test_content_and_density(muons: Muons) -> None:
    content = BINS.fill([muons])
    expected, squares = [], []
    for low, high, edges in zip(BINS.cos_theta[:-1], BINS.cos_theta[1:], BINS.momentum, strict=True):
        chosen = (muons.cos_theta >= low) & (muons.cos_theta < high)
        p, w = muons.momentum[chosen], muons.weights[chosen]
        expected.append(np.histogram(p, edges, weights=w)[0])
        squares.append(np.histogram(p, edges, weights=w**2)[0])
    np.testing.assert_allclose(content.sums[:-1], np.concatenate(expected))
    np.testing.assert_allclose(content.variances[:-1], np.concatenate(squares))
    assert content.sums.sum() == pytest.approx(muons.weights.sum(), rel=1e-12)  # the rest is in the last
    prediction = BINS.divide(content)
    np.testing.assert_allclose(prediction.values * BINS.areas, content.sums[:-1])
    np.testing.assert_allclose(np.diag(prediction.covariance) * BINS.areas**2, content.variances[:-1])


def test_chunks_add_up(muons: Muons) -> None:
    parts = [Muons(*(column[first : first + 3000] for column in muons)) for first in range(0, 20_000, 3000)]
    np.testing.assert_allclose(BINS.fill(parts).sums, BINS.fill([muons]).sums, rtol=1e-12)


def test_edges() -> None:
    p = [0.0, 2.0, 0.2, 0.1999, 0.5, 1.0, 0.7, 2.9, 3.0, -0.1]
    cosine = [-1.0, -0.5, 0.0, 0.0, 0.5, 0.5, 0.9, 1.0, 1.0, 0.95]
    np.testing.assert_array_equal(BINS.find(p, cosine), [0, 6, 1, 6, 2, 6, 4, 5, 6, 6])


def test_slices() -> None:
    parts = BINS.split(np.arange(6.0))
    assert [part.tolist() for part in parts] == [[0], [1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("cosine", "momentum", "text"),
    [
        ([-1, 1], [[0, 1], [0, 1]], "2 slices with 2 edges"),
        ([-1, 0, 1], [[0, 1], [1, 0]], "expected two or more that rise"),
        ([-1, 0, 1], [[0, 1], [1]], "expected two or more that rise"),
        ([-1, -1, 1], [[0, 1], [0, 1]], "expected two or more that rise"),
    ],
)
def test_no_bins(cosine: list[float], momentum: list[list[float]], text: str) -> None:
    with pytest.raises(UserError, match=text):
        Bins(cosine, momentum)


def test_a_bin_in_words() -> None:
    assert BINS.describe(0) == "0 < p < 2 GeV, -1 < cos(theta) < 0"
    assert BINS.describe(2) == "0.5 < p < 1 GeV, 0 < cos(theta) < 0.9"
    assert BINS.describe(5) == "1.5 < p < 3 GeV, 0.9 < cos(theta) < 1"
    with pytest.raises(IndexError):
        BINS.describe(6)


def test_bins_of_a_table() -> None:
    rows = [
        [low, high, *edges[k : k + 2]]
        for low, high, edges in zip(BINS.cos_theta[:-1], BINS.cos_theta[1:], BINS.momentum, strict=True)
        for k in range(edges.size - 1)
    ]
    found = Bins.of_rows(rows, "table")
    assert found.cos_theta.tolist() == BINS.cos_theta.tolist()
    for edges, expected in zip(found.momentum, BINS.momentum, strict=True):
        assert edges.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ([0.0, 1.0, 0.4, 1.0], "bins 0 and 1 overlap or do not follow each other"),
        ([0.0, 1.0, 0.6, 1.0], "bins 0 and 1 overlap"),
        ([0.5, 1.5, 0.0, 1.0], "bins 0 and 1 overlap"),
        ([1.0, 2.0, 0.0, 0.0], "edges of bins"),
    ],
)
def test_tables_of_bins_that_overlap(second: list[float], text: str) -> None:
    with pytest.raises(UserError, match=text):
        Bins.of_rows([[0.0, 1.0, 0.0, 0.5], second], "table")


def test_numbers_of_bins() -> None:
    values = [-1.0, 0.0, 0.1, 0.5, 0.99, 1.0, 7.0]
    assert number_in(np.array([0.0, 0.5, 1.0]), values).tolist() == [2, 0, 0, 1, 1, 2, 2]


def test_words_of_an_axis() -> None:
    momentum, cosine = Axis("p", "p", "GeV"), Axis("cos", r"\cos\theta")
    assert momentum.between(0.2, 0.5) == "0.2 < p < 0.5 GeV"
    assert cosine.between(-1, 0) == "-1 < cos < 0"
    assert (momentum.title, cosine.title) == ("$p$ [GeV]", r"$\cos\theta$")
    assert BINS.describe(2, momentum, cosine) == "0.5 < p < 1 GeV, 0 < cos < 0.9"
