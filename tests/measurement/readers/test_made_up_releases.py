"""Made-up releases: units, what is in which bin, and one line for what is wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.hadrons.final_states import Lists
from nugan_hep.kinematics import MUON_MASS, PROTON_MASS
from nugan_hep.measurement.measured import Measured
from nugan_hep.measurement.readers import (
    READERS,
    argoneut,
    microboone_cc0pinp,
    minerva_cc0pi_2d,
    minerva_cc_eavail_q3,
    read_measured,
    t2k_cc0pi_2016,
    t2k_cc0pi_o_c,
    t2k_cc0pi_stv,
    t2k_cc1pip_ch,
    t2k_nue_ccinc_2019,
)
from nugan_hep.measurement.release import Release
from nugan_hep.species import lookup

Array = NDArray[np.float64]
Write = Callable[[Path, dict[str, Any]], Path]
FLUX = Flux([0.0, 10.0], [1.0])
ELECTRONS = (FLUX, FLUX, FLUX)
PROTON, PION, NEUTRON = 2212, 211, 2112


def event(
    enu: float, lepton: list[float], *hadrons: tuple[int, list[float]], mass: float = MUON_MASS
) -> Lists:
    return Lists(
        np.array([enu]),
        np.array([lepton]),
        mass,
        np.array([len(hadrons)]),
        np.array([code for code, _ in hadrons], np.int32),
        np.array([p for _, p in hadrons], np.float64).reshape(-1, 3),
    )


def test_unknown_kinds_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"measurement 't2k': expected one of t2k_ccinc_2018, t2k_cc0pi_2016, "
    ):
        read_measured("t2k", tmp_path)
    for kind in READERS:
        for path in (tmp_path, tmp_path / "gone"):
            with pytest.raises(UserError, match="no such file; ") as error:
                read_measured(kind, path, ELECTRONS if "nue" in kind else FLUX)
            assert "\n" not in str(error.value)


# T2K without pions: three tables of a covariance


def cc0pi_2016(folder: Path) -> Path:
    """67 bins, 40 backward and 27 forward; the parts of the covariance are 0.01, 0.02 and 0.03."""
    edges = [np.linspace(0, 4, 41), np.linspace(0, 27, 28)]
    ranges = [
        (c, pair)
        for c, row in zip(("-1 - 0", "0 - 1"), edges, strict=True)
        for pair in itertools.pairwise(row)
    ]
    rows = [f"{k} | {c} | {low} - {high} | {k + 1}" for k, (c, (low, high)) in enumerate(ranges)]
    (folder / "cross-section_analysisI.txt").write_text("Units: GeV\n\nbin | value\n" + "\n".join(rows))
    for number, name in enumerate(t2k_cc0pi_2016.UNCERTAINTIES, 1):
        elements = [f"{i} - {j} | {0.01 * number * (i == j)}" for i in range(67) for j in range(67)]
        (folder / f"covariance_{name}_analysisI.txt").write_text(
            "row - column | value\n" + "\n".join(elements)
        )
    return folder


def test_covariances_add_up(tmp_path: Path) -> None:
    one = t2k_cc0pi_2016.read(cc0pi_2016(tmp_path), FLUX)
    np.testing.assert_allclose(one.covariance, 0.06 * np.eye(67))
    assert one.data.tolist() == list(range(1, 68))
    np.testing.assert_allclose(one.widths, np.repeat([0.1, 1.0], [40, 27]))
    (part,) = one.parts
    muon = [0.0, 0.0, 1.5]
    assert part.find(event(2.0, muon, (PROTON, [0.0, 0.0, 0.5]))) == [41]
    assert part.find(event(2.0, muon)) == [41]
    assert part.find(event(2.0, muon, (PION, [0.0, 0.0, 0.5]))) == [67]


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("file", "old", "new", "text"),
    [
        ("cross-section", "66 | 0 - 1 | 26.0 - 27.0 | 67", "", "66 bins, expected 67 in their order"),
        ("cross-section", "\n1 | ", "\n2 | ", "67 bins, expected 67 in their order"),
        ("cross-section", "3 | -1 - 0 | 0.3", "3 | -1 - 0 | 0.25", "bins 2 and 3 overlap or do not follow"),
        ("cross-section", "40 | 0 - 1", "40 | -0.5 - 1", "bins 39 and 40 overlap or do not follow"),
        ("covariance_shape", "0 - 66 | 0.0\n", "", "4488 elements, expected each of a matrix of 67 x 67"),
        ("covariance_shape", "0 - 1 | 0.0", "0 - 1 | nan", "line 3: 0 - 1 | nan, expected 3 finite numbers"),
        ("covariance_shape", "0 - 1 | 0.0", "0 - 1 | 0.1", "the covariance is not symmetric"),
        ("covariance_shape", "0 - 0 | 0.02", "0 - 0 | -1", "the variance -0.96 in bin 0, expected > 0"),
    ],
)
def test_bad_tables(tmp_path: Path, file: str, old: str, new: str, text: str) -> None:
    folder = cc0pi_2016(tmp_path)
    (path,) = folder.glob(f"{file}*")
    replaced(path, old, new)
    with pytest.raises(UserError) as error:
        t2k_cc0pi_2016.read(folder, FLUX)
    assert text in str(error.value)


def test_a_covariance_that_is_not_positive_definite(tmp_path: Path) -> None:
    folder = cc0pi_2016(tmp_path)
    path = folder / "covariance_shapeSystematics_analysisI.txt"
    for element in ("0 - 1", "1 - 0"):
        replaced(path, f"{element} | 0.0\n", f"{element} | 0.07\n")
    with pytest.raises(UserError, match=r"not positive definite: the smallest eigenvalue .* -0.167"):
        t2k_cc0pi_2016.read(folder, FLUX)


def test_fluxes(tmp_path: Path, write_root: Write) -> None:
    folder = cc0pi_2016(tmp_path)
    wanted = "numu (T2K's t2kflux_2016_plus250kA.root:enu_nd280_numu)"
    for flux, number in ((None, "none"), ((FLUX, FLUX), 2)):
        with pytest.raises(UserError) as error:
            t2k_cc0pi_2016.read(folder, flux)
        assert str(error.value) == f"t2k_cc0pi_2016: expected the flux of {wanted}; given {number}"
    with pytest.raises(UserError, match="t2k_cc0pi_2016: flux beam is named for numubar, the probe is numu"):
        t2k_cc0pi_2016.read(folder, Flux([0.0, 1.0], [1.0], name="beam", named_for=-14))
    # a quarter, half and three quarters below 0.5, 0.63 and 0.77 GeV, about as T2K's
    contents = np.array([0, 0, 0, 2, 3, 4, 4, 3, 2, 1, 0.7, 0.5])
    histogram, twice = ((contents, scale * np.arange(13.0)) for scale in (0.1, 0.2))
    path = write_root(tmp_path / "flux.root", {"numu": histogram, "numubar": histogram, "other_numu": twice})
    assert t2k_cc0pi_2016.read(folder, f"{path}:numu").parts[0].flux.density[3] == pytest.approx(20.0)
    with pytest.raises(UserError, match=r"lies below 1\.\d+ GeV, of T2K's .* is it the flux of another exp"):
        t2k_cc0pi_2016.read(folder, f"{path}:other_numu")
    with pytest.raises(UserError, match="numubar is named for numubar, the probe is numu"):
        t2k_cc0pi_2016.read(folder, f"{path}:numubar")


# electrons: bins of momentum and of angle


def electrons(folder: Path) -> Path:
    for beam, momenta, cosines in (
        ("FHC_nue", [0.3, 1.6, 3.2, 30], [0.7071, 0.88, 1]),
        ("RHC_nue", [0.3, 1.6, 30], [0.7071, 0.95, 1]),
        ("RHC_nuebar", [0.3, 1.6, 30], [0.7071, 0.92, 1]),
    ):
        for name, edges in (("pe", momenta), ("thetae", cosines)):
            rows = [f"{edge} {k + 1}e-39 1e-39" for k, edge in enumerate(edges)]
            (folder / f"{beam}_{name}.txt").write_text("\n".join(rows))
    np.savetxt(folder / "fract_covar_both.txt", 0.04 * np.eye(13) + 0.01)
    return folder


def test_an_electron_counts_in_momentum_and_in_angle(tmp_path: Path) -> None:
    one = t2k_nue_ccinc_2019.read(electrons(tmp_path), ELECTRONS)
    np.testing.assert_allclose(one.data, 0.1 * np.array([1, 2, 3, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2]))
    np.testing.assert_allclose(np.diag(one.covariance), 0.05 * one.data**2)
    assert [part.probe for part in one.parts] == [12, 12, -12]
    forward = event(3.0, [0.0, 0.1, 2.0], mass=0.000511)
    first = 0
    for k, (part, momentum, angle) in enumerate(zip(one.parts, (1, 4, 6), (8, 10, 12), strict=True)):
        (number,) = part.find(forward)
        assert np.flatnonzero(one.matrix[:, first + number]).tolist() == [momentum, angle], k
        first += part.size
    assert one.describe(4) == "RHC_nue: 1.6 < p < 30 GeV"
    assert one.describe(11) == "RHC_nuebar: 0.7071 < cos(theta) < 0.92"
    assert one.parts[0].find(event(3.0, [0.0, 0.0, 0.2])) == [6]
    assert one.parts[0].find(event(3.0, [0.0, 1.0, 0.9])) == [6]


def test_bad_electrons(tmp_path: Path) -> None:
    folder = electrons(tmp_path)
    with pytest.raises(UserError, match=r"the flux of nue \(T2K's .*, nuebar .*:enu_nd280_nueb\); given 1"):
        t2k_nue_ccinc_2019.read(folder, FLUX)
    beam = Flux([0.0, 1.0], [1.0], name="beam", named_for=12)
    with pytest.raises(UserError, match="beam is named for nue, the probe is nuebar"):
        t2k_nue_ccinc_2019.read(folder, (beam, beam, beam))
    np.savetxt(folder / "fract_covar_both.txt", np.ones((13, 13)))
    with pytest.raises(UserError, match=r"fract_covar_both.txt: the covariance is not positive definite"):
        t2k_nue_ccinc_2019.read(folder, ELECTRONS)
    np.savetxt(folder / "fract_covar_both.txt", np.eye(13)[:12])
    with pytest.raises(UserError, match="12 rows, expected 13"):
        t2k_nue_ccinc_2019.read(folder, ELECTRONS)
    np.savetxt(folder / "fract_covar_both.txt", np.eye(12))
    with pytest.raises(UserError, match=r"line 1: .* expected 13 finite numbers"):
        t2k_nue_ccinc_2019.read(folder, ELECTRONS)
    (folder / "RHC_nue_pe.txt").write_text("0.3 1e-39 1e-39\n0.2 0 0\n")
    with pytest.raises(
        UserError, match=r"RHC_nue_pe.txt: edges \[0.3, 0.2\], expected two or more that rise"
    ):
        t2k_nue_ccinc_2019.read(folder, ELECTRONS)


# argon: errors without correlations


def argon(folder: Path, write_root: Write, error: float = 20.0) -> Path:
    own = np.ones(10), np.linspace(0, 50, 11)
    for name in ("numu", "numub"):
        write_root(folder / f"ArgoNeut_{name}_flux.root", {name: own})
    for beam in ("nu", "nubar"):
        (folder / f"CCInc_dsig_dmumom_{beam}.dat").write_text(f"# GeV\n0 40 {error}\n5 80 {error}\n25 0 0\n")
        (folder / f"CCInc_dsig_dthetamu_{beam}.dat").write_text("# deg\n0 40 20\n10 80 20\n36 0 0\n")
    return folder


def test_a_beam_has_a_common_error(tmp_path: Path, write_root: Write) -> None:
    """Of the nucleus there are 40 and 80 with an error of 20 each; 11 % of a value is common to its beam."""
    one = argoneut.read(argon(tmp_path, write_root), (FLUX, FLUX))
    np.testing.assert_allclose(one.data, [1, 2, 1, 2])
    np.testing.assert_allclose(np.diag(one.covariance), 0.25)
    assert one.covariance[0, 1] == pytest.approx(0.11**2 * 2)
    assert one.covariance[0, 2] == 0
    assert [part.find(event(9.0, [0.0, 0.0, 6.0]))[0] for part in one.parts] == [1, 1]
    assert one.parts[0].find(event(9.0, [4.0, 0.0, 4.0])) == [2]
    angles = argoneut.read(tmp_path, (FLUX, FLUX), "theta_mu")
    tilted = [6 * np.sin(np.radians(11)), 0.0, 6 * np.cos(np.radians(11))]
    assert angles.parts[1].find(event(9.0, tilted)) == [1]
    assert angles.describe(1) == "nu: 10 < theta_mu < 36 °"
    with pytest.raises(UserError, match="expected lower edges that rise and errors above 11%"):
        argoneut.read(argon(tmp_path, write_root, 8.0), (FLUX, FLUX))


def test_a_release_with_its_flux_takes_no_other(tmp_path: Path, write_root: Write) -> None:
    folder = argon(tmp_path, write_root)
    edges = np.linspace(0, 50, 11)
    path = write_root(tmp_path / "o.root", {"numu": (edges[1:], edges), "numub": (np.ones(10), edges)})
    with pytest.raises(UserError, match=r"of the release's own flux .* is it the flux of another experiment"):
        argoneut.read(folder, (f"{path}:numu", f"{path}:numub"))


# low momentum transfer: bins of two observables


def low_recoil(folder: Path, **changes: Any) -> Path:
    lengths = [3, 7, 12, 14, 15, 16]
    number = np.full((16, 6), -1)
    for k, length in enumerate(lengths):
        number[:length, k] = 1 + sum(lengths[:k]) + np.arange(length)
    tables = {
        "map": number,
        "data": np.where(number > 0, number, -1),
        "covar": 1000 * np.triu(np.ones((67, 67))),
    }
    for name, table in {**tables, **changes}.items():
        np.savetxt(folder / f"{name}_2D.txt", table)
    (folder / "flux.txt").write_text("2.00-3.00 5\n3.00-6.00 6.5\n")
    return folder


def test_columns_of_available_energy(tmp_path: Path) -> None:
    one = minerva_cc_eavail_q3.read(low_recoil(tmp_path))
    assert one.data.tolist() == list(range(1, 68))
    assert one.widths[[0, 3, 66]] == pytest.approx([0.2 * 0.02, 0.1 * 0.02, 0.2 * 0.2])
    # of the factor with 0.1 above its diagonal, row i and column j have min(i, j) in common
    assert one.covariance[4, 9] == pytest.approx(5 * 0.01)
    (part,) = one.parts
    assert part.flux.edges.tolist() == [2, 3, 6]
    assert part.flux.density.tolist() == [5, 6.5]
    # q3 of 0.35 GeV; a proton of 0.05 GeV and a neutron that is not seen: third column, third bin
    lepton = [0.0, 0.3, 3.0 - np.sqrt(0.35**2 - 0.09)]
    proton = np.sqrt((PROTON_MASS + 0.05) ** 2 - PROTON_MASS**2)
    hadrons = [(PROTON, [0.0, 0.0, proton]), (NEUTRON, [0.3, 0.0, 0.0])]
    assert part.find(event(3.0, lepton, *hadrons)) == [3 + 7 + 2]
    assert one.describe(12) == "0.04 < E_avail < 0.06 GeV, 0.3 < q3 < 0.4 GeV"
    # the same with a pion of 0.3 GeV: beyond the column
    pion = float(lookup(np.array([PION]))[0][0])
    fast = np.sqrt((pion + 0.3) ** 2 - pion**2)
    assert part.find(event(3.0, lepton, *hadrons, (PION, [0.0, 0.0, fast]))) == [67]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"data": np.ones((15, 6))}, "data_2D.txt: 15 rows, expected 16"),
        (
            {"map": np.ones((16, 6))},
            "map_2D.txt: numbers of bins that overlap or are missing, expected 1 ... 67",
        ),
        ({"covar": np.zeros((67, 67))}, "covar_2D.txt: the covariance has the variance 0 in bin 0"),
        ({"covar": np.ones((67, 67))}, "covar_2D.txt: the covariance is not positive definite"),
        ({"covar": np.ones((67, 66))}, "expected 67 finite numbers"),
    ],
)
def test_bad_columns(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=text):
        minerva_cc_eavail_q3.read(low_recoil(tmp_path, **changes))


# momentum along and across the beam


def fake(classname: str, values: Array, *edges: list[float]) -> Any:
    """A histogram as uproot reads it."""
    axes = [SimpleNamespace(edges=lambda edge=edge: np.array(edge)) for edge in edges]
    return SimpleNamespace(classname=classname, values=lambda: values, axes=axes)


def fake_matrix(values: Array) -> Any:
    members = {"fNrows": len(values), "fNcols": len(values), "fElements": values.ravel()}
    return SimpleNamespace(classname="TMatrixT<double>", member=members.get)


def along_and_across(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Measured:
    """Three bins of p_L by two of p_T, the first of the second has no data."""
    values = 1e-38 * np.array([[1, 0], [2, 4], [3, 5.0]])
    objects = {
        "pt_pl_cross_section": fake("TH2D", values, [1.5, 2, 4, 20], [0, 0.5, 1.5]),
        "TotalCovariance": fake_matrix(1e-76 * np.diag([1, 2, 3, 0, 5, 6.0])),
        **changes,
    }
    release = Release(Path("a.root"), "somewhere", objects)
    monkeypatch.setattr(minerva_cc0pi_2d, "open_release", lambda path, where: release)
    return minerva_cc0pi_2d.read(Path("a.root"), FLUX)


def test_bins_without_data_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one = along_and_across(monkeypatch)
    assert one.data == pytest.approx([1, 2, 3, 4, 5])
    assert np.diag(one.covariance) == pytest.approx([1, 2, 3, 5, 6])
    assert one.widths == pytest.approx([0.25, 1, 8, 2, 16])
    (part,) = one.parts
    assert part.find(event(5.0, [0.3, 0.4, 3.0])) == [3]
    assert part.find(event(5.0, [0.3, 0.3, 3.0])) == [1]
    assert part.find(event(5.0, [0.0, 0.6, 1.8])) == [5]
    assert part.find(event(5.0, [0.0, 1.2, 3.0])) == [5]  # beyond 20 degrees
    assert one.describe(3) == "2 < p_L < 4 GeV, 0.5 < p_T < 1.5 GeV"


def test_bad_bins_along_and_across(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"a.root: 6 bins and a covariance of 5 x 5 elements; NUISANCE has"):
        along_and_across(monkeypatch, TotalCovariance=fake_matrix(np.eye(5)))
    with pytest.raises(UserError, match=r"a.root: no matrix TotalCovariance, the layout is another one"):
        along_and_across(monkeypatch, TotalCovariance=None)
    with pytest.raises(UserError, match=r"a.root: TotalCovariance has elements that are not finite"):
        along_and_across(monkeypatch, TotalCovariance=fake_matrix(np.full((6, 6), np.nan)))
    holes = fake("TH2D", np.array([[1, 1], [0, 1], [1, 1.0]]), [1.5, 2, 4, 20], [0, 0.5, 1.5])
    with pytest.raises(UserError, match=r"a.root: bins without data that are not the lowest of p_L"):
        along_and_across(monkeypatch, pt_pl_cross_section=holes)


def test_bins_of_oxygen_and_carbon_that_overlap(tmp_path: Path) -> None:
    (tmp_path / "Binning.txt").write_text("//min max\n-1 0 0 30\n-0.5 1 0 30\n")
    with pytest.raises(UserError, match=r"Binning.txt: bins 0 and 1 overlap or do not follow each other"):
        t2k_cc0pi_o_c.read(tmp_path, FLUX)
    (tmp_path / "Binning.txt").write_text("//min max\n-1 0 0 30\n0 1 0 30\n")
    with pytest.raises(UserError, match=r"Binning.txt: 2 bins, expected 29"):
        t2k_cc0pi_o_c.read(tmp_path, FLUX)


# muon and proton


def test_units_of_imbalance(tmp_path: Path, write_root: Write) -> None:
    """Cross sections in cm², covariances in 1e-76 cm⁴; the first edge is 1e-7."""
    bins = np.arange(4.0)
    for name in ("dpt", "dat", "dphit"):
        objects = {
            "Result": (np.array([4e-39, 5e-39, 6e-39]), np.array([1e-7, 0.2, 0.5, 1.0])),
            "Covariance_Matrix": (np.diag([0.01, 0.02, 0.03]) + 0.001, bins, bins),
        }
        write_root(tmp_path / f"{name}Results.root", objects)
    for spectrum in t2k_cc0pi_stv.SPECTRA:
        one = t2k_cc0pi_stv.read(tmp_path, FLUX, spectrum)
        assert one.kind == f"t2k_cc0pi_stv_{spectrum}"
        np.testing.assert_allclose(one.data, [0.4, 0.5, 0.6])
        np.testing.assert_allclose(np.diag(one.covariance), [0.011, 0.021, 0.031])
        assert one.views[0].edges.tolist() == [0, 0.2, 0.5, 1]
    (part,) = t2k_cc0pi_stv.read(tmp_path, FLUX, "dpt").parts
    assert part.find(event(2.0, [0.3, 0.0, 1.0], (PROTON, [-0.3, 0.25, 0.6]))) == [1]
    assert part.find(event(2.0, [0.3, 0.0, 1.0], (PROTON, [-0.3, 0.25, 1.6]))) == [3]


def smeared(path: Path, write_root: Write, counts: Array) -> Measured:
    bins = np.arange(3.0)
    objects = {
        "DataXsec_mumom": (np.array([0.3, 0.2]), np.array([0.0, 0.8, 2.0])),
        "SmearingMatrix_mumom": (counts, bins, bins),
        "CovarianceMatrix_mumom": (np.array([[0.01, 0.002], [0.002, 0.02]]), bins, bins),
    }
    return microboone_cc0pinp.read(write_root(path, objects), FLUX)


def test_numbers_of_events_are_smearing(tmp_path: Path, write_root: Write) -> None:
    """Of true events of the first bin 30 % are found in the second, of the second 5 % in the first."""
    one = smeared(tmp_path / "a.root", write_root, np.array([[70.0, 30.0], [1.0, 19.0]]))
    np.testing.assert_allclose(one.matrix, [[0.7 / 0.8, 0.05 / 0.8], [0.3 / 1.2, 0.95 / 1.2]])
    assert one.data.tolist() == [0.3, 0.2]


@pytest.mark.parametrize(
    "counts",
    [
        np.array([[1.0, -1.0], [0.0, 1.0]]),
        np.array([[0.0, 0.0], [1.0, 1.0]]),
        np.array([[1.0, 0.0], [1.0, 0.0]]),
    ],
)
def test_singular_smearing(tmp_path: Path, write_root: Write, counts: Array) -> None:
    with pytest.raises(UserError, match=r"a.root: SmearingMatrix_mumom does not count events in the bins"):
        smeared(tmp_path / "a.root", write_root, counts)


# muon and pion


def pions(folder: Path, write_root: Write, edges: list[float] | None = None) -> Path:
    """Four slices of five bins; the covariance's last four rows are of no use."""
    momenta = np.array(edges or [0, 0.4, 1.2, 1.6, 2.0, 15.0])
    data = {f"p_mu_theta_mu_{k}": (np.arange(5.0) + 10 * k, momenta) for k in range(4)}
    bins = np.arange(21.0)
    covariance = np.diag(np.r_[np.arange(1.0, 17.0), -np.ones(4)])
    write_root(folder / "PmuThetamu.root", {**data, "Covariance_pmu_thetamu": (covariance, bins, bins)})
    return folder


