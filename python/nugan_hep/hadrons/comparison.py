"""A model's hadrons against events never seen: the samples, the scores, and these as tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nugan_hep.archive import read_metadata
from nugan_hep.errors import UserError
from nugan_hep.evaluation.two_sample import MINIMUM, TwoSample
from nugan_hep.hadrons import dataset, evaluation, saved
from nugan_hep.hadrons.events import Whole
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.hadrons.sets import two_sample_of_sets
from nugan_hep.kinematics import Kinematics
from nugan_hep.run_folder import read_run

DEFINITIONS = (
    "Hadrons: fractions of topologies with protons above 0.3 GeV, pull in standard deviations of both; "
    "mean absolute pull over bins with 10 events or more, 50 per spectrum, multiplicities to the last bin. "
    "Two samples of one generator have 0.8. Hadrons are drawn for leptons of other events than those that "
    "they are compared with; both are rounded alike."
)


class Comparison(NamedTuple):
    """Observables of the reference's and of the model's events, scores, classifiers by what they see."""

    reference: evaluation.Observables
    model: evaluation.Observables
    scores: dict[str, Any]
    classified: dict[str, TwoSample]


def opened(path: Path) -> tuple[HadronModel, dict[str, Any]]:
    """The hadrons of a training, or of a model's archive, and what it says of itself.

    Raises
    ------
    UserError : a folder or file without hadrons
    """
    if path.is_dir():
        return saved.load_run(path), read_run(path)
    return saved.read_hadrons(path), read_metadata(path)


def read(files: Sequence[str], about: dict[str, Any], limit: int | None = None) -> Whole:
    """Whole events of the model's probe and target.

    Raises
    ------
    UserError : files without such
    """
    return dataset.read(files, limit, about["probe"], about["target"])


def leptons(events: Whole) -> Kinematics:
    """Energies and angles of the leptons."""
    return Kinematics(events.enu, events.emu, np.arccos(events.cos))


def halves(events: Whole, leptons: Whole | None, limit: int) -> tuple[Whole, Whole]:
    """Events whose leptons are taken, and those to compare with, of one number.

    Without ``leptons`` they are those of the first half of the events, whose second half is compared then.
    """
    if leptons is None:
        half = len(events) // 2
        leptons, events = events.take(np.arange(half)), events.take(np.arange(half, 2 * half))
    size = np.arange(min(len(leptons), len(events), limit))
    return leptons.take(size), events.take(size)


def compare(
    model: HadronModel, leptons: Whole, reference: Whole, seed: int, limit: int, of_sets: bool = False
) -> Comparison:
    """Draw hadrons for the leptons and compare them with the reference's.

    Parameters
    ----------
    limit : events that train and judge a classifier, 0 for none
    of_sets : a classifier of all four-momenta, too, which takes minutes

    Raises
    ------
    UserError : too few events for a classifier
    """
    if limit and min(len(reference), limit) < MINIMUM:
        least = f"{MINIMUM:,} at least, or --classifier 0"
        raise UserError(f"{min(len(reference), limit):,} events are too few for a classifier: {least}")
    began = time.process_time()
    batch = evaluation.generate(model, leptons.enu, leptons.emu, leptons.cos, seed % 2**63)
    seconds = time.process_time() - began
    lists = evaluation.lists_of_events(reference), evaluation.lists_of_model(model, batch)
    true, fake = evaluation.samples(*lists)
    if model.free():  # nothing is missing of a proton; what there is, is the rounding of files
        for name in ("e_miss", "p_miss"):
            true[name], fake[name] = np.zeros(len(reference)), np.zeros(len(leptons))
    found = evaluation.scores(true, fake)
    found["microseconds_per_event_in_python"] = 1e6 * seconds / max(len(leptons), 1)
    found["log_prob"] = evaluation.likelihood(model, reference)
    classified = {}
    if limit:
        classified["25 features"] = evaluation.classifier(true, fake, limit)
    if limit and of_sets:
        chosen = np.arange(len(reference)) < limit
        one, other = (sample.rounded().take(chosen) for sample in lists)
        classified["four-momenta"] = two_sample_of_sets(one, other)
    return Comparison(true, fake, found, classified)


Table = tuple[str, list[str], list[list[str]]]
"""Title, headings and rows of texts."""


def tables(scores: dict[str, Any]) -> list[Table]:
    """Fractions of topologies and mean absolute pulls."""
    labels = [*scores["pulls"]]
    heads = ["", *(label if label == evaluation.ALL else f"{label} GeV" for label in labels)]
    shares = [
        [
            name,
            _percent(one["reference"]),
            _percent(one["model"]),
            _number(one["ratio"]),
            _signed(one["pull"]),
        ]
        for name, one in scores["topologies"][evaluation.ALL].items()
    ]
    pulls = [
        [name, *(_number(scores["pulls"][label][name], 2) for label in labels)]
        for name in scores["pulls"][evaluation.ALL]
    ]
    return [
        ("Topologies", ["", "reference", "model", "ratio", "pull"], shares),
        ("Mean absolute pulls of the hadrons", heads, pulls),
    ]


def _percent(value: float) -> str:
    return f"{100 * value:.3f} %"


def _number(value: float | None, digits: int = 4) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1f}"


def text(table: Table) -> str:
    """A table in columns."""
    title, heads, rows = table
    widths = [max(map(len, column)) + 2 for column in zip(heads, *rows, strict=True)]
    found = [
        f"{line[0]:<{widths[0]}}" + "".join(f"{x:>{w}}" for x, w in zip(line[1:], widths[1:], strict=True))
        for line in (heads, *rows)
    ]
    return "\n".join([title, found[0], "-" * len(found[0]), *found[1:]])


def html(table: Table) -> str:
    """A table as HTML, observables by their labels' names."""
    title, heads, rows = table
    head = "".join(f'<th scope="col">{escape(x)}</th>' for x in heads)
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(x)}</td>" for x in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        f'<h2>{escape(title)}</h2>\n<div class="scroll"><table>\n<thead>\n<tr>{head}</tr>\n</thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table></div>"
    )
