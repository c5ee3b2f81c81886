"""Events with particles, made by hand, in every format, read back by the readers that users have."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import pyhepmc
import pytest
import uproot
import vector
from numpy.typing import NDArray

from nugan_hep import _core, convert, hist, particles
from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, gst, npz, nuisance, recognise, rootracker_reader, treewriter

Maker = Callable[[int, int], dict[str, NDArray[Any]]]

CARBON = 1000060120
HADRONS = (2212, 2112, 211, -211, 111, 321, 22)
N = 2345


def with_particles(columns: dict[str, NDArray[Any]], seed: int = 3) -> dict[str, Any]:
    """The columns with 0 to 5 hadrons in each event and the nucleus that is left."""
    rng = np.random.default_rng(seed)
    n = len(columns["Ev"])
    events = []
    for k in range(n):
        enu = float(columns["Ev"][k])
        p = [float(columns[name][k]) for name in ("pxl", "pyl", "pzl")]
        lepton = [13, 1, 0, *p, float(np.sqrt(np.sum(np.square(p)) + 0.1056583755**2))]
        count = int(rng.integers(0, 6))
        hadrons = []
        for pdg in rng.choice(HADRONS, count):
            momentum = rng.normal(0, 0.3, 3)
            hadrons.append([int(pdg), 1, 1, *momentum, float(np.sqrt(momentum @ momentum + 0.5))])
        start = [[14, 0, -1, 0.0, 0.0, enu, enu], [CARBON, 0, -1, 0.0, 0.0, 0.0, 11.17]]
        left = np.sum(np.array(start)[:, 3:], axis=0) - np.sum(np.array([lepton, *hadrons])[:, 3:], axis=0)
        events.append([*start, lepton, *hadrons, [1000050110, 15, 1, *left]])
    flat = [row for event in events for row in event]
    fields = {
        name: np.array([row[j] for row in flat], dtype)
        for j, (name, dtype) in enumerate(
            zip(("pdg", "status", "mother", "px", "py", "pz", "E"), ("i4",) * 3 + ("f8",) * 4, strict=True)
        )
    }
    offsets = np.concatenate([[0], np.cumsum([len(event) for event in events])])
    array = particles.as_awkward({"offsets": offsets, **fields})
    return {**columns, "mode": rng.integers(0, 6, n).astype("i4"), "particles": array}


def a_run() -> Run:
    flux = Flux(np.array([0.2, 30.0]), np.array([1.0]))
    return Run(14, {CARBON: 1.0}, 0.7, 0.01, flux, metadata={"model": {"interaction": "CC inclusive"}})


def write(form: str, folder: Path, events: dict[str, Any], *cuts: int) -> Path:
    path = folder / f"a{formats.FORMATS[form].suffixes[0]}"
    with formats.create(form, path, a_run()) as writer:
        for first, last in zip((0, *cuts), (*cuts, len(events["Ev"])), strict=True):
            writer.write({name: values[first:last] for name, values in events.items()})
        writer.run.metadata["events"] = writer.events
    return path


def hadrons_of(events: dict[str, Any]) -> Any:
    """What leaves the nucleus but the lepton."""
    rest = events["particles"][:, 3:]
    return rest[rest.status == 1]


@pytest.fixture
def events(make_columns: Maker) -> dict[str, Any]:
    return with_particles(make_columns(0, N))


def test_awkward_records_are_vectors(events: dict[str, Any]) -> None:
    vector.register_awkward()
    array = events["particles"]
    lepton = array[:, particles.LEPTON]
    np.testing.assert_allclose(ak.to_numpy(lepton.mass), 0.1056583755, rtol=1e-6)
    # by hand: all that leaves has the momentum of the neutrino
    total = ak.sum(array.px[:, 2:], axis=1)
    np.testing.assert_allclose(total, 0, atol=1e-12)
    columns = particles.as_columns(array)
    assert columns["offsets"][-1] == len(columns["pdg"])
    again = particles.as_columns(particles.as_awkward(columns)[7:30])
    assert again["offsets"][0] == 0
    first, last = columns["offsets"][[7, 30]]
    for name in particles.TYPES:
        np.testing.assert_array_equal(again[name], columns[name][first:last])


@pytest.mark.parametrize("cuts", [(), (1,), (300, 301, 2000)])
def test_gst(tmp_path: Path, events: dict[str, Any], cuts: tuple[int, ...], monkeypatch: Any) -> None:
    monkeypatch.setattr(treewriter, "BASKET", 500)
    hadrons = hadrons_of(events)
    with uproot.open(write("gst", tmp_path, events, *cuts)) as file:
        tree = file["gst"]
        assert tree["pdgf"].title == "pdgf[nf]/I"
        found = tree.arrays()
    assert ak.all(found["nf"] == ak.num(hadrons))
    for branch, field in {"pdgf": "pdg", "Ef": "E", "pxf": "px", "pyf": "py", "pzf": "pz"}.items():
        assert ak.all(found[branch] == hadrons[field]), branch
    np.testing.assert_allclose(ak.flatten(found["pf"]), ak.flatten(hadrons.p), rtol=1e-12)
    np.testing.assert_allclose(
        ak.flatten(found["cthf"]), ak.flatten(np.cos(hadrons.theta)), rtol=0, atol=1e-12
    )
    names = {"nfp": 2212, "nfn": 2112, "nfpip": 211, "nfpim": -211, "nfpi0": 111, "nfkp": 321, "nfem": 22}
    for name, pdg in names.items():
        assert ak.all(found[name] == ak.sum(hadrons.pdg == pdg, axis=1)), name
    for mode, name in enumerate(("qel", "mec", "res", "dis", "coh"), 1):
        np.testing.assert_array_equal(found[name].to_numpy(), events["mode"] == mode)
    assert found["cc"].to_numpy().all()
    assert not found["nc"].to_numpy().any()
    np.testing.assert_array_equal(found["El"].to_numpy(), events["El"])


def test_rootracker(tmp_path: Path, events: dict[str, Any]) -> None:
    with uproot.open(write("rootracker", tmp_path, events, 100)) as file:
        found = file["gRooTracker"].arrays(["StdHepPdg", "StdHepStatus", "StdHepP4", "StdHepFm"])
        texts = file["gRooTracker"]["EvtCode/fString"].array().tolist()
    array = events["particles"]
    assert ak.all(found["StdHepPdg"] == array.pdg)
    assert ak.all(found["StdHepStatus"] == array.status)
    assert ak.all(found["StdHepFm"] == array.mother)
    for k, name in enumerate(("px", "py", "pz", "E")):
        assert ak.all(found["StdHepP4"][:, :, k] == array[name])
    words = ("Unknown", "QES", "MEC", "RES", "DIS", "COH")
    codes = [f"nu:14;tgt:{CARBON};proc:Weak[CC],{words[mode]};" for mode in events["mode"]]
    assert texts == codes


def test_nuisance(tmp_path: Path, events: dict[str, Any]) -> None:
    with uproot.open(write("nuisance", tmp_path, events)) as file:
        found = file["FlatTree_VARS"].arrays()
    final = events["particles"][events["particles"].status == 1]
    assert ak.all(found["pdg"] == final.pdg)
    assert ak.all(found["nfsp"] == ak.num(final))
    assert ak.all(found["pz"] == ak.values_astype(final.pz, "float32"))
    neut = np.array([0, 1, 2, 11, 26, 16])
    np.testing.assert_array_equal(found["Mode"].to_numpy(), neut[events["mode"]])


def test_signals_of_nuisance(tmp_path: Path, events: dict[str, Any]) -> None:
    """The flags of NUISANCE's SignalDef, from the particles themselves."""
    with uproot.open(write("nuisance", tmp_path, events)) as file:
        tree = file["FlatTree_VARS"]
        found = tree.arrays(filter_name="flag*", library="np")
        mode = tree["Mode"].array(library="np")
    pdg = hadrons_of(events).pdg
    mesons = ak.sum((abs(pdg) > 100) & (abs(pdg) < 1000), axis=1).to_numpy()

    def one(meson: int) -> NDArray[Any]:
        return (mesons == 1) & (ak.sum(pdg == meson, axis=1).to_numpy() == 1)

    expected = {
        "flagCCINC": np.ones(N, bool),
        "flagCCQE": mode == 1,
        "flagCCQELike": (mode == 1) | (mode == 2),
        "flagCC0pi": mesons == 0,
        "flagCC1pip": one(211),
        "flagCC1pim": one(-211),
        "flagCC1pi0": one(111),
        "flagCCcoh": (mode == 16) & (ak.sum(pdg == 211, axis=1).to_numpy() == 1),
    }
    for key, values in found.items():
        if key.startswith("flagNC"):
            assert not values.any()
        else:
            np.testing.assert_array_equal(values, expected.pop(key), err_msg=key)
            assert values.any()
    assert not expected


