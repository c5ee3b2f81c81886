"""Histograms of events against NumPy and against those that were made with the NuWro samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import uproot

from nugan_hep import kinematics
from nugan_hep.evaluation import histograms, reference
from nugan_hep.kinematics import Kinematics


def events(rng: np.random.Generator, n: int, enu: float | None = None) -> Kinematics:
    """Events spread evenly over the proxies."""
    enu_proxy = rng.uniform(-1, 1, n) if enu is None else np.full(n, 2 * (enu - 0.3) / 9.7 - 1)
    return kinematics.from_proxies(
        enu_proxy, rng.uniform(-1, 1, n), rng.uniform(-1, 1, n), mass=kinematics.MUON_MASS
    )


def test_spectra_agree_with_numpy(rng: np.random.Generator) -> None:
    sample = events(rng, 5_000)
    filled = histograms.from_events(*sample, lepton_mass=kinematics.MUON_MASS)
    values = {
        "emu": sample.emu,
        "pz": kinematics.pz(sample.emu, sample.theta, kinematics.MUON_MASS),
        "q2": kinematics.q2(*sample, kinematics.MUON_MASS),
    }
    for name, column in values.items():
        counts, edges = filled.spectra[name]
        np.testing.assert_array_equal(counts, np.histogram(column, edges)[0])
    assert filled.counts_2d.sum() == filled.n_events == 5_000
    assert filled.counts_3d is not None
    assert filled.counts_3d.sum() == 5_000


def test_undefined_w_stands_in_no_bin(rng: np.random.Generator) -> None:
    sample = events(rng, 5_000)
    undefined = np.count_nonzero(kinematics.w2(*sample, kinematics.MUON_MASS) < 0)
    filled = histograms.from_events(*sample, lepton_mass=kinematics.MUON_MASS)
    assert undefined > 0
    assert filled.w_undefined == undefined
    assert filled.spectra["w"].counts.sum() <= 5_000 - undefined


def test_one_energy_is_a_sample_of_its_own(rng: np.random.Generator) -> None:
    fixed = histograms.from_events(
        *(column.astype(np.float32) for column in events(rng, 1_000, 0.5)), lepton_mass=kinematics.MUON_MASS
    )
    assert (fixed.enu, fixed.label, fixed.key) == (0.5, "500 MeV", "fixed_0p5GeV")
    assert fixed.counts_3d is None
    spread = histograms.from_events(*events(rng, 1_000), lepton_mass=kinematics.MUON_MASS)
    assert (spread.enu, spread.label, spread.key) == (None, "All", "uniform")


def test_chunks_add_up(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = events(rng, 10_000)
    whole = histograms.from_events(*sample, lepton_mass=kinematics.MUON_MASS)
    monkeypatch.setattr(histograms, "_CHUNK", 777)
    parts = histograms.from_events(*sample, lepton_mass=kinematics.MUON_MASS)
    assert parts.w_undefined == whole.w_undefined
    np.testing.assert_array_equal(parts.counts_2d, whole.counts_2d)
    np.testing.assert_array_equal(parts.counts_3d, whole.counts_3d)  # type: ignore[arg-type]
    for name in whole.spectra:
        np.testing.assert_array_equal(parts.spectra[name].counts, whole.spectra[name].counts)


def test_like_keeps_bins_even_for_one_event(rng: np.random.Generator) -> None:
    whole = histograms.from_events(*events(rng, 1_000), lepton_mass=kinematics.MUON_MASS)
    one = histograms.from_events_like(events(rng, 1), whole)
    assert one.enu is None
    assert histograms.merge(whole, one).n_events == 1_001


def test_unlike_samples_do_not_merge(rng: np.random.Generator) -> None:
    one = histograms.from_events(*events(rng, 100), lepton_mass=kinematics.MUON_MASS)
    for other in (replace(one, shift=0.0098), replace(one, enu=1.0), replace(one, spectra={})):
        with pytest.raises(ValueError, match="unlike"):
            histograms.merge(one, other)


def test_events_outside_the_phase_space_are_refused() -> None:
    with pytest.raises(ValueError, match="no events"):
        histograms.from_events(*(np.empty(0),) * 3, lepton_mass=kinematics.MUON_MASS)
    with pytest.raises(ValueError, match=r"emu = 0\.999 GeV"):
        histograms.from_events(
            np.array([1.0]), np.array([0.999]), np.array([0.1]), lepton_mass=kinematics.MUON_MASS
        )


@pytest.mark.shared("nuwro")
@pytest.mark.parametrize(("file", "stem"), [("val.root", "uniform"), ("fixed_1GeV.root", "fixed_1GeV")])
def test_nuwro_events_fill_the_histograms_made_with_them(nuwro: Path, file: str, stem: str) -> None:
    """The events were rounded after the histograms were filled: one in a thousand may change its bin."""
    folder = nuwro / "numu_C12_inc"
    with uproot.open(f"{folder / file}:events") as tree:
        columns = tree.arrays(["enu", "emu", "theta"], library="np")
    for shift in (kinematics.SHIFT_P1, kinematics.SHIFT_P2):
        expected = reference.load(folder / "reference" / f"{stem}.npz", shift).samples[0]
        filled = histograms.from_events_like(Kinematics(*columns.values()), expected)
        tolerated = 1e-3 * expected.n_events
        assert filled.n_events == expected.n_events
        assert np.abs(filled.counts_2d - expected.counts_2d).sum() < tolerated
        if expected.counts_3d is not None and filled.counts_3d is not None:
            assert np.abs(filled.counts_3d - expected.counts_3d).sum() < tolerated
        for name, spectrum in expected.spectra.items():
            assert np.abs(filled.spectra[name].counts - spectrum.counts).sum() < tolerated, name
