from __future__ import annotations

import json
import math
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, nuisance, treewriter

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]

LEAVES = """
Mode/I cc/B PDGnu/I Enu_true/F tgt/I tgta/I tgtz/I PDGLep/I ELep/F CosLep/F Q2/F q0/F q3/F Enu_QE/F Q2_QE/F
W_nuc_rest/F W/F W_genie/F x/F y/F Erecoil_minerva/F Erecoil_charged/F EavAlt/F Emiss/F Emiss_preFSI/F
CosThetaAdler/F PhiAdler/F dalphat/F dpt/F dphit/F pnreco_C/F
nfsp/I px[nfsp]/F py[nfsp]/F pz[nfsp]/F E[nfsp]/F pdg[nfsp]/I
ninitp/I px_init[ninitp]/F py_init[ninitp]/F pz_init[ninitp]/F E_init[ninitp]/F pdg_init[ninitp]/I
nvertp/I px_vert[nvertp]/F py_vert[nvertp]/F pz_vert[nvertp]/F E_vert[nvertp]/F pdg_vert[nvertp]/I
Weight/F InputWeight/F RWWeight/F fScaleFactor/D CustomWeight/F CustomWeightArray[6]/F flagCCINC/O flagNCINC/O
"""
TITLES = LEAVES.split()
CARBON, ARGON = 1000060120, 1000180400
SIGMA = 0.7251
FLUX = Flux([0.2, 0.9, 1.0, 2.5, 6.0, 10.5], [2e-9, 5e-9, 1e-9, 4e-10, 1e-11], "cm-2 POT-1", "test")


@pytest.fixture
def largest_file() -> Iterator[int]:
    """Let the system refuse files above 1 MiB, as it refuses them on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def a_run(probe: int = 14, **changes: Any) -> Run:
    values = {"targets": {CARBON: 1.0}, "sigma": SIGMA, "flux": FLUX, **changes}
    return Run(probe, **values)


def write(path: Path, chunks: list[Columns], run: Run | None = None, **options: Any) -> None:
    with nuisance.create(path, run or a_run(), **options) as writer:
        for columns in chunks:
            writer.write(columns)
        assert writer.events == sum(len(columns["Ev"]) for columns in chunks)


def tree_of(path: Path) -> Columns:
    with uproot.open(path) as file:
        tree = file["FlatTree_VARS"]
        return {name: tree[name].array().to_numpy() for name in tree.keys()}  # noqa: SIM118


def test_branches_have_nuisance_names_and_types(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 10)])
    with uproot.open(tmp_path / "a.root") as file:
        assert [branch.title for branch in file["FlatTree_VARS"].branches] == TITLES
        kinds = {name.split(";")[0]: kind for name, kind in file.classnames().items()}
    assert kinds == {
        "FlatTree_VARS": "TTree",
        "FlatTree_FLUX": "TH1D",
        "FlatTree_EVT": "TH1D",
        "nugan": "TObjString",
    }


def by_nuisance(enu: float, muon: tuple[float, float, float]) -> dict[str, float]:
    """The formulas of NUISANCE's GenericFlux_Vectors and FitUtils, from four-momenta in MeV."""
    px, py, pz = (1e3 * p for p in muon)
    p = math.sqrt(px * px + py * py + pz * pz)
    energy = math.hypot(p, 105.6583755)
    cosine = pz / p
    q = (-px, -py, 1e3 * enu - pz, 1e3 * enu - energy)
    q2 = (q[0] ** 2 + q[1] ** 2 + q[2] ** 2 - q[3] ** 2) / 1e6
    q0, q3 = q[3] / 1e3, math.sqrt(q[0] ** 2 + q[1] ** 2 + q[2] ** 2) / 1e3
    m_p, m_n = 0.93827203, 0.93956536
    el, pl, ml = energy / 1e3, p / 1e3, 0.1056583755
    bound = m_n - 0.034
    enu_qe = (2 * bound * el - ml**2 + m_p**2 - bound**2) / (2 * (bound - el + pl * cosine))
    w2 = -q2 + 2 * m_p * q0 + m_p**2
    return {
        "ELep": el,
        "CosLep": cosine,
        "Q2": q2,
        "q0": q0,
        "q3": q3,
        "Enu_QE": enu_qe,
        "Q2_QE": -(ml**2) + 2 * enu_qe * (el - pl * cosine),
        "W_nuc_rest": math.sqrt(w2) if w2 >= 0 else -999.9,
        "x": q2 / (2 * m_p * q0),
        "y": 1 - el / enu,
    }


