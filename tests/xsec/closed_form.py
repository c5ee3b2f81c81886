"""A small set of points from a closed form of its own: a Gaussian quasielastic peak times Mott."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nugan_hep.xsec.data.reading import COLUMNS
from nugan_hep.xsec.fit.points import FitPoints, read_fit_points

SMALL = ["--members", "4", "--width", "16", "--blocks", "3", "--epochs", "300", "--batch", "32", "--quiet"]
"""Settings of a training that takes a second or two."""


def truth(
    energy: NDArray[np.float64], theta: NDArray[np.float64], omega: NDArray[np.float64], a: int = 12
) -> NDArray[np.float64]:
    """Twelve (or a) nucleons at rest, their peak smeared: nb/sr/GeV."""
    half = np.radians(theta) / 2
    q2 = 4 * energy * (energy - omega) * np.sin(half) ** 2
    q = np.sqrt(q2 + omega**2)
    mott = 389379.4 * (1 / 137.036) ** 2 * np.cos(half) ** 2 / (4 * energy**2 * np.sin(half) ** 4)
    form = (1 + q2 / 0.71) ** -4 * (0.5 + q2 / (4 * 0.939**2) * 10 * (0.5 + np.tan(half) ** 2))
    width = 0.02 + 0.15 * q
    peak = np.exp(-0.5 * ((omega - 0.02 - q2 / (2 * 0.939)) / width) ** 2) / (width * math.sqrt(2 * math.pi))
    return mott * form * a * (peak + 0.3)


def write_points(path: Path, z: int, a: int, seed: int = 1, step: float = 0.02) -> Path:
    """A file of ten spectra of two data sets, with 3 % errors and normalisations 2 % off."""
    rng = np.random.default_rng(seed)
    lines = [",".join(COLUMNS)]
    for k, energy in enumerate((0.5, 0.7, 0.9, 1.1, 1.3)):
        for theta in (30.0, 50.0):
            omega = np.arange(0.06, 0.5 * energy, step)
            value = truth(np.full_like(omega, energy), np.full_like(omega, theta), omega, a)
            measured = value * (1.02 if k % 2 else 0.98) * (1 + 0.03 * rng.standard_normal(len(omega)))
            for w, x, v in zip(omega, measured, value, strict=True):
                lines.append(f"{z},{a},{energy},{theta},{w:.4f},{x:.6g},{0.03 * v:.6g},set:{k % 2}")
    path.write_text("\n".join(lines) + "\n")
    return path


def scattered(
    path: Path, extra: float, step: float = 0.01, outliers: bool = False, places: int = 5
) -> FitPoints:
    """Spectra of set a with 1 % errors, whose points scatter by ``extra`` more; set b has 12 points."""
    rng = np.random.default_rng(5)
    lines = [",".join(COLUMNS)]
    for energy in np.linspace(0.6, 1.0, places):
        for theta in (35.0, 55.0):
            omega = np.arange(0.06, 0.6 * energy, step)
            true = truth(np.full_like(omega, energy), np.full_like(omega, theta), omega)
            measured = true * (1 + np.hypot(0.01, extra) * rng.standard_normal(len(omega)))
            if outliers:
                measured[7::15] *= 1.5
            rows = zip(omega, measured, true, strict=True)
            lines += [f"6,12,{energy},{theta},{w:.4f},{m:.7g},{0.01 * t:.6g},a" for w, m, t in rows]
    lines += [f"6,12,0.5,40,{0.1 + 0.01 * k:.2f},{5000 + k},50,b" for k in range(12)]
    path.write_text("\n".join(lines) + "\n")
    return read_fit_points(path)
