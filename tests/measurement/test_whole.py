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
from nugan_hep.measurement import inputs
from nugan_hep.measurement.hadronic import Signal, Window, select
from nugan_hep.measurement.whole import model_events, nuwro_events
from nugan_hep.sampler import Sampler

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
CARBON = 1000060120
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
