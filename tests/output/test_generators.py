"""Files of other generators as their own programs lay them out: rootracker trees and NuHepMC."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyhepmc
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep import convert, hist
from nugan_hep.data import read_events
from nugan_hep.errors import UserError
from nugan_hep.output import recognise
from nugan_hep.output.branches import leaf
from nugan_hep.output.trees import Tree

CARBON, ARGON, HYDROGEN = 1000060120, 1000180400, 1000010010
MASSES = {11: 0.00051099895, 13: 0.1056583755, 211: 0.13957039, 2212: 0.93827209, 2112: 0.93956542}
Columns = dict[str, NDArray[Any]]


class Particle(NamedTuple):
    pdg: int
    status: int
    p: tuple[float, float, float]

    @property
    def energy(self) -> float:
        mass = 0.0 if abs(self.pdg) in (12, 14, 16) else MASSES.get(abs(self.pdg), 11.17)
        return float(np.sqrt(np.sum(np.square(self.p)) + mass**2))


def events(n: int, probe: int = 14, target: int = CARBON) -> list[list[Particle]]:
    """Charged currents with a proton, a pion and, before the last muon, one of another sign or status.

    Every fourth is a neutral current, every fifth of an electron neutrino.
    """
    numbers = np.random.default_rng(n)
    found = []
    for k in range(n):
        enu = numbers.uniform(1, 5)
        p = (*numbers.uniform(-0.3, 0.3, 2).tolist(), numbers.uniform(0.1, 0.6) * enu)
        neutrino = probe - int(np.sign(probe)) * 2 if k % 5 == 4 else probe
        lepton = neutrino if k % 4 == 3 else neutrino - int(np.sign(neutrino))
        others = [Particle(2212, 1, (0.1, 0.2, 0.3)), Particle(211, 1, (0.0, 0.1, -0.2))]
        # of the pion's decay, and of an intermediate state
        decoys = [Particle(-lepton, 1, (0.01, 0.0, 0.03)), Particle(lepton, 2, p)]
        found.append(
            [
                Particle(neutrino, 0, (0.0, 0.0, enu)),
                Particle(target, 0, (0.0, 0.0, 0.0)),
                *decoys,
                Particle(lepton, 1, p),
                *others[: 1 + k % 2],
            ]
        )
    return found


class Event(NamedTuple):
    enu: float
    probe: int
    p: tuple[float, float, float]


def wanted(listed: list[list[Particle]]) -> list[Event]:
    """Neutrino and lepton's momentum of the charged currents."""
    found = []
    for one in listed:
        probe = one[0].pdg
        charged = [q.p for q in one if q.pdg == probe - int(np.sign(probe)) and q.status == 1]
        if charged:
            found.append(Event(one[0].p[2], probe, charged[0]))
    return found


def rootracker(
    path: Path, listed: list[list[Particle]], tree: str, scale: float = 1.0, weight: float = 1.0
) -> Path:
    """A tree as GENIE's gntpc (gRooTracker), NuWro's and NEUT's converters (nRooTracker) write it."""
    n, most = len(listed), max(map(len, listed))
    with uproot.recreate(path) as file:
        leaves = ("EvtNum/I", "EvtWght/D", "EvtVtx[4]/D", "StdHepN/I", "StdHepPdg[StdHepN]/I")
        leaves += ("StdHepStatus[StdHepN]/I", "StdHepP4[StdHepN][4]/D")
        branches = [leaf(text, most if text == "StdHepN/I" else None) for text in leaves]
        made = Tree(file, tree, "RooTracker", branches, n)
        momenta = [[[*(scale * x for x in q.p), scale * q.energy] for q in one] for one in listed]
        made.fill(
            {
                "EvtNum": np.arange(n) + 7,
                "EvtWght": np.full(n, weight),
                "EvtVtx": np.arange(4.0 * n).reshape(n, 4),
                "StdHepN": np.array([len(one) for one in listed]),
                "StdHepPdg": [np.array([q.pdg for q in one], ">i4").tobytes() for one in listed],
                "StdHepStatus": [np.array([q.status for q in one], ">i4").tobytes() for one in listed],
                "StdHepP4": [np.array(one, ">f8").tobytes() for one in momenta],
            },
            n,
        )
        made.close()
    return path