def test_variables_of_nuisance(tmp_path: Path, events: dict[str, Any]) -> None:
    """Recoil energies, imbalance and Adler angles of NUISANCE's FitUtils, worked out with vector."""
    with uproot.open(write("nuisance", tmp_path, events)) as file:
        found = file["FlatTree_VARS"].arrays(library="np")
    seen = 0
    for k, of_one in enumerate(events["particles"][:400].tolist()):
        start, *others = ([p["pdg"], p["status"], p["px"], p["py"], p["pz"], p["E"]] for p in of_one)
        nu = vector.obj(px=start[2], py=start[3], pz=start[4], E=start[5])
        final = [
            (row[0], vector.obj(px=row[2], py=row[3], pz=row[4], E=row[5])) for row in others if row[1] == 1
        ]
        lepton = final[0][1]
        got = {name: values[k] for name, values in found.items()}
        kinetic = {2212: 0.0, 211: 0.0, 2112: 0.0}
        rest = pions = em = 0.0
        for pdg, p in final[1:]:
            if abs(pdg) in kinetic:
                kinetic[abs(pdg)] += p.E - p.mass
            pions += p.mass if pdg in (211, -211, 111) else 0
            em += p.E if pdg in (22, 111) else 0
            rest += p.E if abs(pdg) in (211, 321) else 0
        near = {"rel": 1e-4, "abs": 1e-5}
        assert got["Erecoil_minerva"] == pytest.approx(kinetic[2212] + kinetic[211] + em, **near)
        assert got["Erecoil_charged"] == pytest.approx(kinetic[2212] + rest, **near)
        q0 = float(events["Ev"][k]) - float(events["El"][k])
        assert got["EavAlt"] == pytest.approx(q0 - kinetic[2112] - pions, **near)
        assert got["W"] == got["W_nuc_rest"]
        protons = [p for pdg, p in final if pdg == 2212]
        if not protons:
            assert {got[name] for name in ("dpt", "dphit", "dalphat", "pnreco_C")} == {-9999.0}
        else:
            fast = max(protons, key=lambda p: p.mag)
            t_l, t_p = vector.obj(x=lepton.px, y=lepton.py), vector.obj(x=fast.px, y=fast.py)
            total = t_l + t_p
            assert got["dpt"] == pytest.approx(1e3 * total.rho, rel=1e-5)
            if t_l.rho > 1e-4:  # a muon along the neutrino has no angle across it
                assert got["dphit"] == pytest.approx(abs((-t_l).deltaphi(t_p)), abs=1e-3)
                assert got["dalphat"] == pytest.approx(abs((-t_l).deltaphi(total)), abs=1e-3)
            m_n, m_p = 0.93956536, 0.93827203
            carbon = 6 * (m_n + m_p) - 0.09216
            left = carbon - m_n + 0.02713
            r = carbon + lepton.pz + fast.pz - lepton.E - fast.E
            along = (r**2 - total.rho2 - left**2) / (2 * r)
            assert got["pnreco_C"] == pytest.approx(float(np.hypot(along, total.rho)), rel=1e-4, abs=1e-5)
        mesons = [p for pdg, p in final[1:] if 100 < abs(pdg) < 1000]
        pion = [p for pdg, p in final[1:] if pdg in (211, -211, 111)]
        nucleon = [p for pdg, p in final[1:] if pdg in (2212, 2112)]
        if (len(mesons), len(pion), len(nucleon)) != (1, 1, 1):
            assert (got["CosThetaAdler"], got["PhiAdler"]) == (np.float32(-999.9), np.float32(-999.9))
            continue
        seen += 1
        frame = pion[0] + nucleon[0]
        pi, neutrino, muon = (p.boostCM_of(frame).to_3D() for p in (pion[0], nu, lepton))
        z = (neutrino - muon).unit()
        y = neutrino.cross(muon).unit()
        x = y.cross(z)
        assert got["CosThetaAdler"] == pytest.approx(pi.unit().dot(z), abs=1e-4)
        phi = np.degrees(np.arctan2(pi.dot(y), pi.dot(x))) % 360
        assert abs((got["PhiAdler"] - phi + 180) % 360 - 180) < 0.1
    assert seen > 5


