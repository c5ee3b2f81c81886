"""Flux-averaged cross sections of a target by models beside NuWro's own, by flavour.

python tools/flux_rates.py FLUX.root numu=enu_nd280_numu,numubar=enu_nd280_numub CH XSEC_FOLDER

XSEC_FOLDER/PROBE_NUCLEUS/xsec.csv are NuWro's cross sections in bins: sums over the flux's and their bins,
against the models' straight lines.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from nugan_hep import Sampler, targets
from nugan_hep.archive import find_model
from nugan_hep.flux_readers import read_flux


def nuwro(path: Path, edges: np.ndarray, density: np.ndarray) -> float:
    """Mean over the flux of the cross section in bins, 1e-38 cm²/nucleon."""
    rows = list(csv.DictReader(path.open()))
    low, high, sigma = (
        np.array([float(row[k]) for row in rows]) for k in ("E_lo_GeV", "E_hi_GeV", "xsec_total")
    )
    borders = np.unique(np.r_[edges, low, high[-1]])
    borders = borders[(borders >= low[0]) & (borders <= high[-1])]
    middle, width = 0.5 * (borders[1:] + borders[:-1]), np.diff(borders)
    flux = density[np.clip(np.searchsorted(edges, middle) - 1, 0, len(density) - 1)] * width
    flux[(middle < edges[0]) | (middle > edges[-1])] = 0
    return float((flux * sigma[np.searchsorted(low, middle) - 1]).sum() / flux.sum())


def main() -> None:
    source, flavours, target, folder = sys.argv[1:]
    totals = np.zeros(2)
    for part in flavours.split(","):
        name, _, histogram = part.partition("=")
        probe = targets.parse_probe(name)
        flux = read_flux(f"{source}:{histogram}", probe=probe)
        own = np.zeros(2)
        for nucleus, fraction in targets.parse_target(target).items():
            sampler = Sampler(find_model(targets.find_model(probe, nucleus)))
            truth = nuwro(folder_of(folder, name, nucleus), np.asarray(flux.edges), np.asarray(flux.density))
            own += fraction * np.array([sampler.rate(flux).sigma, truth])
        inside = flux.integral(0.3, 10.0)
        totals += inside * own
        print(f"{name}: {own[0]:.4f} against {own[1]:.4f}, {100 * (own[0] / own[1] - 1):+.2f} %")
    print(f"all: {100 * (totals[0] / totals[1] - 1):+.2f} %")


def folder_of(folder: str, probe: str, nucleus: int) -> Path:
    """Where NuWro's cross sections of a process are."""
    return Path(folder) / f"{probe}_{targets.nucleus(nucleus)}" / "xsec.csv"


if __name__ == "__main__":
    main()
