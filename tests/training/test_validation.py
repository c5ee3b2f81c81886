"""The scores of training against distributions that are known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from nugan_hep.training.validation import Scores, Validation


class Truth(nn.Module):
    """(E_mu', theta') = Gaussian of the energy; moved by ``offset``, it is wrong by as much."""

    def __init__(self, offset: float) -> None:
        super().__init__()
        self.offset = offset

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        return torch.tanh(0.3 * latent[:, :2] + 0.5 * enu + self.offset)


def validation(events: int) -> Validation:
    random = torch.Generator().manual_seed(0)
    enu = 2 * torch.rand(events, 1, generator=random) - 1
    muon = Truth(0.0)(torch.randn(events, 2, generator=random), enu)
    return Validation(torch.cat([enu, muon], dim=1))


def test_the_true_generator_scores_like_a_second_sample() -> None:
    scores = validation(200_000)(Truth(0.0), 2, seed=1)  # type: ignore[arg-type]
    # bins need contents for the pull to be normal: the figure without tails is the clean one
    assert scores.map_2d_no_tails == pytest.approx(math.sqrt(2 / math.pi), abs=0.05)
    assert scores.map_3d_no_tails == pytest.approx(math.sqrt(2 / math.pi), abs=0.06)
    assert scores.emd < 0.15


def test_emd_measures_a_shift_in_bins() -> None:
    check = validation(200_000)
    near = check(Truth(0.05), 2, seed=1)  # type: ignore[arg-type]
    far = check(Truth(0.10), 2, seed=1)  # type: ignore[arg-type]
    assert near.map_2d_no_tails > 1.1  # two samples of the truth: 0.8
    # a shift in both directions, and tanh shrinks by 1 - tanh², at most 0.05 * 25 bins * sqrt(2)
    assert 0.8 < near.emd < 0.05 * 25 * math.sqrt(2)
    assert far.emd == pytest.approx(2 * near.emd, rel=0.1)


def test_same_seed_same_scores() -> None:
    check = validation(20_000)
    assert check(Truth(0.0), 2, seed=4) == check(Truth(0.0), 2, seed=4)  # type: ignore[arg-type]


def test_no_shared_bin_is_no_score() -> None:
    enu = torch.zeros(1000, 1)
    check = Validation(torch.cat([enu, torch.full((1000, 2), 0.9)], dim=1))
    scores = check(Truth(-3.0), 2, seed=1)  # type: ignore[arg-type]
    assert math.isinf(scores.mean_map_3d)


def test_mean_map_3d() -> None:
    assert Scores(0, 0, 0, 1.0, 3.0).mean_map_3d == 2.0
