"""Scores of a model against a reference, beside what statistics allow and what was published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.kinematics import Array

FLOOR_PAIRS = 5
PUBLISHED_EVENTS = 1_000_000


class Scores(NamedTuple):
    """Distances of two samples; None where a metric has no bins or no meaning."""

    emd: float | None
    map_2d: float | None
    map_2d_no_tails: float | None
    map_3d: float | None
    map_3d_no_tails: float | None


class Row(NamedTuple):
    """Scores of one sample: the model's, the statistical floor and the published ones."""

    label: str
    n_reference: int
    n_model: int
    model: Scores
    floor: Scores
    published: Scores | None


HEADINGS = ("EMD", "MAP-2D", "2D no tails", "MAP-3D", "3D no tails")

PUBLISHED: Mapping[str, Mapping[str, Scores]] = {
    "numu_C12_inc": {
        "All": Scores(0.12, 0.88, 0.86, 0.89, 0.88),
        "500 MeV": Scores(0.15, 1.09, 1.09, None, None),
        "1 GeV": Scores(0.15, 1.05, 1.05, None, None),
        "3 GeV": Scores(0.15, 1.00, 1.00, None, None),
        "5 GeV": Scores(0.15, 1.00, 0.98, None, None),
        "9 GeV": Scores(0.14, 0.97, 0.95, None, None),
    }
}
"""Table 1 of arXiv:2508.12987 by process and sample."""


def score(reference: Histograms, model: Histograms) -> Scores:
    """All metrics of the model's histograms against the reference's."""
    return _score(reference.counts_2d, model.counts_2d, reference.counts_3d, model.counts_3d)


def statistical_floor(reference: Histograms, n_model: int, rng: np.random.Generator) -> Scores:
    """Scores of two samples drawn from the reference itself, of its size and of ``n_model`` events.

    No model can be expected below; the mean of ``FLOOR_PAIRS`` multinomial pairs is given.
    """

    sizes = (reference.n_events, n_model)

    def pair(counts: Array) -> tuple[Array, Array]:
        shares = counts.ravel() / counts.sum()
        one, other = (rng.multinomial(n, shares).reshape(counts.shape) for n in sizes)
        return one.astype(np.float64), other.astype(np.float64)

    pairs = []
    for _ in range(FLOOR_PAIRS):
        one_2d, other_2d = pair(reference.counts_2d)
        one_3d, other_3d = (None, None) if reference.counts_3d is None else pair(reference.counts_3d)
        pairs.append(_score(one_2d, other_2d, one_3d, other_3d))
    means = []
    for values in zip(*pairs, strict=True):
        defined = [value for value in values if value is not None]
        means.append(float(np.mean(defined)) if defined else None)
    return Scores(*means)


def _score(one_2d: Array, other_2d: Array, one_3d: Array | None, other_3d: Array | None) -> Scores:
    return Scores(
        metrics.earth_movers_distance(one_2d, other_2d),
        _map(one_2d, other_2d, True),
        _map(one_2d, other_2d, False),
        _map(one_3d, other_3d, True),
        _map(one_3d, other_3d, False),
    )


def _map(one: Array | None, other: Array | None, tails: bool) -> float | None:
    if one is None or other is None:
        return None
    try:
        return metrics.mean_absolute_pull(one, other, tails)
    except ValueError:  # small samples or a hopeless model: no bin that both fill
        return None


def table(rows: Sequence[Row]) -> str:
    """Plain text, one line per sample; for each metric the model, the floor and the published value."""
    published = any(row.published for row in rows)
    parts = ["model", "floor", "paper"] if published else ["model", "floor"]
    used = [k for k in range(len(HEADINGS)) if any(row.model[k] is not None for row in rows)]
    width = 6 * len(parts)
    lines = [
        " " * 8 + "".join(f" |{HEADINGS[k]:^{width}}" for k in used),
        f"{'E_nu':<8}" + (" |" + "".join(f"{part:>6}" for part in parts)) * len(used),
    ]
    lines.append("-" * len(lines[0]))
    for row in rows:
        cells = ""
        for k in used:
            cells += f" |{_number(row.model[k]):>6}{_number(row.floor[k]):>6}"
            if published:  # known to two digits
                cells += f"{_number(row.published[k] if row.published else None, 2):>6}"
        lines.append(f"{row.label:<8}{cells}")
    return "\n".join(lines)


def _number(value: float | None, digits: int = 3) -> str:
    if value is None:
        return "-"
    return f"{value:.{digits}f}" if value < 10 else f"{value:.1f}"


def as_dict(rows: Sequence[Row]) -> dict[str, object]:
    """The rows as plain dictionaries, ready for JSON; None where a metric is not defined."""
    return {
        row.label: {
            "n_reference": row.n_reference,
            "n_model": row.n_model,
            "model": row.model._asdict(),
            "floor": row.floor._asdict(),
            "published": row.published._asdict() if row.published else None,
        }
        for row in rows
    }
