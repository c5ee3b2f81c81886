"""Judge a model during training: histograms of generated against validation events, likelihood."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nugan_hep.evaluation import metrics
from nugan_hep.families.common.generate import CHUNK, generate_proxies


@runtime_checkable
class Density(Protocol):
    """A network with ``log p(E_mu', theta' | E_nu')`` [N] at (E_mu', theta') [N, 2] and E_nu' [N, 1]."""

    def log_prob(self, muon_proxy: Tensor, enu_proxy: Tensor) -> Tensor: ...


class Scores(NamedTuple):
    """All-sample figures of a generator, the less the better.

    ``nll`` is the mean of -log p(E_mu', theta' | E_nu') over the validation events, of what has a density.
    """

    emd: float
    map_2d: float
    map_2d_no_tails: float
    map_3d: float
    map_3d_no_tails: float
    nll: float | None = None

    @property
    def mean_map_3d(self) -> float:
        """<MAP>: mean of MAP-3D with and without tails."""
        return 0.5 * (self.map_3d + self.map_3d_no_tails)

    def by(self, choose: str) -> float:
        """What the best epoch has least of: <MAP-3D> (``map``, arXiv:2508.12987) or ``nll``."""
        return self.nll if choose == "nll" and self.nll is not None else self.mean_map_3d

    def figures(self) -> dict[str, float]:
        """What there is of these, by name."""
        return {name: value for name, value in self._asdict().items() if value is not None}


class Validation:
    """Validation events and their histograms.

    Parameters
    ----------
    proxies : E_nu', E_mu', theta' [N, 3], float32, on the device of the training
    """

    def __init__(self, proxies: Tensor) -> None:
        self.proxies = proxies
        self.enu = proxies[:, :1].contiguous()
        columns = proxies.cpu().numpy()
        self.h2 = metrics.histogram_2d(columns[:, 1], columns[:, 2])
        self.h3 = metrics.histogram_3d(columns[:, 0], columns[:, 1], columns[:, 2])
        self.floor = {"floor_map_2d": _floor(self.h2), "floor_map_3d": _floor(self.h3)}

    def __call__(self, generator: nn.Module, latent_size: int, seed: int) -> Scores:
        """Scores of ``generator`` (eval mode) on as many events as there are validation events."""
        muons = generate_proxies(generator, self.enu, latent_size, seed)
        enu = self.enu[:, 0].cpu().numpy()
        h2 = metrics.histogram_2d(muons[:, 0], muons[:, 1])
        h3 = metrics.histogram_3d(enu, muons[:, 0], muons[:, 1])
        # an untrained generator may share no well-filled bin with the data at all
        return Scores(
            emd=metrics.earth_movers_distance(self.h2, h2),
            map_2d=_map(self.h2, h2, tails=True),
            map_2d_no_tails=_map(self.h2, h2, tails=False),
            map_3d=_map(self.h3, h3, tails=True),
            map_3d_no_tails=_map(self.h3, h3, tails=False),
            nll=self.negative_log_likelihood(generator) if isinstance(generator, Density) else None,
        )

    @torch.inference_mode()
    def negative_log_likelihood(self, network: Density) -> float:
        """Mean of -log p(E_mu', theta' | E_nu') over the events."""
        parts = self.proxies.split(CHUNK)
        total = sum(network.log_prob(part[:, 1:], part[:, :1]).double().sum() for part in parts)
        return -float(total) / len(self.proxies)


def _map(reference: NDArray[np.float64], model: NDArray[np.float64], tails: bool) -> float:
    try:
        return metrics.mean_absolute_pull(reference, model, tails)
    except ValueError:
        return float("inf")


def _floor(truth: NDArray[np.float64]) -> float:
    """MAP between two samples of as many events, drawn from the histogram itself."""
    random = np.random.default_rng(1)
    return _map(random.poisson(truth).astype(np.float64), random.poisson(truth).astype(np.float64), True)
