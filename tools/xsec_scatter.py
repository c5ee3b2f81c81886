"""How far measured points scatter about their neighbours: ``python tools/xsec_scatter.py 12C.csv ...``.

Every point with a relative error below 1 % is compared with a cubic through its eight neighbours in the
spectrum. A line for each data set has the median error, the median distance, and what the errors of the point
and of the cubic let expect.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nugan_hep import cli
from nugan_hep.xsec.data import Points, read_points

PROGRAM = "python tools/xsec_scatter.py"
SMALL = 0.01
MEDIAN = 0.6745
"""Of |x| for a Gaussian x of width 1."""


def scatter(points: Points) -> dict[str, list[tuple[float, float, float]]]:
    """Relative error, distance and expected distance of every precise point, by data set."""
    found = defaultdict(list)
    for number in np.unique(points.spectrum):
        own = points[points.spectrum == number]
        order = np.argsort(own.omega)
        omega, value = own.omega[order], np.log(own.value[order])
        error = (own.error / own.value)[order]
        for k in range(4, len(omega) - 4):
            if error[k] >= SMALL:
                continue
            near = np.r_[k - 4 : k, k + 1 : k + 5]
            design = np.vander((omega[near] - omega[k]) / np.ptp(omega[near]), 4) / error[near, None]
            inverse = np.linalg.pinv(design)
            predicted = inverse @ (value[near] / error[near])
            expected = np.hypot(error[k], np.sqrt((inverse[3] ** 2).sum()))
            found[own.sources[own.source[0]]].append((error[k], abs(value[k] - predicted[3]), expected))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    return cli.run(PROGRAM, _command, argv)


def _command(argv: Sequence[str] | None) -> int:
    parser = cli.Parser(prog=PROGRAM, description=__doc__)
    parser.add_argument("data", nargs="+", type=Path, metavar="FILE")
    print(f"{'':28}{'points':>8}{'error':>9}{'distance':>10}{'expected':>10}")
    for path in parser.parse_args(argv).data:
        points = read_points(path, drop_negative=True)
        for name, rows in scatter(points).items():
            error, away, expected = np.median(np.array(rows), axis=0)
            label = f"{points.nucleus.name} {name}"
            print(f"{label:28}{len(rows):>8}{error:>9.4f}{away:>10.4f}{MEDIAN * expected:>10.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