def test_variables_follow_nuisance(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 2000)
    write(tmp_path / "a.root", [columns])
    found = tree_of(tmp_path / "a.root")
    assert np.any(found["W_nuc_rest"] == np.float32(-999.9))
    for k in range(2000):
        muon = tuple(float(columns[name][k]) for name in ("pxl", "pyl", "pzl"))
        enu = float(columns["Ev"][k])
        expected = by_nuisance(enu, muon)
        for name in ("ELep", "CosLep", "Q2", "q0", "q3", "y"):
            assert found[name][k] == pytest.approx(expected[name], rel=1e-4, abs=1e-5 * enu), name
        if expected["x"] < 10:  # else the rounding of the energies decides
            assert found["x"][k] == pytest.approx(expected["x"], rel=1e-3, abs=1e-3)
        if abs(expected["W_nuc_rest"]) > 0.1:
            assert found["W_nuc_rest"][k] == pytest.approx(expected["W_nuc_rest"], rel=1e-3)
        if 0 < expected["Enu_QE"] < 20:
            assert found["Enu_QE"][k] == pytest.approx(expected["Enu_QE"], rel=2e-4)
            assert found["Q2_QE"][k] == pytest.approx(expected["Q2_QE"], rel=5e-4, abs=1e-4)


def test_muon_and_neutrino_are_the_particles(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 100)
    write(tmp_path / "a.root", [columns], a_run(-14, targets={ARGON: 1.0}))
    found = tree_of(tmp_path / "a.root")
    for name, ours in {"px": "pxl", "py": "pyl", "pz": "pzl", "E": "El"}.items():
        assert found[name].shape == (100, 1)
        np.testing.assert_array_equal(found[name][:, 0], columns[ours])
    for name, value in {
        "px_init": 0,
        "py_init": 0,
        "pz_init": columns["Ev"],
        "E_init": columns["Ev"],
    }.items():
        np.testing.assert_array_equal(found[name][:, 0], value)
    for name in ("px_vert", "py_vert", "pz_vert", "E_vert", "pdg_vert"):
        assert found[name].shape == (100, 0)
    constants = {
        "PDGnu": -14,
        "PDGLep": -13,
        "pdg": -13,
        "pdg_init": -14,
        "nfsp": 1,
        "ninitp": 1,
        "nvertp": 0,
        "tgt": ARGON,
        "tgta": 40,
        "tgtz": 18,
        "cc": 1,
        "flagCCINC": True,
        "flagNCINC": False,
        "Weight": 1,
        "InputWeight": 1,
        "RWWeight": 1,
    }
    for name, value in constants.items():
        assert np.all(found[name] == value), name


def test_what_needs_hadrons_is_unset(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 10)])
    found = tree_of(tmp_path / "a.root")
    unset = {
        -999.9: "Erecoil_minerva Erecoil_charged EavAlt Emiss Emiss_preFSI CosThetaAdler PhiAdler",
        -999.99: "dalphat dpt dphit pnreco_C",
        -999: "W_genie",
    }
    for value, names in unset.items():
        for name in names.split():
            np.testing.assert_array_equal(found[name], np.float32(value), err_msg=name)


