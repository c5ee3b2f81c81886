"""Fluxes from files and from Python: units, bins, what is refused."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import hist
import numpy as np
import pytest
import uproot
from numpy.typing import ArrayLike
from uproot.writing.identify import to_TAxis, to_TH1x

import nugan_hep
from nugan_hep import flux as flux_module
from nugan_hep._core import make_flux
from nugan_hep.errors import NoUnitError, UserError
from nugan_hep.flux import ARBITRARY, PER_POT, Flux
from nugan_hep.flux_readers import as_flux, neutrino_in, other_neutrino, read_flux
from nugan_hep.flux_units import FluxUnit, energy_scale, from_title, from_user

SHARED = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[2] / "shared")) / "data" / "flux"
needs_shared = pytest.mark.shared("flux")

EDGES = [0.0, 0.5, 1.0, 3.0]
CONTENTS = [1.0, 2.0, 8.0]
PER_BIN = "#nu / m^{2} / POT"


def th1(edges: ArrayLike, contents: ArrayLike, title: str = PER_BIN, axis: str = "E [GeV]") -> Any:
    borders, values = np.asarray(edges, dtype="f8"), np.asarray(contents, dtype="f8")
    return to_TH1x(
        "",
        "",
        np.r_[99.0, values, 99.0],  # with something below and above the bins
        float(len(values)),
        float(values.sum()),
        float(values.sum()),
        0.0,
        0.0,
        np.r_[0.0, values, 0.0],
        to_TAxis("xaxis", axis, len(values), borders[0], borders[-1], borders),
        to_TAxis("yaxis", title, 1, 0.0, 1.0),
    )


def root_file(path: Path, **histograms: Any) -> Path:
    with uproot.recreate(path) as file:
        for name, histogram in histograms.items():
            file[name.replace("__", "/")] = histogram
    return path


def test_units_of_the_core() -> None:
    """The rules are tested in tests/cpp/test_flux_unit.cpp; here, that they are reached."""
    assert from_title("1/(cm^{2} GeV POT)") == FluxUnit(1, 1, 1)
    assert from_title("(m^{-2} s^{-1} GeV^{-1})") == FluxUnit(1e4, None, 1, per_time=True)
    assert from_title("Entries") is None
    assert str(from_user("1/cm2/50MeV")) == "/cm2/0.05GeV"
    with pytest.raises(UserError, match=r"flux units 'furlongs': expected a unit such as"):
        from_user("furlongs")
    assert energy_scale("E [MeV]") == 1e-3
    assert energy_scale("E", "/bin, E in GeV") == 1
    assert energy_scale("E") is None


def test_bins_of_unequal_width() -> None:
    """8 in the bin of 2 GeV are 4 per GeV if they are per bin, 16 if they are per 0.5 GeV."""
    per_bin = make_flux(EDGES, CONTENTS, FluxUnit(1e4, 10, None), "a")
    np.testing.assert_allclose(per_bin.density, np.array([2, 4, 4]) / 1e5)
    assert per_bin.integral() == pytest.approx(sum(CONTENTS) / 1e5)
    per_half = make_flux(EDGES, CONTENTS, FluxUnit(1, None, 0.5, scale=3), "a")
    np.testing.assert_allclose(per_half.density, [6, 12, 48])
    assert (per_bin.unit, per_half.unit) == (PER_POT, ARBITRARY)
    assert (per_bin.contents, per_half.contents) == ("/m2/10POT/bin", "3/cm2/0.5GeV")


def test_part_of_a_flux() -> None:
    flux = Flux(EDGES, [2.0, 4.0, 4.0], name="a")
    part = flux.between(0.25, 2.0)
    np.testing.assert_array_equal(part.edges, [0.25, 0.5, 1.0, 2.0])
    np.testing.assert_array_equal(part.density, [2, 4, 4])
    assert part.integral() == flux.integral(0.25, 2.0) == pytest.approx(6.5)
    np.testing.assert_array_equal(flux.between(0, 10).edges, EDGES)
    with pytest.raises(UserError, match="a: no flux between 3 and 10 GeV"):
        flux.between(3, 10)
    assert flux_module.from_dict(part.as_dict()).as_dict() == part.as_dict()
    old = {key: value for key, value in part.as_dict().items() if key != "contents"}
    assert flux_module.from_dict(old).contents == ""


@needs_shared
def test_neutrinos_in_published_names() -> None:
    """Every histogram of a neutrino is known by its name, such as enu_nd280_numub."""
    count = 0
    for path in sorted(SHARED.glob("*.root")):
        with uproot.open(path) as file:
            for name in file.keys(cycle=False, filter_classname="TH1*"):
                flavour = {"e": 12, "mu": 14, "tau": 16}[re.findall("nu(e|mu|tau)", name)[0]]
                anti = re.search("nu(e|mu|tau)(b|bar)(_|$)", name)
                assert neutrino_in(name) == (-flavour if anti else flavour), name
                count += 1
    assert count > 100


def test_the_only_histogram(tmp_path: Path) -> None:
    path = root_file(tmp_path / "a.root", numu=th1(EDGES, CONTENTS), cov=np.histogram2d([1.0], [1.0]))
    flux = read_flux(path, probe=14)
    np.testing.assert_allclose(flux.density, np.array([2, 4, 4]) * 1e-4)
    np.testing.assert_array_equal(flux.edges, EDGES)
    assert flux.name == "a.root:numu"
    assert read_flux(f"{path}:numu;1", probe=-14).as_dict() == flux.as_dict()
    assert read_flux(path).as_dict() == flux.as_dict()
    with pytest.raises(UserError, match=r"no histogram for the probe -14; name one, .*a\.root:HIST.*: numu$"):
        read_flux(path, probe=-14)


def test_histogram_of_the_probe(tmp_path: Path) -> None:
    one, other = th1(EDGES, CONTENTS), th1(EDGES, [1.0, 1.0, 1.0])
    error = th1(EDGES, [0.1, 0.1, 0.1], "Fractional uncertainty")
    path = root_file(tmp_path / "a.root", flux_numu=one, flux_numubar=other, error_numu=error)
    assert read_flux(path, probe=14).name == "a.root:flux_numu"
    assert read_flux(path, probe=-14).name == "a.root:flux_numubar"
    with pytest.raises(UserError, match=r"no histogram for the probe 12; .*flux_numu, flux_numubar, er"):
        read_flux(path, probe=12)
    path = root_file(tmp_path / "b.root", numu_near=one, numu_far=other)
    with pytest.raises(UserError, match=r"2 histograms for the probe 14; name one, .*: numu_near, numu_far$"):
        read_flux(path, probe=14)
    path = root_file(tmp_path / "c:d.root", near__numu=one, far__numu=other)  # folders, a colon in the name
    assert read_flux(f"{path}:far/numu").integral() == pytest.approx(3e-4)


def test_energies_in_mev(tmp_path: Path) -> None:
    title = "#nu / cm^{2} / 50 MeV / POT"
    path = root_file(tmp_path / "a.root", numu=th1([0, 500, 1000], [1, 2], title, "E_{#nu} [MeV]"))
    flux = read_flux(path, probe=14)
    np.testing.assert_allclose(flux.edges, [0, 0.5, 1])
    np.testing.assert_allclose(flux.density, [20, 40])


@pytest.mark.parametrize(
    ("histogram", "units", "message"),
    [
        (
            th1(EDGES, [1, -2, 1]),
            None,
            r"numu: -2 in the bin from 0\.5 to 1 GeV; expected a number",
        ),
        (th1(EDGES, [1, np.nan, 1]), None, r"nan in the bin from 0\.5 to 1 GeV"),
        (th1(EDGES, [1, np.inf, 1]), None, r"inf in the bin from 0\.5 to 1 GeV"),
        (th1(EDGES, [0, 0, 0]), None, "all bins are zero"),
        (
            th1(EDGES, CONTENTS, "Entries"),
            None,
            "'Entries', has no flux unit; give --flux-units",
        ),
        (th1(EDGES, CONTENTS), "furlongs", "flux units 'furlongs': expected a unit such as"),
        (np.histogram2d([1.0, 2.0], [1.0, 2.0]), None, "numu is a TH2D, expected a TH1 or TGraph"),
    ],
)
def test_bad_histograms(tmp_path: Path, histogram: Any, units: str | None, message: str) -> None:
    path = root_file(tmp_path / "a.root", numu=histogram, other=th1(EDGES, CONTENTS))
    with pytest.raises(UserError, match=message) as caught:
        read_flux(f"{path}:numu", units)
    assert "\n" not in str(caught.value)


def test_files_that_hold_no_flux(tmp_path: Path) -> None:
    path = root_file(tmp_path / "a.root", numu=th1(EDGES, CONTENTS), nue=th1(EDGES, CONTENTS))
    with pytest.raises(UserError, match=r"no histogram far; there is: numu, nue$"):
        read_flux(f"{path}:far")
    with pytest.raises(UserError, match=r"cannot read flux .*b\.root: no such file"):
        read_flux(tmp_path / "b.root")
    (tmp_path / "half.root").write_bytes(path.read_bytes()[:300])
    with pytest.raises(UserError, match=r"cannot read flux .*half\.root: ") as caught:
        read_flux(tmp_path / "half.root")
    assert "\n" not in str(caught.value)
    empty = root_file(tmp_path / "empty.root", matrix=np.histogram2d([1.0], [1.0]))
    with pytest.raises(UserError, match=r"no TH1 or TGraph in it, but TH2D matrix$"):
        read_flux(empty)


def test_cycles(tmp_path: Path) -> None:
    """As in ROOT and uproot: the highest one, unless one is named."""
    path = tmp_path / "a.root"
    with uproot.recreate(path) as file:
        for factor in (1.0, 2.0, 3.0):
            file["near/numu"] = th1(EDGES, np.array(CONTENTS) * factor)
    integrals = [read_flux(f"{path}:near/numu{cycle}").integral() for cycle in (";1", ";2", ";3", "")]
    np.testing.assert_allclose(integrals, 11e-4 * np.array([1, 2, 3, 3]))
    assert read_flux(path, probe=14).integral() == pytest.approx(33e-4)
    with pytest.raises(
        UserError, match=r"no cycle '7' of near/numu; there is: near/numu;1, near/numu;2, near"
    ):
        read_flux(f"{path}:near/numu;7")


TABLE = "# E_low [GeV]  E_high [GeV]  flux [/m2/POT]\n0 0.5 1\n0.5 1 2\n1 3 8\n"


def test_text(tmp_path: Path) -> None:
    """The rules are tested in tests/cpp/test_flux_text.cpp; here, that they are reached."""
    (tmp_path / "a.csv").write_text(TABLE)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLE.encode()))
    for name in ("a.csv", "a.csv.gz"):
        flux = read_flux(tmp_path / name)
        np.testing.assert_allclose(flux.edges, EDGES)
        np.testing.assert_allclose(flux.density, np.array([2, 4, 4]) * 1e-4)
        assert (flux.unit, flux.name) == (PER_POT, name)
        assert flux.reading == "lower and upper edges of bins"
        assert flux_module.from_dict(flux.as_dict()).as_dict() == flux.as_dict()
    with pytest.raises(UserError, match=r"a\.csv: it is no ROOT file and has no histogram numu"):
        read_flux(f"{tmp_path / 'a.csv'}:numu")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("0.5 1\n1 3\n1.5 3\n", "are its energies 0.5, 1, ... lower edges of bins"),
        ("0.5 1 5\n1.0 2 6\n1.5 4 7\n", "3 columns without names"),
        ("# Enu   numu   numubar\n0.5 1 5\n1.0 2 6\n1.5 4 7\n", "the flux may be in"),
    ],
)
def test_all_that_is_missing_is_asked_at_once(tmp_path: Path, text: str, columns: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_flux(path)
    for part in (columns, "--flux-columns (in Python flux_columns=)", "--flux-units (in Python units=)"):
        assert part in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError) as caught:
        read_flux(path, "/bin" if "Enu" not in text else "/GeV")
    assert columns in str(caught.value)
    assert "units=" not in str(caught.value)


def test_a_unit_above_the_table(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("0.5 1 5\n1.0 2 6\n")
    with pytest.raises(
        NoUnitError, match=r"no unit of a flux above its table; give --flux-units \(in Python"
    ):
        read_flux(path)
    path.write_text("# flux [/m2/POT/GeV]\n0.5 1.0 5\n1.0 2.0 6\n")
    assert read_flux(path).contents == "/m2/POT/GeV"


def test_columns_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("0.5 1 5\n1.0 2 6\n1.5 4 7\n")
    with pytest.raises(UserError, match=r"3 columns without names.*say it with --flux-columns"):
        read_flux(path, "/GeV")
    flux = read_flux(path, "/GeV", flux_columns="low,flux,-")
    np.testing.assert_array_equal(flux.edges, [0.5, 1, 1.5, 2])
    np.testing.assert_array_equal(flux.density, [1, 2, 4])
    for known in (
        as_flux(path, 0, 10, "/GeV", 14, "centre,numu,numubar"),
        read_flux(path, "/GeV", 14, "centre,numu,numubar"),
    ):
        assert (known.name, known.named_for, known.reading) == ("a.txt:numu", 14, "centres of bins")
        np.testing.assert_allclose(known.edges, [0.25, 0.75, 1.25, 1.75])
    other = read_flux(path, "/GeV", -14, "centre,numu,numubar")
    assert (other.named_for, list(other.density)) == (-14, [5, 6, 7])
    curve = read_flux(path, "/GeV", flux_columns="point,flux,-")
    assert curve.integral() == pytest.approx(0.75 + 1.5)
    with pytest.raises(ValueError, match="flux_columns = 'low,flux': expected a table of text"):
        as_flux(([0, 1], [1]), 0, 10, flux_columns="low,flux")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00\x80", r"cannot read flux .*a\.gz: it is no text in UTF-8"),
        (gzip.compress(b"0 1 2\n", mtime=0)[:-4], r"cannot read flux .*a\.gz: compressed file ended"),
        (gzip.compress(b"root and more", mtime=0), r"a ROOT file compressed with gzip; gunzip it first"),
        (gzip.compress(b"E = 1 2 3\n", mtime=0), r"a\.gz, line 1: 'E = 1 2 3' is no row of numbers"),
    ],
)
def test_bad_text(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(UserError, match=message):
        read_flux(tmp_path / "a.gz", "/GeV")


def test_borders_that_differ_by_rounding(tmp_path: Path) -> None:
    """Where a flux is cut, made, read back or averaged over, none of its bins is as narrow as a rounding."""
    edges = np.array([0.0, 0.1 + 0.2, 1.0, np.float32(2.1)])
    part = Flux(edges, [1.0, 2.0, 3.0]).between(0.3, 2.1)
    np.testing.assert_array_equal(part.edges, [0.3, 1, 2.1])
    np.testing.assert_array_equal(part.density, [2, 3])
    sliver = {"edges": [0.3, 0.1 + 0.2, 1.0], "density": [5.0, 2.0]}  # as files of older versions have it
    old = flux_module.from_dict(sliver)
    np.testing.assert_array_equal(old.edges, [0.3, 1])
    assert old.integral() == pytest.approx(1.4)
    with pytest.raises(UserError, match="all edges of its bins are 1 GeV"):
        Flux([1, 1 + 1e-9], [1])


def test_fluxes_of_python() -> None:
    """A straight line as a function, a pair and a histogram."""
    edges = np.linspace(0.5, 2.5, 201)
    centres = 0.5 * (edges[1:] + edges[:-1])
    given = Flux(edges, 3 * centres, name="mine")
    assert as_flux(given, 0.5, 2.5) is given
    histogram = hist.Hist(hist.axis.Variable(edges, label="E [GeV]"), label="flux [/cm2/10 MeV]")
    histogram.values()[:] = 3 * centres * 0.01
    for flux in (
        as_flux(lambda enu: 3 * enu, 0.5, 2.5),
        as_flux((edges, 3 * centres), 0, 10),
        as_flux((edges, 0.03 * centres), 0, 10, "/bin"),
        as_flux(histogram, 0, 10),
        as_flux(histogram, 0, 10, "/0.01GeV"),
    ):
        assert flux.unit == ARBITRARY
        assert flux.integral() == pytest.approx(1.5 * (2.5**2 - 0.5**2), rel=1e-12)
        np.testing.assert_allclose(flux([0.6049, 2.4051]), [3 * 0.605, 3 * 2.405], rtol=2e-2)
    assert as_flux((edges, centres), 0, 10, "/m2/POT/GeV").unit == PER_POT
    assert as_flux(lambda enu: 2.0, 0.5, 2.5).integral() == pytest.approx(4)
    assert nugan_hep.Flux is Flux


@pytest.mark.parametrize(
    ("flux", "error", "message"),
    [
        (3.0, ValueError, r"flux = 3\.0: expected a Flux, a file, a function"),
        ((1, 2, 3), ValueError, r"flux = \(1, 2, 3\): expected a Flux"),
        (([0, 1, 2], [1]), UserError, r"expected edges \[K \+ 1\] and density \[K\]"),
        (([0, 2, 1], [1, 1]), UserError, "expected bin edges that rise"),
        (lambda enu: -enu, UserError, "expected a number of at least 0"),
        (hist.Hist(hist.axis.Regular(2, 0, 1), hist.axis.Regular(2, 0, 1)), UserError, "2 dimensions"),
        (hist.Hist(hist.axis.Regular(2, 0, 1)), UserError, "has no flux unit"),
    ],
)
def test_what_is_no_flux(flux: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        as_flux(flux, 0.3, 10)


@needs_shared
@pytest.mark.parametrize(
    ("file", "histogram", "probe", "to_cm2_pot", "per_bin"),
    [
        ("t2kflux_2016_plus250kA.root", "enu_nd280_numu", 14, 1e-21 / 0.05, False),
        ("t2kflux_2016_minus250kA.root", "enu_sk_numub", -14, 1e-21 / 0.05, False),
        ("flux_dune_neutrino_ND.root", "numu_flux", 14, 1e-4, True),
        ("flux_dune_antineutrino_ND.root", "numubar_flux", -14, 1e-4, True),
        ("dune_CDR_FHC_FD_flux.root", "numu_flux", 14, 1e-4, False),
        ("minerva_le_flux.root", "numu_fhc", 14, 1e-10 / 0.5, False),
        ("NOvA_FHC_Flux_ND_2017.root", "flux_numu", 14, 1e-10, False),
        ("BNB_uBooNE_numu_flux_2019.root", "numu", 14, 1 / (1.592e20 * 0.05), False),
    ],
)
def test_published_files(file: str, histogram: str, probe: int, to_cm2_pot: float, per_bin: bool) -> None:
    flux = read_flux(f"{SHARED / file}:{histogram}", probe=probe)
    with uproot.open(SHARED / file) as content:
        values, edges = content[histogram].to_numpy()
    expected = values.astype("f8") * to_cm2_pot / (np.diff(edges) if per_bin else 1)
    np.testing.assert_allclose(flux.density, expected, rtol=1e-12)
    np.testing.assert_array_equal(flux.edges, edges)
    assert flux.unit == PER_POT
    # no step where the bins change their width: half a decade of widths would be seen
    for k in np.flatnonzero(np.abs(np.diff(np.diff(edges))) > 1e-6) + 1:
        if flux.edges[k] > 4 and flux.density[k] > 0:
            assert 0.4 < flux.density[k] / flux.density[k - 1] < 1.2


@needs_shared
def test_published_files_without_a_name() -> None:
    assert read_flux(SHARED / "BNB_uBooNE_numu_flux_2019.root", probe=14).name.endswith(":numu")
    assert read_flux(SHARED / "NOvA_FHC_Flux_ND_2017.root", probe=-14).name.endswith(":flux_numubar")
    with pytest.raises(UserError, match=r"enu_nd280_numu, .*enu_sk_nueb"):
        read_flux(SHARED / "t2kflux_2016_plus250kA.root", probe=14)
    with pytest.raises(UserError, match="numu_fhc_covmx is a TH2F"):
        read_flux(f"{SHARED / 'minerva_le_flux.root'}:numu_fhc_covmx")
    text = SHARED.parent / "measurements" / "t2k_ccinc_2018" / "flux.txt"
    flux = read_flux(text)
    assert (flux.unit, flux.contents) == (ARBITRARY, "/cm2/0.05GeV")


def test_what_a_histogram_is_named_for(tmp_path: Path) -> None:
    path = root_file(tmp_path / "numu.root", hflux=th1(EDGES, CONTENTS), near__nuebar=th1(EDGES, CONTENTS))
    flux = read_flux(f"{path}:near/nuebar", probe=14)
    assert flux.named_for == -12
    assert flux_module.from_dict(flux.between(0.2, 2).as_dict()).named_for == -12
    assert other_neutrino(flux, -12) == ""
    assert other_neutrino(flux, 14) == "flux numu.root:near/nuebar is named for nuebar, the probe is numu"
    unnamed = read_flux(f"{path}:hflux")  # the name of the file does not count
    assert unnamed.named_for is None
    assert other_neutrino(unnamed, 14) == ""
    bare = {key: value for key, value in unnamed.as_dict().items() if key != "named_for"}
    assert flux_module.from_dict(bare).named_for is None  # as older files have it
    histogram = hist.Hist(hist.axis.Variable(EDGES), label="/cm2/GeV", name="flux_numu")
    histogram.values()[:] = CONTENTS
    assert as_flux(histogram, 0.3, 10).named_for == 14
