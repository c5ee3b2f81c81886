"""Do the replicas of a transfer from few events cover what many events know?

python tools/replica_coverage.py SOURCE TRAIN.root VAL.root --probe 14 --target Ar40 --events 10000 --samples
3

The ratio of SOURCE's density to that of some events of TRAIN is fitted, as replay does, and its replicas are
drawn. Counted are bins of (energy of the lepton, angle) in ranges of the neutrino's energy, and of W and Q2,
in which VAL's content is inside of the 68 % band of the replicas.
"""

from __future__ import annotations

import argparse
import itertools
import sys

import numpy as np

from nugan_hep import Sampler, cli
from nugan_hep.data import read_events
from nugan_hep.kinematics import Array, Kinematics
from nugan_hep.transfer import draw
from nugan_hep.transfer.prior import Prior
from nugan_hep.transfer.ratio import choose_scales, fit

RANGES = (0.3, 0.7, 1.3, 3.0, 10.0)
BINS = 6
SCALES_EVENTS, FIT_EVENTS, SHOWN_EVENTS = 40_000, 200_000, 400_000


def contents(events: Kinematics, weights: Array, edges: list, mass: float) -> list[Array]:
    """Contents [.., K] of all bins, weights [K, N]."""
    found = []
    number = np.clip(np.searchsorted(RANGES, events.enu, side="right") - 1, 0, len(RANGES) - 2)
    for k, (theta, el) in enumerate(edges):
        chosen = number == k
        row = np.searchsorted(theta, events.theta[chosen])
        column = np.array(
            [np.searchsorted(el[r], e) for r, e in zip(row, events.emu[chosen], strict=True)], int
        )
        cell = row * BINS + column
        found.append(
            np.array([np.bincount(cell, w[chosen], minlength=BINS**2) / w[chosen].sum() for w in weights])
        )
    return found


def main() -> int:
    parser = cli.Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("source")
    add("train")
    add("val")
    add("--probe", type=cli.probe, default=14)
    add("--target", type=cli.nucleus, required=True)
    add("--events", type=cli.count, default=10_000)
    add("--samples", type=cli.count, default=1)
    add("--replicas", type=cli.count, default=100)
    add("--evaluations", type=cli.count, default=40)
    options = parser.parse_args()
    source = Sampler(options.source, lepton_only=True)
    mass = source._core.process.lepton_mass
    where = {"probe": options.probe, "target": options.target, "enu_range": source.enu_range}
    train = read_events([options.train], **where).kinematics()
    truth = read_events([options.val], **where).kinematics()
    number = np.clip(np.searchsorted(RANGES, truth.enu, side="right") - 1, 0, len(RANGES) - 2)
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = []
    for k in range(len(RANGES) - 1):
        theta, el = truth.theta[number == k], truth.emu[number == k]
        borders = np.quantile(theta, inner)
        row = np.searchsorted(borders, theta)
        edges.append((borders, [np.quantile(el[row == r], inner) for r in range(BINS)]))
    true = contents(truth, np.ones((1, truth.enu.size)), edges, mass)
    shown = draw.draw_source(source, SHOWN_EVENTS, 3)
    own = draw.sample_of(shown, source)
    many = draw.sample_of(draw.draw_source(source, FIT_EVENTS, 2), source)
    few = draw.sample_of(draw.draw_source(source, SCALES_EVENTS, 1), source)
    inside = np.zeros((options.samples, len(true)))
    for s in range(options.samples):
        part = slice(s * options.events, (s + 1) * options.events)
        target = draw.sample_of(Kinematics(*(column[part] for column in train)), source)
        prior = Prior()
        scales = choose_scales(target, few, prior, options.evaluations)
        ratio = fit(target, many, prior, scales)
        weights = ratio.replicas(own, options.replicas, s)
        for k, (have, want) in enumerate(zip(contents(shown, weights, edges, mass), true, strict=True)):
            low, high = np.quantile(have, [0.16, 0.84], axis=0)
            inside[s, k] = np.mean((want[0] >= low) & (want[0] <= high))
        print(f"sample {s}: parameters {ratio.parameters:.0f}, covered {np.round(inside[s], 2)}", flush=True)
    names = [f"{low:g}-{high:g} GeV" for low, high in itertools.pairwise(RANGES)]
    print(", ".join(f"{name} {value:.2f}" for name, value in zip(names, inside.mean(0), strict=True)))
    print(f"all: {inside.mean():.3f} of {len(true) * BINS**2} bins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
