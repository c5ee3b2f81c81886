import argparse

import numpy as np
import pytest

from nugan_hep import tune
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.measurement.measured import Part
from nugan_hep.tuning import inputs

KIND = "t2k_ccinc_2018"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--data", "nosuch:x"],
            "--data nosuch:x: expected KIND:..., KIND one of those in --help, such as t2k_ccinc_2018",
        ),
        (["--data", f"{KIND}:a", f"{KIND}:b"], f"{KIND} is there twice"),
        (["--data", f"{KIND}:nosuch"], "nosuch"),
        (["--data", f"{KIND}:x", "--flux", "t2k_cc0pi_2016=f.root"], "no such measurement in --data"),
        (
            ["--data", f"{KIND}:x", "--prior-norm", f"{KIND}=-1"],
            "expected a relative error above 0, at most 1",
        ),
        (["--data", f"{KIND}:x", "--replicas", "0"], "at least 1"),
        (["--data", f"{KIND}:x", "-n", "10"], "-n 10: expected 10,000 events of each nucleus or more"),
        (["--data", f"{KIND}:x", "--covariance", "none"], "invalid choice"),
        ([], "--data"),
    ],
)
def test_bad_input_is_one_line(tmp_path, monkeypatch, capsys, options, message):
    monkeypatch.chdir(tmp_path)
    assert tune.main([*options, "--out", "run"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def part(nucleus, probe=14, hadrons=False):
    flux = Flux(np.array([0.3, 1.0, 2.0]), np.ones(2))
    return Part(probe, flux, ((nucleus, 1.0),), 1, lambda lists: np.zeros(len(lists.enu), np.intp), hadrons)


def test_a_measurement_of_another_nucleus():
    with pytest.raises(UserError, match="numu on O16 was measured: no --model of it, there is numu_C12_inc"):
        inputs.open_models(["numu_C12_inc"], [part(1000080160), part(1000060120)])


def test_a_model_that_nothing_was_measured_of():
    with pytest.raises(UserError, match="--model numu_O16_inc: no measurement is of its process"):
        inputs.open_models(["numu_C12_inc", "numu_O16_inc"], [part(1000060120)])


@pytest.mark.parametrize("hadrons", [False, True])
def test_hydrogen_is_found(hadrons):
    parts = [part(1000060120, hadrons=hadrons), part(1000010010, hadrons=hadrons)]
    found = inputs.open_models(["numu_C12_inc"], parts)
    assert [one.name for one in found] == ["numu_C12_inc", "numu_H1_inc"]
    assert {one.hadrons for one in found} == {hadrons}


def test_an_earlier_run_is_kept(tmp_path):
    from nugan_hep.tuning.learn import check_folder

    (tmp_path / "tune.json").write_text("{}")
    with pytest.raises(UserError, match=r"holds tune.json; give another --out or --force"):
        check_folder(argparse.Namespace(out=tmp_path, force=False))
    check_folder(argparse.Namespace(out=tmp_path, force=True))


@pytest.mark.parametrize(
    ("out", "reason"), [("file/run", "not a directory"), ("/proc/run/deep", "no such file")]
)
def test_a_folder_that_cannot_be_made_is_refused_before_any_work(tmp_path, monkeypatch, capsys, out, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert tune.main(["--data", f"{KIND}:x", "--out", out]) == 2
    error = capsys.readouterr().err
    assert f"--out {out}: cannot be made: {reason}" in error
    assert error.count("\n") == 1
