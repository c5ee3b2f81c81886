"""Flux-averaged cross sections against closed forms; the toy model's cross section is 0.7 E."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
import uproot
from make_model import write_model
from scipy import integrate, stats

import nugan_hep
from nugan_hep import archive, kinematics
from nugan_hep.cross_section import CrossSection
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.kinematics import Kinematics
from nugan_hep.measurement import Bins, average, folded, model_muons, nuwro_muons, read_nuwro
from nugan_hep.sampler import Sampler

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
MODEL = archive.DEFAULT_MODEL
needs_model = pytest.mark.skipif(MODEL not in archive.list_models(), reason=f"no model {MODEL}")

LINE = CrossSection(np.array([0.3, 4.0, 10.0]), 0.7 * np.array([0.3, 4.0, 10.0]))
FLUX = Flux([0.0, 0.2, 1.0, 8.0, 20.0], [5.0, 4.0, 0.5, 0.01])


@pytest.fixture(scope="module")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Sampler:
    return Sampler(write_model(tmp_path_factory.mktemp("folded") / "toy.pt"), threads=1)


@pytest.fixture(scope="module")
def xsec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bins of 0.5 GeV up to 10 GeV with sigma = 0.7 E in their centres."""
    path = tmp_path_factory.mktemp("xsec") / "xsec.csv"
    edges = np.r_[0.3, np.arange(0.5, 10.01, 0.5)]
    rows = (f"{a},{b},{0.35 * (a + b)}\n" for a, b in itertools.pairwise(edges))
    path.write_text("E_lo_GeV,E_hi_GeV,xsec_total\n" + "".join(rows))
    return path


def write_events(path: Path, sampler: Sampler, edges: np.ndarray, counts: np.ndarray) -> Path:
    """Events whose energies follow E inside of each bin, with as many in each as told."""
    rng = np.random.default_rng(4)
    low, high = (np.repeat(side, counts) for side in (edges[:-1], edges[1:]))
    enu = np.sqrt(low**2 + rng.random(low.size) * (high**2 - low**2))
    rng.shuffle(enu)
    events = sampler.sample(enu=np.clip(enu, 0.3, 10.0), seed=3)
    with uproot.recreate(path) as file:
        file["events"] = {"enu": events["Ev"], "emu": events["El"], "theta": events["thetal"]}
    return path


@pytest.fixture(scope="module")
def nuwro(tmp_path_factory: pytest.TempPathFactory, sampler: Sampler) -> Path:
    edges = np.r_[0.3, np.arange(0.5, 10.01, 0.5)]
    counts = np.where(np.arange(edges.size - 1) % 2, 2000, 4000)
    return write_events(tmp_path_factory.mktemp("nuwro") / "val.root", sampler, edges, counts)


def mean_energy(flux: Flux, low: float = 0.0, high: float = np.inf) -> float:
    """Integral of E over a part of a flux, relative to all of the flux."""
    edges = np.clip(flux.edges, low, high)
    return float(np.sum(flux.density * np.diff(edges**2)) / 2 / flux.integral())


def test_average_over_the_whole_flux() -> None:
    """Of sigma = 0.7 E the continuations on both sides are exact: 0.7 times the mean energy."""
    found = average(LINE, FLUX)
    assert found.inside == pytest.approx(0.7 * mean_energy(FLUX, 0.3, 10), rel=1e-12)
    assert found.below == pytest.approx(0.7 * mean_energy(FLUX, 0, 0.3), rel=1e-12)
    assert found.above == pytest.approx(0.7 * mean_energy(FLUX, 10), rel=1e-12)
    assert found.total == pytest.approx(0.7 * mean_energy(FLUX), rel=1e-12)


def test_nothing_below_the_threshold() -> None:
    """A cross section that falls to zero at 0.2 GeV: a triangle of 0.1 GeV times its height below 0.3 GeV."""
    sigma = CrossSection(np.array([0.3, 0.5, 10.0]), np.array([0.1, 0.3, 5.0]))
    found = average(sigma, Flux([0.0, 0.3, 1.0], [2.0, 2.0]))
    assert found.below == pytest.approx(0.5 * 0.1 * 0.1, rel=1e-2)
    assert found.above == 0


def test_no_flux_in_the_range(sampler: Sampler, nuwro: Path, xsec: Path) -> None:
    low = Flux([0.0, 0.25], [1.0], name="low")
    with pytest.raises(UserError, match=r"low: no flux between 0\.3 and 10 GeV"):
        average(LINE, low)
    with pytest.raises(UserError, match=r"low: no flux between 0\.3 and 10 GeV"):
        next(model_muons(sampler, low, 10))
    with pytest.raises(UserError, match=r"low: no flux between 0\.3 and 10 GeV"):
        read_nuwro([nuwro], xsec, low)


