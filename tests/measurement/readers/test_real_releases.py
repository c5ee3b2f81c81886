"""What holds for every reader, with the experiments' own releases."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from nugan_hep.hadrons.final_states import Lists
from nugan_hep.measurement.bins import Content
from nugan_hep.measurement.measured import Measured, fill
from nugan_hep.measurement.readers import READERS, read_measured, t2k_cc0pi_o_c
from nugan_hep.measurement.whole import nuwro_events

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[4] / "shared")) / "data"
MEASUREMENTS = SHARED / "measurements"
FHC, RHC = (f"{SHARED}/flux/t2kflux_2016_{horn}250kA.root:enu_nd280_" for horn in ("plus", "minus"))
T2K, MINERVA = f"{FHC}numu", f"{SHARED}/flux/minerva_le_flux.root:numu_fhc"
BNB = f"{SHARED}/flux/BNB_uBooNE_numu_flux_2019.root:numu"
NUE = (f"{FHC}nue", f"{RHC}nue", f"{RHC}nueb")
PROTON, PION, NEUTRAL = 2212, 211, 111


class Case(NamedTuple):
    """Bins that are measured, true bins, fluxes where the release has none, a hadron that events need."""

    measured: int
    true: int
    flux: str | tuple[str, ...] | None = None
    hadron: int = PROTON


CASES = {
    "t2k_ccinc_2018": Case(71, 71),
    "t2k_cc0pi_2016": Case(67, 67, T2K),
    "t2k_cc0pi_o_c": Case(58, 58, T2K),
    "t2k_nue_ccinc_2019": Case(13, 14, NUE),
    "microboone_ccinc": Case(42, 43, BNB),
    "minerva_cc0pi_2d": Case(144, 144, MINERVA),
    "minerva_cc_eavail_q3": Case(67, 67),
    "argoneut_p_mu": Case(40, 40),
    "argoneut_theta_mu": Case(36, 36),
    **{f"t2k_cc0pi_stv_{name}": Case(8, 8, T2K) for name in ("dpt", "dalphat", "dphit")},
    **{
        f"minerva_cc0pi_stv_{name}": Case(size, size, MINERVA)
        for name, size in (
            ("dpt", 24),
            ("dalphat", 12),
            ("dphit", 23),
            ("pn", 24),
            ("p_mu", 32),
            ("theta_mu", 19),
            ("p_p", 25),
            ("theta_p", 26),
        )
    },
    **{
        f"microboone_cc0pinp_{name}": Case(size, size, BNB)
        for name, size in (("p_mu", 6), ("cos_mu", 12), ("p_p", 10), ("cos_p", 9), ("theta_mup", 6))
    },
    **{
        f"t2k_cc1pip_ch_{name}": Case(size, size, T2K, PION)
        for name, size in (("muon", 16), ("p_pi", 17), ("theta_pi", 13), ("theta_mupi", 16), ("q2", 16))
    },
}


def folder(kind: str) -> str:
    """The release's, which has the kinds of all its spectra."""
    names = ("argoneut", "t2k_cc0pi_stv", "minerva_cc0pi_stv", "microboone_cc0pinp", "t2k_cc1pip_ch")
    return next((name for name in names if kind.startswith(name)), kind)


def read(kind: str) -> Measured:
    return read_measured(kind, MEASUREMENTS / folder(kind), CASES[kind].flux)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.shared(f"measurements/{folder(kind)}", "flux")) for kind in CASES
    ],
)
def measured(request: pytest.FixtureRequest) -> Measured:
    return read(request.param)


def test_every_reader_is_here() -> None:
    assert set(CASES) == set(READERS)


def test_shapes(measured: Measured) -> None:
    case = CASES[measured.kind]
    assert measured.matrix.shape == (case.measured, case.true)
    assert measured.data.shape == measured.widths.shape == (case.measured,)
    assert np.all(measured.widths > 0)
    assert re.fullmatch(r"\d{4}\.\d{4,5}", measured.reference)
    assert all(np.linalg.eigvalsh(measured.covariance) > 0)


def test_targets(measured: Measured) -> None:
    """Fluxes are those of the probes; nuclei make up the target, but for the hydrogen that does not count."""
    for part in measured.parts:
        assert part.flux.named_for in (None, part.probe)
        share = sum(share for _, share in part.nuclei)
        assert share == pytest.approx(1.0) or [*part.nuclei] == [(1000060120, 12 / 13)]


def test_nothing_is_lost_or_made(measured: Measured) -> None:
    """Each event is measured once; of electrons in a bin of momentum and in one of angle."""
    sums = measured.widths @ measured.matrix
    np.testing.assert_allclose(sums, 2.0 if measured.kind.startswith("t2k_nue") else 1.0, atol=0.02)


def test_words_are_of_one_bin_each(measured: Measured) -> None:
    words = [measured.describe(k) for k in range(measured.data.size)]
    assert len(set(words)) == len(words)
    assert all(re.search(r"\d < .* < -?[\d.]+", text) for text in words)


