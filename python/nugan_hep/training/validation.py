"""Judge a generator during training: histograms of generated against validation events."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nugan_hep.evaluation import metrics
from nugan_hep.networks import Generator

_CHUNK = 8192


class Scores(NamedTuple):
    """All-sample figures of a generator; ``mean_map_3d`` chooses the best epoch (arXiv:2508.12987)."""

    emd: float
    map_2d: float
    map_2d_no_tails: float
    map_3d: float
    map_3d_no_tails: float

    @property
    def mean_map_3d(self) -> float:
        """<MAP>: mean of MAP-3D with and without tails."""
        return 0.5 * (self.map_3d + self.map_3d_no_tails)


class Validation:
    """Validation events, kept as histograms and a column of energies.

    Parameters
    ----------
    proxies : E_nu', E_mu', theta' [N, 3], float32, on the device of the training
    """

    def __init__(self, proxies: Tensor) -> None:
        self.enu = proxies[:, :1].contiguous()
        columns = proxies.cpu().numpy()
        self.h2 = metrics.histogram_2d(columns[:, 1], columns[:, 2])
        self.h3 = metrics.histogram_3d(columns[:, 0], columns[:, 1], columns[:, 2])
        self.floor = {"floor_map_2d": _floor(self.h2), "floor_map_3d": _floor(self.h3)}

    def __call__(self, generator: Generator, latent_size: int, seed: int) -> Scores:
        """Scores of ``generator`` (eval mode) on as many events as there are validation events."""
        muons = generate_proxies(generator, self.enu, latent_size, seed)
        enu = self.enu[:, 0].cpu().numpy()
        h2 = metrics.histogram_2d(muons[:, 0], muons[:, 1])
        h3 = metrics.histogram_3d(enu, muons[:, 0], muons[:, 1])
        # an untrained generator may share no well-filled bin with the data at all
        return Scores(
            metrics.earth_movers_distance(self.h2, h2),
            *(_map(self.h2, h2, tails) for tails in (True, False)),
            *(_map(self.h3, h3, tails) for tails in (True, False)),
        )


def _map(reference: NDArray[np.float64], model: NDArray[np.float64], tails: bool) -> float:
    try:
        return metrics.mean_absolute_pull(reference, model, tails)
    except ValueError:
        return float("inf")


def _floor(truth: NDArray[np.float64]) -> float:
    """MAP between two samples of as many events, drawn from the histogram itself."""
    random = np.random.default_rng(1)
    return _map(random.poisson(truth).astype(np.float64), random.poisson(truth).astype(np.float64), True)


@torch.inference_mode()
def generate_proxies(generator: Generator, enu: Tensor, latent_size: int, seed: int) -> NDArray[np.float32]:
    """(E_mu', theta') [N, 2] for E_nu' [N, 1], from a random stream of its own."""
    random = torch.Generator(enu.device).manual_seed(seed)
    chunks = []
    for part in enu.split(_CHUNK):
        latent = torch.randn(len(part), latent_size, generator=random, device=enu.device)
        chunks.append(generator(latent, part).cpu())
    return torch.cat(chunks).numpy()