def test_model_weights_are_the_cross_section(sampler: Sampler) -> None:
    """They add up to the average over the whole flux, also where it ends far beyond the model."""
    chunks = list(model_muons(sampler, FLUX, 300_000, seed=5))
    assert [chunk.weights.size for chunk in chunks[:2]] == [250_000, 50_000]
    total = sum(chunk.weights.sum() for chunk in chunks)
    assert total == pytest.approx(0.7 * mean_energy(FLUX), rel=1e-9)
    below, above = chunks[2:]
    assert below.weights.sum() == pytest.approx(0.7 * mean_energy(FLUX, 0, 0.3), rel=1e-9)
    assert above.weights.sum() == pytest.approx(0.7 * mean_energy(FLUX, 10), rel=1e-9)
    assert np.all((below.momentum >= 0) & (below.momentum < 0.3))
    assert above.momentum.max() > 10
    for chunk in chunks:
        assert np.all(np.abs(chunk.cos_theta) <= 1)


def test_all_bins_together_are_the_whole_cross_section(sampler: Sampler) -> None:
    bins = Bins([-1, 0, 0.8, 1], [[0, 30], [0, 0.5, 30], [0, 1, 5, 30]])
    prediction = bins.divide(bins.fill(model_muons(sampler, FLUX, 20_000)))
    assert prediction.values @ bins.areas == pytest.approx(0.7 * mean_energy(FLUX), rel=1e-9)


def test_nuwro_weights_are_the_cross_section(nuwro: Path, xsec: Path) -> None:
    """Whatever the number of events in a bin; statistics leave 20 standard errors of the weights' mean."""
    events = read_nuwro([nuwro], xsec, FLUX)
    expected = 0.7 * mean_energy(FLUX, 0.3, 10)
    assert events.weights.sum() == pytest.approx(expected, rel=0.01)
    # the mean energy of the events at hand, weighted by the rate: of E² over E
    edges = np.clip(FLUX.edges, 0.3, 10)
    squares = np.sum(FLUX.density * np.diff(edges**3)) / 3 / FLUX.integral()
    assert events.weights @ events.enu / events.weights.sum() == pytest.approx(
        0.7 * squares / expected, rel=0.01
    )
    total = sum(chunk.weights.sum() for chunk in nuwro_muons([nuwro], xsec, FLUX))
    assert total == pytest.approx(0.7 * mean_energy(FLUX), rel=0.01)


def test_flat_flux_is_exact(nuwro: Path, xsec: Path) -> None:
    """No event's weight depends on where in a bin it is: the sum is the mean of the bins."""
    events = read_nuwro([nuwro], xsec, Flux([0.3, 10.0], [3.0]))
    assert events.weights.sum() == pytest.approx(0.7 * 10.3 / 2, rel=1e-6)


def test_model_and_its_own_events_agree(sampler: Sampler, nuwro: Path, xsec: Path) -> None:
    """Events of the model in NuWro's place give its prediction, within the errors of both."""
    bins = Bins([-1, 0.3, 0.8, 1], [[0, 0.3, 1, 30], [0, 0.5, 2, 30], [0, 1, 3, 30]])
    one = bins.divide(bins.fill(model_muons(sampler, FLUX, 200_000, seed=8)))
    other = bins.divide(bins.fill(nuwro_muons([nuwro], xsec, FLUX)))
    variance = np.diag(one.covariance + other.covariance)
    filled = variance > 0
    chi2 = np.sum((one.values - other.values)[filled] ** 2 / variance[filled])
    assert filled.sum() >= 6
    assert stats.chi2.sf(chi2, filled.sum()) > 1e-4


@needs_model
@pytest.mark.slow
def test_bins_against_the_exact_density() -> None:
    """d2sigma/dp dcos(theta) in a bin: the flow's density, integrated over the bin and a flux at 1 GeV."""
    flux = Flux([0.98, 1.02], [1.0])
    bins = Bins([0.6, 0.8, 0.95], [[0.4, 0.6, 0.75], [0.5, 0.7, 0.9]])
    found = bins.divide(bins.fill(model_muons(Sampler(MODEL, threads=1), flux, 400_000, seed=2)))
    expected = []
    for k, edges in enumerate(bins.momentum):
        for low, high in itertools.pairwise(edges):
            p = np.linspace(low, high, 61)
            cosine = np.linspace(*bins.cos_theta[k : k + 2], 61)
            energies, momenta, cosines = np.meshgrid([0.98, 1.0, 1.02], p, cosine, indexing="ij")
            emu = np.hypot(momenta, kinematics.MUON_MASS)
            # dE = p/E dp
            values = nugan_hep.d2sigma(MODEL, energies, emu, np.arccos(cosines)) * momenta / emu
            over_cosine = integrate.simpson(integrate.simpson(values, x=cosine), x=p)
            mean = integrate.simpson(over_cosine, x=[0.98, 1.0, 1.02]) / 0.04
            expected.append(mean / ((high - low) * (cosine[-1] - cosine[0])))
    errors = np.sqrt(np.diag(found.covariance))
    assert np.all(np.abs(found.values - expected) < 4 * errors + 2e-3 * np.array(expected))


