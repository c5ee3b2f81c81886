"""Flux times cross section against closed forms; the toy model's cross section is 0.7 E."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from make_model import write_model
from scipy import constants, integrate, stats

from nugan_hep import _core, archive
from nugan_hep.errors import UserError
from nugan_hep.flux import PER_POT, Flux
from nugan_hep.flux_readers import read_flux
from nugan_hep.sampler import Sampler

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "flux"


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    return Sampler(write_model(tmp_path_factory.mktemp("rate") / "toy.pt"), threads=1)


def test_mean_cross_section(sampler: Sampler) -> None:
    """The mean of 0.7 E over a histogram: 0.7 times the mean of the bins' centres."""
    flux = Flux([0.5, 1.0, 3.0, 7.0], [4.0, 1.0, 0.25])
    found = sampler.rate(flux)
    mean = (2 * 0.75 + 2 * 2.0 + 1 * 5.0) / 5
    assert found.sigma == pytest.approx(0.7 * mean, rel=1e-12)
    assert found.sigma_error == pytest.approx(0.007 * mean, rel=1e-12)
    assert found.outside == found.below == found.above == 0
    assert found.flux.integral() == pytest.approx(5)


def test_share_outside_of_the_range(sampler: Sampler) -> None:
    """With sigma proportional to E everywhere the estimate is exact: the model knows 0.3 to 10 GeV."""
    found = sampler.rate(Flux([0.0, 20.0], [3.0]))
    assert found.below == pytest.approx(0.09 / (100 - 0.09), rel=1e-12)
    assert found.above == pytest.approx(300 / (100 - 0.09), rel=1e-12)
    assert found.outside == pytest.approx(300.09 / 400, rel=1e-12)
    assert found.sigma == pytest.approx(0.7 * 10.3 / 2, rel=1e-12)
    np.testing.assert_array_equal(found.flux.edges, [0.3, 10])


@pytest.mark.parametrize("share", [0.04, 0.06])
def test_too_much_outside(sampler: Sampler, share: float) -> None:
    # of 0.7 E from 0.3 to b in one bin, a share outside above 10 GeV
    high = np.sqrt((100 - 0.09 * share) / (1 - share))
    flux = Flux([0.3, high], [1.0], name="tail")
    assert sampler.rate(flux).outside == pytest.approx(share, rel=1e-9)
    if share < 0.05:
        sampler.sample(flux=flux, n=10)
        return
    with pytest.raises(
        UserError, match=r"tail: about 6\.0% of the rate lies outside of 0\.3 to 10 GeV.*--allow"
    ):
        sampler.sample(flux=flux, n=10)
    assert len(sampler.sample(flux=flux, n=10, allow_flux_outside=True)["Ev"]) == 10


def test_nothing_inside(sampler: Sampler) -> None:
    with pytest.raises(UserError, match=r"far: no flux between 0\.3 and 10 GeV"):
        sampler.rate(Flux([10.0, 20.0, 30.0], [1.0, 2.0], name="far"))
    with pytest.raises(UserError, match="gap: no flux"):
        sampler.rate(Flux([0.0, 0.2, 11.0, 30.0], [1.0, 0.0, 2.0], name="gap"))


@pytest.mark.parametrize("edges", [[0.5, 1.0, 4.0, 9.0], [0.3, 10.0], [2.0, 2.725, 2.8], [0.31, 5.15, 5.2]])
def test_mean_over_a_table(sampler: Sampler, edges: list[float]) -> None:
    """Sigma is the integral over the flux of straight lines between the knots, whatever its bins."""
    flux = Flux(edges, np.geomspace(4.0, 0.25, len(edges) - 1))
    core = sampler._core
    knots = core.xsec_enu[(core.xsec_enu > edges[0]) & (core.xsec_enu < edges[-1])]
    expected, _ = integrate.quad(
        lambda enu: flux(enu) * np.interp(enu, core.xsec_enu, core.xsec),
        edges[0],
        edges[-1],
        points=[*edges[1:-1], *knots],
    )
    assert sampler.rate(flux).sigma == pytest.approx(expected / flux.integral(), rel=1e-9)