def nuhepmc(path: Path, listed: list[list[Particle]], mev: bool = False, **attributes: str) -> Path:
    """A file of another generator with the clauses of NuHepMC that it needs, and hadrons after the lepton."""
    info = pyhepmc.GenRunInfo()
    info.tools = [info.ToolInfo("Another", "1.2", "")]
    info.weight_names = ["other", "CV"]
    info.attributes["NuHepMC.Version.Major"] = 1
    for name, value in attributes.items():
        info.attributes["NuHepMC." + name.replace("__", ".")] = value
    scale = 1000.0 if mev else 1.0
    with pyhepmc.open(path, "w") as file:
        for k, one in enumerate(listed):
            event = pyhepmc.GenEvent(info, pyhepmc.Units.MEV if mev else pyhepmc.Units.GEV, pyhepmc.Units.MM)
            event.event_number = k
            vertex = pyhepmc.GenVertex()
            vertex.status = 1
            for j, q in enumerate(one):
                status = {0: 4, 1: 20}.get(j, q.status)
                pdg = 2212 if j == 1 and q.pdg == HYDROGEN else q.pdg
                p4 = [scale * x for x in (*q.p, q.energy)]
                particle = pyhepmc.GenParticle(p4, pdg, status)
                (vertex.add_particle_in if j < 2 else vertex.add_particle_out)(particle)
            event.add_vertex(vertex)
            event.weights = [9.0, 0.5]
            event.attributes["signal_process_id"] = 200
            event.attributes["lab_pos"] = "1000 2000 -3000"
            file.write(event)
    return path


def read(path: Path) -> Columns:
    with recognise.read(path) as reader:
        chunks = list(reader.chunks)
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def check(found: Columns, listed: list[list[Particle]]) -> None:
    expected = wanted(listed)
    assert len(found["Ev"]) == len(expected) > 0
    np.testing.assert_allclose(found["Ev"], [one.enu for one in expected], rtol=1e-6)
    momenta = np.stack([found[name] for name in ("pxl", "pyl", "pzl")], axis=-1)
    np.testing.assert_allclose(momenta, [one.p for one in expected], rtol=1e-6)
    mass = np.array([MASSES[abs(one.probe) - 1] for one in expected])
    energy = np.sqrt(np.sum(np.square([one.p for one in expected]), axis=1) + mass**2)
    np.testing.assert_allclose(found["El"], energy, rtol=1e-6)
    np.testing.assert_array_equal(found["neu"], [one.probe for one in expected])


GENERATORS = {
    "GENIE": ("gRooTracker", 1.0, 1.0),
    "NuWro": ("nRooTracker", 1.0, 0.87),
    "NEUT in MeV": ("nRooTracker", 1000.0, 1.0),
    "NEUT in GeV": ("nRooTracker", 1.0, 1.0),
}


@pytest.mark.parametrize("probe", [14, -14])
@pytest.mark.parametrize("generator", GENERATORS)
def test_rootracker(tmp_path: Path, generator: str, probe: int) -> None:
    tree, scale, weight = GENERATORS[generator]
    listed = events(60, probe, ARGON)
    path = rootracker(tmp_path / "a.root", listed, tree, scale, weight)
    found = read(path)
    check(found, listed)
    assert np.all(found["tgt"] == ARGON)
    assert np.all(found["wght"] == weight)
    kept = [k for k, one in enumerate(listed) if wanted([one])]
    np.testing.assert_array_equal(found["iev"], np.array(kept) + 7)
    np.testing.assert_array_equal(found["vtxz"], 4 * np.array(kept) + 2)


def test_rootracker_s_free_proton_is_hydrogen(tmp_path: Path) -> None:
    path = rootracker(tmp_path / "a.root", events(9, -14, 2212), "gRooTracker")
    assert np.all(read(path)["tgt"] == HYDROGEN)


def test_other_units_than_mev_are_refused(tmp_path: Path) -> None:
    path = rootracker(tmp_path / "a.root", events(9), "nRooTracker", 1e6)
    with pytest.raises(UserError, match=r"leptons 1e\+06 times their mass in GeV; expected momenta in GeV"):
        read(path)


def test_first_particle_must_be_a_neutrino(tmp_path: Path) -> None:
    listed = events(9)
    listed[5] = listed[5][1:]
    with pytest.raises(UserError, match=f"event 6 begins with particle {CARBON}, expected a neutrino"):
        read(rootracker(tmp_path / "a.root", listed, "gRooTracker"))


@pytest.mark.parametrize("suffix", [".hepmc3", ".hepmc3.gz", ".hepmc"])
@pytest.mark.parametrize("mev", [False, True])
def test_nuhepmc(tmp_path: Path, suffix: str, mev: bool) -> None:
    listed = events(50)
    found = read(nuhepmc(tmp_path / f"a{suffix}", listed, mev))
    check(found, listed)
    assert np.all(found["wght"] == 0.5)  # CV, not the first weight
    np.testing.assert_array_equal(
        np.unique(np.stack([found[f"vtx{axis}"] for axis in "xyz"], axis=-1), axis=0), [[1, 2, -3]]
    )