def test_muons_above_two_gev_are_left_out(tmp_path: Path, write_root: Write) -> None:
    one = t2k_cc1pip_ch.read(pions(tmp_path, write_root), FLUX)
    assert one.data.tolist() == [10 * k + j for k in range(4) for j in range(4)]
    assert np.diag(one.covariance).tolist() == list(range(1, 17))
    (part,) = one.parts
    pion = (PION, [0.1, 0.0, 0.2])
    muon = [0.0, 0.0, 1.3]
    assert part.find(event(2.0, muon, pion, (PROTON, [0.3, 0.0, 0.2]))) == [14]
    assert part.find(event(2.0, [0.0, 0.0, 2.3], pion)) == [16]
    assert part.find(event(2.0, muon, pion, pion)) == [16]
    assert part.find(event(2.0, muon, (-PION, [0.1, 0.0, 0.2]))) == [16]
    assert part.find(event(2.0, muon, (111, [0.1, 0.0, 0.2]))) == [16]
    assert part.find(event(2.0, muon)) == [16]
    with pytest.raises(UserError, match=r"PmuThetamu.root: momenta \[0.0, 0.5, 1.2.* expected \[0.0, 0.4"):
        t2k_cc1pip_ch.read(pions(tmp_path, write_root, [0, 0.5, 1.2, 1.6, 2.0, 15.0]), FLUX)