def test_nuhepmc(tmp_path: Path, make_columns: Maker) -> None:
    events = with_particles(make_columns(0, 50))
    path = write("nuhepmc", tmp_path, events, 20)
    processes = [700, 200, 300, 400, 600, 100]
    with pyhepmc.open(path) as file:
        found = list(file)
    said = str(found[0].run_info.attributes["NuHepMC.ProcessIDs"])
    assert [*map(int, said.split())] == sorted(processes)
    assert len(found) == 50
    for k, event in enumerate(found):
        expected = events["particles"][k]
        assert [particle.pid for particle in event.particles] == expected.pdg.tolist()
        statuses = [4, 20, *[1] * (len(expected) - 2)]
        assert [particle.status for particle in event.particles] == statuses
        momenta = np.array([[*p.momentum] for p in event.particles])
        for j, name in enumerate(("px", "py", "pz", "E")):
            np.testing.assert_allclose(momenta[:, j], ak.to_numpy(expected[name]), rtol=1e-9, atol=1e-12)
        assert int(str(event.attributes["signal_process_id"])) == processes[events["mode"][k]]
        assert len(event.vertices) == 1
        assert len(event.vertices[0].particles_in) == 2
        balance = momenta[:2].sum(axis=0) - momenta[2:].sum(axis=0)
        np.testing.assert_allclose(balance, 0, atol=1e-8)


