"""Whole events in memory: their frame and order, and files that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from whole_events import block, from_lists, npz, particle_lists

from nugan_hep import species
from nugan_hep.errors import UserError
from nugan_hep.hadrons import dataset
from nugan_hep.hadrons.events import content, from_particles, vocabulary


def test_the_frame_keeps_lengths_and_angles_to_q() -> None:
    enu, mode, n, pdg, p = particle_lists(200, 4)
    events = from_lists(enu, mode, n, pdg, p)
    first = np.cumsum(n) - n
    q = -p[first]
    q[:, 2] += enu
    hadrons = np.delete(np.arange(len(pdg)), first)
    owner = np.repeat(np.arange(len(n)), n)[hadrons]
    along = (p[hadrons] * q[owner]).sum(1) / np.linalg.norm(q[owner], axis=1)
    size = np.linalg.norm(p[hadrons], axis=1)
    for event in range(len(n)):
        own = slice(events.first[event], events.first[event] + events.n[event])
        mine = owner == event
        got = events.momentum[own].astype(np.float64)
        assert np.sort(np.linalg.norm(got, axis=1)) == pytest.approx(np.sort(size[mine]), abs=1e-5)
        assert np.sort(got[:, 2]) == pytest.approx(np.sort(along[mine]), abs=1e-5)


def test_the_charged_lepton_is_on_the_side_of_x() -> None:
    """A hadron with the lepton's momentum has none across the plane and is at positive x."""
    enu, mode, n, pdg, p = particle_lists(60, 4, [(2212,)])
    p[1::2] = p[0::2]
    events = from_lists(enu, mode, n, pdg, p)
    assert np.abs(events.momentum[:, 1]).max() < 1e-6
    assert (events.momentum[:, 0] > 0).all()


def test_hadrons_are_listed_by_species_and_the_fastest_first() -> None:
    contents = [(2212, 22, 2112, 211, 2212, 3122, -211, 111, 22, 2212)]
    events = from_lists(*particle_lists(30, 2, contents))
    sizes = np.linalg.norm(events.momentum, axis=1)
    for k in range(30):
        own = slice(events.first[k], events.first[k] + events.n[k])
        assert events.pdg[own].tolist() == [3122, 22, 22, 211, 111, -211, 2112, 2212, 2212, 2212]
        for same in (slice(1, 3), slice(7, 10)):
            assert (np.diff(sizes[own][same]) <= 0).all()


def test_energies_follow_from_momenta_for_any_lepton() -> None:
    enu, mode, n, pdg, p = particle_lists(40, 2)
    pdg[np.cumsum(n) - n] = 11
    events, _ = from_particles(block((enu, mode, n, pdg, p), probe=12), 12, 1000060120)
    lepton = np.linalg.norm(p[np.cumsum(n) - n], axis=1)
    assert events.emu == pytest.approx(np.hypot(lepton, species.ELECTRON_MASS))


def test_vocabulary_counts_what_is_rare() -> None:
    events = from_lists(*particle_lists(46, 2, [(22, 2212)] * 22 + [(2212,), (321, 3122)]))
    words = vocabulary(events, least=3)
    assert words == ((), (22,))
    entry, counts = content(events, words)
    assert np.bincount(entry + 1).tolist() == [1, 1, 44]
    assert counts[0].tolist() == [0, 0, 0, 0, 1]


def test_taken_events_are_themselves() -> None:
    events = from_lists(*particle_lists(50, 9))
    some = events.take(np.array([3, 11, 40]))
    assert some.n.tolist() == events.n[[3, 11, 40]].tolist()
    rows = np.r_[tuple(slice(events.first[k], events.first[k] + events.n[k]) for k in (3, 11, 40))]
    assert np.array_equal(some.momentum, events.momentum[rows])
    assert some.first.tolist() == [0, some.n[0], some.n[0] + some.n[1]]


def test_files_and_lists_agree(whole_file: Callable[..., Path]) -> None:
    read, made = dataset.read([str(whole_file(60, seed=3))]), from_lists(*particle_lists(60, 3))
    assert read.pdg.tolist() == made.pdg.tolist()
    assert read.momentum == pytest.approx(made.momentum, abs=2e-5)
    assert dataset.read([str(whole_file(60, seed=3))], 7).n.tolist() == made.n[:7].tolist()


def broken(path: Path, how: str) -> Path:
    enu, mode, n, pdg, p = particle_lists(20, 3)
    first = np.cumsum(n) - n
    if how == "no lepton":
        pdg[first[4]] = 2212
    elif how == "neutrino first":
        pdg[first] = 14
    elif how == "momentum no number":
        p[7, 1] = np.nan
    elif how == "unknown code":
        pdg[first[3] + 1] = 9999
    elif how == "an event of nothing":
        n[2] = 0
    elif how == "too few particles":
        pdg, p = pdg[:-3], p[:-3]
    return npz(path, (enu, mode, n, pdg, p))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("no lepton", "1 without their charged lepton; more than 1 %"),
        ("neutrino first", "no event of probe 14 and target 1000060120"),
        ("momentum no number", "a momentum is no number"),
        ("unknown code", r"1 with an unknown PDG code \(9999\); more than 1 % cannot be used"),
        ("an event of nothing", "no event of probe 14"),
        ("too few particles", "but there are"),
    ],
)
def test_what_is_no_whole_event_is_refused(how: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=message):
        dataset.read([str(broken(tmp_path / "bad.npz", how))])


def test_other_files_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "muons.npz", enu=np.ones(3), emu=np.ones(3))
    with pytest.raises(UserError, match="has no dyn, n, pdg, px, py, pz: expected whole events"):
        dataset.read([str(tmp_path / "muons.npz")])
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(UserError, match="cannot be read"):
        dataset.read([str(tmp_path / "text.npz")])
    with pytest.raises(UserError, match="no such file"):
        dataset.read([str(tmp_path / "none.npz")])
    with pytest.raises(UserError, match="the events have no hadrons"):
        dataset.read([str(npz(tmp_path / "leptons.npz", particle_lists(20, 3, [()])))])
