"""A conditional autoregressive spline flow: exact density and exact sampling of the muon.

``p(theta', E_mu' | E_nu) = p(theta' | E_nu) p(E_mu' | theta', E_nu)``, each factor a
rational-quadratic spline whose parameters a small network gives (neural spline flows,
arXiv:1906.04032; for neutrino events PRD 109 032008, arXiv:2502.14452).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nugan_hep.families.common.features import neutrino_energy, peaks, with_log
from nugan_hep.families.flow import spline
from nugan_hep.families.flow.settings import FlowConfig

LATENT_SIZE = 2


def network(inputs: int, width: int, layers: int, outputs: int) -> nn.Sequential:
    """Dense layers with SiLU between them; the last starts at zero, the uniform distribution."""
    modules: list[nn.Module] = []
    for k in range(layers):
        modules += [nn.Linear(inputs if k == 0 else width, width), nn.SiLU()]
    last = nn.Linear(width, outputs)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(*modules, last)


class Flow(nn.Module):
    """``sample(uniform, enu_proxy)`` and ``log_prob(muon_proxy, enu_proxy)`` of one distribution.

    Inside, the muon is in the unit square, (E_mu' + 1)/2 and (theta' + 1)/2: the ``unit_`` methods.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.enu_min, self.enu_max, self.shift = config.enu_min, config.enu_max, config.shift
        self.angle = network(2, config.angle_width, config.angle_layers, spline.size(config.angle_bins))
        self.energy = network(5, config.energy_width, config.energy_layers, spline.size(config.energy_bins))

    def energies(self, enu_proxy: Tensor) -> Tensor:
        """E_nu' and the same for its logarithm [N, 2] from E_nu' [N, 1]."""
        return with_log(enu_proxy, self.enu_min, self.enu_max)

    def features(self, energies: Tensor, angle: Tensor) -> Tensor:
        """Inputs of the second network [N, 5]: energies, theta' and where two peaks lie in E_mu'.

        ``angle`` [N] is (theta' + 1)/2.
        """
        enu = neutrino_energy(energies[:, 0], self.enu_min, self.enu_max)
        return torch.cat([energies, 2.0 * angle.unsqueeze(1) - 1.0, peaks(enu, angle)], dim=1)

    def unit_log_prob(self, unit: Tensor, energies: Tensor) -> Tensor:
        """log of the density in the unit square [N] at ``unit`` [N, 2] and :meth:`energies` [N, 2]."""
        _, log_angle = spline.cdf(self.angle(energies), unit[:, 1])
        _, log_energy = spline.cdf(self.energy(self.features(energies, unit[:, 1])), unit[:, 0])
        return log_angle + log_energy

    def unit_sample(self, uniform: Tensor, energies: Tensor) -> Tensor:
        """Points of the unit square [N, 2] for uniform numbers in [0, 1] [N, 2]."""
        angle = spline.quantile(self.angle(energies), uniform[:, 0])
        energy = spline.quantile(self.energy(self.features(energies, angle)), uniform[:, 1])
        return torch.stack([energy, angle], dim=1)

    def log_prob(self, muon_proxy: Tensor, enu_proxy: Tensor) -> Tensor:
        """log of the density in (E_mu', theta') [N] at (E_mu', theta') [N, 2] and E_nu' [N, 1]."""
        unit = 0.5 * (muon_proxy + 1.0)
        return self.unit_log_prob(unit, self.energies(enu_proxy)) - math.log(4.0)

    def sample(self, uniform: Tensor, enu_proxy: Tensor) -> Tensor:
        """(E_mu', theta') [N, 2] for uniform numbers in [0, 1] [N, 2] and E_nu' [N, 1]."""
        return 2.0 * self.unit_sample(uniform, self.energies(enu_proxy)) - 1.0

    def forward(self, latent: Tensor, enu_proxy: Tensor) -> Tensor:
        """(E_mu', theta') [N, 2] for normal latents [N, 2] and E_nu' [N, 1]."""
        return self.sample(normal_cdf(latent), enu_proxy)

    def first_layers(self) -> list[nn.Module]:
        """The first dense layer of both networks."""
        return [self.angle[0], self.energy[0]]

    def hidden_layers(self) -> list[nn.Module]:
        """All dense layers but the last of both networks, the one that gives the spline's parameters."""
        return [*list(self.angle)[:-1], *list(self.energy)[:-1]]


def normal_cdf(latent: Tensor) -> Tensor:
    """Uniform numbers from normal ones; in float32 those next to 0 and 1 may round to these."""
    return 0.5 * (1.0 + torch.erf(latent / math.sqrt(2.0)))