@pytest.mark.slow
@needs_model
def test_scaling_upward() -> None:
    """Muons of 7 GeV, moved to 9.5 GeV, are those of 9.5 GeV: the share in forward bins within 2 %."""
    sampler = Sampler(MODEL, threads=1)
    source, truth = (sampler.sample(enu=enu, n=200_000, seed=7) for enu in (7.0, 9.5))
    muons = Kinematics(*(source[name].astype(np.float64) for name in ("Ev", "El", "thetal")))
    moved = folded._moved(
        muons,
        folded.Spectrum(np.array([9.49, 9.5]), np.array([0.5, 0.5])),
        below=False,
        mass=kinematics.MUON_MASS,
    )
    for momentum, cosine in ((4.8, 0.985), (3.5, 0.96)):
        share = np.mean((moved.momentum > momentum) & (moved.cos_theta > cosine))
        expected = np.mean((truth["pl"] > momentum) & (truth["cthl"] > cosine))
        assert share == pytest.approx(expected, rel=0.02)


def test_missing_and_empty_files(nuwro: Path, xsec: Path, tmp_path: Path, sampler: Sampler) -> None:
    with pytest.raises(UserError, match=r"gone\.root: no such file"):
        read_nuwro([tmp_path / "gone.root"], xsec, FLUX)
    with pytest.raises(UserError, match=r"cannot read cross section .*gone\.csv"):
        read_nuwro([nuwro], tmp_path / "gone.csv", FLUX)
    knots = tmp_path / "knots.csv"
    knots.write_text("enu,sigma\n0.3,0.2\n10,7\n")
    with pytest.raises(UserError, match=r"knots\.csv: expected bins, the columns E_lo_GeV"):
        read_nuwro([nuwro], knots, FLUX)
    gap = tmp_path / "gap.csv"
    gap.write_text("E_lo_GeV,E_hi_GeV,xsec_total\n0.3,1,0.5\n1.5,10,3\n")
    with pytest.raises(UserError, match=r"gap\.csv: expected bins that follow each other"):
        read_nuwro([nuwro], gap, FLUX)
    edges = np.array([0.5, 9.5])
    few = write_events(tmp_path / "few.root", sampler, edges, np.array([500]))
    with pytest.raises(UserError, match=r"few\.root: no events between 0\.3 and 0\.5 GeV, a bin of"):
        read_nuwro([few], xsec, FLUX)


@pytest.mark.shared("nuwro")
def test_nuwro_covers_what_its_table_says() -> None:
    folder = SHARED / "nuwro" / "numu_C12_inc"
    flux = Flux([0.0, 0.5, 1.0, 3.0, 12.0], [1.0, 2.0, 0.5, 0.01])
    events = read_nuwro([folder / "val.root"], folder / "xsec.csv", flux)
    table = nugan_hep.cross_section.read_csv(folder / "xsec.csv")
    # straight lines between centres against steps
    assert events.weights.sum() == pytest.approx(average(table, flux).inside, rel=5e-3)


@pytest.mark.parametrize(("column", "numbers"), [("tgt", (1000060120, 1000010010)), ("probe", (14, -14))])
def test_events_of_others_are_refused(
    nuwro: Path, xsec: Path, tmp_path: Path, column: str, numbers: tuple[int, int]
) -> None:
    """Every tenth event is of another nucleus or probe."""
    with uproot.open(nuwro) as file:
        events = file["events"].arrays(library="np")
    every = np.arange(events["enu"].size)
    for wrong in (0, 1):
        path = tmp_path / f"{column}{wrong}.root"
        with uproot.recreate(path) as file:
            file["events"] = {**events, column: np.where(wrong * (every % 10 == 9), numbers[1], numbers[0])}
        if not wrong:
            assert read_nuwro([path], xsec, FLUX).enu.size == every.size
            continue
        number = f"{every.size // 10:,}"
        with pytest.raises(
            UserError, match=rf"{column}1\.root: {number} events of another .*, expected numu on C12 alone$"
        ):
            read_nuwro([path], xsec, FLUX)
