"""The leptons of a model beside a reference: scores, what they mean, and a classifier's verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nugan_hep.evaluation import page, report
from nugan_hep.evaluation.generated import Generate
from nugan_hep.evaluation.histograms import Histograms
from nugan_hep.evaluation.published import EVENTS, Table
from nugan_hep.evaluation.target import Model, Target
from nugan_hep.kinematics import Kinematics

if TYPE_CHECKING:
    from nugan_hep.evaluation.two_sample import TwoSample


def compare(
    target: Target,
    models: Sequence[Histograms],
    published: Sequence[Table] = (),
    unchanged: Mapping[str, report.Scores] | None = None,
    seed: int = 1,
) -> list[report.Row]:
    """Scores of every sample beside the statistical floor, the published and the zero-shot ones."""
    paper = published[0].scores if published else {}
    rng = np.random.default_rng([seed, len(models)])
    return [
        report.Row(
            sample.label,
            sample.n_events,
            model.n_events,
            report.score(sample, model),
            report.statistical_floor(sample, model.n_events, rng),
            paper.get(sample.label),
            (unchanged or {}).get(sample.label),
        )
        for sample, model in zip(target.samples, models, strict=True)
    ]


def remarks(rows: Sequence[report.Row], published: Sequence[Table]) -> list[str]:
    """What the columns mean, and what keeps them from being compared as they stand."""
    found = []
    if any(row.published for row in rows):
        found.append(f"paper: {published[0].source}.")
        unlike = [
            row.label
            for row in rows
            if not 0.95 * EVENTS
            < min(row.n_reference, row.n_model)
            <= max(row.n_reference, row.n_model)
            < 1.05 * EVENTS
        ]
        if unlike:
            which = "all rows" if len(unlike) == len(rows) else ", ".join(unlike)
            found.append(
                f"Numbers of events other than the papers' {EVENTS:,} against {EVENTS:,} ({which}): pulls of "
                "an imperfect model grow with the root of the number."
            )
    if any(row.zero_shot for row in rows):
        found.append(
            "zero-shot: NuWro events on carbon, which the transfer starts from, in place of the model."
        )
    return found


def metrics_table(rows: Sequence[report.Row], further: Sequence[Table]) -> str:
    """The table of metrics as HTML, with columns for further published tables."""
    labels = [row.label for row in rows]
    extra = [
        report.Column(table.heading, [table.scores.get(label) for label in labels], 2) for table in further
    ]
    return page.html_table(labels, report.columns(rows, extra))


def classify(
    target: Target, generate: Generate, model: Model, limit: int, seed: int = 1
) -> dict[str, TwoSample]:
    """The two-sample test of every sample that was given as events, on at most ``limit`` of them.

    For each reference event the model makes one of its energy. Samples of too few events are left out.
    """
    if not target.events or not limit:
        return {}
    from nugan_hep.evaluation import two_sample

    results = {}
    rng = np.random.default_rng([seed, len(target.events)])
    for label, events in target.events.items():
        size = min(limit, len(events.enu))
        if size < two_sample.MINIMUM:
            continue
        chosen = rng.choice(len(events.enu), size, replace=False)
        true = Kinematics(*(column[chosen] for column in events))
        fake = generate(true.enu, int(rng.integers(2**63)))
        frame = model.shift, model.enu_range, model.process.lepton_mass
        ours, theirs = (two_sample.features(sample, *frame) for sample in (fake, true))
        results[label] = two_sample.two_sample(theirs, ours, seed)
    return results