@pytest.mark.parametrize("cuts", [(), (1, 7), (1000,)])
def test_rntuple(tmp_path: Path, events: dict[str, Any], cuts: tuple[int, ...]) -> None:
    with uproot.open(write("rntuple", tmp_path, events, *cuts)) as file:
        found = file["gst"].arrays()
    hadrons = hadrons_of(events)
    assert ak.all(found["pdgf"] == hadrons.pdg)
    assert ak.all(found["Ef"] == hadrons.E)
    np.testing.assert_array_equal(found["res"].to_numpy(), events["mode"] == 3)


def test_parquet(tmp_path: Path, events: dict[str, Any]) -> None:
    path = write("parquet", tmp_path, events, 1000)
    found = ak.from_parquet(path)
    for name in particles.TYPES:
        assert ak.all(found["particles"][name] == events["particles"][name]), name
    np.testing.assert_array_equal(pq.read_table(path)["mode"].to_numpy(), events["mode"])


def test_npz(tmp_path: Path, events: dict[str, Any]) -> None:
    with np.load(write("npz", tmp_path, events, 1, 2, 1500)) as found:
        names = ["offsets", *particles.TYPES]
        array = particles.as_awkward({name: found[f"particles_{name}"] for name in names})
        np.testing.assert_array_equal(found["mode"], events["mode"])
    for name in particles.TYPES:
        assert ak.all(array[name] == events["particles"][name]), name


@pytest.mark.parametrize("form", list(formats.FORMATS))
def test_without_particles_nothing_is_added(form: str, tmp_path: Path, make_columns: Maker) -> None:
    path = write(form, tmp_path, make_columns(0, 20))
    assert b"particles" not in path.read_bytes().replace(b"number of particles", b"")
    if form in ("gst", "rntuple"):
        with uproot.open(path) as file:
            assert set(file["gst"].keys()) == {
                name for name, _, where, _, _ in _core.columns if where != "extra"
            }


@pytest.mark.parametrize("form", list(formats.FORMATS))
@pytest.mark.parametrize("order", [1, -1])
def test_some_events_with_and_some_without(
    form: str, order: int, tmp_path: Path, make_columns: Maker
) -> None:
    chunks = [make_columns(0, 10), with_particles(make_columns(10, 10))][::order]
    path = tmp_path / f"a{formats.FORMATS[form].suffixes[0]}"
    with (
        pytest.raises(UserError, match="and events without: expected either in one file"),
        formats.create(form, path, a_run()) as writer,
    ):
        list(map(writer.write, chunks))
    assert not path.exists()


