"""Whole events in a flux: a model's and a generator's."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from make_model import write_model
from whole_events import from_lists, hadrons_for, npz, particle_lists, random_model

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.observables import HADRONIC
from nugan_hep.measurement import inputs, model_muons
from nugan_hep.measurement.hadronic import Signal, Window, select
from nugan_hep.measurement.measured import Part
from nugan_hep.measurement.whole import events_of, model_events, nuwro_events
from nugan_hep.sampler import Sampler

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
CARBON, ARGON, HYDROGEN = 1000060120, 1000180400, 1000010010
FLUX = Flux([0.0, 1.0, 5.0, 20.0], [1.0, 2.0, 0.1])


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    """Random networks with hadrons, whose cross section is 0.7 E."""
    model = random_model(from_lists(*particle_lists(600, 1)))
    path = write_model(tmp_path_factory.mktemp("models") / "whole.pt", hadrons=hadrons_for(model))
    return Sampler(path, threads=1)


def test_weights_add_up_to_the_mean_cross_section(sampler: Sampler) -> None:
    """Of 0.7 E in the flux from 0.3 to 10 GeV, over the whole flux, that below and above included."""
    chunks = list(model_events(sampler, FLUX, 300_000, seed=5))
    assert [chunk.weights.size for chunk in chunks] == [250_000, 50_000]
    inside = 0.35 * ((1 - 0.09) + 2 * 24 + 0.1 * 75)
    total = sum(chunk.weights.sum() for chunk in chunks)
    assert total == pytest.approx(inside / (1 + 8 + 1.5), rel=1e-6)


def part(*nuclei: tuple[int, float], hadrons: bool = False, probe: int = 14) -> Part:
    """A beam in which nothing is measured."""
    return Part(probe, FLUX, nuclei, 0, lambda lists: np.zeros(lists.n.size, np.intp), hadrons)


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory, sampler: Sampler) -> list[Sampler]:
    """Beside it, models of leptons alone: muons of argon, electrons of carbon; 0.7 E all of them."""
    folder = tmp_path_factory.mktemp("toys")
    paths = (
        write_model(folder / "argon.pt", target=ARGON),
        write_model(folder / "electrons.pt", probe=12),
    )
    return [sampler, *(Sampler(path, threads=1) for path in paths)]


def test_leptons_of_a_mixture(toys: list[Sampler]) -> None:
    """Weights are the cross section of 0.7 E over the whole flux, what is beyond the models included."""
    found = list(events_of(part((CARBON, 0.75), (ARGON, 0.25)), toys, 4000, seed=3))
    mean = 0.35 * (1 + 2 * 24 + 0.1 * 375) / (1 + 8 + 1.5)
    for nucleus, share in ((CARBON, 0.75), (ARGON, 0.25)):
        chunks = [chunk for chunk in found if chunk.nucleus == nucleus]
        assert sum(chunk.weights.sum() for chunk in chunks) == pytest.approx(share * mean, rel=1e-6)
        assert sum(chunk.weights.size for chunk in chunks[:-2]) == 4000 * share
        below, above = chunks[-2:]
        assert below.lists.enu.max() <= 0.3
        assert above.lists.enu.min() >= 10
        for lists, *_ in [*chunks[:-2], above]:
            assert np.all(lists.lepton_energy < lists.enu)
        for lists, weights, _ in chunks:
            assert lists.target == nucleus
            assert lists.n.tolist() == [0] * weights.size
            assert lists.protons[0].tolist() == [-1] * weights.size


def test_leptons_are_the_muons_of_the_model(toys: list[Sampler]) -> None:
    lists = [lists for lists, *_ in events_of(part((CARBON, 1.0)), toys, 500, seed=3)]
    muons = list(model_muons(toys[0], FLUX, 500, seed=3))
    for one, other in zip(lists, muons, strict=True):
        momentum = np.linalg.norm(one.lepton, axis=1)
        np.testing.assert_allclose(momentum, other.momentum, rtol=1e-12)
        np.testing.assert_allclose(one.lepton[:, 2], momentum * other.cos_theta, atol=1e-12)


def test_electrons_have_their_mass(toys: list[Sampler]) -> None:
    for lists, *_ in events_of(part((CARBON, 1.0), probe=12), toys, 500):
        assert lists.lepton_mass == pytest.approx(0.000511, rel=1e-3)


def test_whole_events_end_where_the_model_does(toys: list[Sampler]) -> None:
    """And count with their nucleus' share."""
    found = list(events_of(part((CARBON, 12 / 13), hadrons=True), toys, 2000))
    inside = 0.35 * ((1 - 0.09) + 2 * 24 + 0.1 * 75) / (1 + 8 + 1.5)
    assert sum(chunk.weights.sum() for chunk in found) == pytest.approx(12 / 13 * inside, rel=1e-6)
    assert all(chunk.lists.n.sum() > 0 for chunk in found)
    assert max(chunk.lists.enu.max() for chunk in found) <= 10


