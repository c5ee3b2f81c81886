"""Scores of a model against a reference, beside what statistics allow and what was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nugan_hep.evaluation import metrics
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.kinematics import Array

FLOOR_PAIRS = 5


class Scores(NamedTuple):
    """Distances of two samples; None where a metric has no bins or no meaning."""

    emd: float | None
    map_2d: float | None
    map_2d_no_tails: float | None
    map_3d: float | None
    map_3d_no_tails: float | None


class Row(NamedTuple):
    """Scores of one sample: the model's and those to judge them by.

    ``floor`` is what statistics allow, ``published`` the paper's, ``zero_shot`` those of the
    process that transfers start from, taken unchanged.
    """

    label: str
    n_reference: int
    n_model: int
    model: Scores
    floor: Scores
    published: Scores | None = None
    zero_shot: Scores | None = None


class Column(NamedTuple):
    """One column of a table: the scores of every sample, and how many digits they are known to."""

    heading: str
    scores: Sequence[Scores | None]
    digits: int = 3


HEADINGS = ("EMD", "MAP", "MAP no tails")


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


def columns(rows: Sequence[Row], further: Sequence[Column] = ()) -> list[Column]:
    """The model's column and those beside it that any row has, ``further`` ones after the paper's."""
    found = [
        Column("model", [row.model for row in rows]),
        Column("paper", [row.published for row in rows], 2),
        *further,
        Column("floor", [row.floor for row in rows]),
        Column("zero-shot", [row.zero_shot for row in rows]),
    ]
    return [column for column in found if any(column.scores)]


def lines(labels: Sequence[str], columns: Sequence[Column]) -> list[tuple[str, list[list[str]]]]:
    """The papers' layout: a label and, under each of ``HEADINGS``, the text of every column.

    A sample with 3D histograms has a second line for their MAP.
    """
    found = []
    for k, label in enumerate(labels):
        scores = [column.scores[k] or Scores(*[None] * 5) for column in columns]
        parts = [("", [(s.emd, s.map_2d, s.map_2d_no_tails) for s in scores])]
        if any(s.map_3d is not None for s in scores):
            parts = [(" 2D", parts[0][1]), (" 3D", [(None, s.map_3d, s.map_3d_no_tails) for s in scores])]
        for suffix, values in parts:
            texts = [
                [_number(value[h], column.digits) for value, column in zip(values, columns, strict=True)]
                for h in range(len(HEADINGS))
            ]
            found.append((label + suffix, texts))
    return found


def table(rows: Sequence[Row]) -> str:
    """Plain text, one line per sample and dimension; for each metric all columns there are."""
    used = columns(rows)
    widths = [max(len(column.heading), 5) + 1 for column in used]
    heads = "".join(f"{column.heading:>{width}}" for column, width in zip(used, widths, strict=True))
    text = [
        " " * 8 + "".join(f" |{heading:^{sum(widths)}}" for heading in HEADINGS),
        f"{'E_nu':<8}" + f" |{heads}" * len(HEADINGS),
    ]
    text.append("-" * len(text[0]))
    for label, metrics_texts in lines([row.label for row in rows], used):
        groups = (
            "".join(f"{value:>{width}}" for value, width in zip(texts, widths, strict=True))
            for texts in metrics_texts
        )
        text.append(f"{label:<8}" + "".join(f" |{group}" for group in groups))
    return "\n".join(text)


def _number(value: float | None, digits: int) -> str:
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
            "zero_shot": row.zero_shot._asdict() if row.zero_shot else None,
        }
        for row in rows
    }