def test_beam_turns_particles(make_columns: Maker) -> None:
    columns = with_particles(make_columns(0, 40))
    raw = {**columns, "particles": particles.as_columns(columns["particles"])}
    placed = particles.from_core(dict(Beam(direction=(1, 2, -3)).place(raw, 1, 0)))
    before, after = columns["particles"], placed["particles"]
    axis = np.array([1, 2, -3]) / np.sqrt(14)
    neutrino = after[:, particles.NEUTRINO]
    for k, name in enumerate(("px", "py", "pz")):
        np.testing.assert_allclose(neutrino[name], axis[k] * ak.to_numpy(before[:, 0].E), rtol=1e-12)
    along = axis[0] * after.px + axis[1] * after.py + axis[2] * after.pz
    np.testing.assert_allclose(ak.flatten(along), ak.flatten(before.pz), rtol=0, atol=1e-12)
    np.testing.assert_allclose(ak.flatten(after.p), ak.flatten(before.p), rtol=0, atol=1e-12)


READ_WITH_ROOT = """
import json, sys
import ROOT
ROOT.gROOT.SetBatch(True)
file = ROOT.TFile.Open(sys.argv[1])
tree = file.Get(sys.argv[2])
tree.SetEstimate(1_000_000)
n = tree.Draw(sys.argv[3], "", "goff")
print("ANSWER" + json.dumps([[values[k] for k in range(n)] for values in (tree.GetV1(), tree.GetV2())]))
"""


