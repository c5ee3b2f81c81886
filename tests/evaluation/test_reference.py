"""Reference files: round trip, the shipped one against the NuWro histograms, damaged ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nugan_hep import kinematics
from nugan_hep.errors import UserError
from nugan_hep.evaluation import histograms, reference

PROCESSES = ("numu_C12_inc", "numu_C12_qe", "numu_Ar40_inc", "numubar_C12_inc", "numu_C12_alt")
SHIPPED = Path(__file__).parents[2] / "models" / "reference" / "numu_C12_inc.npz"


def some(n: int = 2_000, **kwargs: Any) -> histograms.Histograms:
    rng = np.random.default_rng(3)
    events = kinematics.from_proxies(*rng.uniform(-1, 1, (3, n)), shift=0.0098, mass=kinematics.MUON_MASS)
    return histograms.from_events(*events, **kwargs, lepton_mass=kinematics.MUON_MASS)


def assert_same(one: histograms.Histograms, other: histograms.Histograms) -> None:
    assert (one.enu, one.shift, one.enu_range) == (other.enu, other.shift, other.enu_range)
    assert one.n_events == other.n_events
    np.testing.assert_array_equal(one.counts_2d, other.counts_2d)
    assert (one.counts_3d is None) == (other.counts_3d is None)
    if one.counts_3d is not None and other.counts_3d is not None:
        np.testing.assert_array_equal(one.counts_3d, other.counts_3d)
    assert one.spectra.keys() == other.spectra.keys()
    for name, spectrum in one.spectra.items():
        np.testing.assert_array_equal(spectrum.counts, other.spectra[name].counts)
        np.testing.assert_allclose(spectrum.edges, other.spectra[name].edges, rtol=1e-12)


def test_save_and_load(tmp_path: Path) -> None:
    samples = {shift: some(shift=shift) for shift in (0.004, 0.0098)}
    path = tmp_path / "two.npz"
    reference.save(path, "mine", "test", list(samples.values()))
    assert reference.is_reference(path)
    for shift, sample in samples.items():
        loaded = reference.load(path, shift)
        assert (loaded.source, loaded.process) == ("mine", "test")
        assert_same(loaded.samples[0], sample)
        assert loaded.samples[0].w_undefined == sample.w_undefined


def test_other_energy_range_is_kept(tmp_path: Path) -> None:
    sample = some(enu_range=(0.2, 20.0))
    reference.save(tmp_path / "wide.npz", "mine", "", [sample])
    assert_same(reference.load(tmp_path / "wide.npz").samples[0], sample)


@pytest.mark.parametrize("process", PROCESSES)
def test_shipped_references_are_small_and_complete(process: str) -> None:
    path = SHIPPED.with_name(f"{process}.npz")
    assert path.stat().st_size < 250_000
    for shift in (kinematics.SHIFT_P1, kinematics.SHIFT_P2):
        loaded = reference.load(path, shift)
        assert (loaded.source, loaded.process) == ("NuWro", process)
        labels = [sample.label for sample in loaded.samples]
        assert labels == ["All", "500 MeV", "1 GeV", "3 GeV", "5 GeV", "9 GeV"]
        for sample in loaded.samples:
            assert sample.n_events >= (500_000 if process == "numu_C12_qe" else 1_000_000)
            assert set(sample.spectra) == set(histograms.SPECTRA)
            assert (sample.counts_3d is None) == (sample.enu is not None)


def test_each_process_has_one_reference() -> None:
    assert {path.stem for path in SHIPPED.parent.glob("*.npz")} == set(PROCESSES)


@pytest.mark.shared("nuwro")
@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("shift", [kinematics.SHIFT_P1, kinematics.SHIFT_P2])
def test_shipped_references_hold_the_nuwro_histograms(nuwro: Path, process: str, shift: float) -> None:
    for sample in reference.load(SHIPPED.with_name(f"{process}.npz"), shift).samples:
        file = nuwro / process / "reference" / f"{sample.key}.npz"
        assert_same(sample, reference.load(file, shift).samples[0])


def test_quasielastic_events_have_no_delta_peak() -> None:
    """Of the events at 1 GeV hardly any has W near 1.3 GeV, where inclusive ones have the Delta."""
    shares = []
    for process in ("numu_C12_qe", "numu_C12_inc"):
        samples = reference.load(SHIPPED.with_name(f"{process}.npz")).samples
        counts, edges = next(s for s in samples if s.enu == 1.0).spectra["w"]
        above = 0.5 * (edges[1:] + edges[:-1]) > 1.2
        shares.append(counts[above].sum() / counts.sum())
    assert shares[0] < 0.05 < 0.2 < shares[1]


def test_antineutrinos_scatter_forward_of_neutrinos() -> None:
    """V - A: the antineutrino's cross section falls with inelasticity, so its muon keeps more energy."""
    means = []
    for process in ("numubar_C12_inc", "numu_C12_inc"):
        samples = reference.load(SHIPPED.with_name(f"{process}.npz")).samples
        counts, edges = next(s for s in samples if s.enu == 5.0).spectra["emu"]
        means.append(np.average(0.5 * (edges[1:] + edges[:-1]), weights=counts) / 5.0)
    assert means[0] > means[1] + 0.1


