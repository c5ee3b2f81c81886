"""Observables of whole events against numbers worked out by hand."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import awkward as ak
import numpy as np
import pytest
import vector
from whole_events import from_lists, particle_lists

from nugan_hep import _core, species
from nugan_hep.hadrons import evaluation
from nugan_hep.hadrons.final_states import NONE, Lists, of_particles
from nugan_hep.hadrons.observables import FEATURES, HADRONIC, TOPOLOGIES, observables, topologies
from nugan_hep.kinematics import MUON_MASS, NEUTRON_MASS

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
    assert o["w_had"] == NONE


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
    assert o["w_had"] == pytest.approx(math.sqrt((e1 + e2) ** 2 - total @ total))
    assert o["m_ppi"] == pytest.approx(o["w_had"])
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
    found = topologies(events)
    assert [key for key, value in found.items() if value[0]] == [name]


def test_slow_protons_do_not_count() -> None:
    slow = topologies(lists(1.0, [0.1, 0.0, 0.5], (2212, [0.0, 0.0, 0.29])))
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


@pytest.mark.slow
def test_pulls_of_equal_samples_are_zero_and_of_others_not() -> None:
    rng = np.random.default_rng(1)
    events = evaluation.lists_of_events(from_lists(*particle_lists(2000, 4)))
    o = observables(events)
    pulls = evaluation.scores(o, o)["pulls"]["all"]
    assert set(pulls) == {*evaluation.SPECTRA, *evaluation.MULTIPLICITIES}
    assert all(pull == 0.0 for pull in pulls.values() if pull is not None)
    shifted = {**o, "e_avail": o["e_avail"] * rng.uniform(0.4, 0.6, len(o["enu"]))}
    assert evaluation.scores(o, shifted)["pulls"]["all"]["e_avail"] > 1.0


def test_pulls_of_two_samples_of_one_kind_are_those_of_a_gaussian() -> None:
    """Poisson counts about one expectation: the mean absolute pull is sqrt(2/pi)."""
    rng = np.random.default_rng(3)
    edges = np.arange(4001.0)
    counts = [rng.poisson(200.0, 4000).astype(float) for _ in range(2)]
    pair = evaluation.Pair(edges, *counts, (int(counts[0].sum()), int(counts[1].sum())))
    assert evaluation.mean_pull(pair) == pytest.approx(math.sqrt(2 / math.pi), abs=0.03)


def test_fractions_are_counts_of_the_topologies() -> None:
    events = evaluation.lists_of_events(from_lists(*particle_lists(600, 4)))
    o = observables(events)
    found, flags = evaluation.fractions(o, o), topologies(events)
    assert sum(one["reference"] for one in found.values()) == pytest.approx(1.0)  # type: ignore[misc]
    for name in TOPOLOGIES:
        assert found[name]["reference"] == flags[name].mean()
        assert found[name]["pull"] == 0.0


@pytest.mark.parametrize(("target", "removal"), [(1000060120, 0.02713), (1000180400, 0.0309)])
@pytest.mark.parametrize("struck", [(0.0, 0.0, 0.0), (0.1, -0.05, 0.2), (0.0, 0.0, -0.15), (0.2, 0.1, 0.0)])
def test_pn_is_the_struck_neutrons_momentum(
    struck: tuple[float, float, float], target: int, removal: float
) -> None:
    """Quasielastic scattering off a moving neutron, with energy and momentum of the nucleus balanced."""
    mass = _core.nuclear_mass(target)
    left = mass - NEUTRON_MASS + removal
    p_struck, lepton = np.array(struck), np.array([0.25, 0.1, 0.7])
    recoil = math.sqrt(left**2 + p_struck @ p_struck)
    # the neutrino's energy follows from that of all others
    emu = math.sqrt(lepton @ lepton + MUON_MASS**2)
    low, high = emu, 20.0
    for _ in range(80):
        enu = 0.5 * (low + high)
        proton = p_struck - lepton + np.array([0.0, 0.0, enu])
        rest = enu + mass - emu - recoil - math.sqrt(proton @ proton + M_P**2)
        low, high = (enu, high) if rest < 0 else (low, enu)
    events = lists(enu, lepton.tolist(), (2212, proton.tolist()))
    found = HADRONIC["pn"].formula(dataclasses.replace(events, target=target))
    assert found[0] == pytest.approx(np.linalg.norm(p_struck), abs=1e-6)


def particles_of(enu: float, axis: list[float], *rows: tuple[int, int, list[float]]) -> Any:
    """One event of ``events["particles"]`` with its neutrino along an axis."""
    vector.register_awkward()
    direction = np.array(axis) / np.linalg.norm(axis)
    start = [(14, 0, (enu * direction).tolist()), (1000060120, 0, [0.0, 0.0, 0.0])]
    return ak.Array(
        [
            [
                {"pdg": pdg, "status": status, "mother": 0, "px": p[0], "py": p[1], "pz": p[2], "E": 1.0}
                for pdg, status, p in (*start, *rows)
            ]
        ],
        with_name="Momentum4D",
    )


@pytest.mark.parametrize("axis", [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [1.0, 2.0, -3.0], [0.0, -0.101, 0.995]])
def test_the_beam_may_go_anywhere(axis: list[float]) -> None:
    """Imbalance and angles by the package vector, about the neutrino's own direction."""
    muon, fast, slow, pion = [0.4, 0.1, 1.2], [-0.35, 0.2, 0.8], [0.1, 0.1, 0.2], [0.2, -0.3, 0.4]
    rows = [(13, 1, muon), (2212, 1, slow), (2212, 1, fast), (211, 1, pion), (2212, 14, [3.0, 0.0, 0.0])]
    array = particles_of(3.0, axis, *rows, (1000050100, 15, [0.1, 0.1, 0.1]))
    events = of_particles(array)
    n = np.array(axis) / np.linalg.norm(axis)

    def across(p: list[float]) -> Any:
        return np.array(p) - (np.array(p) @ n) * n

    lost = across(muon) + across(fast)
    cosine = -(across(muon) @ lost) / np.linalg.norm(across(muon)) / np.linalg.norm(lost)
    expected = {
        "dpt": np.linalg.norm(lost),
        "dalphat": math.acos(cosine),
        "p_p": np.linalg.norm(fast),
        "p_p2": np.linalg.norm(slow),
        "cos_p": np.array(fast) @ n / np.linalg.norm(fast),
        "cos_pi": np.array(pion) @ n / np.linalg.norm(pion),
        "n_p": 2.0,
        "n_fast_p": 1.0,
        "topology": TOPOLOGIES.index("1pi+"),
    }
    for name, value in expected.items():
        assert HADRONIC[name].formula(events)[0] == pytest.approx(value, abs=1e-9), name
    hadrons = array[0][3:6]
    hadrons = vector.zip(
        {"px": hadrons.px, "py": hadrons.py, "pz": hadrons.pz, "mass": [M_P, M_P, species.PARTICLES[211][0]]}
    )
    total = hadrons[0] + hadrons[1] + hadrons[2]
    assert HADRONIC["w_had"].formula(events)[0] == pytest.approx(total.mass)
    assert HADRONIC["m_ppi"].formula(events)[0] == pytest.approx((hadrons[1] + hadrons[2]).mass)
    kinetic = float(np.sum(hadrons.E - hadrons.mass))
    assert HADRONIC["e_avail"].formula(events)[0] == pytest.approx(kinetic)
    assert HADRONIC["e_vis"].formula(events)[0] == pytest.approx(
        kinetic + math.sqrt(np.dot(muon, muon) + MUON_MASS**2)
    )


def test_what_an_event_does_not_have_is_minus_999() -> None:
    o = one(lists(1.0, [0.1, 0.0, 0.5]))
    for name in ("p_p", "cos_p", "p_p2", "p_pi", "p_n", "dpt", "dalphat", "dphit", "pn", "w_had", "m_ppi"):
        assert o[name] == NONE, name
    assert all(math.isfinite(value) for value in o.values())
    assert (o["e_avail"], o["topology"]) == (0.0, 0.0)


def test_an_unknown_species_gives_no_nan() -> None:
    o = one(lists(3.0, [0.1, 0.0, 1.5], (2212, [0.0, 0.1, 0.4]), (4332, [0.0, 0.2, 0.5])))
    assert all(math.isfinite(value) for value in o.values())