@pytest.mark.root
@pytest.mark.parametrize(
    ("form", "tree", "drawn"),
    [("gst", "gst", "pdgf:Ef"), ("rootracker", "gRooTracker", "StdHepPdg:StdHepP4[][3]")],
)
def test_real_root(
    form: str, tree: str, drawn: str, root_python: str, tmp_path: Path, make_columns: Maker
) -> None:
    events = with_particles(make_columns(0, 300))
    command = [
        root_python,
        "-W",
        "ignore",
        "-c",
        READ_WITH_ROOT,
        str(write(form, tmp_path, events)),
        tree,
        drawn,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Error in <" not in done.stderr
    pdg, energy = json.loads(done.stdout.split("ANSWER")[1])
    expected = ak.flatten(hadrons_of(events) if form == "gst" else events["particles"])
    assert pdg == expected.pdg.tolist()
    assert energy == expected.E.tolist()


EVENT_FORMATS = list(formats.FORMATS)


def back(path: Path, *names: str) -> dict[str, Any]:
    """All events of a file."""
    with recognise.read(path, [*names] or None) as reader:
        chunks = list(reader.chunks)
    return {
        name: (ak.concatenate if name == "particles" else np.concatenate)([chunk[name] for chunk in chunks])
        for name in chunks[0]
    }


def same_particles(found: Any, expected: Any, tolerance: float) -> None:
    for name in ("pdg", "status", "mother"):
        assert ak.all(found[name] == expected[name]), name
    for name in ("px", "py", "pz", "E"):
        np.testing.assert_allclose(
            ak.flatten(found[name]), ak.flatten(expected[name]), rtol=tolerance, atol=tolerance
        )


@pytest.fixture
def balanced(make_columns: Maker) -> dict[str, Any]:
    """Events whose remnant has the charge and baryon number that are left."""
    columns = make_columns(0, 700)
    columns = {**columns, "wght": 1 + columns["iev"] % 3 / 4}
    events = with_particles(columns)
    hadrons = hadrons_of(events)
    charge = {2212: 1, 211: 1, -211: -1, 321: 1}
    z = 6 + 1 - sum(q * ak.to_numpy(ak.sum(hadrons.pdg == code, axis=1)) for code, q in charge.items())
    a = 12 - ak.to_numpy(ak.sum((hadrons.pdg == 2212) | (hadrons.pdg == 2112), axis=1))
    codes = np.where((z >= 0) & (z <= a) & (a > 0), 1000000000 + 10000 * z + 10 * a, 2000000002)
    own = particles.as_columns(events["particles"])
    own["pdg"][own["offsets"][1:] - 1] = codes
    target = own["offsets"][:-1] + particles.TARGET
    own["E"][own["offsets"][1:] - 1] += _core.nuclear_mass(CARBON) - own["E"][target]
    own["E"][target] = _core.nuclear_mass(CARBON)
    return {**events, "particles": particles.as_awkward(own)}


@pytest.mark.parametrize("form", EVENT_FORMATS)
def test_particles_come_back(
    form: str, tmp_path: Path, balanced: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exactly where a format has all digits; float32 of nuisance and of the leptons of gst leave 1e-6."""
    for module in (gst, nuisance, npz, rootracker_reader):
        monkeypatch.setattr(module, "ROWS" if module is npz else "CHUNK", 300)
    found = back(write(form, tmp_path, balanced, 100))
    np.testing.assert_array_equal(found["mode"], balanced["mode"])
    exact = form in ("npz", "parquet", "rootracker")
    same_particles(found["particles"], balanced["particles"], 0 if exact else 3e-6)
    balance = ak.sum(np.where(found["particles"].status == 0, 1, -1) * found["particles"].E, axis=1)
    np.testing.assert_allclose(balance, 0, atol=3e-8)  # ten digits in NuHepMC


@pytest.mark.parametrize("form", EVENT_FORMATS)
def test_files_without_particles_have_none(form: str, tmp_path: Path, make_columns: Maker) -> None:
    found = back(write(form, tmp_path, make_columns(0, 20)))
    assert not {"particles", "mode"} & found.keys()


@pytest.mark.parametrize("one", EVENT_FORMATS)
@pytest.mark.parametrize("other", ["gst", "nuisance", "nuhepmc", "npz"])
def test_conversion_keeps_particles(one: str, other: str, tmp_path: Path, balanced: dict[str, Any]) -> None:
    """From any format to another: the hadrons and modes are those of before."""
    path = write(one, tmp_path, balanced)
    (tmp_path / "b").mkdir()
    out = tmp_path / "b" / f"out{formats.FORMATS[other].suffixes[0]}"
    assert convert.main([str(path), "--to", other, "--quiet", str(out)]) == 0
    found = back(out)
    np.testing.assert_array_equal(found["mode"], balanced["mode"])
    same_particles(found["particles"], balanced["particles"], 5e-6)


def test_several_runs_keep_particles(tmp_path: Path, balanced: dict[str, Any]) -> None:
    first, second = (
        {name: values[rows] for name, values in balanced.items()} for rows in (slice(0, 300), slice(300, 700))
    )
    (tmp_path / "b").mkdir()
    paths = [write("parquet", tmp_path, first), write("rootracker", tmp_path / "b", second)]
    out = tmp_path / "all.npz"
    assert convert.main([*map(str, paths), "--to", "npz", "--quiet", str(out)]) == 0
    same_particles(back(out)["particles"], balanced["particles"], 0)


def test_runs_with_and_without_are_not_put_together(
    tmp_path: Path, balanced: dict[str, Any], make_columns: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b").mkdir()
    paths = [write("npz", tmp_path, balanced), write("npz", tmp_path / "b", make_columns(0, 20))]
    assert convert.main([*map(str, paths), "--to", "parquet", str(tmp_path / "all.parquet")]) == 2
    assert "and events without: expected either in one file" in capsys.readouterr().err
    assert not (tmp_path / "all.parquet").exists()


@pytest.mark.parametrize("form", EVENT_FORMATS)
def test_histograms_of_files_with_particles(form: str, tmp_path: Path, balanced: dict[str, Any]) -> None:
    """What hist counts is what awkward counts."""
    path = write(form, tmp_path, balanced)
    protons = ak.to_numpy(ak.sum(hadrons_of(balanced).pdg == 2212, axis=1))
    h = hist.fill(path, "n_p", weighted=False)
    np.testing.assert_array_equal(h.values()[:7], np.bincount(protons, minlength=7)[:7])
    fastest = hadrons_of(balanced)[hadrons_of(balanced).pdg == 2212].p
    fastest = ak.to_numpy(ak.fill_none(ak.max(fastest, axis=1), -1))
    h = hist.fill(path, "p_p", bins=[0.2, 0.5, 1.0], weighted=False)
    expected = np.histogram(fastest, [0.2, 0.5, 1.0])[0]
    np.testing.assert_array_equal(h.values(), expected)
    assert h.sum(flow=True).value == 700
    none = hist.fill(path, "n_pi", selection="CC0pi", weighted=False)
    pions = ak.sum(np.abs(hadrons_of(balanced).pdg) == 211, axis=1)
    pions = ak.to_numpy(pions + ak.sum(hadrons_of(balanced).pdg == 111, axis=1))
    strange = ak.to_numpy(ak.sum(hadrons_of(balanced).pdg == 321, axis=1))
    assert none.sum(flow=True).value == none.values()[0] == np.sum((pions == 0) & (strange == 0))