@pytest.mark.parametrize("relative", [0.0, 0.01, 0.035, None])
def test_error_of_the_table(tmp_path: Path, relative: float | None) -> None:
    """One relative error for all energies, and so for every mean; a model that states none has 1 %."""
    own = Sampler(write_model(tmp_path / "own.pt", relative_error=relative), threads=1)
    expected = 0.01 if relative is None else relative
    for flux in (Flux([0.5, 1.0, 3.0], [4.0, 1.0]), Flux([9.0, 10.0], [1.0])):
        found = own.rate(flux)
        assert found.sigma_error == pytest.approx(expected * found.sigma, rel=1e-12)


@pytest.mark.parametrize("relative", [-0.01, 1.5, float("nan")])
def test_impossible_errors_of_a_table(tmp_path: Path, relative: float) -> None:
    with pytest.raises(UserError, match="attribute 'xsec_relative_error': expected"):
        Sampler(write_model(tmp_path / "own.pt", relative_error=relative))


def test_events_to_expect(sampler: Sampler) -> None:
    """POT x flux x sigma x nucleons in the mass."""
    flux = Flux([1.0, 2.0, 3.0], [3e-10, 1e-10], unit=PER_POT)
    found = sampler.rate(flux)
    nucleons = 5 * 1e6 * constants.Avogadro
    assert found.events(1e20, 5) == pytest.approx(1e20 * 4e-10 * 0.7 * 1.75 * 1e-38 * nucleons, rel=1e-9)
    with pytest.raises(UserError, match="a: an exposure needs a flux per cm2 or m2 and POT"):
        sampler.rate(Flux([1.0, 2.0], [1.0], name="a")).events(1e20, 5)


@pytest.mark.parametrize("mean", [0.01, 0.7, 12.5, 4e3, 2e6])
def test_poisson(mean: float) -> None:
    for u in [2**-54, 1e-12, *np.linspace(0.001, 0.999, 97), 1 - 2**-53]:
        n = _core.poisson(mean, u)
        assert stats.poisson.cdf(n, mean) >= u * (1 - 1e-9)
        assert n == 0 or stats.poisson.cdf(n - 1, mean) <= u * (1 + 1e-9)


def test_energies_follow_the_rate(sampler: Sampler) -> None:
    flux = Flux([0.1, 1.0, 3.0, 7.0], [4.0, 0.0, 0.25])
    enu = sampler.sample(flux=flux, n=50_000, seed=3)["Ev"].astype("f8")

    def cdf(e: Any) -> Any:
        e = np.asarray(e)
        low, high = np.clip(e, 0.3, 1) ** 2 - 0.09, np.clip(e, 3, 7) ** 2 - 9
        return (4 * low + 0.25 * high) / (4 * 0.91 + 0.25 * 40)

    assert stats.kstest(enu, cdf).pvalue > 1e-3


def test_weighted_energies(sampler: Sampler) -> None:
    """Uniform energies whose weights are flux times cross section, with a mean of 1 over the distribution."""
    flux = Flux([0.5, 1.0, 3.0, 7.0, 9.0], [4.0, 0.5, 0.25, 0.0])
    events = sampler.sample(flux=flux, n=50_000, seed=3, weighted=True)
    enu, weights = events["Ev"].astype("f8"), events["wght"]
    assert weights.dtype == np.float64
    assert stats.kstest(enu, stats.uniform(0.5, 6.5).cdf).pvalue > 1e-3
    total = 0.5 * (4 * 0.75 + 0.5 * 8 + 0.25 * 40)
    np.testing.assert_allclose(weights, flux(enu) * enu / total * 6.5, rtol=1e-6)
    assert weights.mean() == pytest.approx(1, abs=4 * weights.std() / np.sqrt(len(weights)))


