"""What the shipped model is held to."""

from __future__ import annotations

import numpy as np
import pytest

from nugan_hep.evaluation import leptons, reference
from nugan_hep.evaluation.generated import Generate, generate_all
from nugan_hep.evaluation.target import Target
from nugan_hep.kinematics import NUCLEON_MASS, Array, Kinematics


@pytest.fixture(scope="module")
def generate() -> Generate:
    pytest.importorskip("nugan_hep._core")
    from nugan_hep.sampler import Sampler

    sampler = Sampler("numu_C12_inc")

    def draw(enu: Array, seed: int) -> Kinematics:
        events = sampler.sample(enu=enu, seed=seed)
        return Kinematics(events["Ev"], events["El"], events["thetal"])

    return draw


def test_both_peaks_of_w_at_1_gev(shipped: reference.Reference, generate: Generate) -> None:
    """The quasielastic peak at the nucleon's mass and the Delta resonance, with a valley between."""
    sample = next(sample for sample in shipped.samples if sample.enu == 1.0)
    target = Target("", "", [sample])
    counts, edges = generate_all(target, generate, 200_000, quiet=True)[0].spectra["w"]
    centres = 0.5 * (edges[1:] + edges[:-1])
    quasielastic = int(np.argmax(counts * (centres < 1.1)))
    delta = int(np.argmax(counts * (centres > 1.15)))
    assert centres[quasielastic] == pytest.approx(NUCLEON_MASS, abs=0.05)
    assert centres[delta] == pytest.approx(1.232, abs=0.05)
    assert counts[quasielastic:delta].min() < 0.8 * counts[delta]


@pytest.mark.heavy
def test_scores_of_a_million_events(shipped: reference.Reference, generate: Generate) -> None:
    target = Target("", "", shipped.samples[:1])
    row = leptons.compare(target, generate_all(target, generate, 1_000_000, quiet=True))[0]
    assert row.model.map_2d is not None
    assert row.model.map_2d <= 1.5
