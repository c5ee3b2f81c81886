"""The events that examples/geant4/liquid_argon.py shoots; Geant4 itself takes part where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from make_model import write_model
from whole_events import from_lists, hadrons_for, particle_lists, random_model

from nugan_hep.sampler import Sampler

N = 7


@pytest.fixture(scope="module")
def liquid_argon(example: Callable[[str], ModuleType]) -> ModuleType:
    return example("geant4/liquid_argon")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random networks with hadrons."""
    hadrons = hadrons_for(random_model(from_lists(*particle_lists(600, 1))))
    return write_model(tmp_path_factory.mktemp("models") / "whole.pt", hadrons=hadrons)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "suffix"), [("rootracker", ".root"), ("nuhepmc", ".hepmc3")])
def test_particles_of_both_formats(
    liquid_argon: ModuleType, model: Path, tmp_path: Path, form: str, suffix: str
) -> None:
    path = tmp_path / f"events{suffix}"
    words = ["--model", model, "--energy", 3, "-n", 10, "--seed", 5, "--format", form, "--out", path]
    subprocess.run([sys.executable, "-m", "nugan_hep.sample", *map(str, words), "--quiet"], check=True)
    found = liquid_argon.read(path, N)
    events = Sampler(model, threads=1).sample(enu=3, n=N, seed=5)["particles"].tolist()
    assert len(found) == N
    for event, particles in zip(found, events, strict=True):
        final = [one for one in particles if one["status"] == 1]
        assert event.enu == pytest.approx(3)
        assert event.pdg.tolist() == [one["pdg"] for one in final]
        momenta = [[one[name] for name in ("px", "py", "pz")] for one in final]
        np.testing.assert_allclose(event.momentum, momenta, atol=1e-6)


def test_deposits_are_drawn(liquid_argon: ModuleType, tmp_path: Path) -> None:
    """Two events: a muon with two steps, and a proton with what came of it."""
    events = [
        liquid_argon.Event(2.0, np.array([13]), np.array([[0.0, 0.0, 1.0]])),
        liquid_argon.Event(1.0, np.array([13, 2212]), np.array([[0.1, 0.0, 0.4], [-0.1, 0.0, 0.5]])),
    ]
    seen = [
        liquid_argon.Seen({0: [(0, 0, 0.1, 0, 0.1, 0.02), (0.1, 0, 0.3, 0, 0.2, 0.04)]}, {0: 0.3}),
        liquid_argon.Seen({1: [(0, 0, 0.1, 0.1, 0.15, 0.1)]}, {0: 0.9, 1: 0.15}),
    ]
    liquid_argon.draw(events, seen, "FTFP_BERT", tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert [liquid_argon.total(one) for one in seen] == pytest.approx([0.06, 0.1])


@pytest.mark.skipif(importlib.util.find_spec("geant4_pybind") is None, reason="no geant4-pybind")
def test_geant4_follows_the_particles(liquid_argon: ModuleType) -> None:
    """A muon of 1 GeV/c stops after 4 m, having lost its kinetic energy. Needs Geant4's data sets."""
    event = liquid_argon.Event(2.0, np.array([13]), np.array([[0.0, 0.0, 1.0]]))
    (seen,) = liquid_argon.simulate([event], "FTFP_BERT")
    assert seen.lengths[0] == pytest.approx(4.1, abs=0.4)
    assert liquid_argon.total(seen) == pytest.approx(0.93, abs=0.1)