def test_views_cover_the_bins_once(measured: Measured) -> None:
    rows = np.concatenate([np.arange(measured.data.size)[view.rows] for view in measured.views])
    assert rows.tolist() == list(range(measured.data.size))
    for view in measured.views:
        assert view.edges.size == view.rows.stop - view.rows.start + 1
        assert np.all(np.diff(view.edges) > 0)
        assert view.x
        assert view.y


def test_total_is_the_publications(measured: Measured) -> None:
    if measured.total is None:
        return
    assert measured.total_error is not None
    assert measured.widths @ measured.data == pytest.approx(measured.total, abs=measured.total_error)


def test_every_bin_can_be_reached(measured: Measured, make: Callable[..., Lists]) -> None:
    counts = [np.zeros(part.size + 1) for part in measured.parts]
    for seed in range(20):  # some bins have but a corner inside of the phase space
        lists = make(CASES[measured.kind].hadron, 100_000, seed=seed)
        for part, count in zip(measured.parts, counts, strict=True):
            count += np.bincount(part.find(lists), minlength=part.size + 1)
        if all(np.all(count[:-1] > 0) for count in counts):
            return
    assert [np.flatnonzero(count[:-1] == 0).tolist() for count in counts] == []


def test_hadrons_are_asked_for_where_they_are_needed(measured: Measured, make: Callable[..., Lists]) -> None:
    """A neutral pion more takes events out where other mesons are not allowed; inclusive bins keep theirs."""
    hadron = CASES[measured.kind].hadron
    lists, more = make(hadron, 20_000), make(hadron, 20_000, NEUTRAL)
    for part in measured.parts:
        inclusive = not part.hadrons or "eavail" in measured.kind
        assert np.any(part.find(more) < part.size) == inclusive
        if not part.hadrons:
            empty = Lists(
                lists.enu, lists.lepton, lists.lepton_mass, 0 * lists.n, lists.pdg[:0], lists.momentum[:0]
            )
            assert part.find(empty).tolist() == part.find(lists).tolist()


OUTSIDE: dict[str, Callable[[float, float], bool]] = {
    "t2k_ccinc_2018": lambda p, cosine: p > 30,
    "t2k_cc0pi_2016": lambda p, cosine: p > 30,
    "t2k_cc0pi_o_c": lambda p, cosine: p > 30,
    "t2k_nue_ccinc_2019": lambda p, cosine: p < 0.3 or cosine < 0.7071 or p > 30,
    "minerva_cc0pi_2d": lambda p, cosine: cosine < np.cos(np.radians(20)) or p < 1.5,
    "minerva_cc_eavail_q3": lambda p, cosine: cosine < np.cos(np.radians(20)) or np.hypot(p, 0.1057) < 1.5,
    "argoneut_p_mu": lambda p, cosine: p > 25 or cosine < np.cos(np.radians(36)),
    "argoneut_theta_mu": lambda p, cosine: p > 25 or cosine < np.cos(np.radians(36)),
    "t2k_cc0pi_stv": lambda p, cosine: p < 0.25 or cosine < -0.6,
    "minerva_cc0pi_stv": lambda p, cosine: not 1.5 < p < 10 or cosine < np.cos(np.radians(20)),
    "microboone_cc0pinp": lambda p, cosine: p < 0.1,
    "t2k_cc1pip_ch": lambda p, cosine: cosine < 0,
    "t2k_cc1pip_ch_p_pi": lambda p, cosine: p < 0.2 or cosine < 0.2,
}
"""By kind or release, leptons that are in no bin; MicroBooNE's inclusive bins have all of them."""


def test_nothing_outside_of_the_phase_space(measured: Measured, make: Callable[..., Lists]) -> None:
    outside = OUTSIDE.get(measured.kind) or OUTSIDE.get(folder(measured.kind))
    if outside is None:
        assert measured.kind == "microboone_ccinc"
        return
    lists = make(CASES[measured.kind].hadron, 20_000, seed=3)
    p = np.linalg.norm(lists.lepton, axis=1)
    out = np.array([outside(*pair) for pair in zip(p, lists.lepton[:, 2] / p, strict=True)])
    assert 50 < out.sum() < out.size
    for part in measured.parts:
        assert np.all(part.find(lists)[out] == part.size)


@pytest.mark.shared("measurements", "flux")
def test_totals_of_electrons() -> None:
    """6.62, 14.56 and 3.01e-39 cm²/nucleon for p > 0.3 GeV and theta < 45 degrees, arXiv:2002.11986."""
    one = read("t2k_nue_ccinc_2019")
    sums = [one.data[view.rows].sum() for view in one.views]
    np.testing.assert_allclose(sums[:3], [0.662, 1.456, 0.301], rtol=0.005)
    np.testing.assert_allclose(sums[3:], sums[:3], rtol=0.005)


