"""Replicas of a tune and of a transfer on events of the sampler."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from nugan_hep import Sampler
from nugan_hep.archive import find_model
from nugan_hep.errors import UserError
from nugan_hep.replicas.__main__ import main
from nugan_hep.replicas.posteriors import transferred, tuned
from nugan_hep.transfer import draw
from nugan_hep.transfer import saved as transfers
from nugan_hep.transfer.prior import Prior
from nugan_hep.transfer.prior import Scales as Lengths
from nugan_hep.transfer.ratio import Ratio
from nugan_hep.tuning import saved
from nugan_hep.tuning.prior import PARAMETERS, Factor, Scales

MODEL = "numu_C12_inc"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Three draws of the prior, as if nothing had been measured."""
    folder = tmp_path_factory.mktemp("tune")
    random = np.random.default_rng(1)
    factors = [Factor(Scales(), random.standard_normal(PARAMETERS)) for _ in range(4)]
    mass = Sampler(MODEL, lepton_only=True)._core.process.lepton_mass
    about = {"model": MODEL, "lepton_mass": mass}
    saved.save(
        folder, saved.Tune(about, factors[0], tuple(factors[1:]), np.array([0.3, 10]), np.ones((2, 4)))
    )
    return folder


def test_events_have_the_weights_of_the_replicas(run, tmp_path):
    out = tmp_path / "tuned.pt"
    assert main([MODEL, "--tune", str(run), "--number", "2", "--out", str(out), "--quiet"]) == 0
    sampler = Sampler(out, lepton_only=True)
    assert list(sampler.replica_names) == ["tune_0", "tune_1"]
    events = sampler.sample(enu=1.0, n=5_000, seed=2, replicas=2)
    columns = (events[name].astype(np.float64) for name in ("Ev", "El", "thetal"))
    exact = saved.load(run).replica_weights(*columns, n=2)
    away = np.abs(events["wght_rep"].T / exact - 1)
    assert np.quantile(away, 0.95) < 0.02


def test_what_does_not_fit_is_refused(run, tmp_path, capsys):
    with pytest.raises(UserError, match=r"is of numu_C12_inc, expected one of numu_O16_inc"):
        tuned("numu_O16_inc", run)
    with pytest.raises(UserError, match="9 replicas: expected 1 to 3"):
        tuned(MODEL, run, 9)
    assert main([MODEL, "--tune", str(tmp_path), "--out", str(tmp_path / "x.pt")]) == 2
    assert "not a readable run of tune" in capsys.readouterr().err


@pytest.fixture(scope="module")
def transfer(tmp_path_factory):
    """Draws of a ratio of carbon's density to argon's that has a width of some 20 %."""
    source = Sampler(MODEL, lepton_only=True, threads=1)
    events = draw.sample_of(draw.draw_source(source, 40_000, 1), source)
    prior = Prior()
    size = prior.features(np.zeros((1, 4)), Lengths()).shape[1]
    ratio = Ratio(prior, Lengths(), np.zeros(size), 0.0, 0.0, 9.0 * np.eye(size))
    mass = source._core.process.lepton_mass
    about = {"source": MODEL, "probe": 14, "target": 1000180400, "enu_range": [*source.enu_range]}
    path = tmp_path_factory.mktemp("transfer") / "replay.replicas.npz"
    transfers.save(path, transfers.drawn(ratio, [ratio], events, 3, 1, about | {"lepton_mass": mass}), False)
    return path


@pytest.mark.slow
def test_events_have_the_weights_of_a_transfer(transfer, tmp_path):
    out = tmp_path / "argon.pt"
    assert main(["numu_Ar40_inc", "--transfer", str(transfer), "--out", str(out), "--quiet"]) == 0
    sampler = Sampler(out, lepton_only=True)
    assert list(sampler.replica_names) == ["transfer_0", "transfer_1", "transfer_2"]
    events = sampler.sample(n=20_000, seed=2, replicas=3)
    columns = (events[name].astype(np.float64) for name in ("Ev", "El", "thetal"))
    exact = np.exp(transfers.load(transfer).log_weights(*columns))
    assert exact.std(axis=0).min() > 0.05
    away = np.abs(events["wght_rep"] / exact - 1)
    assert np.quantile(away, 0.95) < 0.03


def test_a_transfer_belongs_to_the_model_trained_on_its_events(transfer, tmp_path, capsys):
    with pytest.raises(UserError, match="has the target 1000180400, numu_O16_inc 1000080160"):
        transferred("numu_O16_inc", transfer)
    with pytest.raises(UserError, match="4 replicas: expected 1 to 3"):
        transferred("numu_Ar40_inc", transfer, 4)
    same = tmp_path / "same.npz"
    draws = transfers.load(transfer)
    transfers.save(same, replace(draws, about={**draws.about, "target": 1000060120}), False)
    with pytest.raises(UserError, match="is the model that was replayed"):
        transferred(MODEL, same)
    shutil.copy(find_model(MODEL), tmp_path / "x.npz")
    assert main([MODEL, "--transfer", str(tmp_path / "x.npz"), "--out", str(tmp_path / "x.pt")]) == 2
    assert "not a file of replay --replicas" in capsys.readouterr().err
