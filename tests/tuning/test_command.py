"""tune on T2K's release, small."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import nugan_hep
from nugan_hep import replay, tune
from nugan_hep.cross_section import read_csv

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared"))
RELEASE = SHARED / "data/measurements/t2k_ccinc_2018"


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tune") / "run"
    arguments = ["--data", f"t2k_ccinc_2018:{RELEASE}", "--out", str(folder), "-n", "50000"]
    arguments += ["--evaluations", "6", "--replicas", "8", "--cross-validate", "--threads", "1"]
    assert tune.main(arguments) == 0
    return folder


@pytest.mark.slow
@pytest.mark.shared("measurements/t2k_ccinc_2018")
def test_the_data_are_described_better(learned):
    about = json.loads((learned / "tune.json").read_text())
    (row,) = about["measurements"]
    before, after = row["chi2"]["scaled"]
    assert before > 2 * row["bins"]
    assert after < 0.5 * before
    # the sum of the bins is near the measured one: no shrinking
    measured, _, tuned = row["total"]
    assert tuned == pytest.approx(measured, rel=0.15)
    assert len(about["held_out"]["t2k_ccinc_2018"]) == 11
    assert sum(part["after"] for part in about["held_out"]["t2k_ccinc_2018"]) < before
    for name in ("card.md", "factor.png", "t2k_ccinc_2018.png"):
        assert (learned / name).stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.shared("measurements/t2k_ccinc_2018")
def test_events_are_made_of_it(learned, tmp_path):
    out = tmp_path / "replay.npz"
    arguments = ["--from", str(learned), "--out", str(out), "-n", "50000", "--quiet", "--threads", "1"]
    assert replay.main(arguments) == 0
    sigma = read_csv(out.with_suffix(".csv"))
    with np.load(out) as file:
        enu, emu, theta = (file[name].astype(float) for name in ("enu", "emu", "theta"))
    # energies stay uniform; the angles are those of weighted events of the model
    assert np.histogram(enu, 4, (0.3, 10))[0].std() < 5 * np.sqrt(50_000 / 4)
    events = nugan_hep.Sampler("numu_C12_inc").sample(uniform=(0.3, 10.0), n=50_000, seed=5)
    columns = (events[name].astype(float) for name in ("Ev", "El", "thetal"))
    weights = nugan_hep.reweight("numu_C12_inc", learned, *columns)
    mean = np.average(np.cos(events["thetal"]), weights=weights)
    error = np.cos(events["thetal"]).std() / np.sqrt(50_000)
    assert np.cos(theta).mean() == pytest.approx(mean, abs=6 * error)
    assert emu.max() < 10
    # the cross section is the model's times the mean weight at an energy
    at = nugan_hep.Sampler("numu_C12_inc").sample(enu=1.0, n=50_000, seed=6)
    columns = (at[name].astype(float) for name in ("Ev", "El", "thetal"))
    factor = nugan_hep.reweight("numu_C12_inc", learned, *columns, rate=True).mean()
    from nugan_hep.measurement.folded import model_sigma

    assert sigma(1.0) / model_sigma(nugan_hep.Sampler("numu_C12_inc"))(1.0) == pytest.approx(factor, rel=0.01)


def test_replay_wants_data_or_a_tune(tmp_path, capsys):
    assert replay.main(["--from", "numu_C12_inc", "--out", str(tmp_path / "x.npz")]) == 2
    assert "--data: expected files of events, or --from a run of tune" in capsys.readouterr().err
