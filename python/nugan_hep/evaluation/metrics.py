"""Distances between two event histograms, as defined in arXiv:2502.20244 and arXiv:2508.12987.

All functions take histograms of counts of the same shape. For two samples of one distribution
the mean absolute pull is sqrt(2/pi) = 0.798.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

BINS_2D = 50
BINS_3D = 14
TAIL_CONTENT = 5
PROXY_ROUNDING = 1e-6
"""What float32 energies at the edge of the range may lie beyond it, in proxies."""


def histogram_2d(emu_proxy: ArrayLike, theta_proxy: ArrayLike) -> Array:
    """Counts [50, 50] in (emu', theta') on [-1, 1]²; ``arr[i, j]`` has emu' in bin i."""
    return _histogram([emu_proxy, theta_proxy], BINS_2D)


def histogram_3d(enu_proxy: ArrayLike, emu_proxy: ArrayLike, theta_proxy: ArrayLike) -> Array:
    """Counts [14, 14, 14] in (enu', emu', theta') on [-1, 1]³."""
    return _histogram([enu_proxy, emu_proxy, theta_proxy], BINS_3D)


def _histogram(columns: list[ArrayLike], bins: int) -> Array:
    cell = np.zeros(np.shape(columns[0]), dtype=np.int64)
    for column in columns:
        values = np.asarray(column, dtype=np.float64)
        if not np.all(np.abs(values) <= 1.0 + PROXY_ROUNDING):
            raise ValueError("proxy outside [-1, 1]")
        index = np.floor((values + 1.0) * (0.5 * bins)).astype(np.int64)
        cell = cell * bins + np.clip(index, 0, bins - 1)  # the last bin includes its upper edge
    counts = np.bincount(cell, minlength=bins ** len(columns))
    return counts.reshape((bins,) * len(columns)).astype(np.float64)


def pulls(reference: ArrayLike, model: ArrayLike) -> Array:
    """``(n_ref - n_model)/sqrt(n_ref + n_model)`` per bin; zero where both are empty.

    Samples of unlike size are compared after scaling by ``sqrt(N_model/N_ref)`` and its inverse,
    which keeps the variance of the pull at one.
    """
    ref, mod = np.asarray(reference, dtype=np.float64), np.asarray(model, dtype=np.float64)
    ratio = np.sqrt(mod.sum() / ref.sum()) if ref.sum() > 0 and mod.sum() > 0 else 1.0
    total = ref + mod
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, (ref * ratio - mod / ratio) / np.sqrt(total), 0.0)


def pulls_of_all(reference: Array, model: Array, totals: tuple[int, int]) -> Array:
    """Pulls [K] of bins [K] of samples of ``totals`` events, which need not be on the axis.

    Those that are not make one more bin, so that samples are normalised by all their events.
    """
    full = [np.append(x, total - x.sum()) for x, total in zip((reference, model), totals, strict=True)]
    return pulls(*full)[:-1]


def mean_absolute_pull(reference: ArrayLike, model: ArrayLike, tails: bool = True) -> float:
    """Mean |pull| over bins with both contents above 0 (above 5 with ``tails=False``).

    Raises
    ------
    ValueError : no bin qualifies
    """
    ref, mod = np.asarray(reference), np.asarray(model)
    floor = 0 if tails else TAIL_CONTENT
    used = (ref > floor) & (mod > floor)
    if not used.any():
        raise ValueError(f"no bin with both contents above {floor}")
    return float(np.abs(pulls(ref, mod)[used]).mean())


def earth_movers_distance(reference: ArrayLike, model: ArrayLike) -> float:
    """Wasserstein-1 distance of two 2D histograms, each normalised to one, in units of bins.

    Exact optimal transport by POT (Flamary et al., JMLR 22 (2021) 78).
    """
    import ot

    ref, mod = np.asarray(reference, dtype=np.float64), np.asarray(model, dtype=np.float64)
    ref, mod = ref / ref.sum(), mod / mod.sum()
    # mass that stays costs nothing, so only the surplus has to be moved
    surplus, deficit = np.maximum(ref - mod, 0.0), np.maximum(mod - ref, 0.0)
    moved = float(surplus.sum())
    if moved == 0.0:
        return 0.0
    source, sink = np.argwhere(surplus > 0), np.argwhere(deficit > 0)
    cost = ot.dist(source.astype(np.float64), sink.astype(np.float64), metric="euclidean")
    a, b = surplus[surplus > 0] / moved, deficit[deficit > 0] / float(deficit.sum())
    return moved * float(ot.emd2(a, b, cost, numItermax=10_000_000))
