"""Shipped models with hadrons: whole events by default, the lepton of before, events at threshold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import awkward as ak
import numpy as np
import pytest

from nugan_hep import Sampler, archive, species
from nugan_hep.hadrons import observables
from nugan_hep.hadrons.final_states import of_particles
from nugan_hep.particles import FINAL, as_columns

WITH_HADRONS = [
    name for name in archive.list_models() if "hadrons" in archive.read_metadata(archive.find_model(name))
]
HYDROGEN = 1000010010
OF_HYDROGEN = {14: ["1pi+", "multi-pi", "strange"], -14: ["0pi0p", "1pi0", "1pi-", "multi-pi", "strange"]}
"""Topologies of one baryon and the charge that neutrinos (2) and antineutrinos (0) leave of a proton."""
CHUNK = 250_000

pytestmark = pytest.mark.parametrize("name", WITH_HADRONS)


def chunks(name: str, n: int, **options: Any) -> Iterator[dict[str, Any]]:
    sampler = Sampler(name)
    for first in range(0, n, CHUNK):
        yield sampler.sample(n=min(CHUNK, n - first), first=first, seed=3, **options)


def test_the_lepton_is_the_same_without(name: str) -> None:
    events = Sampler(name).sample(n=20_000, seed=5)
    alone = Sampler(name, lepton_only=True).sample(n=20_000, seed=5)
    assert events.keys() - alone.keys() == {"particles", "mode"}
    for column, values in alone.items():
        assert np.array_equal(values, events[column]), column


def at_threshold(name: str, n: int) -> None:
    """Energies are finite and above the masses, and four-momenta balance."""
    for events in chunks(name, n, enu=0.3):
        columns = as_columns(events["particles"])
        mass = np.nan_to_num(species.lookup(columns["pdg"])[0])
        final = columns["status"] == FINAL
        for field in ("px", "py", "pz", "E"):
            assert np.isfinite(columns[field]).all()
        # the lepton's is a float32
        assert (columns["E"] >= mass * (1 - 1e-7))[final].all()
        sign = np.where(columns["status"] == 0, 1.0, -1.0)
        for field in ("px", "py", "pz", "E"):
            sums = np.add.reduceat(sign * columns[field], columns["offsets"][:-1])
            assert np.abs(sums).max() < (6e-6 if "H1" in name else 1e-6)


def test_at_threshold(name: str) -> None:
    at_threshold(name, 50_000)


@pytest.mark.heavy
def test_ten_million_at_threshold(name: str) -> None:
    at_threshold(name, 10_000_000)


def test_charge_and_baryons_balance(name: str) -> None:
    about = archive.read_metadata(archive.find_model(name))
    (events,) = chunks(name, 30_000)
    columns = as_columns(events["particles"])
    last = columns["offsets"][1:] - 1
    nucleus = columns["pdg"][last]
    final = of_particles(events["particles"])
    _, charge, baryons = species.lookup(final.pdg)
    left = nucleus < 2_000_000_000  # what is no nucleus has a number of its own
    assert left.mean() > 0.999 or (about["target"] == HYDROGEN and not left.any())
    target, sign = about["target"], np.sign(about["probe"])
    protons = target // 10_000 % 1000 + sign - final.total(charge)
    assert np.array_equal((nucleus // 10_000 % 1000)[left], protons[left])
    nucleons = target // 10 % 1000 - final.total(baryons)
    assert np.array_equal((nucleus // 10 % 1000)[left], nucleons[left])
    assert not protons[~left].any() or target != HYDROGEN
    assert not nucleons[~left].any()


def test_hadrons_have_no_energy_from_nowhere(name: str) -> None:
    """The remnant's energy is that of its mass and E_miss, which is above -0.25 GeV."""
    about = archive.read_metadata(archive.find_model(name))
    for events in chunks(name, 500_000, uniform=(0.3, 10.0)):
        if about["target"] != HYDROGEN:
            missing = observables.HADRONIC["e_miss"].formula(of_particles(events["particles"]))
            assert missing.min() >= -0.25 - 1e-5
            continue
        # hydrogen's hadrons may have a little more than the lepton leaves, never less
        left = ak.to_numpy(events["particles"].E[:, -1])
        assert left.max() < 1e-4
        assert left.min() > -0.0034
        assert set(events["mode"]) == ({1, 3, 4} if about["probe"] < 0 else {3, 4})


def test_observables_are_defined(name: str) -> None:
    (events,) = chunks(name, 20_000)
    found = observables.observables(of_particles(events["particles"]))
    assert all(np.isfinite(values).all() for values in found.values())
    shares = np.bincount(found["topology"].astype(int), minlength=8) / 20_000
    about = archive.read_metadata(archive.find_model(name))
    possible = np.ones(8, dtype=bool)
    if about["target"] == HYDROGEN:
        possible = np.isin(observables.TOPOLOGIES, OF_HYDROGEN[about["probe"]])
    assert (shares[possible] > 1e-3).all()
    assert (shares[~possible] < 1e-3).all()
