"""The shared parts of the commands: files of figures, tables, models against NuWro."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.legend import Legend
from scipy import stats

from nugan_hep.errors import UserError
from nugan_hep.measurement import Bins, Content, Prediction, command, figure

BINS = Bins([-1, 0.5, 1], [[0, 30], [0, 0.4, 0.8, 30]])
DATA, COVARIANCE = np.array([0.02, 0.5, 0.8, 0.01]), np.diag([0.01, 0.1, 0.1, 0.002]) ** 2


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_options(parser, "numu_C12_inc", "out.png")
    return parser.parse_args(arguments)


def exact(values: np.ndarray) -> Prediction:
    return Prediction(values, np.zeros((values.size, values.size)))


@pytest.mark.slow
def test_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page and a figure for each slice; what exists is not replaced, and nothing is drawn then."""
    chosen = options("--out", str(tmp_path / "a.svg"), "--separate")
    command.check_options(chosen, 2)
    predictions = {"model": exact(1.2 * DATA), command.NUWRO: exact(0.9 * DATA)}
    command.write_figures(chosen, BINS, DATA, COVARIANCE, predictions, "title")
    names = ["a.svg", "a_00.svg", "a_01.svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert "a.svg" in capsys.readouterr().out
    for name in names:
        assert "</svg>" in (tmp_path / name).read_text()
    with pytest.raises(UserError, match=r"a\.svg exists"):
        command.check_options(chosen, 2)
    (tmp_path / "a.svg").unlink()
    with pytest.raises(UserError, match=r"a_00\.svg exists"):
        command.check_options(chosen, 2)
    command.check_options(options("--out", str(tmp_path / "a.svg"), "--separate", "--force"), 2)


def test_table() -> None:
    """Every value one error off: chi2 is the number of bins."""
    text = command.table(DATA, COVARIANCE, {"one": exact(DATA + np.sqrt(np.diag(COVARIANCE)))})
    row = re.search(r"^one +([\d.]+)/4 +(\S+) +0\.0 +0\.0 +([\d.]+)", text, re.MULTILINE)
    assert row is not None
    assert float(row[1]) == float(row[3]) == 4.0
    assert float(row[2]) == pytest.approx(stats.chi2.sf(4, 4), rel=0.05)
    assert text.splitlines()[-1].startswith("norm: the factor on the prediction that makes chi2 least")


def test_model_against_nuwro() -> None:
    """Two bins two errors apart; the third has too few events to tell, the last is outside of all bins."""
    model = Content(np.array([1.0, 2.0, 0.0, 5.0]), np.array([0.01, 0.02, 0.0, 0.05]))
    nuwro = Content(np.array([1.4, 2.4, 0.1, 5.0]), np.array([0.03, 0.02, 0.01, 0.05]))
    values = {"model": exact(np.array([1.0, 2.0, 0.0])), command.NUWRO: exact(np.array([1.4, 2.4, 0.1]))}
    text = command.between({"model": model, command.NUWRO: nuwro}, values, np.diag([0.16, 0.64, 1.0]))
    chi2 = 0.16 / 0.04 + 0.16 / 0.04
    assert f"chi2 {chi2:.1f}/3 " in text
    assert f"p = {stats.chi2.sf(chi2, 3):.1e}" in text
    assert "at most 1.00, on average 0.53 of the data's errors" in text


def test_many_predictions_look_different() -> None:
    """20 lines beside NuWro's, on the page and alone: no two of one colour and dash."""
    predictions = {f"model {k}": (1 + 0.02 * k) * DATA for k in range(20)} | {command.NUWRO: DATA}
    content = figure.Content(DATA, 0.1 * DATA, predictions, command.NUWRO)
    shown = figure.panels(BINS, content)
    for drawn in (figure.draw_page(shown, "title"), figure.draw_one(shown[1], "title")):
        legend = next(one for one in drawn.findobj(Legend) if len(one.get_texts()) == 22)
        lines = legend.get_lines()[:20]  # without NuWro's, the last
        assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 20
        drawn.canvas.draw()
        box, edge = legend.get_window_extent(), drawn.bbox
        assert edge.x0 <= box.x0 < box.x1 <= edge.x1
        assert edge.y0 <= box.y0 < box.y1 <= edge.y1


def test_too_many_models_for_a_figure() -> None:
    chosen = options("--model", *(f"model{k}" for k in range(17)))
    with pytest.raises(UserError, match="17 models, expected at most 16"):
        command.check_options(chosen, 2)