def test_models_that_are_missing(toys: list[Sampler]) -> None:
    for wanted, models, text in (
        (part((HYDROGEN, 1.0)), toys, r"0 models of numu on H1, expected one; there are toy, toy, toy"),
        (part((HYDROGEN, 1.0)), [], r"0 models of numu on H1, expected one; there are none"),
        (part((CARBON, 1.0)), [*toys, toys[0]], "2 models of numu on C12, expected one"),
        (part((ARGON, 1.0), hadrons=True), toys, "toy: a model of leptons alone"),
    ):
        with pytest.raises(UserError, match=text):
            events_of(wanted, models, 10)


def test_models_of_leptons_are_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.pt")
    with pytest.raises(UserError, match=r"toy: a model of leptons alone, the measurement is of hadrons too"):
        inputs.open_models([str(path)], CARBON, threads=1, hadrons=True)


def test_events_of_a_generator(tmp_path: Path) -> None:
    """Weights undo how many events are in a bin; the imbalance is that of the file."""
    lists = particle_lists(900, 7)
    path = npz(tmp_path / "whole.npz", lists)
    table = tmp_path / "xsec.csv"
    table.write_text("E_lo_GeV,E_hi_GeV,xsec_total\n0.9,4,0.6\n4,10.1,2\n")
    flux = Flux([0.0, 4.0, 20.0], [2.0, 1.0])
    chunks = list(nuwro_events([path], table, flux, 14, CARBON))
    weights = np.concatenate([chunk.weights for chunk in chunks])
    assert weights.sum() == pytest.approx((2 * 3.1 * 0.6 + 6.1 * 2) / 24)
    _, _, n, pdg, p = lists
    event = np.repeat(np.arange(n.size), n)
    assert chunks[0].lists.target == CARBON
    found = HADRONIC["dpt"].formula(chunks[0].lists)
    for k in range(0, 300, 5):
        muon, hadrons = p[event == k][0], [*zip(pdg[event == k][1:], p[event == k][1:], strict=True)]
        protons = [momentum for code, momentum in hadrons if code == 2212]
        if protons:
            fastest = max(protons, key=lambda momentum: float(momentum @ momentum))
            expected = np.linalg.norm((muon + fastest)[:2])
            assert found[k] == pytest.approx(expected, abs=1e-5)
    outside = Flux([15.0, 20.0], [1.0])
    with pytest.raises(UserError, match="flux"):
        next(nuwro_events([path], table, outside, 14, CARBON))


@pytest.mark.shared("nuwro_fs")
def test_free_protons_make_mesons() -> None:
    """NuWro on hydrogen: but for two of 100,000 events with an antineutron none counts, so CH is carbon."""
    folder = SHARED / "nuwro_fs" / "numu_H1"
    signal = Signal(Window(), Window())
    counts = [
        select(chunk.lists, signal)[0].mean()
        for chunk in nuwro_events([folder / "train.npz"], folder / "xsec.csv", FLUX, 14, 1000010010)
    ]
    assert np.mean(counts) < 1e-4
