"""Which events a measurement of muon and proton counts, and what it measures of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import MUON_MASS
from nugan_hep.measurement.hadronic import AXES, OBSERVABLES, Signal, Window, select

ANY = Signal(Window(), Window())
MUON = [0.3, 0.0, 1.2]


def events(*hadrons: list[tuple[int, list[float]]], muon: list[float] | None = None) -> Lists:
    """An event for each list of hadrons, all with one muon."""
    flat = [one for each in hadrons for one in each]
    return Lists(
        np.full(len(hadrons), 3.0),
        np.tile(np.array(muon or MUON), (len(hadrons), 1)),
        MUON_MASS,
        np.array([len(each) for each in hadrons]),
        np.array([code for code, _ in flat], dtype=np.int32),
        np.array([p for _, p in flat], dtype=np.float64).reshape(-1, 3),
    )


P = (2212, [-0.3, 0.1, 0.6])


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ([], True),
        ([(2112, [0.0, 0.0, 2.0])], True),
        ([(3122, [0.0, 0.0, 1.0])], True),
        ([(211, [0.0, 0.0, 0.01])], False),
        ([(111, [0.1, 0.0, 0.0])], False),
        ([(321, [0.1, 0.0, 0.2])], False),
        ([(-321, [0.1, 0.0, 0.2])], False),
        ([(130, [0.1, 0.0, 0.2])], False),
        ([(22, [0.2, 0.0, 0.2]), (22, [-0.1, 0.0, 0.3])], False),
        ([(22, [0.0, 0.0, 0.0044])], True),
        ([(11, [0.0, 0.0, 0.1])], False),
    ],
)
def test_no_mesons_nor_what_they_decay_to(more: list[Any], counts: bool) -> None:
    assert select(events([P, *more]), ANY)[0].tolist() == [counts]


def test_without_a_proton_there_is_nothing_to_select() -> None:
    assert select(events([], [P], [(2112, [0.0, 0.0, 0.9])]), ANY)[0].tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("signal", "counts"),
    [
        (Signal(Window(math.hypot(0.3, 1.2)), Window()), True),
        (Signal(Window(1.24), Window()), False),
        (Signal(Window(0.0, 1.23), Window()), False),
        (Signal(Window(0.0, 5.0, 0.97), Window()), True),
        (Signal(Window(0.0, 5.0, 0.98), Window()), False),
        (Signal(Window(), Window(0.67, 0.68)), True),
        (Signal(Window(), Window(0.68)), False),
        (Signal(Window(), Window(0.0, 0.67)), False),
        (Signal(Window(), Window(0.0, 2.0, 0.89)), False),
    ],
)
def test_phase_space(signal: Signal, counts: bool) -> None:
    """Of a muon of 1.237 GeV with cos 0.970 and a proton of 0.678 GeV with cos 0.885."""
    assert select(events([P]), signal)[0].tolist() == [counts]


def test_fastest_of_all_or_fastest_inside() -> None:
    """A proton backward is the fastest: it hides the one inside, unless only protons inside are looked at."""
    both = events([(2212, [0.2, 0.0, -1.0]), P, (2212, [0.1, 0.0, 0.5])])
    window = Window(0.45, 1.2, 0.4)
    assert not select(both, Signal(Window(), window))[0][0]
    good, kept = select(both, Signal(Window(), window, fastest_inside=True))
    assert good[0]
    # muon and P together: (0, 0.1) across
    expected = {
        "p_p": np.linalg.norm(P[1]),
        "dpt": 0.1,
        "dalphat": math.pi / 2,
        "dphit": math.atan2(0.1, 0.3),
    }
    for name, value in expected.items():
        assert OBSERVABLES[name](kept) == pytest.approx([value])


def test_angles_follow_from_the_vectors() -> None:
    rng = np.random.default_rng(4)
    muons, protons = rng.normal(size=(2, 50, 3))
    for muon, proton in zip(muons, protons, strict=True):
        _, kept = select(events([(2212, proton.tolist())], muon=muon.tolist()), ANY)
        length_mu, length_p = np.linalg.norm(muon), np.linalg.norm(proton)
        expected = {
            "p_mu": length_mu,
            "p_p": length_p,
            "theta_mu": math.acos(muon[2] / length_mu),
            "theta_p": math.acos(proton[2] / length_p),
            "theta_mup": math.acos(muon @ proton / length_mu / length_p),
        }
        for name, value in expected.items():
            assert OBSERVABLES[name](kept)[0] == pytest.approx(value, abs=1e-6), name


def test_of_the_lepton_and_of_pions() -> None:
    lists = events([(211, [0.0, 0.3, 0.4]), (-211, [0.0, 0.0, 0.2])])
    expected = {
        "pt_mu": 0.3,
        "pl_mu": 1.2,
        "cos_mu": 1.2 / math.hypot(0.3, 1.2),
        "p_pi": 0.5,
        "theta_pi": math.acos(0.8),
        "theta_mupi": math.acos(1.2 * 0.4 / (0.5 * math.hypot(0.3, 1.2))),
        "q3": math.hypot(0.3, 3.0 - 1.2),
    }
    for name, value in expected.items():
        assert OBSERVABLES[name](lists) == pytest.approx([value]), name


def test_axes_are_of_observables() -> None:
    assert set(AXES) <= set(OBSERVABLES)
