"""A spectrum as a measurement: edges, units, smearing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import MUON_MASS
from nugan_hep.measurement import spectra
from nugan_hep.measurement.bins import Axis
from nugan_hep.measurement.hadronic import OBSERVABLES
from nugan_hep.measurement.measured import Measured, Part, fill

EDGES = np.array([0.2, 0.5, 1.1])
FLUX = Flux([0.0, 10.0], [1.0])
AXIS = Axis("p_mu", r"p_\mu", "GeV")


def muons(momenta: list[float]) -> Lists:
    n = len(momenta)
    lepton = np.outer(momenta, [0.0, 0.6, 0.8])
    return Lists(
        np.full(n, 5.0), lepton, MUON_MASS, np.zeros(n, int), np.zeros(0, np.int32), np.zeros((0, 3))
    )


def everything(lists: Lists) -> tuple[NDArray[np.bool_], Lists]:
    return np.full(lists.enu.size, True), lists


def measured(size: float = 1.0, **more: Any) -> Measured:
    find = spectra.finder(everything, OBSERVABLES["p_mu"], EDGES, size)
    part = Part(14, FLUX, ((1000060120, 1.0),), 2, find)
    about = {"kind": "kind", "title": "title", "reference": "1801.05148"}
    return spectra.measured(AXIS, EDGES, np.array([1.0, 2.0]), np.eye(2), part, **about, **more)


def test_edges_of_bins() -> None:
    """A lower edge belongs to its bin, an upper one to the next."""
    weights = np.array([1, 2, 4, 8, 16, 32.0])
    (content,) = fill(measured().parts, [(muons([0.1, 0.2, 0.4999, 0.5, 1.1, 3.0]), weights)])
    assert content.sums.tolist() == [6, 8, 49]
    assert content.variances.tolist() == [20, 64, 1 + 256 + 1024]


def test_chunks_add_up_and_have_their_share() -> None:
    chunks = [(muons([0.3, 0.6]), np.array([1.0, 2.0])), (muons([0.3]), np.array([0.5]))]
    (content,) = fill(measured().parts, chunks, share=0.5)
    assert content.sums.tolist() == [0.75, 1.0, 0.0]
    assert content.variances.tolist() == [0.25 * 1.25, 1.0, 0.0]
    with pytest.raises(UserError, match="no events"):
        fill(measured().parts, [])


def test_only_what_counts() -> None:
    def fast(lists: Lists) -> tuple[NDArray[np.bool_], Lists]:
        good = OBSERVABLES["p_mu"](lists) > 0.3
        return good, lists.take(good)

    find = spectra.finder(fast, OBSERVABLES["p_mu"], EDGES)
    assert find(muons([0.25, 0.4, 0.6, 2.0])).tolist() == [2, 0, 1, 2]


def test_units() -> None:
    """Edges are in units of ``size``."""
    (content,) = fill(
        measured(math.pi / 180).parts, [(muons([math.radians(x) for x in (0.3, 0.6, 0.7)]), np.ones(3))]
    )
    assert content.sums.tolist() == [1, 2, 0]


def test_smearing_moves_events_between_bins() -> None:
    """30 % of the first bin are found in the second, 10 % the other way."""
    one = measured(smearing=np.array([[0.7, 0.1], [0.3, 0.9]]))
    (content,) = fill(one.parts, [(muons([0.3, 0.4, 0.6]), np.array([1.0, 2.0, 5.0]))])
    found = one.predict(content)
    np.testing.assert_allclose(found.values, [(0.7 * 3 + 0.5) / 0.3, (0.9 + 4.5) / 0.6])
    mixed = [0.7 * 0.3 * 5 + 0.1 * 0.9 * 25, 0.49 * 5 + 0.01 * 25]
    np.testing.assert_allclose(found.covariance[0], [mixed[1] / 0.09, mixed[0] / 0.18])
    np.testing.assert_allclose(measured().predict(content).values, [10, 5 / 0.6])
    with pytest.raises(UserError, match=r"kind: nothing is smeared into bin 1 \(0\.5 < p_mu < 1\.1 GeV\)"):
        measured(smearing=np.array([[0.7, 0.1], [0.0, 0.0]]))


def test_words_and_panel() -> None:
    one = measured()
    (view,) = one.views
    assert view.x == r"$p_\mu$ [GeV]"
    assert view.y == r"$d\sigma/dp_\mu$ [$10^{-38}$ cm$^2$/GeV]"
    assert (view.rows, view.edges.tolist()) == (slice(0, 2), EDGES.tolist())
    assert one.describe(0) == "0.2 < p_mu < 0.5 GeV"
    assert one.widths @ one.data == pytest.approx(0.3 + 1.2)
