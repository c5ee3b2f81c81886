"""Chi-square with nuisances: normalisations of data sets and of spectra, and the energy of each spectrum.

Predictions f of data d +- e in spectrum k of data set j become

    m = f (1 + s a_j + t b_k) + w c_k g,    g = d(sigma)/d(omega) sqrt(E^2 + (2 GeV)^2),

s, t the prior widths of the normalisations and w that of a spectrum's omega: energies of beams and of
spectrometers are uncertain by a fraction and by the width of a step. Then

    chi2 = min over a, b, c of  sum_i ((m_i - d_i) / e_i)^2 + sum_j a_j^2 + sum_k (b_k^2 + c_k^2).

All is linear in a, b and c, so that the minimum is in closed form: b_k and c_k follow from a_j by two
equations, and what they leave of the sums over spectra gives a_j. For true f it has the distribution of chi2
with as many degrees of freedom as points: the penalties pay for the nuisances.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nugan_hep.xsec.fit.points import FitPoints


class Widths(NamedTuple):
    """Prior widths: of normalisations of ``source`` and ``spectrum``, relative ``shift`` of omega."""

    source: float
    spectrum: float
    shift: float


class Nuisances(NamedTuple):
    """a [..., sets], b and c [..., spectra] in units of their widths."""

    source: Tensor
    spectrum: Tensor
    shift: Tensor

    @classmethod
    def none(cls, points: FitPoints, *batch: int, dtype: torch.dtype = torch.float64) -> Nuisances:
        """All 0."""
        sets, spectra = len(points.sources), len(points.owner)
        return cls(*(torch.zeros(*batch, n, dtype=dtype) for n in (sets, spectra, spectra)))

    def apply(self, predicted: Tensor, points: FitPoints, widths: Widths) -> Tensor:
        """m of predictions f [..., n]."""
        slope, spectrum, owner = (torch.from_numpy(a) for a in (points.slope, points.spectrum, points.owner))
        return self.shifted(predicted, slope, spectrum, owner, widths)

    def shifted(
        self, predicted: Tensor, slope: Tensor, spectrum: Tensor, owner: Tensor, widths: Widths
    ) -> Tensor:
        """m of predictions f [..., n], with slopes g and numbers of the spectra [n] and their data sets."""
        normalisation = 1.0 + widths.source * self.source[..., owner] + widths.spectrum * self.spectrum
        shift = widths.shift * self.shift
        return predicted * normalisation[..., spectrum] + shift[..., spectrum] * slope

    def clamped(self, beyond: float) -> Nuisances:
        return Nuisances(*(part.clamp(-beyond, beyond) for part in self))


class Sums(NamedTuple):
    """Of f f/e^2, f g/e^2, g g/e^2, f r/e^2, g r/e^2 with r = d - f over each spectrum [..., spectra]."""

    ff: Tensor
    fg: Tensor
    gg: Tensor
    fr: Tensor
    gr: Tensor

    def __add__(self, other: Sums) -> Sums:  # type: ignore[override]
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))

    def nuisances(self, owner: Tensor, sets: int, widths: Widths) -> Nuisances:
        """Those at the minimum, 0 where there are no points; ``owner``: data sets of spectra [spectra]."""
        s, t, w = widths
        # of every spectrum: M (b, c) + a v = u
        m_bb, m_bc, m_cc = 1.0 + t * t * self.ff, t * w * self.fg, 1.0 + w * w * self.gg
        v_b, v_c = s * t * self.ff, s * w * self.fg
        u_b, u_c = t * self.fr, w * self.gr
        determinant = m_bb * m_cc - m_bc * m_bc

        def solve(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
            return (m_cc * x - m_bc * y) / determinant, (m_bb * y - m_bc * x) / determinant

        (vb, vc), (ub, uc) = solve(v_b, v_c), solve(u_b, u_c)
        zeros = self.ff.new_zeros(*self.ff.shape[:-1], sets)
        left = zeros.index_add(-1, owner, s * s * self.ff - v_b * vb - v_c * vc)
        right = zeros.index_add(-1, owner, s * self.fr - v_b * ub - v_c * uc)
        a = right / (1.0 + left)
        return Nuisances(a, ub - a[..., owner] * vb, uc - a[..., owner] * vc)


def sums(
    predicted: Tensor, value: Tensor, error: Tensor, slope: Tensor, spectrum: Tensor, spectra: int
) -> Sums:
    """What the minimum needs of predictions [..., n] and of values, errors and slopes that go with them."""
    zeros = predicted.new_zeros(*predicted.shape[:-1], spectra)
    rest, f, g = (value - predicted) / error, predicted / error, (slope / error).expand_as(predicted)
    products = (f * f, f * g, g * g, f * rest, g * rest)
    return Sums(*(zeros.index_add(-1, spectrum, product) for product in products))


class Chi2(NamedTuple):
    """``total`` of ``points``, with the penalty of the ``nuisances``; ``pulls`` [n]."""

    total: float
    points: int
    nuisances: Nuisances
    pulls: Tensor

    @property
    def per_point(self) -> float:
        return self.total / self.points


def chi_square(
    predicted: Tensor, data: FitPoints, widths: Widths, nuisances: Nuisances | None = None
) -> Chi2:
    """Chi-square of predictions [n] in nb/sr/GeV.

    Parameters
    ----------
    nuisances : found on other points, to be kept; no penalty is due for them
    """
    predicted = predicted.double()
    value, error, slope = (torch.from_numpy(a) for a in (data.value, data.error, data.slope))
    penalty = 0.0
    if nuisances is None:
        spectrum, owner = torch.from_numpy(data.spectrum), torch.from_numpy(data.owner)
        found = sums(predicted, value, error, slope, spectrum, len(owner))
        nuisances = found.nuisances(owner, len(data.sources), widths)
        penalty = sum(float((part**2).sum()) for part in nuisances)
    pulls = (nuisances.apply(predicted, data, widths) - value) / error
    return Chi2(float((pulls**2).sum()) + penalty, len(data), nuisances, pulls)
