"""The lepton that leaves a free proton: quasielastic events on their line, all others in W and angle.

``P(qel | E_nu)``; of quasielastic events, where W is the neutron's mass, ``p(v | E_nu)``; of the others
``p(u | E_nu) p(v | u, E_nu)``. Here ``v`` is the sine of half the lepton's angle in the centre of mass,
and u² is W from the least to the largest that the energy allows. Each factor is a rational-quadratic spline,
so that no event lies outside of the phase space.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nugan_hep.families.common.features import neutrino_energy, scaled_log
from nugan_hep.families.flow import spline
from nugan_hep.families.flow.network import network, normal_cdf
from nugan_hep.families.nucleon.kinematics import PION_THRESHOLD, Point, to_centre, to_laboratory, total_mass
from nugan_hep.families.nucleon.settings import BINS, WIDTH, NucleonTrainingConfig
from nugan_hep.kinematics import NEUTRON_MASS, PROTON_MASS

LATENT_SIZE = 2
QUASIELASTIC_BELOW = 1.0
"""W [GeV] below which an event is quasielastic; files that round momenta smear it by less than 5 MeV."""


class Nucleon(nn.Module):
    """``sample`` and ``log_prob`` of the lepton; ``mass`` is its own [GeV]."""

    def __init__(self, config: NucleonTrainingConfig, mass: float) -> None:
        super().__init__()
        self.enu_min, self.enu_max, self.shift, self.mass = config.enu_min, config.enu_max, config.shift, mass
        self.nucleon, self.recoil, self.threshold = PROTON_MASS, NEUTRON_MASS, PION_THRESHOLD
        self.below = QUASIELASTIC_BELOW
        size = spline.size(BINS)
        self.channel = network(2, 16, 2, 1)
        self.elastic = network(2, WIDTH, 2, size)
        self.hadronic = network(2, WIDTH, 2, size)
        self.angle = network(4, WIDTH, 3, size)
        # whether there are quasielastic events at all: a proton has none with neutrinos
        self.register_buffer("has_elastic", torch.ones(()))

    def energies(self, enu: Tensor) -> Tensor:
        """Inputs of all networks [N, 2], from E_nu [N] in GeV."""
        proxy = 2.0 * (enu - self.enu_min) / (self.enu_max - self.enu_min) - 1.0
        return torch.stack([proxy, scaled_log(enu, self.enu_min, self.enu_max)], dim=1)

    def log_elastic(self, energies: Tensor) -> tuple[Tensor, Tensor]:
        """log P(qel) and log of the rest [N]."""
        logit = self.channel(energies)[:, 0]
        yes = nn.functional.logsigmoid(logit) + torch.log(self.has_elastic)  # type: ignore[arg-type]
        some = self.has_elastic > 0  # type: ignore[operator]
        no = torch.where(some, nn.functional.logsigmoid(-logit), 0.0)  # type: ignore[arg-type]
        return yes, no

    def features(self, energies: Tensor, enu: Tensor, u: Tensor) -> Tensor:
        """Inputs of the network of the angle [N, 4]: energies, u and log W."""
        w = self.threshold + self.span(enu) * u * u
        return torch.cat([energies, 2.0 * u.unsqueeze(1) - 1.0, torch.log(w).unsqueeze(1)], dim=1)

    def span(self, enu: Tensor) -> Tensor:
        """Largest less least W [N]; at least 1 keV."""
        return (total_mass(enu, self.nucleon) - self.mass - self.threshold).clamp(min=1e-6)

    def sample(self, uniform: Tensor, enu: Tensor) -> Tensor:
        """(E_l, theta) [N, 2] in GeV and rad for uniform numbers in [0, 1] [N, 2] and E_nu [N] in GeV."""
        energies = self.energies(enu)
        share = torch.exp(self.log_elastic(energies)[0])
        first, second = uniform[:, 0], uniform[:, 1]
        elastic = first < share
        rest = ((first - share) / (1.0 - share).clamp(min=1e-6)).clamp(0.0, 1.0)
        u = spline.quantile(self.hadronic(energies), rest)
        w = torch.where(elastic, torch.full_like(u, self.recoil), self.threshold + self.span(enu) * u * u)
        raw = torch.where(
            elastic.unsqueeze(1), self.elastic(energies), self.angle(self.features(energies, enu, u))
        )
        v = spline.quantile(raw, second)
        energy, theta = to_laboratory(enu, w, v, self.mass, self.nucleon)
        return torch.stack([energy, theta], dim=1)

    def unit(self, point: Point, enu: Tensor) -> tuple[Tensor, Tensor]:
        """u and v [N] of a point."""
        u = torch.sqrt(((point.w - self.threshold) / self.span(enu)).clamp(0.0, 1.0))
        return u, torch.sqrt((0.5 * (1.0 - point.cosine)).clamp(0.0, 1.0))

    def log_parts(self, u: Tensor, v: Tensor, enu: Tensor) -> tuple[Tensor, Tensor]:
        """log of P(qel) p(v) and of the rest's p(u, v) [N], in u and v."""
        energies = self.energies(enu)
        yes, no = self.log_elastic(energies)
        _, line = spline.cdf(self.elastic(energies), v)
        _, hadronic = spline.cdf(self.hadronic(energies), u)
        _, angle = spline.cdf(self.angle(self.features(energies, enu, u)), v)
        return yes + line, no + hadronic + angle

    def log_prob(self, lepton_proxy: Tensor, enu_proxy: Tensor) -> Tensor:
        """log density in u and v [N], of quasielastic events in v, at proxies [N, 2] and E_nu' [N, 1]."""
        enu = neutrino_energy(enu_proxy[:, 0].double(), self.enu_min, self.enu_max)
        unit = 0.5 * (lepton_proxy.double() + 1.0)
        available = enu - self.shift - self.mass
        energy = self.mass + available * (1.0 - unit[:, 0] ** 2)
        point = to_centre(enu, energy, math.pi * unit[:, 1] ** 2, self.mass, self.nucleon)
        u, v = self.unit(point, enu)
        like = lepton_proxy.dtype
        yes, no = self.log_parts(u.to(like), v.to(like), enu.to(like))
        return torch.where(point.w < self.below, yes, no)

    def forward(self, latent: Tensor, enu_proxy: Tensor) -> Tensor:
        """(E_l', theta') [N, 2] for normal latents [N, 2] and E_nu' [N, 1]."""
        enu = neutrino_energy(enu_proxy[:, 0], self.enu_min, self.enu_max)
        energy, theta = self.sample(normal_cdf(latent), enu).unbind(dim=1)
        left = (enu - self.shift - energy) / (enu - self.shift - self.mass)
        unit = torch.stack([left.clamp(0.0, 1.0), (theta / math.pi).clamp(0.0, 1.0)], dim=1)
        return 2.0 * torch.sqrt(unit) - 1.0

    def log_jacobian(
        self, point: Point, u: Tensor, v: Tensor, enu: Tensor, energy: Tensor, theta: Tensor
    ) -> Tensor:
        """log of d(u, v)/d(E_l, theta) [N], from d(W², Q²) = 4 M E_nu p dE_l dcos(theta).

        At the edges, where it is singular, it stays finite.
        """
        beam = enu * self.nucleon / total_mass(enu, self.nucleon)
        p = torch.sqrt(((energy - self.mass) * (energy + self.mass)).clamp(min=0.0))
        laboratory = 4.0 * self.nucleon * enu * p * torch.sin(theta)
        du_dw2 = 1.0 / (4.0 * point.w * self.span(enu) * u.clamp(min=1e-3))
        dv_dq2 = 1.0 / (8.0 * v.clamp(min=1e-3) * beam * point.momentum.clamp(min=1e-6))
        return torch.log((laboratory * du_dw2 * dv_dq2).clamp(min=1e-30))
