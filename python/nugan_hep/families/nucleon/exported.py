"""A free nucleon as it is shipped: samples and the density of what is not on the quasielastic line."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.families.common.exported import Exported
from nugan_hep.families.flow.network import normal_cdf
from nugan_hep.families.nucleon.kinematics import to_centre
from nugan_hep.families.nucleon.network import Nucleon

_ROUNDING = 1e-5  # GeV of W and GeV of energy that float32 columns may lie beyond the edges


class ExportedNucleon(Exported):
    """Two-body kinematics of a nucleon at rest, with its density as ``log_prob``."""

    def __init__(self, network: Nucleon) -> None:
        super().__init__(network.shift, (network.enu_min, network.enu_max))
        self.rounding = _ROUNDING
        self.network = network
        self.has_line = bool(network.has_elastic > 0)  # type: ignore[operator]

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        return self.network.sample(normal_cdf(latent), enu)

    @torch.jit.export
    def log_prob(self, enu: Tensor, emu: Tensor, theta: Tensor) -> Tensor:
        """log p(E_l, theta | E_nu) [N], float64, in 1/(GeV rad) from three columns [N] in GeV and rad.

        Quasielastic events lie on a line, where no density is finite: they are not in it, so that it
        integrates to the share of all others. It is minus infinity where there are no events.
        """
        net = self.network
        enu, emu, theta = enu.double(), emu.double(), theta.double()
        inside = (enu >= self.enu_min) & (enu <= self.enu_max) & (emu >= self.lepton_mass) & (emu <= enu)
        inside = inside & (theta >= 0.0) & (theta <= self.pi)
        enu = torch.where(inside, enu, self.enu_max)
        emu = torch.where(inside, emu, 0.5 * self.enu_max)
        theta = torch.where(inside, theta, 0.1)
        point = to_centre(enu, emu, theta, net.mass, net.nucleon)
        slack = self.rounding * (1.0 + enu)
        inside = inside & (point.w >= net.threshold - slack)
        inside = inside & (point.w <= net.threshold + net.span(enu) + slack)
        u, v = net.unit(point, enu)
        weight = net.channel[0].weight  # the networks work in the precision of their weights
        _, log_density = net.log_parts(u.to(weight), v.to(weight), enu.to(weight))  # type: ignore[arg-type]
        jacobian = net.log_jacobian(point, u, v, enu, emu, theta)
        return torch.where(inside, log_density.double() + jacobian, -math.inf)
