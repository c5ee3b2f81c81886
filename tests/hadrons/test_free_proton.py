"""Hadrons of hydrogen: nothing is left of a free proton, so that they have all of what the lepton leaves."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import torch
from test_kernel import compare
from whole_events import SMALL

from nugan_hep import Sampler, sample, species
from nugan_hep.hadrons import dataset, free_proton, sampling
from nugan_hep.hadrons.contents import Frame
from nugan_hep.hadrons.export import Hadrons, attach, description, sampler_of
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.kinematics import MUON_MASS

pytestmark = pytest.mark.usefixtures("one_thread")
HYDROGEN = 1000010010
LEPTONS = {14: "numu_H1_inc", -14: "numubar_H1_inc"}
WORDS = ((), (22,), (311,), (3122,), (3222, 321), (-2112, 3122), (2212, -2212))
PROTON, NEUTRON, PION = (species.PARTICLES[code][0] for code in (2212, 2112, 211))


def free_model(probe: int, spread: float = 0.5) -> HadronModel:
    """Random networks that know hardly anything of what is possible."""
    torch.manual_seed(1)
    frame = Frame(1 + (1 if probe > 0 else -1), 1, WORDS, (4, 5, 3, 2, 2), free_proton.LEAST, MUON_MASS)
    model = HadronModel(frame, SMALL)
    with torch.no_grad():
        for weight in model.parameters():
            if not weight.any():
                weight.normal_(std=spread)
    return model.requires_grad_(False)


@pytest.fixture(scope="module", params=[14, -14])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A model of random networks for the hadrons, with the lepton of the shipped one."""
    probe = request.param
    model = free_model(probe)
    path = tmp_path_factory.mktemp("free") / "whole.pt"
    about = {**description(model), "training": {}}
    process = {"probe": probe, "target": HYDROGEN}
    attach(Hadrons("test", sampler_of(model), about, process), LEPTONS[probe], path)
    return model, path


def test_the_same_events_as_the_reference(archive: tuple[HadronModel, Path]) -> None:
    model, path = archive
    sampler = Sampler(path, threads=1)
    compare(model, sampler.sample(uniform=(0.3, 10.0), n=3000, seed=11), 11)
    for enu in (0.3, 0.35):
        compare(model, sampler.sample(enu=enu, n=1000, seed=5, first=10**6), 5)


def test_nothing_is_left(archive: tuple[HadronModel, Path]) -> None:
    """Charge, baryon number, energy and momentum are those of all hadrons; the remnant has none."""
    model, path = archive
    events = Sampler(path).sample(uniform=(0.3, 10.0), n=20_000, seed=3)
    every = events["particles"]
    assert set(ak.to_numpy(every.pdg[:, 1])) == {2212}
    remnant = every[:, -1]
    assert set(ak.to_numpy(remnant.pdg)) == {2000000002}
    sign = ak.where(every.status == 0, -1.0, 1.0)
    for name in ("px", "py", "pz", "E"):
        # but where W is within 0.1 MeV of the masses
        assert np.count_nonzero(ak.to_numpy(remnant[name])) < 10
        assert np.abs(ak.to_numpy(remnant[name])).max() < 4e-3
        # the lepton's columns are float32
        assert np.abs(ak.to_numpy(ak.sum(sign * every[name], axis=1))).max() <= 5e-6
    hadrons = every[:, 3:-1]
    codes = ak.to_numpy(ak.flatten(hadrons.pdg))
    _, charge, baryons = species.lookup(codes)
    counts = ak.num(hadrons)
    assert ak.all(ak.sum(ak.unflatten(charge, counts), axis=1) == model.frame.charge)
    assert ak.all(ak.sum(ak.unflatten(baryons, counts), axis=1) == 1)


def test_one_hadron_is_alone_only_where_the_energy_is_not_enough_for_two(
    archive: tuple[HadronModel, Path],
) -> None:
    _, path = archive
    events = Sampler(path).sample(uniform=(0.3, 3.0), n=20_000, seed=4)
    hadrons = events["particles"][:, 3:-1]
    number = ak.to_numpy(ak.num(hadrons))
    q2 = events["Q2"].astype(np.float64)
    omega = (events["Ev"] - events["El"]).astype(np.float64)
    mass = np.sqrt(PROTON**2 + 2.0 * PROTON * omega - q2)
    alone = number == 1
    if "numubar" in Sampler(path).name:
        assert 0.3 < alone.mean() < 0.9
        assert np.abs(mass[alone] - NEUTRON).max() < 1e-3
        assert set(ak.to_numpy(hadrons[alone].pdg[:, 0])) == {2112}
    else:
        assert not alone.any()
    assert mass[~alone].min() > PROTON + species.PARTICLES[111][0]