@pytest.mark.shared("measurements", "flux")
@pytest.mark.parametrize(("regularised", "name"), [(True, "reg"), (False, "noreg")])
def test_oxygen_and_carbon_are_as_in_the_paper(regularised: bool, name: str) -> None:
    """A table of bin, oxygen, error, carbon, error, ratio and error, in 1e-39 cm²/GeV/nucleon."""
    path = MEASUREMENTS / "t2k_cc0pi_o_c"
    one = t2k_cc0pi_o_c.read(path, T2K, regularised)
    table = np.loadtxt(path / f"cc0pi_xsec_O-C-ratio_{name}.txt")
    np.testing.assert_allclose(10 * one.data, np.concatenate([table[:, 1], table[:, 3]]), atol=6e-4)
    errors = 10 * np.sqrt(np.diag(one.covariance))
    np.testing.assert_allclose(errors, np.concatenate([table[:, 2], table[:, 4]]), atol=1e-3, rtol=0.01)


@pytest.mark.shared("measurements")
def test_tables_of_pions_are_the_histograms() -> None:
    """The cross sections stand in tables of text, too; the errors are in the release's histograms."""
    import uproot

    for kind, stem in (("p_pi", "MomentumPion"), ("theta_pi", "Thetapion"), ("q2", "Q2")):
        one = read(f"t2k_cc1pip_ch_{kind}")
        text = (MEASUREMENTS / "t2k_cc1pip_ch" / f"{stem}.txt").read_text()
        values = [float(line.split()[-1]) for line in text.splitlines() if line.startswith("Bin ")]
        np.testing.assert_allclose(one.data, values, atol=6e-5)
    one = read("t2k_cc1pip_ch_muon")
    with uproot.open(MEASUREMENTS / "t2k_cc1pip_ch" / "PmuThetamu.root") as file:
        errors = np.concatenate([file[f"p_mu_theta_mu_{k}"].errors()[:-1] for k in range(4)])
    np.testing.assert_allclose(np.sqrt(np.diag(one.covariance)), errors, rtol=1e-6)


@pytest.mark.shared("measurements", "flux")
def test_errors_of_minerva_are_those_of_its_histogram() -> None:
    import uproot

    one = read("minerva_cc0pi_2d")
    with uproot.open(MEASUREMENTS / "minerva_cc0pi_2d" / "cov_ptpl_2D_qelike.root") as file:
        errors = file["pt_pl_cross_section"].errors().T.ravel()
    np.testing.assert_allclose(np.sqrt(np.diag(one.covariance)), errors[errors > 0] / 1e-38, rtol=1e-6)


@pytest.mark.shared("measurements")
def test_the_fluxes_of_argoneut() -> None:
    """Mean energies of 9.6 and 3.6 GeV, arXiv:1404.4809: per GeV, per bin they would be 7.8 and 3.5 GeV."""
    for part, mean in zip(read("argoneut_p_mu").parts, (9.6, 3.6), strict=True):
        edges, density = part.flux.edges, part.flux.density
        energy = np.sum(density * np.diff(edges**2) / 2) / np.sum(density * np.diff(edges))
        assert energy == pytest.approx(mean, abs=0.6)


NUWRO = {
    "t2k_ccinc_2018": ("numu_C12", "numu_H1"),
    "t2k_cc0pi_2016": ("numu_C12",),
    "t2k_cc0pi_o_c": ("numu_O16",),
    "minerva_cc0pi_2d": ("numu_C12",),
    "minerva_cc_eavail_q3": ("numu_C12", "numu_H1"),
    "t2k_cc1pip_ch_p_pi": ("numu_C12", "numu_H1"),
    "t2k_nue_ccinc_2019": ("nue_C12",),
}
"""NuWro's processes on the nuclei of the first part."""


@pytest.mark.heavy
@pytest.mark.shared("measurements", "flux", "nuwro", "nuwro_fs")
@pytest.mark.parametrize("kind", NUWRO)
def test_nuwro_is_near_the_data(kind: str) -> None:
    """Units, targets and signal: NuWro's sum of the bins of the first part is within 30 % of the data's.

    MINERvA's bins above 8 GeV are left out, where NuWro's events end.
    """
    one = read(kind)
    part = one.parts[0]
    sums = np.zeros(part.size + 1)
    for process, (nucleus, share) in zip(NUWRO[kind], part.nuclei, strict=False):
        path = SHARED / "nuwro_fs" / process
        events = path / "val.npz" if (path / "val.npz").is_file() else path / "train.npz"
        table = SHARED / "nuwro" / f"{process}_inc" / "xsec.csv"
        table = table if table.is_file() else path / "xsec.csv"
        (found,) = fill([part], nuwro_events([events], table, part.flux, part.probe, nucleus), share)
        sums += found.sums
    rows = slice(0, part.size) if kind != "t2k_nue_ccinc_2019" else slice(0, 3)
    used = np.array([not re.search("(8|10|15) < p_L", one.describe(k)) for k in range(one.data.size)])[rows]
    true = np.zeros(one.matrix.shape[1])
    true[: part.size] = sums[:-1]
    predicted = one.predict(Content(true, true)).values
    ratio = one.widths[rows][used] @ predicted[rows][used] / (one.widths[rows][used] @ one.data[rows][used])
    assert 0.7 < ratio < 1.35