def test_q2_of_muon_and_pion_is_that_of_a_bound_proton() -> None:
    """A proton at rest that loses 25 MeV and takes what muon and pion leave: then Q2 is the true one."""
    rng = np.random.default_rng(3)
    pion = float(lookup(np.array([PION]))[0][0])
    for _ in range(20):
        k, p = rng.normal([0, 0, 0.6], 0.2), rng.normal([0, 0, 0.3], 0.1)
        above = np.sqrt(k @ k + MUON_MASS**2) + np.sqrt(p @ p + pion**2) + t2k_cc1pip_ch.BINDING

        def excess(enu: float, above: float = above, both: Array = k + p) -> float:
            left = np.array([0.0, 0.0, enu]) - both
            return enu + PROTON_MASS - above - float(np.sqrt(left @ left + PROTON_MASS**2))

        low, high = 0.0, 50.0
        if excess(high) <= 0:
            continue
        for _ in range(100):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if excess(middle) > 0 else (middle, high)
        energy = np.sqrt(k @ k + MUON_MASS**2)
        q = np.array([0.0, 0.0, low]) - k
        expected = q @ q - (low - energy) ** 2
        found = t2k_cc1pip_ch.q2(event(low, k.tolist(), (PION, p.tolist())))
        assert found == pytest.approx([expected], rel=1e-6, abs=1e-9)
