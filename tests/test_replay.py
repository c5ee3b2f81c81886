import numpy as np
import pytest

from nugan_hep import replay
from nugan_hep.data import read_events
from nugan_hep.transfer import saved
from nugan_hep.transfer.ratio import energy_bins

SOURCE = "numu_C12_inc"


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The model's own events, kept with probability 1/(1 + Q2)."""
    from nugan_hep.sampler import Sampler

    random = np.random.default_rng(5)
    events = Sampler(SOURCE, threads=1).sample(enu=random.uniform(0.3, 10, 6_000), seed=3)
    keep = random.uniform(size=6_000) < 1 / (1 + events["Q2"])
    path = tmp_path_factory.mktemp("few") / "few.npz"
    np.savez(path, enu=events["Ev"][keep], emu=events["El"][keep], theta=events["thetal"][keep])
    return path


def run(few, out, *more):
    return replay.main(
        ["--from", SOURCE, "--data", str(few), "--out", str(out), "--quiet", "--threads", "1", *more]
    )


@pytest.mark.heavy
def test_the_replayed_events_follow_the_data(few, tmp_path, capsys, monkeypatch):
    from nugan_hep import kinematics
    from nugan_hep.sampler import Sampler

    # fewer source events than the command takes: enough for so few of the data
    monkeypatch.setattr(replay, "_FIT_EVENTS", 30_000)
    out = tmp_path / "replay.npz"
    assert run(few, out, "-n", "30000", "--evaluations", "2", "--replicas", "5") == 0
    assert "effective parameters" in capsys.readouterr().out
    events = read_events(out)
    assert len(events) == 30_000
    draws = saved.load(tmp_path / "replay.replicas.npz")
    weights = np.exp(draws.log_weights(events.enu, events.emu, events.theta))
    assert weights.shape == (30_000, 5)
    # some parameters of 6,000 events: a few percent each
    assert 0.005 < weights.std(axis=1).mean() < 0.2
    own = Sampler(SOURCE, threads=1).sample(enu=np.random.default_rng(1).uniform(0.3, 10, 30_000), seed=9)
    high = np.mean(kinematics.q2(events.enu, events.emu, events.theta, kinematics.MUON_MASS) > 1.0)
    # the density is changed at each energy, the replayed energies stay uniform
    bins, weights = energy_bins(own["Ev"], (0.3, 10.0)), 1 / (1 + own["Q2"])
    truth = np.mean(np.bincount(bins, weights * (own["Q2"] > 1.0)) / np.bincount(bins, weights))
    assert abs(high - truth) < 0.1 * abs(np.mean(own["Q2"] > 1.0) - truth)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "events.root"], "expected the suffix .npz"),
        (["--from", "nosuch"], "no model 'nosuch'"),
        (["--data", "nosuch.root"], "nosuch.root"),
        (["-n", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_line(few, tmp_path, capsys, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    assert run(few, tmp_path / "out.npz", *options) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize(
    "words", [["--data", "x.root"], ["--probe", "14"], ["--evaluations", "3"], ["--allow-unphysical"]]
)
def test_a_run_of_tune_takes_no_options_of_events(tmp_path, capsys, words):
    (tmp_path / "tune.json").touch()
    arguments = ["--from", str(tmp_path), "--out", str(tmp_path / "out.npz"), *words]
    assert replay.main(arguments) == 2
    error = capsys.readouterr().err
    assert f"{words[0]}: a run of tune has its own, expected --from MODEL or no {words[0]}" in error


def test_an_existing_file_stays(few, tmp_path, capsys):
    out = tmp_path / "replay.npz"
    out.write_bytes(b"mine")
    assert run(few, out) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_bytes() == b"mine"
