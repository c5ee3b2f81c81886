from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.xsec.__main__ import main
from nugan_hep.xsec.commands.predict import HEADING
from nugan_hep.xsec.model.prediction import predict

Error = Callable[[], str]


def test_outside_of_the_data_is_said(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match=r"1 of 2 points lie outside of the \(E, theta, omega\) of the data"):
        predict("12C", [0.8, 1.6], 40.0, 0.3, model=run)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predict("12C", 0.8, 40.0, [0.01, 0.2], model=run)  # 0 below threshold is no guess
    call = ["12C", "--energy", "1.6", "--theta", "40", "--omega", "0.3", "--model", str(run)]
    assert main(["predict", *call]) == 0
    assert capsys.readouterr().err.startswith("python -m nugan_hep.xsec predict: warning: 1 of 1 points")


def test_predict_writes_csv_and_figure(run: Path, carbon: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "x.csv", tmp_path / "x.png"
    call = ["12C", "--energy", "0.7", "0.8", "--theta", "30", "--model", str(run)]
    assert main(["predict", *call, "--data", str(carbon), "--out", str(out), "--plot", str(plot)]) == 0
    table = np.genfromtxt(out, delimiter=",", names=True)
    assert table.dtype.names == HEADING
    own = table[table["energy_GeV"] == 0.7]
    mean, std = predict("12C", 0.7, 30.0, own["omega_GeV"], model=run)
    # omega is written with nine digits
    np.testing.assert_allclose(own["xsec_nb_per_sr_GeV"], mean, rtol=1e-4)
    np.testing.assert_allclose(own["std_nb_per_sr_GeV"], std, rtol=1e-3)
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert main(["predict", *call, "--out", str(out)]) == 2


@pytest.mark.slow
def test_predict_into_a_closed_pipe(run: Path, tmp_path: Path) -> None:
    """As for ``| head``: no word of it, and the figure is there."""
    plot = tmp_path / "x.png"
    call = ["12C", "--energy", "0.7", "--theta", "30", "--omega", "0.1:0.3:1e-4", "--model", str(run)]
    command = [sys.executable, "-m", "nugan_hep.xsec", "predict", *call, "--plot", str(plot)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--omega", "0.1:0.2"], "'0.1:0.2' is not LOW:HIGH:STEP"),
        (["--at", "0.8,30"], "expected --energy with --theta, or --at"),
        (["--omega", "a"], "'a' is not numbers in GeV"),
        (["--data", "OXYGEN"], "has points of 16O, not of 12C"),
        (["--model", "nosuch"], "no model 'nosuch'; there is:"),
        (["--model", "nosuch.pt"], "no model file nosuch.pt"),
    ],
)
def test_predict_refuses(run: Path, oxygen: Path, error: Error, more: list[str], message: str) -> None:
    more = [str(oxygen) if word == "OXYGEN" else word for word in more]
    assert main(["predict", "12C", "--energy", "0.7", "--theta", "30", "--model", str(run), *more]) == 2
    assert message in error()
