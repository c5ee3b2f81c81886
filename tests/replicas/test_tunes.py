"""A tune's replicas on events of the sampler."""

import numpy as np
import pytest

from nugan_hep import Sampler
from nugan_hep.errors import UserError
from nugan_hep.replicas.__main__ import main
from nugan_hep.replicas.tunes import tuned
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