@pytest.mark.parametrize(
    ("probe", "interaction", "mode"),
    [
        (14, "CC quasielastic", 1),
        (-14, "CC quasielastic", -1),
        (14, "CC inclusive", 0),
        (-14, "CC inclusive", 0),
    ],
)
def test_mode_is_known_for_quasielastic_models_only(
    tmp_path: Path, make_columns: Maker, probe: int, interaction: str, mode: int
) -> None:
    with nuisance.create(tmp_path / "a.root", a_run(probe)) as writer:
        writer.run.metadata["model"] = {"target": CARBON, "interaction": interaction}
        writer.write(make_columns(0, 4))
    np.testing.assert_array_equal(tree_of(tmp_path / "a.root")["Mode"], mode)


def test_several_targets(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 10)
    columns["tgt"] = np.where(columns["iev"] % 2, ARGON, CARBON).astype("i4")
    run = a_run(targets={CARBON: 0.5, ARGON: 0.5})
    run.metadata["models"] = [
        {"target": CARBON, "interaction": "CC quasielastic"},
        {"target": ARGON, "interaction": "CC inclusive"},
    ]
    write(tmp_path / "a.root", [columns], run)
    found = tree_of(tmp_path / "a.root")
    assert found["tgt"][:2].tolist() == [CARBON, ARGON]
    assert found["tgta"][:2].tolist() == [12, 40]
    assert found["tgtz"][:2].tolist() == [6, 18]
    assert found["Mode"][:2].tolist() == [1, 0]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("events", [1, 1001, 4000])
def test_scale_factor_gives_the_cross_section(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch, events: int, weighted: bool
) -> None:
    """Whatever number of events there are in the end, which nobody knows before."""
    monkeypatch.setattr(treewriter, "BASKET", 1000)
    columns = make_columns(0, events)
    if weighted:
        columns["wght"] = 1 + 0.1 * np.arange(events)
    run = a_run()
    run.metadata["requested"] = 10 * events
    write(tmp_path / "a.root", [columns], run)
    found = tree_of(tmp_path / "a.root")
    assert len(np.unique(found["fScaleFactor"])) == 1
    total = np.sum(found["Weight"].astype("f8") * found["fScaleFactor"])
    assert total == pytest.approx(SIGMA * 1e-38, rel=1e-12)


def widths(edges: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.diff(edges))


def test_histograms_of_a_flux(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 5000)
    columns["Ev"][:3] = [10.5, 0.2, np.nextafter(np.float32(10.5), np.float32(11))]
    write(tmp_path / "a.root", [columns])
    with uproot.open(tmp_path / "a.root") as file:
        flux, edges = file["FlatTree_FLUX"].to_numpy()
        rate, rate_edges = file["FlatTree_EVT"].to_numpy()
        titles = [file[f"FlatTree_{name}"].title for name in ("FLUX", "EVT")]
    assert titles == ["FlatTree_FLUX", "FlatTree_EVT"]
    np.testing.assert_array_equal(edges, FLUX.edges)
    np.testing.assert_array_equal(rate_edges, FLUX.edges)
    np.testing.assert_array_equal(flux, FLUX.density)
    # what NUISANCE takes for the mean cross section
    mean = np.sum(rate * widths(edges)) / np.sum(flux * widths(edges))
    assert mean == pytest.approx(SIGMA, rel=1e-12)
    counts = np.histogram(np.minimum(columns["Ev"].astype("f8"), 10.5), FLUX.edges)[0]
    np.testing.assert_allclose(rate * widths(edges) / np.sum(rate * widths(edges)), counts / 5000, rtol=1e-12)


def test_histograms_of_one_energy(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 50)
    columns["Ev"][:] = 1.3
    write(tmp_path / "a.root", [columns], a_run(flux=None, energy=1.3))
    with uproot.open(tmp_path / "a.root") as file:
        flux, edges = file["FlatTree_FLUX"].to_numpy()
        rate, _ = file["FlatTree_EVT"].to_numpy()
    assert len(flux) == len(rate) == 1
    assert edges[0] < 1.3 < edges[1]
    assert flux * widths(edges) == pytest.approx(1)
    assert rate * widths(edges) == pytest.approx(SIGMA)


