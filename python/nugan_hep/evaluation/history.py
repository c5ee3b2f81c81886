"""What the evaluations during a training said, against its progress; several runs in one figure."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from nugan_hep import archive, run_folder
from nugan_hep.errors import UserError
from nugan_hep.evaluation.overlay import line_style
from nugan_hep.kinematics import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Progress = Literal["epochs", "events", "steps", "hours"]

LABELS = {
    "map_3d": "MAP-3D",
    "map_2d": "MAP-2D",
    "map_3d_no_tails": "MAP-3D without tails",
    "map_2d_no_tails": "MAP-2D without tails",
    "emd": "EMD [bins]",
    "nll": "mean of −log p of the validation events",
}
PROGRESS_LABELS = {
    "epochs": "epoch (passes over the training events)",
    "events": "training events seen",
    "steps": "step",
    "hours": "time [h]",
}
MANY = 100_000
"""Validation events from which on the floor that a model carries is no worse than 0.01 or so."""
WIDE = 4.0
"""Ratio of the largest and the smallest value above which an axis is logarithmic."""


class Run(NamedTuple):
    """Columns [K] of a run's evaluations by name.

    If known, ``batch`` and ``training_events`` turn steps into epochs, and ``floors`` has what two
    samples of true events as many as the validation events give in a metric.
    """

    name: str
    columns: Mapping[str, Array]
    batch: int | None = None
    training_events: int | None = None
    floors: Mapping[str, float] = {}


def read_run(folder: Path) -> Run:
    """The history of the run in ``folder``.

    Raises
    ------
    UserError : not a run folder, nothing evaluated yet, or a damaged file
    """
    path = folder / "history.csv"
    try:
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        columns = {name: np.array([float(row[name]) for row in rows]) for name in (rows[0] if rows else ())}
    except FileNotFoundError:
        raise UserError(f"{folder} is no run folder, or nothing is evaluated yet: no {path.name}") from None
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}") from None
    if "step" not in columns:
        raise UserError(f"{path}: expected a column step and one evaluation or more")
    return Run(folder.resolve().name, columns, _batch(folder), _training_events(folder), _floors(folder))


def _batch(folder: Path) -> int | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return int(tomllib.loads((folder / "config.toml").read_text())["batch"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _training_events(folder: Path) -> int | None:
    try:
        return int(run_folder.read_run(folder)["data"]["events"])
    except (UserError, ValueError, KeyError, TypeError):
        return None


def _floors(folder: Path) -> dict[str, float]:
    try:
        found = archive.read_metadata(folder / run_folder.MODEL_FILE)["metrics"]
        names = ("floor_map_2d", "floor_map_3d") if found["events"] >= MANY else ()
        return {name.removeprefix("floor_"): float(found[name]) for name in names}
    except (UserError, KeyError, TypeError, ValueError):  # nothing exported, or by hand
        return {}


def progress(run: Run, against: Progress) -> Array:
    """How far the run was at each evaluation [K].

    Raises
    ------
    UserError : the run's folder does not say
    """
    step = run.columns["step"]
    if against == "steps":
        return step
    if against == "hours" and "seconds" in run.columns:
        return run.columns["seconds"] / 3600
    if against == "events" and run.batch:
        return step * run.batch
    if against == "epochs" and run.batch and run.training_events:
        return step * run.batch / run.training_events
    raise UserError(f"{run.name} does not say its {against}: take another of {', '.join(get_args(Progress))}")


def curves(run: Run, metric: str) -> list[Array]:
    """The metric [K] of the averaged weights and of those of the step, as far as there are both.

    Raises
    ------
    UserError : no such column in the run's history
    """
    names = [name for name in (f"average_{metric}", f"raw_{metric}", metric) if name in run.columns]
    if not names:
        prefixed = {name.removeprefix("average_").removeprefix("raw_") for name in run.columns}
        there = ", ".join(sorted(prefixed - {"step", "seconds"}))
        raise UserError(f"{run.name} has no {metric}; there is: {there}")
    # without a well-filled bin in common a metric is infinite
    return [np.where(np.isfinite(run.columns[name]), run.columns[name], np.nan) for name in names]


def figure_history(
    runs: Sequence[Run], metrics: Sequence[str] = ("map_3d",), against: Progress = "epochs"
) -> Figure:
    """A panel for each metric with a curve for each run, and the least value in the legend.

    Faint lines are the weights of the step, full ones their moving average, horizontal ones the floor.

    Raises
    ------
    UserError : see :func:`curves` and :func:`progress`
    """
    figure = Figure(figsize=(6.4 * len(metrics), 4.4), layout="constrained")
    for ax, metric in zip(figure.subplots(1, len(metrics), squeeze=False)[0], metrics, strict=True):
        drawn = []
        for k, run in enumerate(runs):
            x = progress(run, against)
            shown, *faint = curves(run, metric)
            drawn += [shown, *faint]
            for values in faint:
                ax.plot(x, values, linewidth=0.8, alpha=0.45, **line_style(k))
            name = run.name
            if np.isfinite(shown).any():
                least = int(np.nanargmin(shown))
                name += f": {shown[least]:.3g}" if metric == "nll" else f": {shown[least]:.2f}"
                ax.plot(x[least], shown[least], "o", markersize=5, color=line_style(k)["color"])
            ax.plot(x, shown, linewidth=1.6, label=name, **line_style(k))
            if metric in run.floors:
                colour = line_style(k)["color"]
                ax.axhline(run.floors[metric], color=colour, linewidth=0.9, linestyle=(0, (5, 3, 1, 3)))
        if any(metric in run.floors for run in runs):
            ax.plot([], [], color="0.3", linewidth=0.9, linestyle=(0, (5, 3, 1, 3)), label="two true samples")
        _scale(ax, np.concatenate(drawn), metric)
        ax.set(xlabel=PROGRESS_LABELS[against], ylabel=LABELS.get(metric, metric.replace("_", " ")))
        ax.set_xlim(0, None)
        ax.grid(which="both", color="0.92", linewidth=0.8)
        ax.legend(framealpha=0.8, edgecolor="none", title="least value")
    return figure


def _scale(ax: Axes, values: Array, metric: str) -> None:
    values = values[np.isfinite(values)]
    if metric in LABELS and values.size and 0 < WIDE * values.min() < values.max():
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(ScalarFormatter())
        ax.yaxis.set_minor_formatter(NullFormatter())
