"""Histories are drawn as they stand in the files of runs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.errors import UserError
from nugan_hep.evaluation import history


def write_run(
    folder: Path, columns: dict[str, list[float]], batch: int | None = 500, events: int | None = 10_000
) -> Path:
    folder.mkdir()
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "history.csv").write_text("\n".join(lines) + "\n")
    if batch is not None:
        (folder / "config.toml").write_text(f'preset = "inc"\nbatch = {batch}\n')
    if events is not None:
        (folder / "run.json").write_text(json.dumps({"name": "other", "data": {"events": events}}))
    return folder


GAN = {
    "step": [20.0, 40.0, 60.0, 80.0],
    "seconds": [36.0, 72.0, 108.0, 144.0],
    "loss_generator": [0.5, 0.4, 0.3, 0.2],
    "average_map_3d": [float("inf"), 3.0, 1.5, 1.25],
    "raw_map_3d": [9.0, 2.5, 1.0, 1.5],
}


def test_what_a_run_says(tmp_path: Path) -> None:
    run = history.read_run(write_run(tmp_path / "scratch", GAN))
    assert run.name == "scratch"
    np.testing.assert_array_equal(history.progress(run, "steps"), [20, 40, 60, 80])
    np.testing.assert_array_equal(history.progress(run, "events"), [10_000, 20_000, 30_000, 40_000])
    np.testing.assert_array_equal(history.progress(run, "epochs"), [1, 2, 3, 4])
    np.testing.assert_allclose(history.progress(run, "hours"), [0.01, 0.02, 0.03, 0.04])
    average, raw = history.curves(run, "map_3d")
    np.testing.assert_array_equal(average, [np.nan, 3.0, 1.5, 1.25])  # no common bin yet
    np.testing.assert_array_equal(raw, GAN["raw_map_3d"])
    assert len(history.curves(run, "loss_generator")) == 1
    with pytest.raises(UserError, match="scratch has no nll; there is: loss_generator, map_3d"):
        history.curves(run, "nll")


def test_runs_in_one_figure(tmp_path: Path) -> None:
    slow = write_run(tmp_path / "scratch", GAN)
    fast = write_run(tmp_path / "transfer", GAN | {"average_map_3d": [1.5, 1.2, 1.1, 1.3]}, batch=1000)
    runs = [history.read_run(folder) for folder in (slow, fast)]
    runs[1] = runs[1]._replace(floors={"map_3d": 0.79})
    figure = history.figure_history(runs, ("map_3d", "loss_generator"))
    figure.savefig(io.BytesIO(), format="png")
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert texts == ["scratch: 1.25", "transfer: 1.10", "two true samples"]
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    np.testing.assert_array_equal(lines["transfer: 1.10"].get_xdata(), [2, 4, 6, 8])
    np.testing.assert_array_equal(lines["transfer: 1.10"].get_ydata(), [1.5, 1.2, 1.1, 1.3])
    assert figure.axes[0].get_yscale() == "log"  # 9 to 1
    assert figure.axes[1].get_yscale() == "linear"
    assert figure.axes[0].get_ylabel() == "MAP-3D"
    assert figure.axes[1].get_ylabel() == "loss generator"


def test_likelihoods_may_be_negative_and_nothing_may_be_finite(tmp_path: Path) -> None:
    columns = {"step": [1.0, 2.0], "average_nll": [-0.1, -0.12], "average_map_3d": [float("inf")] * 2}
    run = history.read_run(write_run(tmp_path / "flow", columns))
    figure = history.figure_history([run], ("nll", "map_3d"), "steps")
    figure.savefig(io.BytesIO(), format="png")
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["flow: -0.12"]
    assert [text.get_text() for text in figure.axes[1].get_legend().get_texts()] == ["flow"]


def test_runs_that_do_not_say_enough(tmp_path: Path) -> None:
    run = history.read_run(write_run(tmp_path / "bare", {"step": [1.0], "emd": [2.0]}, None, None))
    np.testing.assert_array_equal(history.progress(run, "steps"), [1.0])
    for against in ("epochs", "events", "hours"):
        with pytest.raises(UserError, match=f"bare does not say its {against}"):
            history.progress(run, against)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is no run folder, or nothing is evaluated yet"),
        ("", "expected a column step"),
        ("step,emd\n", "expected a column step"),
        ("emd\n1\n", "expected a column step"),
        ("step,emd\n1,x\n", "could not convert"),
        ("step,emd\n1\n", "cannot read"),
    ],
)
def test_files_that_are_no_history(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "history.csv").write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        history.read_run(tmp_path)
    assert "\n" not in str(caught.value)