def test_needs_a_cross_section(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"format nuisance holds a flux-averaged cross section: .*--flux"):
        write(tmp_path / "a.root", [], a_run(sigma=None))
    with pytest.raises(UserError, match=r"format nuisance holds a flux: expected"):
        write(tmp_path / "a.root", [], a_run(flux=None))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_baskets_do_not_depend_on_chunks(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(treewriter, "BASKET", 1000)
    contents = []
    for size in (7, 1000, 1500, 4321):
        path = tmp_path / f"{size}.root"
        write(path, [make_columns(first, min(size, 4321 - first)) for first in range(0, 4321, size)])
        with uproot.open(path) as file:
            for name in ("ELep", "px", "fScaleFactor"):
                offsets = file["FlatTree_VARS"][name].entry_offsets
                assert offsets == [0, 1000, 2000, 3000, 4000, 4321]
        contents.append(tree_of(path))
    for content in contents[1:]:
        for name, values in contents[0].items():
            np.testing.assert_array_equal(content[name], values, err_msg=name)


@pytest.mark.parametrize("tilted", [False, True])
def test_reading_gives_the_events_back(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch, tilted: bool
) -> None:
    monkeypatch.setattr(nuisance, "CHUNK", 1000)
    columns = make_columns(0, 2500)
    columns["wght"] = 1 + columns["iev"] % 3 / 4
    if tilted:
        columns |= {"pxv": 0.6 * columns["Ev"], "pyv": 0 * columns["Ev"], "pzv": 0.8 * columns["Ev"]}
    run = a_run(-14, pot=1e20)
    run.metadata["seed"] = 7
    write(tmp_path / "a.root", [columns], run)
    with formats.read("nuisance", tmp_path / "a.root") as reader:
        assert reader.run.as_dict() == run.as_dict()
        assert reader.events == 2500
        chunks = list(reader.chunks)
    assert [len(chunk["Ev"]) for chunk in chunks] == [1000, 1000, 500]
    found = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    for name in ("iev", "pxl", "pyl", "pzl", "wght"):
        np.testing.assert_array_equal(found[name], columns[name], err_msg=name)
    np.testing.assert_array_equal(found["tgt"], CARBON)
    np.testing.assert_allclose(found["Ev"], columns["Ev"], rtol=2e-7)
    np.testing.assert_allclose(found["El"], columns["El"], rtol=2e-7)
    if tilted:
        np.testing.assert_array_equal(found["pxv"], columns["pxv"])
        return
    for name in ("cthl", "thetal", "Q2", "W", "x", "y"):
        np.testing.assert_allclose(found[name], columns[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.root"
    with uproot.recreate(path) as file:
        file.mktree("FlatTree_VARS", {"Mode": "i4"})
    with pytest.raises(UserError, match="no description 'nugan' of a run"), nuisance.read(path):
        pass


@pytest.mark.parametrize("compression", ["none", "zstd:9", "zlib:9", "lz4:9"])
def test_least_bytes_is_a_lower_bound(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    """Even for events of one energy and a muon energy of few values."""
    columns = make_columns(0, 50_000)
    columns["Ev"][:] = 1.0
    for name in ("El", "pl", "y"):
        columns[name] = np.round(columns[name], 2)
    write(tmp_path / "a.root", [columns], a_run(flux=None, energy=1.0), compression=compression)
    size = (tmp_path / "a.root").stat().st_size
    assert size > formats.least_bytes("nuisance", 50_000, compression)
    assert size < (1.05 if compression == "none" else 3) * formats.least_bytes(
        "nuisance", 50_000, compression
    )


def test_damaged_file_is_refused(tmp_path: Path, make_columns: Maker) -> None:
    path, messages = tmp_path / "a.root", []
    write(path, [make_columns(0, 20_000)])
    whole = path.read_bytes()
    for k in range(40):
        damaged = bytearray(whole)
        if k % 2:
            del damaged[len(whole) * k // 40 :]
        else:
            start = len(whole) * k // 40
            damaged[start : start + 40] = bytes(range(40))
        path.write_bytes(damaged)
        try:
            with nuisance.read(path) as reader:
                for _ in reader.chunks:
                    pass
        except UserError as error:
            messages.append(str(error))
    assert len(messages) > 20  # the other bytes are of branches that are not read, or of no branch
    assert all(str(path) in message and "\n" not in message for message in messages)


def test_failure_leaves_no_file(tmp_path: Path, make_columns: Maker) -> None:
    short = {name: values[:-1] if name == "El" else values for name, values in make_columns(0, 10).items()}
    with pytest.raises(ValueError, match="column El has 9 rows, expected 10"):
        write(tmp_path / "a.root", [make_columns(0, 10), short])
    with pytest.raises(UserError, match="gzip"):
        write(tmp_path / "a.root", [], compression="gzip")
    assert list(tmp_path.iterdir()) == []


def test_system_without_room(tmp_path: Path, make_columns: Maker, largest_file: int) -> None:
    with pytest.raises(UserError, match=r"cannot write .*: file too large"):
        write(tmp_path / "a.root", [make_columns(0, largest_file // 10)])
    assert list(tmp_path.iterdir()) == []


def test_file_without_events(tmp_path: Path) -> None:
    write(tmp_path / "a.root", [])
    with formats.read("nuisance", tmp_path / "a.root") as reader:
        assert (reader.events, list(reader.chunks)) == (0, [])


READ_WITH_ROOT = r"""
import json, sys
import ROOT
ROOT.gROOT.SetBatch(True)
# as NUISANCE reads its own flat trees
ROOT.gInterpreter.Declare('''
std::vector<double> bound(TTree* tree) {
  int mode, a, z, target, n, initial, vertex, refused = 0;
  float weight, rw, input;
  static float p[4][200], q[4][200], v[4][200];
  static int pdg[200], pdg_init[200], pdg_vert[200];
  refused += tree->SetBranchAddress("Mode", &mode) != 0;
  refused += tree->SetBranchAddress("tgta", &a) != 0;
  refused += tree->SetBranchAddress("tgtz", &z) != 0;
  refused += tree->SetBranchAddress("tgt", &target) != 0;
  refused += tree->SetBranchAddress("nfsp", &n) != 0;
  refused += tree->SetBranchAddress("ninitp", &initial) != 0;
  refused += tree->SetBranchAddress("nvertp", &vertex) != 0;
  const char* names[4] = {"px", "py", "pz", "E"};
  for (int k = 0; k < 4; ++k) {
    refused += tree->SetBranchAddress(names[k], p[k]) != 0;
    refused += tree->SetBranchAddress(TString(names[k]) + "_init", q[k]) != 0;
    refused += tree->SetBranchAddress(TString(names[k]) + "_vert", v[k]) != 0;
  }
  refused += tree->SetBranchAddress("pdg", pdg) != 0;
  refused += tree->SetBranchAddress("pdg_init", pdg_init) != 0;
  refused += tree->SetBranchAddress("pdg_vert", pdg_vert) != 0;
  refused += tree->SetBranchAddress("InputWeight", &input) != 0;
  refused += tree->SetBranchAddress("RWWeight", &rw) != 0;
  refused += tree->SetBranchAddress("Weight", &weight) != 0;
  double failures = 0, energy = 0, along = 0;
  for (Long64_t i = 0; i < tree->GetEntries(); ++i) {
    tree->GetEntry(i);
    failures += mode != 0 || a != 12 || z != 6 || target != 1000060120 || weight != input * rw;
    failures += n != 1 || initial != 1 || vertex != 0 || pdg[0] != 13 || pdg_init[0] != 14;
    energy += q[3][0];
    along += (i % 1000) * double(p[2][0]) + p[3][0];
  }
  tree->ResetBranchAddresses();
  return {double(refused), failures, energy, along};
}
''')
file = ROOT.TFile.Open(sys.argv[1])
tree = file.Get("FlatTree_VARS")
total = ROOT.TH1D("total", "", 1, 0, 1)
drawn = tree.Draw("0.5>>total", "Weight*fScaleFactor", "goff")
flux, rate = file.Get("FlatTree_FLUX"), file.Get("FlatTree_EVT")
def sums():
    frame = ROOT.RDataFrame("FlatTree_VARS", sys.argv[1])
    frame = frame.Define("part", "Weight*fScaleFactor").Define("p", "pz[0]")
    values = [frame.Sum(name) for name in ("part", "Q2", "p")]
    values.append(frame.Filter("q3 > 1 && CosLep > 0").Count())
    return [float(value.GetValue()) for value in values]
serial = sums()
ROOT.EnableImplicitMT(2)
print("ANSWER" + json.dumps({
    "titles": [branch.GetTitle() for branch in tree.GetListOfBranches()],
    "entries": tree.GetEntries(), "drawn": [drawn, total.GetBinContent(1)],
    "serial": serial, "parallel": sums(),
    "flux": flux.Integral("width"), "rate": rate.Integral("width"), "bins": flux.GetNbinsX(),
    "edges": [flux.GetBinLowEdge(k) for k in range(1, flux.GetNbinsX() + 2)],
    "bound": list(ROOT.bound(tree)), "recovered": bool(file.TestBit(ROOT.TFile.kRecovered)),
}))
"""


@pytest.mark.root
@pytest.mark.parametrize("compression", ["zstd:1", "lz4:1", "zlib:1", "none"])
def test_real_root_reads_it_as_nuisance_does(
    root_python: str, tmp_path: Path, make_columns: Maker, compression: str
) -> None:
    columns, path = make_columns(0, 120_000), tmp_path / "a.root"
    columns["wght"] = 1.0 + columns["iev"] % 2
    write(path, [columns], compression=compression)
    run = subprocess.run(
        [root_python, "-W", "ignore", "-c", READ_WITH_ROOT, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "Error in <" not in run.stderr
    assert "Warning in <" not in run.stderr
    answer = json.loads(run.stdout.split("ANSWER")[1])
    assert answer["titles"] == TITLES
    assert answer["entries"] == 120_000
    assert not answer["recovered"]
    assert answer["drawn"] == [120_000, pytest.approx(SIGMA * 1e-38, rel=1e-9)]
    size = np.abs(columns["pzl"]).sum(dtype="f8")
    q3 = np.sqrt(columns["Q2"].astype("f8") + (columns["Ev"].astype("f8") - columns["El"]) ** 2)
    for part, q2, along, count in (answer["serial"], answer["parallel"]):
        assert part == pytest.approx(SIGMA * 1e-38, rel=1e-9)
        assert q2 == pytest.approx(columns["Q2"].sum(dtype="f8"), rel=1e-3)  # ROOT sums floats in float
        assert along == pytest.approx(columns["pzl"].sum(dtype="f8"), abs=1e-3 * size)
        assert count == pytest.approx(np.count_nonzero((q3 > 1) & (columns["cthl"] > 0)), abs=2)
    assert answer["rate"] / answer["flux"] == pytest.approx(SIGMA, rel=1e-12)
    assert answer["flux"] == pytest.approx(FLUX.integral(), rel=1e-12)
    assert answer["edges"] == FLUX.edges.tolist()
    refused, failures, energy, tied = answer["bound"]
    assert (refused, failures) == (0, 0)
    assert energy == pytest.approx(columns["Ev"].sum(dtype="f8"), rel=1e-12)
    expected = np.sum(columns["iev"] % 1000 * columns["pzl"].astype("f8")) + columns["El"].sum(dtype="f8")
    assert tied == pytest.approx(expected, rel=1e-9)
