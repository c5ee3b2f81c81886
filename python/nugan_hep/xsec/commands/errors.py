"""What the data say of their own errors: ``python -m nugan_hep.xsec errors --data FILE ...``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from nugan_hep import cli
from nugan_hep.xsec.commands.arguments import add_selection_arguments
from nugan_hep.xsec.data.splits import select
from nugan_hep.xsec.fit.config import XsecConfig
from nugan_hep.xsec.fit.points import read_fit_points
from nugan_hep.xsec.fit.sample import treat
from nugan_hep.xsec.fit.scatter import point_errors
from nugan_hep.xsec.fit.variance import estimate, mean_widths

EPILOG = """\
For every data set the median of the quoted relative errors, and the error that is missing in them by the
scatter of neighbouring points; a spectrum that scatters more than its data set has its own. For every nucleus
the points that stick out from their neighbours, and the widths of the normalisations of data sets and of
spectra, and of shifts of the spectra's omega in units of sqrt(E^2 + (2 GeV)^2), by a Gaussian process through
the data (no network comes in), each with the factor by which it is uncertain; last, their geometric mean over
nuclei, weighted by it.

examples:
  python -m nugan_hep.xsec errors --data 12C.csv 56Fe.csv
exit codes: 0 done, 2 bad input"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, nargs="+", metavar="FILE", help="points")
    add_selection_arguments(parser)
    parser.add_argument(
        "--most-points", type=cli.count, default=800, metavar="N", help="for the widths (default 800)"
    )


def run(arguments: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    exclude = None if arguments.exclude is None else tuple(arguments.exclude)
    estimates, config = [], XsecConfig()
    for path in arguments.data:
        points, text = select(read_fit_points(path, arguments.drop_negative), exclude)
        print(f"{points.nucleus.name}: {text}")
        for name, missing in point_errors(points).items():
            own = points[points.source == points.sources.index(name)]
            quoted = float(np.median(own.error / own.value))
            shown = "too few points" if missing is None else f"{missing:.2%}"
            print(f"  {name:20} {len(own):>5} points, quoted {quoted:6.2%}, missing {shown}")
        treated = treat(points, config)
        for k in treated.odd:
            place = f"{points.energy[k]:g} GeV, {points.theta[k]:g} degrees, {points.omega[k]:g} GeV"
            print(f"  {points.sources[points.source[k]]}: the point at E = {place} sticks out")
        kept = treated.points
        for number, error in treated.wild.items():
            k = np.flatnonzero(kept.spectrum == number)[0]
            place = f"{kept.energy[k]:g} GeV, {kept.theta[k]:g} degrees"
            print(f"  {kept.sources[kept.source[k]]}: the spectrum at E = {place} misses {error:.2%}")
        found = estimate(kept.with_errors(treated.added), arguments.most_points)
        estimates.append(found)
        (source, spectrum, shift), factors = found.widths, found.factors
        print(
            f"  widths by {found.points} points: data sets {source:.1%} (x {factors.source:.2f}), "
            f"spectra {spectrum:.1%} (x {factors.spectrum:.2f}), "
            f"shifts {shift:.2%} (x {factors.shift:.2f})"
        )
    if len(estimates) > 1:
        source, spectrum, shift = mean_widths(estimates)
        print(f"mean: data sets {source:.1%}, spectra {spectrum:.1%}, shifts {shift:.2%}")
    return 0
