"""What the networks are fitted to: points in units of the closed form, and every network's clone of them."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.errors import UserError
from nugan_hep.xsec.fit.chi2 import Nuisances, Sums, Widths, sums
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import FitPoints
from nugan_hep.xsec.model.form import Form
from nugan_hep.xsec.model.network import Ensemble

_LARGEST_MOTT_ANGLE = 179.0


def clones(points: FitPoints, config: XsecConfig) -> Tensor:
    """Values of the points for every network [networks, n], float64.

    For ``bootstrap`` each network has its own: the nuisances of data sets and spectra are drawn within their
    prior widths and every point within its error, as in model A of PRC 110 025501.
    """
    value = torch.from_numpy(points.value).expand(config.networks, -1)
    if config.method != "bootstrap":
        return value.clone()
    generator = torch.Generator().manual_seed(config.seed)

    def normal(count: int) -> Tensor:
        return torch.randn(config.networks, count, generator=generator, dtype=torch.float64)

    sets, spectra = len(points.sources), len(points.owner)
    drawn = Nuisances(normal(sets), normal(spectra), normal(spectra))
    return drawn.apply(value, points, config.widths) + normal(len(points)) * torch.from_numpy(points.error)


class Batch(NamedTuple):
    """Predictions, errors and pulls of some points for every network [networks, n]."""

    predicted: Tensor
    errors: Tensor
    pulls: Tensor


class Targets:
    """Training points as tensors, in units of the closed form so that float32 is enough.

    ``inputs`` [n, inputs] and ``errors`` [n] may be replaced by those of every network, with a first
    dimension of [networks]; ``values`` [networks, n] are every network's own.

    Raises
    ------
    UserError : a point where the form is 0
    """

    def __init__(self, points: FitPoints, form: Form, values: Tensor) -> None:
        self.form = form
        kinematics = torch.from_numpy(points.kinematics)
        self.inputs = form.inputs(kinematics)
        factors = form.factors(kinematics)
        unit = factors.sum(dim=1)
        if not bool((unit > 0).all()):
            raise UserError("a training point lies where the form of the cross section is 0")
        if not form.response and points.theta.max() > _LARGEST_MOTT_ANGLE:
            names = {points.sources[k] for k in points.source[points.theta > _LARGEST_MOTT_ANGLE]}
            raise UserError(
                f"the Mott-like factor vanishes at 180 degrees: --exclude {' '.join(sorted(names))}"
            )
        self.factors = (factors / unit.unsqueeze(1)).float()
        self.values = (values / unit).float()
        self.errors = (torch.from_numpy(points.error) / unit).float()
        self.slopes = (torch.from_numpy(points.slope) / unit).float()
        self.spectrum, self.owner = torch.from_numpy(points.spectrum), torch.from_numpy(points.owner)
        self.sets = len(points.sources)
        self.fingerprint = [len(points), float(points.value.sum()), float(values.sum())]

    def __len__(self) -> int:
        return len(self.spectrum)

    def compare(
        self, network: Ensemble, chosen: Tensor, nuisances: Nuisances, widths: Widths, relax: float
    ) -> Batch:
        """The chosen points against what the networks say, with ``relax`` as a relative error more."""
        inputs = self.inputs[..., chosen, :].expand(network.members, -1, -1)
        predicted = self.form.combine(network(inputs), self.factors[chosen])
        values = self.values[:, chosen]
        extra = relax**2 * (values**2 + predicted.detach() ** 2)
        errors = torch.sqrt(self.errors[..., chosen] ** 2 + extra)
        shifted = nuisances.shifted(predicted, self.slopes[chosen], self.spectrum[chosen], self.owner, widths)
        return Batch(predicted, errors, (shifted - values) / errors)

    def sums(self, chosen: Tensor, batch: Batch) -> Sums:
        """What the chosen points contribute to the nuisances."""
        spectrum, slopes, values = self.spectrum[chosen], self.slopes[chosen], self.values[:, chosen]
        return sums(batch.predicted.detach(), values, batch.errors, slopes, spectrum, len(self.owner))

    def nuisances(self, found: Sums, widths: Widths) -> Nuisances:
        """Those at the minimum of chi2."""
        return found.nuisances(self.owner, self.sets, widths)