def test_two_peaks_of_w_at_1_gev(shipped: reference.Reference) -> None:
    """Quasielastic scattering at the nucleon's mass, the Delta resonance at 1.23 GeV."""
    counts, edges = next(s for s in shipped.samples if s.enu == 1.0).spectra["w"]
    centres = 0.5 * (edges[1:] + edges[:-1])
    quasielastic, delta = (np.argmax(counts * mask) for mask in (centres < 1.1, centres > 1.1))
    assert centres[quasielastic] == pytest.approx(kinematics.NUCLEON_MASS, abs=0.05)
    assert centres[delta] == pytest.approx(1.232, abs=0.05)
    assert counts[quasielastic:delta].min() < 0.6 * counts[delta]


def test_samples_of_one_energy_are_merged(shipped: reference.Reference) -> None:
    merged = reference.group([*shipped.samples[::-1], shipped.samples[2]])
    assert [s.label for s in merged] == [s.label for s in shipped.samples]
    assert merged[2].n_events == 2 * shipped.samples[2].n_events


def test_files_of_events_are_told_from_histograms(tmp_path: Path) -> None:
    np.savez(tmp_path / "events.npz", enu=[1.0], emu=[0.5], theta=[0.1])
    (tmp_path / "text.npz").write_text("no zip")
    for name in ("events.npz", "text.npz", "missing.npz"):
        assert not reference.is_reference(tmp_path / name)
    assert reference.is_reference(SHIPPED)


def test_missing_shift_is_named() -> None:
    with pytest.raises(UserError, match=r"no histogram h2_s7 \(shift 7 MeV\); there is h2_s4, h2_s9p8"):
        reference.load(SHIPPED, 0.007)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"h2_s4": np.ones((3, 3))}, "expected counts"),
        ({"h2_s4": np.zeros((50, 50))}, "empty"),
        ({"h2_s4": -np.ones((50, 50))}, "negative"),
        ({"h2_s4": np.full((50, 50), np.nan)}, "empty or"),
        ({"h2_s4": np.full((50, 50), "a")}, "expected counts"),
        ({"h2_s4": np.ones((50, 50)), "h3_s4": np.ones((50, 50))}, "h3_s4"),
        ({"h2_s4": np.ones((50, 50))}, "no histogram h1_emu_proxy"),
        ({"enu": np.ones(3)}, "not a reference file"),
    ],
)
def test_bad_contents_are_one_line(tmp_path: Path, members: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "bad.npz", **members)
    with pytest.raises(UserError, match=message) as caught:
        reference.load(tmp_path / "bad.npz")
    assert "\n" not in str(caught.value)


def test_damaged_files_are_one_line(tmp_path: Path) -> None:
    whole = SHIPPED.read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    flipped = bytearray(whole)
    flipped[2_000:2_050] = b"\xff" * 50
    (tmp_path / "flipped.npz").write_bytes(flipped)
    for name in ("cut.npz", "flipped.npz", "missing.npz"):
        with pytest.raises(UserError, match="not a readable") as caught:
            reference.load(tmp_path / name)
        assert "\n" not in str(caught.value)
