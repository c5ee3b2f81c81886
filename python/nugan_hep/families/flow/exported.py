"""A spline flow as it is shipped: samples and its exact density in physical variables."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nugan_hep.families.common.exported import Exported
from nugan_hep.families.flow.network import Flow, normal_cdf

_ROUNDING = 1.2e-7  # float32 columns lie up to this beyond the edges of the phase space
_NEAREST = 1e-6  # v and w below which the Jacobian, singular at the edge, no longer grows


class ExportedFlow(Exported):
    """The flow, with its density as ``log_prob``.

    ``v = sqrt(1 - (E_mu - m)/(E_nu - s - m))`` and ``w = sqrt(theta/pi)`` in [0, 1] are the variables
    of the flow (arXiv:2508.12987's proxies, halved and moved), s being the shift.
    """

    def __init__(self, flow: Flow) -> None:
        super().__init__(flow.shift, (flow.enu_min, flow.enu_max))
        self.rounding, self.nearest = _ROUNDING, _NEAREST
        self.flow = flow

    def energies(self, enu: Tensor) -> Tensor:
        return self.flow.energies(self.enu_proxy(enu))

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        return self.muon(self.flow.unit_sample(normal_cdf(latent), self.energies(enu)), enu)

    @torch.jit.export
    def log_prob(self, enu: Tensor, emu: Tensor, theta: Tensor) -> Tensor:
        """log p(E_mu, theta | E_nu) [N], float64, in 1/(GeV rad) from three columns [N] in GeV and rad.

        It is minus infinity outside of the phase space and of the model's energies, and for what is no
        number. From ``p(E_mu, theta) = p(v, w) / (2 (E_nu - s - m) v * 2 pi w)``; at the very edges v = 0
        and w = 0 it stays finite.
        """
        enu, emu, theta = enu.double(), emu.double(), theta.double()
        available = enu - (self.shift + self.lepton_mass)
        left = enu - self.shift - emu
        slack = self.rounding * (enu.clamp(max=self.enu_max) + self.lepton_mass)
        inside = (enu >= self.enu_min - slack) & (enu <= self.enu_max + slack)
        inside = inside & (left >= -slack) & (left <= available + slack)
        inside = inside & (theta >= 0.0) & (theta <= self.pi * (1.0 + self.rounding))
        enu = torch.where(inside, enu, self.enu_max).clamp(self.enu_min, self.enu_max)
        available = torch.where(inside, available, 1.0)
        v = torch.sqrt(torch.where(inside, left / available, 1.0).clamp(0.0, 1.0))
        w = torch.sqrt(torch.where(inside, theta / self.pi, 1.0).clamp(0.0, 1.0))
        # the networks work in the precision of their weights
        weight = self.flow.angle[0].weight
        unit = torch.stack([v, w], dim=1).to(weight)  # type: ignore[arg-type]
        energies = self.energies(enu).to(weight)  # type: ignore[arg-type]
        log_density = self.flow.unit_log_prob(unit, energies).double()
        near_v, near_w = v.clamp(min=self.nearest), w.clamp(min=self.nearest)
        jacobian = torch.log(4.0 * self.pi * available * near_v * near_w)
        return torch.where(inside, log_density - jacobian, -math.inf)