@pytest.mark.parametrize(("unit", "factor"), [("pb", 100.0), ("10-38 cm2", 1.0), ("cm2", 1e38)])
def test_nuhepmc_s_cross_section_is_that_of_what_is_left(tmp_path: Path, unit: str, factor: float) -> None:
    listed = events(40)
    path = nuhepmc(
        tmp_path / "a.hepmc3",
        listed,
        Units__CrossSection__Unit=unit,
        Units__CrossSection__TargetScale="PerNucleon",
        FluxAveragedTotalCrossSection=repr(0.8 / factor),
        Exposure__POT="3e20",
        **{"Beam[14]__Type": "MonoEnergetic", "Beam[14]__MonoEnergetic__Energy": "2000"},
        **{"Beam[14]__EnergyUnit": "MEV"},
    )
    share = len(wanted(listed)) / 40
    h = hist.fill(path, "p", bins=(4, 0, 20), cross_section=True)
    assert float(np.sum(h.values()) * 5) == pytest.approx(0.8 * share, rel=1e-6)
    with recognise.read(path) as reader:
        list(reader.chunks)
        assert (reader.run.energy, reader.run.pot, reader.run.targets) == (2.0, 3e20, {CARBON: 1.0})
        assert reader.run.sigma == pytest.approx(0.8 * share, rel=1e-6)
        assert reader.run.metadata["left_out"] == 40 - len(wanted(listed))


def test_nuhepmc_of_hydrogen(tmp_path: Path) -> None:
    assert np.all(read(nuhepmc(tmp_path / "a.hepmc3", events(9, -14, HYDROGEN)))["tgt"] == HYDROGEN)


def test_hepmc3_of_colliders_is_refused(tmp_path: Path) -> None:
    path = nuhepmc(tmp_path / "a.hepmc3", events(3))
    path.write_text("\n".join(one for one in path.read_text().split("\n") if "NuHepMC" not in one))
    with pytest.raises(UserError, match="without the head of NuHepMC"):
        read(path)


@pytest.mark.parametrize("form", ["npz", "parquet", "gst"])
@pytest.mark.parametrize("make", ["rootracker", "nuhepmc"])
def test_convert_says_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: str, form: str
) -> None:
    listed = events(30)
    path = rootracker(tmp_path / "a.root", listed, "nRooTracker") if make == "rootracker" else None
    path = path or nuhepmc(tmp_path / "a.hepmc3", listed)
    out = tmp_path / {"npz": "b.npz", "parquet": "b.parquet", "gst": "b.root"}[form]
    assert convert.main([str(path), "--to", form, str(out)]) == 0
    answer = capsys.readouterr()
    left = 30 - len(wanted(listed))
    assert f"{left} of 30 events are no charged currents: left out" in answer.err
    assert f"{30 - left} events of {make} as {form}" in answer.out
    check(read(out), listed)


@pytest.mark.parametrize("make", [lambda p, e: rootracker(p / "a.root", e, "gRooTracker"),
                                  lambda p, e: rootracker(p / "a.root", e, "nRooTracker", 1000.0),
                                  lambda p, e: nuhepmc(p / "a.hepmc3.gz", e)])  # fmt: skip
def test_training_data(tmp_path: Path, make: Callable[[Path, Any], Path]) -> None:
    listed = events(80)
    expected = [one for one in wanted(listed) if one.probe == 14]
    found = read_events(make(tmp_path, listed), step=7)
    np.testing.assert_allclose(found.enu, [one.enu for one in expected], rtol=1e-6)
    transverse = [np.hypot(one.p[0], one.p[1]) for one in expected]
    np.testing.assert_allclose(found.theta, np.arctan2(transverse, [one.p[2] for one in expected]), rtol=1e-5)
    assert found.report.read == 80
    assert found.report.dropped["other probe"] == sum(one[0].pdg != 14 for one in listed)
    assert found.report.dropped["not CC"] == 80 - len(expected) - found.report.dropped["other probe"]


@pytest.mark.parametrize("make", ["head", "bytes", "tree"])
def test_training_data_without_events(tmp_path: Path, make: str) -> None:
    path = tmp_path / ("a.root" if make == "tree" else "a.hepmc3")
    if make == "tree":
        with uproot.recreate(path) as file:
            file.mktree("gRooTracker", {"StdHepPdg": "i4", "StdHepStatus": "i4", "StdHepP4": "f8"})
    else:
        nuhepmc(path, events(1))
        text = path.read_bytes()
        path.write_bytes(text[: text.index(b"\nE ") + 1] + text[text.index(b"HepMC::Asciiv3-END") :])
        if make == "bytes":
            path.write_bytes(b"")
    with pytest.raises(UserError, match=r"a\.\S+: (holds no events|the file is empty)"):
        read_events(path)
