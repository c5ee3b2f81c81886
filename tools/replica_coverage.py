"""Do the replicas of a transfer from few events cover what many events know?

python tools/replica_coverage.py SOURCE TRAIN.root VAL.root --probe 14 --target Ar40 --events 10000 --samples
3

The ratio of SOURCE's density to that of some events of TRAIN is fitted, as replay does, and its replicas are
drawn. Counted are bins of (angle, energy of the lepton) in ranges of the neutrino's energy in which VAL's
content is inside of the 68 % band of the replicas. The band has the statistical errors of both contents in
it: VAL's, some 3 % in the lowest range of a million events, and that of SOURCE's own events, 0.6 %.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from typing import NamedTuple

import numpy as np

from nugan_hep import Sampler, cli
from nugan_hep.data import read_events
from nugan_hep.kinematics import Array, Kinematics
from nugan_hep.transfer import draw, saved
from nugan_hep.transfer.posterior import walk
from nugan_hep.transfer.prior import Prior
from nugan_hep.transfer.ratio import choose_scales, fit

RANGES = (0.3, 0.7, 1.3, 3.0, 10.0)
BINS = 6
SHOWN_EVENTS = 1_000_000
"""Of the source in each range of energies, for the bands."""


class Cells(NamedTuple):
    """Bins of a range of energies: borders of the angle, and of the lepton's energy in each bin of it."""

    theta: Array
    el: list[Array]

    @classmethod
    def of(cls, events: Kinematics) -> Cells:
        """With equally many of these events in each."""
        inner = np.linspace(0, 1, BINS + 1)[1:-1]
        theta = np.quantile(events.theta, inner)
        row = np.searchsorted(theta, events.theta)
        return cls(theta, [np.quantile(events.emu[row == r], inner) for r in range(BINS)])

    def counts(self, events: Kinematics, weights: Array | None = None) -> Array:
        """Of events [N], with weights [N]: [BINS**2]."""
        row = np.searchsorted(self.theta, events.theta)
        column = np.zeros_like(row)
        for r, borders in enumerate(self.el):
            column[row == r] = np.searchsorted(borders, events.emu[row == r])
        return np.bincount(row * BINS + column, weights, minlength=BINS**2).astype(np.float64)


def covered(replicas: Array, truth: Array, n: int, random: np.random.Generator) -> float:
    """Share of bins whose true share is in the band: shares [K, B] of ``n`` events, true counts [B]."""
    true = truth / truth.sum()
    noise = np.sqrt(true / truth.sum() + true / n) * random.standard_normal(replicas.shape)
    low, high = np.quantile(replicas + noise, [0.16, 0.84], axis=0)
    return float(np.mean((true >= low) & (true <= high)))


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
    where = {"probe": options.probe, "target": options.target, "enu_range": source.enu_range}
    train = read_events([options.train], **where).kinematics()
    truth = read_events([options.val], **where).kinematics()
    mass = source._core.process.lepton_mass
    about = {"enu_range": source.enu_range, "lepton_mass": mass}
    ranges = list(itertools.pairwise(RANGES))
    parts = [Kinematics(*(c[(truth.enu >= low) & (truth.enu < high)] for c in truth)) for low, high in ranges]
    cells = [Cells.of(part) for part in parts]
    true = [own.counts(part) for own, part in zip(cells, parts, strict=True)]
    shown = [draw.draw_source(source, SHOWN_EVENTS, 3 + k, own) for k, own in enumerate(ranges)]
    few, many = draw.samples(source, options.events, 1)
    inside = np.zeros((options.samples, len(ranges)))
    for s in range(options.samples):
        part = slice(s * options.events, (s + 1) * options.events)
        target = draw.sample_of(Kinematics(*(column[part] for column in train)), source)
        prior = Prior()
        scales = choose_scales(target, few, prior, options.evaluations)
        ratio = fit(target, many, prior, scales)
        places = walk(target, few, many, prior, scales, options.replicas, s)
        draws = saved.drawn(ratio, places, many, options.replicas, s, about)
        random = np.random.default_rng(s)
        widths = []
        for k, events in enumerate(shown):
            weights = ratio.of_sample(draw.sample_of(events, source)) * np.exp(draws.log_weights(*events)).T
            counts = np.array([cells[k].counts(events, row) for row in weights])
            shares = counts / counts.sum(axis=1, keepdims=True)
            inside[s, k] = covered(shares, true[k], SHOWN_EVENTS, random)
            widths.append(np.median(shares.std(axis=0) / shares.mean(axis=0)))
        print(
            f"sample {s}: parameters {ratio.parameters:.0f}, covered {np.round(inside[s], 2)}, "
            f"relative width of the bands {np.round(widths, 3)}",
            flush=True,
        )
    names = [f"{low:g}-{high:g} GeV" for low, high in ranges]
    print(", ".join(f"{name} {value:.2f}" for name, value in zip(names, inside.mean(0), strict=True)))
    print(f"all: {inside.mean():.3f} of {len(ranges) * BINS**2} bins")
    return 0


if __name__ == "__main__":
    sys.exit(main())