@pytest.mark.shared("flux")
@pytest.mark.skipif("numu_Ar40_inc" not in archive.list_models(), reason="no model numu_Ar40_inc")
def test_event_rate_of_a_near_detector() -> None:
    """The file has GENIE's event rates on argon beside the flux: ours are NuWro's, within 15 %."""
    file = SHARED / "flux_dune_neutrino_ND.root"
    found = Sampler("numu_Ar40_inc", threads=1).rate(f"{file}:numu_flux")
    with uproot.open(file) as content:
        events, edges = content["numu_cceventrate"].to_numpy()
    inside = (edges[:-1] > 0.24) & (edges[1:] < 10.01)
    assert found.events(1.0, 1000.0) == pytest.approx(events[inside].sum(), rel=0.15)
    above = events[edges[:-1] > 9.99].sum() / events[inside].sum()
    assert found.above == pytest.approx(above, rel=0.15)
    assert read_flux(f"{file}:numu_flux").unit == PER_POT


CHANNELS = {
    "qel": {"sigma": [0.2, 0.6, 0.6, 0.5, 0.4], "error": [0.01, 0.02, 0.03, 0.04, 0.05]},
    "dis": {"sigma": [0.01, 1.3075, 3.005, 4.8025, 6.6], "error": [0.0, 0.01, 0.02, 0.01, 0.02]},
}


@pytest.mark.parametrize("edges", [[0.5, 1.0, 4.0, 9.0], [0.3, 10.0], [2.0, 2.725, 2.8]])
def test_rate_by_channel(tmp_path: Path, edges: list[float]) -> None:
    """Means over the flux of straight lines; each table entry counts with the mean of its hat function."""
    own = Sampler(write_model(tmp_path / "own.pt", channels=CHANNELS, relative_error=0.03), threads=1)
    flux = Flux(edges, np.geomspace(4.0, 0.25, len(edges) - 1))
    knots = own._core.xsec_enu
    points = [*edges[1:-1], *knots[(knots > edges[0]) & (knots < edges[-1])]]

    def mean(values: Any) -> float:
        def product(enu: float) -> float:
            return float(flux(enu) * np.interp(enu, knots, values))

        return float(integrate.quad(product, edges[0], edges[-1], points=points)[0]) / flux.integral()

    found = own.rate(flux).channels
    assert found.keys() == CHANNELS.keys()
    hats = np.array([mean(hat) for hat in np.eye(len(knots))])
    for name, (sigma, error) in found.items():
        assert sigma == pytest.approx(mean(CHANNELS[name]["sigma"]), rel=1e-9)
        statistical = np.sqrt(np.sum((hats * CHANNELS[name]["error"]) ** 2))
        assert error == pytest.approx(np.hypot(statistical, 0.03 * sigma), rel=1e-9)


def test_no_channels(sampler: Sampler) -> None:
    assert sampler.rate(Flux([1.0, 2.0], [1.0])).channels == {}


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ([1.0], "expected an object with the channels"),
        ({"ccqe": CHANNELS["qel"]}, "unknown channel 'ccqe'"),
        ({"qel": {"sigma": [1.0] * 4, "error": [0.0] * 5}}, r"qel\.sigma: expected 5 numbers"),
        ({"qel": {"sigma": [1.0] * 5}}, r"qel\.error: expected 5 numbers"),
        ({"qel": {"sigma": [1, 2, 3, 4, -5], "error": [0.0] * 5}}, r"qel\.sigma: expected 5 numbers"),
        ({"qel": CHANNELS["qel"]}, r"they add up to 0\.2 at 0\.3 GeV, expected 0\.21"),
        ({"qel": {"sigma": ["a"] * 5, "error": [0.0] * 5}}, r"qel\.sigma: expected 5 numbers"),
    ],
)
def test_impossible_channels(tmp_path: Path, channels: Any, message: str) -> None:
    with pytest.raises(UserError, match=rf"nugan\.json: cross_section\.channels.*{message}"):
        Sampler(write_model(tmp_path / "own.pt", channels=channels))