def test_two_bodies_have_the_energies_of_the_closed_form(archive: tuple[HadronModel, Path]) -> None:
    """In the rest frame of nucleon and pion, E* = (W² + m² - m'²)/2W."""
    _, path = archive
    events = Sampler(path).sample(uniform=(0.5, 2.0), n=20_000, seed=5)
    hadrons = events["particles"][:, 3:-1]
    pairs = ak.num(hadrons) == 2
    first, second = hadrons[pairs][:, 0], hadrons[pairs][:, 1]
    total = {name: ak.to_numpy(first[name] + second[name]) for name in ("px", "py", "pz", "E")}
    w2 = total["E"] ** 2 - total["px"] ** 2 - total["py"] ** 2 - total["pz"] ** 2
    dot = ak.to_numpy(first.E) * total["E"] - sum(
        ak.to_numpy(first[name]) * total[name] for name in ("px", "py", "pz")
    )
    masses = [species.lookup(ak.to_numpy(one.pdg))[0] for one in (first, second)]
    expected = (w2 + masses[0] ** 2 - masses[1] ** 2) / 2.0
    np.testing.assert_allclose(dot, expected, rtol=1e-9)
    q2 = events["Q2"][np.asarray(pairs)].astype(np.float64)
    omega = (events["Ev"] - events["El"])[np.asarray(pairs)].astype(np.float64)
    np.testing.assert_allclose(w2, PROTON**2 + 2.0 * PROTON * omega - q2, rtol=1e-5)


def test_density_of_two_bodies_fills_their_phase_space() -> None:
    """The mean of 1/density over sampled events of p pi+ is π p*/M."""
    model, count = free_model(14, spread=0.0), 20_000
    enu, emu, cos = (torch.full((count,), x, dtype=torch.float64) for x in (1.0, 0.6, 0.85))
    generator = torch.Generator().manual_seed(3)
    uniform = torch.rand(count, sampling.all_columns(model), generator=generator, dtype=torch.float64)
    batch = sampling.sample(model, enu, emu, cos, uniform)
    pair = ((batch.counts == torch.tensor([1, 0, 0, 0, 1])).all(1) & (batch.word == 0)).nonzero()[:, 0]
    batch = batch.take(pair)
    stages = model.stages(batch)
    assert not stages.remnant.any()
    energy = torch.sqrt((batch.momentum**2).sum(1) + batch.mass**2).reshape(-1, 2)
    weight = torch.exp(-stages.steps) / (2.0 * energy).prod(1)
    mass = float(model.spare(model.lepton(batch))[0]) + species.NUCLEON_MASS
    square = (mass**2 - (PROTON + PION) ** 2) * (mass**2 - (PROTON - PION) ** 2)
    error = float(weight.std()) / math.sqrt(len(batch))
    assert float(weight.mean()) == pytest.approx(math.pi * math.sqrt(square) / (2 * mass**2), abs=4 * error)
    assert error < 0.02


@pytest.mark.parametrize("probe", [14, -14])
def test_topologies_that_are_left_are_those_of_energy_and_charge(probe: int) -> None:
    """By enumeration of all entries and counts: those that may be drawn are those that are possible."""
    model = free_model(probe, spread=0.0)
    rng = torch.Generator().manual_seed(1)
    for mass in (1.09, 1.25, 1.6):
        # a lepton that leaves this invariant mass
        enu, cos = 2.0, 0.95
        low, high = MUON_MASS + 1e-6, enu - 0.01
        for _ in range(80):
            emu = 0.5 * (low + high)
            p = math.sqrt(emu**2 - MUON_MASS**2)
            q2 = 2.0 * enu * (emu - p * cos) - MUON_MASS**2
            w2 = PROTON**2 + 2.0 * PROTON * (enu - emu) - q2
            low, high = (emu, high) if w2 > mass**2 else (low, emu)
        columns = [torch.full((20_000,), x, dtype=torch.float64) for x in (enu, emu, cos)]
        uniform = torch.rand(20_000, sampling.all_columns(model), generator=rng, dtype=torch.float64)
        batch = sampling.sample(model, *columns, uniform)
        drawn = Counter(
            (int(w), *map(int, c)) for w, c in zip(batch.word.tolist(), batch.counts.tolist(), strict=True)
        )
        possible = set()
        for word, codes in enumerate(WORDS):
            for counts in np.ndindex(*(k + 1 for k in model.frame.most)):
                every = [*codes, *np.repeat(species.COUNTED, counts).tolist()]
                table = [species.PARTICLES[code] for code in every]
                fits = sum(row[0] for row in table) < mass - 0.002
                balances = (sum(row[1] for row in table), sum(row[2] for row in table))
                if fits and balances == (model.frame.charge, 1) and len(every) > 1:
                    possible.add((word, *counts))
        assert set(drawn) == possible


@pytest.mark.parametrize("form", ["gst", "rootracker", "nuhepmc", "parquet"])
def test_files_of_hydrogen_come_back(archive: tuple[HadronModel, Path], tmp_path: Path, form: str) -> None:
    """A target that some formats write as a proton is hydrogen to those who read whole events."""
    model, path = archive
    file = (
        tmp_path / f"events.{'hepmc3' if form == 'nuhepmc' else 'parquet' if form == 'parquet' else 'root'}"
    )
    words = ["--model", str(path), "--energy", "2", "-n", "500", "--out", str(file), "--quiet"]
    assert sample.main([*words, "--format", form] if form != "parquet" else words) == 0
    probe = 14 if model.frame.charge > 0 else -14
    events = dataset.read([str(file)], probe=probe, target=HYDROGEN)
    assert len(events) == 500
    assert set(np.unique(events.mode)) <= {0, 1, 2}
