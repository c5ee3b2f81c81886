"""Observables of whole events against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from whole_events import from_lists, particle_lists

from nugan_hep.hadrons import evaluation, species
from nugan_hep.hadrons.observables import FEATURES, Lists, observables, topologies
from nugan_hep.kinematics import MUON_MASS

M_P = species.PARTICLES[2212][0]


def lists(enu: float, lepton: list[float], *hadrons: tuple[int, list[float]]) -> Lists:
    momenta = np.array([p for _, p in hadrons], dtype=np.float64).reshape(-1, 3)
    return Lists(
        np.array([enu]),
        np.array([lepton]),
        MUON_MASS,
        np.array([len(hadrons)]),
        np.array([code for code, _ in hadrons], dtype=np.int32),
        momenta,
    )


def one(events: Lists) -> dict[str, float]:
    return {name: float(value[0]) for name, value in observables(events).items()}


def test_a_balanced_event_has_no_imbalance() -> None:
    o = one(lists(2.0, [0.3, 0.0, 1.2], (2212, [-0.3, 0.0, 0.8])))
    assert o["dpt"] == pytest.approx(0.0, abs=1e-12)
    assert o["dphit"] == pytest.approx(0.0, abs=1e-7)
    assert o["p_miss"] == pytest.approx(0.0, abs=1e-12)
    assert o["p_p"] == pytest.approx(math.hypot(0.3, 0.8))
    assert o["w"] == -1.0


def test_transverse_imbalance_in_closed_form() -> None:
    """Muon along x, proton opposite but for 0.1 GeV along y: alpha is that of (0, 0.1) to -x."""
    o = one(lists(2.0, [0.4, 0.0, 1.2], (2212, [-0.4, 0.1, 0.8])))
    assert o["dpt"] == pytest.approx(0.1)
    assert o["dalphat"] == pytest.approx(math.pi / 2)
    assert o["dphit"] == pytest.approx(math.atan2(0.1, 0.4))


def test_missing_energy_and_mass_of_the_hadrons() -> None:
    p1, p2 = [0.1, 0.0, 0.5], [-0.2, 0.1, 0.9]
    o = one(lists(3.0, [0.1, -0.1, 1.6], (2212, p1), (211, p2)))
    e1, e2 = math.sqrt(0.26 + M_P**2), math.sqrt(0.86 + species.PARTICLES[211][0] ** 2)
    emu = math.sqrt(0.01 + 0.01 + 2.56 + MUON_MASS**2)
    assert o["e_miss"] == pytest.approx(3.0 - emu + species.NUCLEON_MASS - e1 - e2)
    total = np.add(p1, p2)
    assert o["w"] == pytest.approx(math.sqrt((e1 + e2) ** 2 - total @ total))
    assert o["m_ppi"] == pytest.approx(o["w"])
    assert o["e_avail"] == pytest.approx(e1 - M_P + e2 - species.PARTICLES[211][0])


@pytest.mark.parametrize(
    ("codes", "name"),
    [
        ([], "0pi0p"),
        ([2112], "0pi0p"),
        ([2212], "0pi1p"),
        ([2212, 2212, 2112], "0piNp"),
        ([211, 2212], "1pi+"),
        ([111], "1pi0"),
        ([-211, 2212], "1pi-"),
        ([211, 111], "multi-pi"),
        ([321, 3122, 211], "strange"),
        ([22, 22, 2212], "0pi1p"),
    ],
)
def test_every_event_has_one_topology(codes: list[int], name: str) -> None:
    events = lists(3.0, [0.1, 0.0, 1.0], *((code, [0.0, 0.4, 0.3]) for code in codes))
    found = topologies(observables(events))
    assert [key for key, value in found.items() if value[0]] == [name]


def test_slow_protons_do_not_count() -> None:
    slow = topologies(observables(lists(1.0, [0.1, 0.0, 0.5], (2212, [0.0, 0.0, 0.29]))))
    assert slow["0pi0p"][0]


def test_second_proton_and_multiplicities() -> None:
    hadrons = [
        (2212, [0.0, 0.0, 0.3]),
        (2112, [0.0, 0.0, 2.0]),
        (2212, [0.0, 0.9, 0.0]),
        (2212, [0.5, 0.0, 0.0]),
    ]
    o = one(lists(6.0, [0.1, 0.0, 1.0], *hadrons))
    assert (o["p_p"], o["p_p2"], o["p_n"]) == pytest.approx((0.9, 0.5, 2.0))
    assert (o["cos_p"], o["n_p"], o["n_n"], o["n_fast_p"]) == pytest.approx((0.0, 3, 1, 2))


def test_rounding_keeps_eleven_bits() -> None:
    events = lists(2.0, [0.3, 1e-3, 1.2], (2212, [-0.3, 0.0, 0.8])).rounded()
    bits = np.r_[events.lepton.ravel(), events.momentum.ravel()].astype(np.float32).view(np.uint32)
    assert (bits & 0xFFF == 0).all()
    assert events.momentum[0, 2] == pytest.approx(0.8, rel=2.0**-12)


def test_the_laboratory_frame_gives_the_observables_back() -> None:
    """To the frame of q and back: all that does not depend on the azimuth is as it was."""
    enu, mode, n, pdg, p = particle_lists(120, 4)
    first = np.cumsum(n) - n
    own = Lists(enu, p[first], MUON_MASS, n - 1, np.delete(pdg, first), np.delete(p, first, axis=0))
    before = observables(own)
    after = observables(evaluation.lists_of_events(from_lists(enu, mode, n, pdg, p)))
    for name in FEATURES:
        np.testing.assert_allclose(after[name], before[name], atol=2e-3, err_msg=name)


def test_pulls_of_equal_samples_are_zero_and_of_others_not() -> None:
    rng = np.random.default_rng(1)
    events = evaluation.lists_of_events(from_lists(*particle_lists(2000, 4)))
    o = observables(events)
    assert all(pull == 0.0 for pull in evaluation.spectra_pulls(o, o).values() if np.isfinite(pull))
    shifted = {**o, "e_avail": o["e_avail"] * rng.uniform(0.4, 0.6, len(o["enu"]))}
    assert evaluation.spectra_pulls(o, shifted)["e_avail"] > 1.0
