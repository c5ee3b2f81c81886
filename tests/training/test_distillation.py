import numpy as np
import pytest
import torch

from nugan_hep import train
from nugan_hep.data import read_events
from nugan_hep.kinematics import MUON_MASS, to_proxies
from nugan_hep.sampler import Sampler

TEACHER = "numu_C12_inc"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    events = Sampler(TEACHER, threads=1).sample(enu=np.random.default_rng(2).uniform(0.3, 10, 20_000), seed=4)
    path = tmp_path_factory.mktemp("data") / "events.npz"
    np.savez(path, enu=events["Ev"], emu=events["El"], theta=events["thetal"])
    return path


def run(data, out, *more):
    options = [
        "--data",
        str(data),
        "--out",
        str(out),
        "--teacher",
        TEACHER,
        "--latent-size",
        "2",
        "--dropout",
        "0",
    ]
    options += ["--generator-noise", "0", "--discriminator-noise", "0", "--log-energy", "--quiet"]
    return train.main([*options, *more])


@pytest.mark.slow
def test_the_generator_learns_the_map_of_the_flow(data, tmp_path, one_thread):
    out = tmp_path / "run"
    more = ["--steps", "300", "--eval-every", "100", "--batch", "500", "--lr-generator", "3e-3"]
    assert run(data, out, *more, "--decay-from", "0", "--ema-decay", "0.9") == 0
    events = read_events(data)
    proxies = np.stack(to_proxies(events.enu, events.emu, events.theta, mass=MUON_MASS), axis=1)
    own = Sampler(out / "model.pt", threads=1).sample(enu=events.enu, seed=4)
    teacher = Sampler(TEACHER, threads=1).sample(enu=events.enu, seed=4)
    # the same seed means the same two latents, so that events can be compared one by one
    pairs = [
        np.stack(to_proxies(e["Ev"], e["El"], e["thetal"], mass=MUON_MASS)[1:], axis=1)
        for e in (own, teacher)
    ]
    spread = proxies[:, 1:].std()
    assert np.sqrt(np.mean((pairs[0] - pairs[1]) ** 2)) < 0.15 * spread


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--latent-size", "50"], "latent_size = 50"),
        (["--teacher", "numu_C12_inc_gan"], "is a GAN"),
        (["--shift", "0.0098"], "shift"),
        (["--teacher", "nosuch"], "no model 'nosuch'"),
    ],
)
def test_teachers_that_do_not_fit_are_refused(data, tmp_path, capsys, options, message):
    assert run(data, tmp_path / "run", *options) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert torch.get_num_threads() >= 1
