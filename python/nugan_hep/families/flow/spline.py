"""Monotone rational-quadratic splines on the unit interval: one-dimensional distributions.

A spline with K bins is the cumulative distribution u = G(x) of a variable x in [0, 1]; its slope
is the density, continuous across the knots. Durkan et al., arXiv:1906.04032, after Gregory and
Delbourgo, IMA J. Numer. Anal. 2 (1982) 123. Everything here scripts to TorchScript.

The raw parameters [N, 3K + 1] of N splines are K widths and K heights of bins, before a softmax,
and K + 1 slopes. A slope is the geometric mean of the secants of its two bins times a free factor
between exp(-3) and exp(3): zero parameters give the uniform distribution and small ones a smooth
density.
"""

from __future__ import annotations

import torch
from torch import Tensor

# TorchScript sees no globals: functions take these as the defaults of arguments
MIN_WIDTH = 1e-3
MIN_HEIGHT = 1e-5
MAX_LOG_SLOPE = 3.0


def size(bins: int) -> int:
    """Raw parameters of a spline with ``bins`` bins: K widths, K heights, K + 1 slopes."""
    return 3 * bins + 1


def edges(
    raw: Tensor, min_width: float = MIN_WIDTH, min_height: float = MIN_HEIGHT
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Left edges in x and in u, widths and heights of the bins, each [N, K]."""
    bins = (raw.shape[1] - 1) // 3
    width = min_width + (1.0 - min_width * bins) * torch.softmax(raw[:, :bins], dim=1)
    height = min_height + (1.0 - min_height * bins) * torch.softmax(raw[:, bins : 2 * bins], dim=1)
    return torch.cumsum(width, 1) - width, torch.cumsum(height, 1) - height, width, height


def _bin(left: Tensor, value: Tensor) -> Tensor:
    """Number of the bin [N, 1] that holds each value [N]."""
    return ((value.unsqueeze(1) >= left).sum(dim=1, keepdim=True) - 1).clamp(min=0)


def _pick(table: Tensor, k: Tensor) -> Tensor:
    return table.gather(1, k)[:, 0]


def _slopes(
    raw: Tensor, width: Tensor, height: Tensor, k: Tensor, max_log: float = MAX_LOG_SLOPE
) -> tuple[Tensor, Tensor]:
    """Slopes [N] at the left and the right knot of bin k [N, 1]; only those that are needed."""
    last = width.shape[1] - 1
    near = torch.cat([(k - 1).clamp(min=0), k, (k + 1).clamp(max=last)], dim=1)
    secant = torch.log(height.gather(1, near) / width.gather(1, near))
    start = 2 * (last + 1)
    free = raw.gather(1, torch.cat([start + k, start + k + 1], dim=1))
    # the outermost knots have one bin, which counts for both
    mean = 0.5 * (secant[:, :2] + secant[:, 1:])
    slope = torch.exp(mean + free / (1.0 + free.abs() / max_log))
    return slope[:, 0], slope[:, 1]


def cdf(raw: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """``u = G(x)`` [N] and ``log dG/dx`` [N] at x [N] in [0, 1]."""
    x_left, u_left, width, height = edges(raw)
    k = _bin(x_left, x)
    w, h = _pick(width, k), _pick(height, k)
    d0, d1 = _slopes(raw, width, height, k)
    s = h / w
    t = ((x - _pick(x_left, k)) / w).clamp(0.0, 1.0)
    r = 1.0 - t
    denominator = s + (d0 + d1 - 2.0 * s) * t * r
    u = _pick(u_left, k) + h * (s * t * t + d0 * t * r) / denominator
    gradient = d1 * t * t + 2.0 * s * t * r + d0 * r * r
    return u, 2.0 * torch.log(s) + torch.log(gradient) - 2.0 * torch.log(denominator)


def quantile(raw: Tensor, u: Tensor) -> Tensor:
    """``x`` [N] with ``G(x) = u`` for u [N] in [0, 1]: :func:`cdf` inverted in closed form."""
    x_left, u_left, width, height = edges(raw)
    k = _bin(u_left, u)
    w, h = _pick(width, k), _pick(height, k)
    d0, d1 = _slopes(raw, width, height, k)
    s = h / w
    y = (u - _pick(u_left, k)).clamp(min=0.0)
    curvature = y * (d0 + d1 - 2.0 * s)
    a = h * (s - d0) + curvature
    b = h * d0 - curvature
    c = -s * y
    # the root that stays exact as y goes to 0, where a may vanish too
    root = torch.sqrt((b * b - 4.0 * a * c).clamp(min=0.0))
    t = (2.0 * c / (-b - root)).clamp(0.0, 1.0)
    return (_pick(x_left, k) + w * t).clamp(0.0, 1.0)
