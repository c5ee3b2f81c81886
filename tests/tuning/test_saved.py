import json

import numpy as np
import pytest

import nugan_hep
from nugan_hep.errors import UserError
from nugan_hep.tuning import card, saved
from nugan_hep.tuning.prior import PARAMETERS, Factor, Scales

MODEL = "numu_C12_inc"


def a_tune(k=3):
    """r is exp(0.1) everywhere, its replicas exp(0.1 j) for j = 0, 1, 2: the constant feature alone."""
    scales = Scales(total=0.1)

    def constant(pull):
        coefficients = np.zeros(PARAMETERS)
        coefficients[0] = pull
        return Factor(scales, coefficients)

    enu = np.linspace(0.3, 10, 5)
    mean = np.exp([[0.1, *(0.1 * j for j in range(k))]] * 5)
    row = {
        "kind": "t2k_ccinc_2018",
        "title": "T2K",
        "reference": "1801.05148",
        "fitted": True,
        "fluxes": ["flux.root:numu"],
        "flux_quartiles": [[0.47, 0.62, 0.81]],
        "bins": 71,
        "chi2": {way: [193.0, 84.0] for way in ("scaled", "apart", "published")},
        "total": [0.73, 0.61, 0.69],
        "total_error": 0.05,
    }
    about = {
        "model": MODEL,
        "models": [MODEL],
        "lepton_mass": 0.10566,
        "covariance": "scaled",
        "scales": vars(scales),
        "prior_norm": {"t2k_ccinc_2018": 0.1},
        "pulls": {"t2k_ccinc_2018": [0.5, 0.2]},
        "parameters": 7.0,
        "evaluations": 60,
        "replicas": k,
        "events": 1_000_000,
        "seed": 1,
        "held_out": {},
        "measurements": [row],
    }
    return saved.Tune(about, constant(1.0), tuple(constant(float(j)) for j in range(k)), enu, mean)


@pytest.fixture
def run(tmp_path):
    saved.save(tmp_path, a_tune())
    return tmp_path


EVENTS = ([0.5, 1.0, 3.0], [0.3, 0.6, 2.0], [0.4, 0.4, 0.3])


def test_weights_come_back(run):
    tune = saved.load(run)
    np.testing.assert_allclose(tune.weights(*EVENTS), np.exp(0.1), rtol=1e-6)
    np.testing.assert_allclose(tune.weights(*EVENTS, rate=False), 1.0, rtol=1e-6)
    expected = np.exp(0.1 * np.arange(3))[:, None] * np.ones(3)
    np.testing.assert_allclose(tune.replica_weights(*EVENTS), expected, rtol=1e-6)
    np.testing.assert_allclose(tune.replica_weights(*EVENTS, n=2, rate=False), 1.0, rtol=1e-6)


@pytest.mark.parametrize("n", [0, 4])
def test_more_replicas_than_there_are(run, n):
    with pytest.raises(UserError, match=f"{n} replicas: expected 1 to 3"):
        saved.load(run).replica_weights(*EVENTS, n=n)


def test_reweight_takes_the_folder(run):
    np.testing.assert_allclose(nugan_hep.reweight(MODEL, run, *EVENTS, rate=True), np.exp(0.1), rtol=1e-6)
    assert nugan_hep.reweight(MODEL, run, 1.0, [[0.6], [0.7]], [0.1, 0.2]).shape == (2, 2)


def test_events_of_another_model_are_weighted_to_the_tuned_one(run):
    other = "numu_C12_lfg"
    both = nugan_hep.reweight(other, run, *EVENTS, rate=True)
    np.testing.assert_allclose(
        both, np.exp(0.1) * nugan_hep.reweight(other, MODEL, *EVENTS, rate=True), rtol=1e-6
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: (run / "tune.npz").unlink(),
        lambda run: (run / "tune.npz").write_bytes((run / "tune.npz").read_bytes()[:200]),
        lambda run: (run / "tune.json").write_text("{"),
        lambda run: np.savez(
            run / "tune.npz", scales=np.ones((4, 7)), coefficients=np.ones((4, 3)), enu=1, mean=1
        ),
    ],
)
def test_damaged_runs_are_refused_in_one_line(run, damage):
    damage(run)
    with pytest.raises(UserError, match="not a readable run of tune") as error:
        saved.load(run)
    assert "\n" not in str(error.value)


def test_the_card_says_what_was_learned_from_what():
    text = card.text(a_tune().about)
    assert "| t2k_ccinc_2018 (arXiv:1801.05148) | fitted | 71 | 193.0, 84.0 |" in text
    assert "normalisation of t2k_ccinc_2018: +0.50 ± 0.20 of 10%" in text
    assert "in about 60 fits at most; at their defaults: hadronic, energy" in text
    json.dumps(a_tune().about)  # all of it goes into tune.json
