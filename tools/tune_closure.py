"""Does a tune find another model again? Pseudo-data of that model in the bins of a measurement, many draws.

python tools/tune_closure.py KIND:RELEASE --model numu_C12_inc --truth numu_C12_alt --draws 50 --out
closure.json
    [--flux FILE[:HIST] ...] [--norm 1.1]

Each draw adds the measurement's errors, as percentages of the truth, to the truth and tunes the model to the
sum. Printed: chi2 of the tuned model; the share of bins that were not used whose true content is inside of
the 68 % band (fixed energies in bins of energy and angle, other variables in the measurement's flux, each
--flux); the distance (EMD of arXiv:2508.12987) to the truth at 1 GeV, tuned and untuned. --norm multiplies
the pseudo-data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nugan_hep import Sampler, cli, kinematics
from nugan_hep.evaluation import metrics
from nugan_hep.flux_readers import read_flux
from nugan_hep.kinematics import Array
from nugan_hep.measurement.folded import model_sigma
from nugan_hep.measurement.readers import read_measured
from nugan_hep.output.atomic import write_text
from nugan_hep.tuning.events import respond
from nugan_hep.tuning.fit import Fit, Source, choose_scales
from nugan_hep.tuning.inputs import open_models
from nugan_hep.tuning.likelihood import SIGNIFICANT, Data, chi2
from nugan_hep.tuning.posterior import replicas
from nugan_hep.tuning.prior import Factor, Scales, log_all, points
from nugan_hep.tuning.response import Filled, chunked

SHAPE = "1 GeV"
ENERGIES = (0.5, 1.0, 2.0, 3.0)
BINS = 6
LEAST = 0.002
"""Share of the events that a bin has at least, to be counted."""


class Unused(NamedTuple):
    """Bins that a tune has not seen: events of the model in them, and the true contents [T]."""

    name: str
    events: Filled
    truth: Array


class Columns(NamedTuple):
    """Events [N] of a model, GeV and rad; each of weight ``weight`` [1e-38 cm²/nucleon]."""

    enu: Array
    el: Array
    theta: Array
    weight: float


def drawn(sampler: Sampler, n: int, seed: int, **beam: object) -> Columns:
    """``n`` events at ``enu`` or in ``flux``."""
    events = sampler.sample(n=n, seed=seed, **beam)  # type: ignore[arg-type]
    columns = kinematics.of_columns(events)
    if "flux" in beam:
        sigma = sampler.rate(beam["flux"]).sigma  # type: ignore[arg-type]
    else:
        sigma = float(model_sigma(sampler)(np.asarray(beam["enu"], dtype=np.float64)))
    return Columns(*columns, sigma / n)


def binned(
    name: str, model: Columns, truth: Columns, values: Sequence[tuple[Array, Array]], mass: float
) -> Unused:
    """Bins of one or two variables with about equally many true events."""
    (of_model, of_truth), *more = values
    edges = np.quantile(of_truth, np.linspace(0, 1, (BINS if more else BINS**2 // 2) + 1))
    rows, true_rows = (
        np.clip(np.searchsorted(edges, v, side="right") - 1, -1, len(edges) - 1) for v in (of_model, of_truth)
    )
    size = len(edges) - 1
    true_rows, rows = (np.where((r < 0) | (r >= size), -1, r) for r in (true_rows, rows))
    if more:
        (second, true_second), inner = more[0], BINS
        new, true_new = np.full(rows.shape, -1), np.full(true_rows.shape, -1)
        for k in range(size):
            own = np.quantile(true_second[true_rows == k], np.linspace(0, 1, inner + 1))
            for old, v, out in ((rows, second, new), (true_rows, true_second, true_new)):
                at = np.searchsorted(own, v, side="right") - 1
                chosen = (old == k) & (at >= 0) & (at < inner)
                out[chosen] = k * inner + at[chosen]
        rows, true_rows, size = new, true_new, size * inner
    inside = rows >= 0
    x = points(model.enu[inside], model.el[inside], model.theta[inside], mass)
    kept = chunked(iter([Filled(x, rows[inside], np.full(np.count_nonzero(inside), model.weight))]))
    contents = np.bincount(true_rows[true_rows >= 0], minlength=size) * truth.weight
    return Unused(name, kept, contents)


def unused(model: Sampler, truth: Sampler, fluxes: dict[str, object], own: object, n: int) -> list[Unused]:
    """All bins that are not used."""
    mass = model._core.process.lepton_mass
    found = []
    for energy in ENERGIES:
        one, other = (drawn(s, n, 11, enu=energy) for s in (model, truth))
        pairs = [(one.theta, other.theta), (one.el, other.el)]
        found.append(binned(f"{energy:g} GeV", one, other, pairs, mass))
    for name, flux in fluxes.items():
        one, other = (drawn(s, n, 12, flux=flux) for s in (model, truth))
        pairs = [(one.theta, other.theta), (one.el, other.el)]
        found.append(binned(name, one, other, pairs, mass))
    one, other = (drawn(s, n, 13, flux=own) for s in (model, truth))
    for name, formula in (("Q2", kinematics.q2), ("W2", kinematics.w2)):
        pair = tuple(formula(c.enu, c.el, c.theta, mass) for c in (one, other))
        found.append(binned(name, one, other, [pair], mass))  # type: ignore[list-item]
    return found


def coverage(bins: Unused, factors: Sequence[Factor]) -> tuple[int, int]:
    """How many bins have the truth between the 16 % and 84 % quantile of the replicas, and how many bins."""
    events, truth = bins.events, bins.truth
    ratios = np.exp(log_all(factors, events.x))
    contents = [np.bincount(events.rows, events.weights * ratio, minlength=truth.size) for ratio in ratios]
    low, high = np.quantile(contents, [0.16, 0.84], axis=0)
    counted = truth > LEAST * truth.sum()
    inside = (truth >= low) & (truth <= high) & counted
    return int(inside.sum()), int(counted.sum())


def shape(bins: Unused, factors: Sequence[Factor]) -> list[list[float]]:
    """Shares of bins, mean and standard deviation over the replicas."""
    ratios = np.exp(log_all(factors, bins.events.x))
    size = bins.truth.size
    contents = [np.bincount(bins.events.rows, bins.events.weights * r, minlength=size) for r in ratios]
    shares = np.array(contents) / np.sum(contents, axis=1, keepdims=True)
    return [shares.mean(axis=0).tolist(), shares.std(axis=0).tolist()]


class Distance:
    """EMD to the truth at 1 GeV of the model with a factor."""

    def __init__(self, model: Sampler, truth: Sampler, n: int) -> None:
        mass = model._core.process.lepton_mass
        shift = model.metadata["shift"]
        self.points: Array
        cells = []
        for sampler in (model, truth):
            events = drawn(sampler, n, 21, enu=1.0)
            proxies = kinematics.to_proxies(
                events.enu, events.el, events.theta, shift, model.enu_range, mass=mass
            )
            pair = np.stack([proxies.emu, proxies.theta])
            index = np.clip(((pair + 1) * 25).astype(int), 0, 49)
            cells.append(index[0] * 50 + index[1])
            if sampler is model:
                self.points = points(events.enu, events.el, events.theta, mass)
        self.cells = cells[0]
        self.truth = np.bincount(cells[1], minlength=2500).reshape(50, 50).astype(float)

    def __call__(self, factor: Factor | None) -> float:
        weights = None if factor is None else np.exp(factor.log(self.points))
        histogram = np.bincount(self.cells, weights, minlength=2500).reshape(50, 50)
        return metrics.earth_movers_distance(self.truth, histogram * self.truth.sum() / histogram.sum())


def main() -> int:
    parser = cli.Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("data", metavar="KIND:RELEASE")
    add("--model", default="numu_C12_inc")
    add("--truth", default="numu_C12_alt")
    add("--flux", nargs="*", default=[])
    add("--draws", type=int, default=50)
    add("--replicas", type=int, default=100)
    add("--evaluations", type=int, default=40)
    add("--norm", type=float, default=1.0)
    add("--prior-norm", type=float, default=0.0)
    add("--way", default="scaled")
    add("-n", type=cli.count, default=1_000_000)
    add("--seed", type=int, default=1)
    add("--against", type=Path, help="JSON of another closure with the same draws")
    add("--out", type=Path, required=True)
    options = parser.parse_args()

    kind, _, path = options.data.partition(":")
    measured = read_measured(kind, Path(path))
    part = measured.parts[0]
    model, truth = Sampler(options.model, lepton_only=True), Sampler(options.truth, lepton_only=True)
    response, true_response = (
        respond(measured, open_models([name], measured.parts), options.n, k)
        for k, name in enumerate((options.model, options.truth))
    )
    true = true_response.untuned()
    significant = measured.data > SIGNIFICANT * np.sqrt(np.diag(measured.covariance))
    percent = np.where(significant, true / np.where(significant, measured.data, 1.0), 1.0)
    covariance = measured.covariance * np.outer(percent, percent)
    fluxes = {text: read_flux(text, probe=14) for text in options.flux}
    not_used = unused(model, truth, fluxes, part.flux, options.n // 2)
    distance = Distance(model, truth, options.n)
    before = distance(None)
    random = np.random.default_rng(options.seed)
    rows = []
    for draw in range(options.draws):
        values = options.norm * random.multivariate_normal(true, covariance, method="cholesky")
        # the experiment publishes its percentages of what it measured
        again = np.where(significant, values / true, 1.0)
        data = Data(values, covariance * np.outer(again, again), measured.widths)
        sources = [Source(data, response, options.prior_norm)]
        best: Fit = choose_scales(sources, Scales(), options.way, options.evaluations)
        untuned = chi2(data, response.untuned(), options.way)
        factors = replicas(sources, best, Scales(), options.way, options.replicas, draw)
        covered = {bins.name: coverage(bins, factors) for bins in not_used}
        after = distance(best.factor)
        row = {
            "chi2": best.chi2[0],
            "untuned": untuned,
            "ndf": values.size,
            "parameters": best.parameters,
            "emd": after / before,
            "coverage": covered,
            "scales": best.scales.__dict__,
            "shape": shape(next(bins for bins in not_used if bins.name == SHAPE), factors),
        }
        rows.append(row)
        inside, counted = (sum(pair[k] for pair in covered.values()) for k in range(2))
        print(
            f"{draw}: chi2 {untuned:.0f} -> {best.chi2[0]:.1f}/{values.size}, "
            f"parameters {best.parameters:.1f}, "
            f"coverage {inside / counted:.2f}, EMD {after:.3f} of {before:.3f}",
            flush=True,
        )
    print(summary(rows, before))
    if options.against:
        print(moved(rows, json.loads(options.against.read_text())["draws"]))
    about = {"options": {k: str(v) for k, v in vars(options).items()}, "draws": rows}
    write_text(options.out, json.dumps(about, indent=1))
    return 0


def moved(rows: Sequence[dict], others: Sequence[dict]) -> str:
    """How far shapes at 1 GeV are from those of a closure of the same draws, in standard deviations."""
    far = np.array(
        [
            (np.array(one["shape"][0]) - other["shape"][0]) / other["shape"][1]
            for one, other in zip(rows, others, strict=False)
        ]
    )
    mean, worst = np.abs(far.mean(axis=0)).max(), np.abs(far).max()
    return (
        f"shape at {SHAPE} against the other: mean |shift| {np.abs(far).mean():.2f} sigma, "
        f"mean shift at most {mean:.2f} in a bin, largest of a draw {worst:.2f}"
    )


def summary(rows: Sequence[dict], before: float) -> str:
    """Means over draws."""
    ndf = rows[0]["ndf"]
    mean = np.mean([row["chi2"] for row in rows]) / ndf
    lines = [
        f"chi2/ndf {mean:.3f}, EMD {np.median([row['emd'] for row in rows]):.2f} of the untuned {before:.3f}",
        f"parameters {np.mean([row['parameters'] for row in rows]):.1f}",
    ]
    for name in rows[0]["coverage"]:
        inside, counted = (sum(row["coverage"][name][k] for row in rows) for k in range(2))
        lines.append(f"{name}: {inside / max(counted, 1):.3f} of {counted // len(rows)} bins")
    inside, counted = (sum(p[k] for row in rows for p in row["coverage"].values()) for k in range(2))
    lines.append(f"all: {inside / counted:.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
