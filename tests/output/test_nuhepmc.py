"""NuHepMC files: the clauses of the specification by their names, and what HepMC3's libraries read."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyhepmc
import pytest
from numpy.typing import NDArray
from particle import Particle

from nugan_hep import _core, kinematics
from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import Run, formats, nuhepmc, nuhepmc_reader, nuhepmc_run_info
from nugan_hep.output.merge import merge

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]

CARBON, ARGON, HYDROGEN = 1000060120, 1000180400, 1000010010
FLUX = Flux([0.3, 0.7, 1.00001, 10.0], [1.23e-11, 4.56789012345e-10, 7e-13], "cm-2 POT-1", "a beam")
LAST_LINE = "HepMC::Asciiv3-END_EVENT_LISTING"


def a_run(**changes: Any) -> Run:
    known = {
        "probe": 14,
        "targets": {CARBON: 1.0},
        "sigma": 0.7123456789012345,
        "sigma_error": 0.0123,
        "energy": 1.5,
    }
    return Run(**{**known, **changes})


def write(path: Path, chunks: list[Columns], run: Run | None = None, **metadata: Any) -> Path:
    with nuhepmc.create(path, run or a_run(), "zlib:1" if path.suffix == ".gz" else "none") as writer:
        writer.run.metadata.update(metadata)
        for columns in chunks:
            writer.write(columns)
    return path


def events_of(path: Path) -> list[Any]:
    with pyhepmc.open(path, format="hepmc3") as file:
        return list(file)


def vector(event: Any, k: int) -> NDArray[np.float64]:
    """px py pz E of the particle k of an event."""
    p = event.particles[k].momentum
    return np.array([p.px, p.py, p.pz, p.e])


def placed(columns: Columns, seed: int = 3) -> Columns:
    """Events of a beam aslant, somewhere in a box."""
    n = len(columns["Ev"])
    numbers = np.random.default_rng(seed)
    return {
        **Beam([(-1, 1), (-2, 2), (5, 5)], (0, 1e-8), (0.6, -0.3, 0.5)).place(columns, seed, 0),
        "wght": numbers.exponential(size=n),
        "tgt": numbers.choice(np.array([CARBON, HYDROGEN], dtype="i4"), n),
    }


@pytest.fixture
def file(tmp_path: Path, make_columns: Maker) -> Path:
    """Some events of a flux with an exposure, by an inclusive model."""
    model = {"name": "numu_C12_inc", "interaction": "CC inclusive"}
    return write(
        tmp_path / "a.hepmc3", [make_columns(0, 20)], a_run(energy=None, flux=FLUX, pot=1e20), model=model
    )


@pytest.fixture
def events(file: Path) -> list[Any]:
    return events_of(file)


@pytest.fixture
def attributes(events: list[Any]) -> Callable[..., Any]:
    """Attributes of the GenRunInfo by name, as a type."""
    found = events[0].run_info.attributes

    def get(name: str, kind: Any = str) -> Any:
        value = found[f"NuHepMC.{name}"]
        return str(value) if kind is str else value.astype(kind)

    return get


Get = Callable[..., Any]


# the run


def test_gr1_run_info_is_there_without_events(tmp_path: Path) -> None:
    write(tmp_path / "a.hepmc3", [])
    reader = pyhepmc.io.ReaderAscii(str(tmp_path / "a.hepmc3"))
    event = pyhepmc.GenEvent()
    reader.read_event(event)
    assert len(event.particles) == 0
    assert "NuHepMC.Version.Major" in event.run_info.attributes


def test_gr2_version(attributes: Get) -> None:
    assert [attributes(f"Version.{part}", int) for part in ("Major", "Minor", "Patch")] == [1, 0, 0]


def test_gr3_tool_has_name_and_version(events: list[Any]) -> None:
    (tool,) = events[0].run_info.tools
    assert tool.name == "nugan-hep"
    assert re.match(r"\d+\.\d+", tool.version)
    assert tool.description


def test_gr4_conventions_are_those_followed(tmp_path: Path, attributes: Get) -> None:
    followed = {"G.C.2", "G.C.3", "G.C.5", "G.S.2", "E.C.1", "E.C.5", "P.C.2"}
    assert set(attributes("Conventions", list[str])) == followed | {"G.C.1", "G.C.4"}
    info = nuhepmc_run_info.run_info(a_run(energy=None), 0)
    assert set(info.attributes["NuHepMC.Conventions"]) == followed


def test_gr5_cross_section_by_gc2(attributes: Get) -> None:
    assert "G.C.2" in attributes("Conventions", list[str])
    assert attributes("FluxAveragedTotalCrossSection", float) > 0


def test_gr6_units_are_reserved_words(attributes: Get) -> None:
    assert attributes("Units.CrossSection.Unit") == "10-38 cm2"
    assert attributes("Units.CrossSection.TargetScale") == "PerNucleon"


def test_gr7_weight_cv(tmp_path: Path, make_columns: Maker, events: list[Any]) -> None:
    assert events[0].run_info.weight_names == ["CV"]
    assert [event.weight("CV") for event in events] == [1.0] * 20
    columns = {**make_columns(0, 5), "wght": np.array([0.1, 1 / 3, 0.1, 1e-30, 2.5])}
    found = events_of(write(tmp_path / "b.hepmc3", [columns]))
    assert [event.weight("CV") for event in found] == columns["wght"].tolist()


def test_gr8_processes_have_names_and_descriptions(attributes: Get) -> None:
    assert attributes("ProcessIDs", list[int]) == [700]
    assert attributes("ProcessInfo[700].Name") == "CC inclusive"
    assert "mode" in attributes("ProcessInfo[700].Description")


def test_gr9_vertex_status(attributes: Get) -> None:
    assert attributes("VertexStatusIDs", list[int]) == [1]
    assert attributes("VertexStatusInfo[1].Name")
    assert attributes("VertexStatusInfo[1].Description")


def test_gr10_particle_status(attributes: Get) -> None:
    assert set(attributes("ParticleStatusIDs", list[int])) == {1, 4, 20}
    for status in (1, 4, 20):
        assert attributes(f"ParticleStatusInfo[{status}].Name")
        assert attributes(f"ParticleStatusInfo[{status}].Description")


def test_gr11_every_number_outside_of_the_pdg_scheme_is_declared(attributes: Get, events: list[Any]) -> None:
    declared = attributes("AdditionalParticleNumbers", list[int])
    assert declared == [2009900000, 2000000002]
    assert attributes("AdditionalParticleNumber[2009900000].Name") == "NuclearRemnant"
    for particle in events[0].particles:
        assert particle.pid in declared or Particle.from_pdgid(particle.pid)


def test_gc1_exposure(tmp_path: Path, make_columns: Maker, attributes: Get) -> None:
    assert attributes("Exposure.POT", float) == 1e20
    (event,) = events_of(write(tmp_path / "b.hepmc3", [make_columns(0, 1)]))
    assert "NuHepMC.Exposure.POT" not in event.run_info.attributes


def test_gc2_cross_section_and_uncertainty(attributes: Get) -> None:
    assert attributes("FluxAveragedTotalCrossSection", float) == 0.7123456789012345
    assert attributes("FluxAveragedTotalCrossSectionUncertainty", float) == 0.0123


def test_gc3_citations_are_those_of_citation_cff(attributes: Get) -> None:
    text = (Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8")
    assert attributes("Citations.Generator.arXiv", list[str]) == re.findall(r"arXiv:([\d.]+)", text)


def test_gc4_flux_is_a_histogram_with_all_digits(attributes: Get) -> None:
    beam = "Beam[14]"
    assert attributes(f"{beam}.Type") == "Histogram"
    assert attributes(f"{beam}.EnergyUnit") == "GEV"
    assert attributes(f"{beam}.RateUnit") == "cm-2 POT-1 GeV-1"
    assert attributes(f"{beam}.Histogram.BinEdges", list[float]) == FLUX.edges.tolist()
    assert attributes(f"{beam}.Histogram.BinContent", list[float]) == FLUX.density.tolist()
    assert attributes(f"{beam}.Histogram.ContentIsPerWidth", bool) is True


def test_gc4_flux_without_normalisation_is_arbitrary() -> None:
    shape = Flux([0.3, 1.0], [3.0])
    info = nuhepmc_run_info.run_info(a_run(probe=-14, energy=None, flux=shape), 0)
    assert info.attributes["NuHepMC.Beam[-14].RateUnit"] == "Arbitrary"


def test_gc4_one_energy(tmp_path: Path, make_columns: Maker) -> None:
    (event,) = events_of(write(tmp_path / "b.hepmc3", [make_columns(0, 1)]))
    found = event.run_info.attributes
    assert str(found["NuHepMC.Beam[14].Type"]) == "MonoEnergetic"
    assert str(found["NuHepMC.Beam[14].EnergyUnit"]) == "GEV"
    assert found["NuHepMC.Beam[14].MonoEnergetic.Energy"].astype(float) == 1.5


def test_gc5_description_of_the_remnant(attributes: Get) -> None:
    assert "not a particle to propagate" in attributes("AdditionalParticleInfo[2009900000].Description")


def test_gs1_provenance_is_json(tmp_path: Path, make_columns: Maker) -> None:
    command = "nugan-sample --out 'a \\b|\u00e9\n\"c\".hepmc3'"
    (event,) = events_of(write(tmp_path / "b.hepmc3", [make_columns(0, 1)], seed=2**64 - 1, command=command))
    about = json.loads(str(event.run_info.attributes["NuHepMC.Provenance.nugan"]))
    assert (about["seed"], about["command"]) == (2**64 - 1, command)


# events


def test_er1_hepmc3_reads_a_sound_graph(events: list[Any]) -> None:
    """Incoming particles have no origin, outgoing no end, and four-momentum is conserved."""
    for event in events:
        (vertex,) = event.vertices
        assert [particle.status for particle in vertex.particles_in] == [4, 20]
        assert [particle.status for particle in vertex.particles_out] == [1, 1]
        assert [particle.production_vertex.id for particle in event.particles] == [0, 0, -1, -1]
        assert [particle.end_vertex is None for particle in event.particles] == [False, False, True, True]
        incoming, outgoing = (sum(vector(event, k) for k in pair) for pair in ((0, 1), (2, 3)))
        np.testing.assert_allclose(outgoing, incoming, rtol=0, atol=2e-8)


def test_er2_event_numbers_are_unique_and_not_negative(tmp_path: Path, make_columns: Maker) -> None:
    chunks = [make_columns(0, 7), make_columns(7, 5)]
    assert [event.event_number for event in events_of(write(tmp_path / "b.hepmc3", chunks))] == list(
        range(12)
    )


@pytest.mark.parametrize(
    ("model", "expected"),
    [({"interaction": "CC quasielastic"}, 200), ({"interaction": "CC inclusive"}, 700), ({}, 700)],
)
def test_er3_process_is_declared(
    tmp_path: Path, make_columns: Maker, model: dict[str, str], expected: int
) -> None:
    (event,) = events_of(write(tmp_path / "b.hepmc3", [make_columns(0, 1)], model=model))
    assert event.attributes["signal_process_id"].astype(int) == expected
    assert event.run_info.attributes["NuHepMC.ProcessIDs"].astype(list[int]) == [expected]


def test_er3_process_is_that_of_the_target(tmp_path: Path, make_columns: Maker) -> None:
    models = [
        {"target": CARBON, "interaction": "CC quasielastic"},
        {"target": ARGON, "interaction": "CC inclusive"},
    ]
    run = a_run(targets={CARBON: 0.5, ARGON: 0.5})
    columns = {**make_columns(0, 3), "tgt": np.array([ARGON, CARBON, ARGON], dtype="i4")}
    found = events_of(write(tmp_path / "b.hepmc3", [columns], run, model=models[0], models=models))
    assert [event.attributes["signal_process_id"].astype(int) for event in found] == [700, 200, 700]
    assert found[0].run_info.attributes["NuHepMC.ProcessIDs"].astype(list[int]) == [200, 700]


def test_er4_units_are_in_every_event(file: Path, events: list[Any]) -> None:
    assert all(event.momentum_unit == pyhepmc.Units.GEV for event in events)
    assert all(event.length_unit == pyhepmc.Units.CM for event in events)
    assert file.read_text().count("\nU GEV CM\n") == 20


def test_er5_lab_position_in_cm(tmp_path: Path, make_columns: Maker, events: list[Any]) -> None:
    assert events[0].attributes["lab_pos"].astype(list[float]) == [0, 0, 0, 0]
    place = {"vtxx": np.array([0.015625]), "vtxy": np.array([-3.0]), "vtxz": np.array([1e-9])}
    (event,) = events_of(write(tmp_path / "b.hepmc3", [{**make_columns(0, 1), **place}]))
    assert event.attributes["lab_pos"].astype(list[float]) == pytest.approx(
        [1.5625, -300, 1e-7, 0], rel=1e-15
    )


def test_er6_one_primary_vertex(events: list[Any]) -> None:
    assert all([vertex.status for vertex in event.vertices] == [1] for event in events)


@pytest.mark.parametrize(
    ("target", "pdg", "mass"),
    # AME2020: masses of the atoms less the electrons', proton
    [(CARBON, CARBON, 11.1748633), (ARGON, ARGON, 37.2155269), (HYDROGEN, 2212, 0.93827209)],
)
def test_er7_one_beam_and_one_target_at_rest(
    tmp_path: Path, make_columns: Maker, target: int, pdg: int, mass: float
) -> None:
    columns = make_columns(0, 4)
    for event in events_of(write(tmp_path / "b.hepmc3", [columns], a_run(targets={target: 1.0}))):
        status = [particle.status for particle in event.particles]
        assert (status.count(4), status.count(20)) == (1, 1)
        beam, nucleus = (event.particles[status.index(code)] for code in (4, 20))
        assert (beam.pid, nucleus.pid) == (14, pdg)
        enu = float(columns["Ev"][event.event_number])
        np.testing.assert_allclose(vector(event, 0), [0, 0, enu, enu], rtol=1e-9)
        np.testing.assert_allclose(vector(event, 1), [0, 0, 0, mass], rtol=1e-6)
        assert nucleus.generated_mass == pytest.approx(mass, rel=1e-6)


def test_er7_targets_by_event(tmp_path: Path, make_columns: Maker) -> None:
    kinds = np.array([CARBON, HYDROGEN, HYDROGEN, CARBON], dtype="i4")
    run = a_run(targets={CARBON: 0.8, HYDROGEN: 0.2})
    found = events_of(write(tmp_path / "b.hepmc3", [{**make_columns(0, 4), "tgt": kinds}], run))
    assert [event.particles[1].pid for event in found] == [CARBON, 2212, 2212, CARBON]
    assert [round(event.particles[1].momentum.e) for event in found] == [11, 1, 1, 11]


@pytest.mark.parametrize(("probe", "muon"), [(14, 13), (-14, -13)])
def test_er8_muon_and_the_rest_leave(tmp_path: Path, make_columns: Maker, probe: int, muon: int) -> None:
    columns = make_columns(0, 50)
    for event in events_of(write(tmp_path / "b.hepmc3", [columns], a_run(probe=probe))):
        k = event.event_number
        leaving = [particle.pid for particle in event.particles if particle.status == 1]
        assert leaving == [muon, 2009900000]
        assert event.particles[2].generated_mass == pytest.approx(kinematics.MUON_MASS, rel=1e-9)
        px, py, pz, energy = vector(event, 2)
        # on the mass shell
        square = energy**2 - px**2 - py**2 - pz**2
        assert square == pytest.approx(kinematics.MUON_MASS**2, abs=1e-8 * max(1, energy**2))
        assert energy == pytest.approx(columns["El"][k], rel=2e-7)
        # the invariant mass of the remnant, by the invariants of the scattering
        omega, q2 = (float(columns["Ev"][k]) - energy), float(columns["Q2"][k])
        mass = 11.1748633
        assert event.particles[3].generated_mass * abs(event.particles[3].generated_mass) == pytest.approx(
            mass**2 + 2 * mass * omega - q2, abs=1e-4
        )


def test_er9_momenta_are_in_the_laboratory(tmp_path: Path, make_columns: Maker) -> None:
    """A beam along another axis turns the neutrino and the muon; the nucleus stays at rest."""
    columns = placed(make_columns(0, 20))
    for event in events_of(
        write(tmp_path / "b.hepmc3", [columns], a_run(targets={CARBON: 0.9, HYDROGEN: 0.1}))
    ):
        k = event.event_number
        for particle, names in ((0, ("pxv", "pyv", "pzv")), (2, ("pxl", "pyl", "pzl"))):
            np.testing.assert_allclose(
                vector(event, particle)[:3], [columns[name][k] for name in names], rtol=1e-9
            )
        assert vector(event, 1)[:3].tolist() == [0, 0, 0]


def test_ec1_process_lies_in_the_range_of_its_kind() -> None:
    ranges = [7, 2, 3, 4, 6, 1]  # unknown, quasielastic, 2p2h, resonances, DIS, coherent
    for current, first in (("CC", 0), ("NC", 50)):
        process = _core.Process(14, 1000060120, current)
        for mode, hundreds in enumerate(ranges):
            assert process.nuhepmc(mode) == 100 * hundreds + first


def test_ec5_lab_time_in_seconds(tmp_path: Path, make_columns: Maker) -> None:
    columns = {**make_columns(0, 1), "vtxt": np.array([1.234567e-9])}
    (event,) = events_of(write(tmp_path / "b.hepmc3", [columns]))
    assert event.attributes["lab_pos"].astype(list[float]) == [0, 0, 0, 1.234567e-9]


def test_vr1_pr1_status_codes_are_defined(events: list[Any]) -> None:
    assert {vertex.status for event in events for vertex in event.vertices} == {1}
    assert {particle.status for event in events for particle in event.particles} == {1, 4, 20}


def test_pc2_remnant_is_the_reserved_number(events: list[Any]) -> None:
    assert [event.particles[3].pid for event in events] == [2009900000] * 20


# HepMC3's own library


@pytest.fixture(scope="session")
def reader(program: Callable[[str], Path]) -> Path:
    return program("read_hepmc3")


def read_by_hepmc3(reader: Path, path: Path) -> list[tuple[str, list[str]]]:
    done = subprocess.run([reader, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[-1] == ["end"]
    return [(name, values) for name, *values in lines[:-1]]


@pytest.mark.slow
def test_hepmc3_reads_the_run(reader: Path, file: Path) -> None:
    found = dict(read_by_hepmc3(reader, file)[:24])
    assert found["tool"][0] == "nugan-hep"
    assert found["weight"] == ["CV"]
    at = "NuHepMC."
    assert [found[f"{at}Version.{part}"] for part in ("Major", "Minor", "Patch")] == [["1"], ["0"], ["0"]]
    assert found[f"{at}ProcessIDs"] == ["700"]
    assert found[f"{at}VertexStatusIDs"] == ["1"]
    assert found[f"{at}ParticleStatusIDs"] == ["1", "4", "20"]
    assert found[f"{at}AdditionalParticleNumbers"] == ["2009900000", "2000000002"]
    assert {"G.C.1", "G.C.2", "G.C.4"} <= set(found[f"{at}Conventions"])
    assert found[f"{at}Citations.Generator.arXiv"] == list(nuhepmc_run_info.ARTICLES)
    assert float(found[f"{at}FluxAveragedTotalCrossSection"][0]) == 0.7123456789012345
    assert float(found[f"{at}FluxAveragedTotalCrossSectionUncertainty"][0]) == pytest.approx(
        0.0123, rel=1e-14
    )
    assert float(found[f"{at}Exposure.POT"][0]) == 1e20
    assert found[f"{at}Units.CrossSection.Unit"] == ["10-38", "cm2"]
    assert found[f"{at}Units.CrossSection.TargetScale"] == ["PerNucleon"]
    assert found[f"{at}Beam[14].Type"] == ["Histogram"]
    assert found[f"{at}Beam[14].EnergyUnit"] == ["GEV"]
    assert list(map(float, found[f"{at}Beam[14].Histogram.BinEdges"])) == FLUX.edges.tolist()
    assert list(map(float, found[f"{at}Beam[14].Histogram.BinContent"])) == FLUX.density.tolist()
    assert found[f"{at}Beam[14].Histogram.ContentIsPerWidth"] == ["1"]
    assert found[f"{at}Beam[14].MonoEnergetic.Energy"] == ["none"]


@pytest.mark.slow
def test_hepmc3_reads_the_events(reader: Path, tmp_path: Path, make_columns: Maker) -> None:
    n = 300
    columns = placed(make_columns(0, n))
    run = a_run(targets={CARBON: 0.9, HYDROGEN: 0.1})
    found = read_by_hepmc3(reader, write(tmp_path / "b.hepmc3", [columns], run))

    def rows(name: str) -> list[list[str]]:
        return [values for key, values in found if key == name]

    heads = rows("event")
    assert [int(head[0]) for head in heads] == list(range(n))
    assert {(head[1], head[2]) for head in heads} == {("GEV", "CM")}
    assert [float(head[3]) for head in heads] == columns["wght"].tolist()
    assert rows("signal_process_id") == [["700"]] * n
    assert rows("vertex") == [["1"]] * n
    places = np.array(rows("lab_pos"), dtype=float)
    for k, (name, unit) in enumerate({"vtxx": 100, "vtxy": 100, "vtxz": 100, "vtxt": 1}.items()):
        np.testing.assert_allclose(places[:, k], unit * columns[name], rtol=1e-15)
    particles = np.array(rows("particle"), dtype=float).reshape(n, 4, 9)
    np.testing.assert_array_equal(particles[:, :, 0], [[4, 20, 1, 1]] * n)
    np.testing.assert_array_equal(
        particles[:, :, 1], [[14, 2212 if tgt == HYDROGEN else tgt, 13, 2009900000] for tgt in columns["tgt"]]
    )
    for k, names in ((0, ("pxv", "pyv", "pzv")), (2, ("pxl", "pyl", "pzl"))):
        np.testing.assert_array_equal(
            particles[:, k, 2:5].astype("f4"), np.stack([columns[name] for name in names], axis=1)
        )
    np.testing.assert_allclose(
        particles[:, 0, 2:6] + particles[:, 1, 2:6], particles[:, 2, 2:6] + particles[:, 3, 2:6], atol=2e-8
    )
    np.testing.assert_array_equal(particles[:, :, 7:], [[[0, -1], [0, -1], [-1, 0], [-1, 0]]] * n)


# back into columns


def read(path: Path) -> tuple[Run, Columns]:
    with nuhepmc.read(path) as reader:
        chunks = list(reader.chunks)
        columns = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
        assert len(columns["Ev"]) == reader.events
        return reader.run, columns


@pytest.mark.parametrize("aslant", [False, True])
def test_columns_come_back(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch, aslant: bool
) -> None:
    monkeypatch.setattr(nuhepmc, "BLOCK", 300)
    monkeypatch.setattr(nuhepmc_reader, "BLOCK", 400)
    columns = make_columns(0, 1000)
    if aslant:
        columns = placed(columns)
    run = a_run(targets={CARBON: 0.9, HYDROGEN: 0.1}, flux=FLUX, energy=None, pot=3e20)
    again, found = read(write(tmp_path / "b.hepmc3", [columns], run, seed=5))
    assert again.as_dict() == run.as_dict()
    for name in ("iev", "wght", "tgt", "pxl", "pyl", "pzl", "pxv", "pyv", "pzv"):
        if name in columns:
            assert found[name].dtype == columns[name].dtype, name
            np.testing.assert_array_equal(found[name], columns[name], err_msg=name)
    if not aslant:
        np.testing.assert_array_equal(found["Ev"], columns["Ev"])
        np.testing.assert_array_equal(found["pzv"], columns["Ev"])
        assert np.all(found["wght"] == 1)
        assert np.all(found["tgt"] == CARBON)
    # float32 of a momentum moves what follows from it by some of its units
    tolerance = {
        "cthl": (0, 2e-7),
        "thetal": (1e-6, 4e-7),
        "Q2": (3e-6, 1e-5),
        "W": (3e-6, 1e-5),
        "y": (0, 3e-7),
    }
    for name in ("Ev", "El", "pl", "cthl", "thetal", "Q2", "W", "y"):
        relative, absolute = tolerance.get(name, (3e-7, 0))
        assert found[name].dtype == columns[name].dtype, name
        np.testing.assert_allclose(found[name], columns[name], rtol=relative, atol=absolute, err_msg=name)
    omega = columns["Ev"] - columns["El"].astype("f8")
    error = np.abs(found["x"] - columns["x"]) / columns["x"]
    assert np.all(error < 1e-6 * (3 + columns["Ev"] / omega + 1 / columns["Q2"]))
    turn = np.abs(np.remainder(found["phil"] - columns["phil"].astype("f8") + np.pi, 2 * np.pi) - np.pi)
    assert np.all(turn * np.sin(columns["thetal"]) < 1e-6)
    for name in ("vtxx", "vtxy", "vtxz", "vtxt"):
        np.testing.assert_allclose(found[name], columns.get(name, np.zeros(1000)), rtol=1e-15, err_msg=name)


@pytest.mark.parametrize("direction", [(0, 0, -1), (0.01, 0, -1), (1, 0, 0), (0, 0, 1)])
def test_azimuth_is_about_the_beam(
    tmp_path: Path, make_columns: Maker, direction: tuple[float, float, float]
) -> None:
    columns = Beam(direction=direction).place(make_columns(0, 200), 1, 0)
    _, found = read(write(tmp_path / "b.hepmc3", [columns]))
    turn = np.abs(np.remainder(found["phil"] - columns["phil"].astype("f8") + np.pi, 2 * np.pi) - np.pi)
    # near -z the turn itself hangs on the last digits of the direction
    assert np.all(turn * np.sin(columns["thetal"]) < (1e-4 if direction[0] == 0.01 else 1e-6))


def test_what_is_known_at_the_end_is_in_the_head(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any length: the events move where the room left for it is too small."""
    columns = make_columns(0, 500)
    found = {}
    for room in (10_000, 10):
        monkeypatch.setattr(nuhepmc, "ROOM", room)
        path = tmp_path / f"{room}.hepmc3"
        with nuhepmc.create(path, a_run(pot=2e20)) as writer:
            writer.write(columns)
            writer.run.metadata["note"] = "n" * 5000
            writer.run.pot = 1e20
        run, found[room] = read(path)
        assert run.metadata["note"] == "n" * 5000
        assert run.pot == 1e20
        assert float(str(events_of(path)[0].run_info.attributes["NuHepMC.Exposure.POT"])) == 1e20
    for name, values in found[10].items():
        np.testing.assert_array_equal(values, found[10_000][name], err_msg=name)


def test_start_of_a_file_can_grow_by_any_length() -> None:
    content = bytes(range(256)) * 5
    for old, more, block in ((10, 3, 7), (10, 700, 64), (10, 0, 7), (1280, 5, 7)):
        stream = io.BytesIO(content)
        new = b"x" * (old + more)
        nuhepmc.replace_start(stream, old, new, block)
        assert stream.getvalue() == new + content[old:]


def test_text_does_not_depend_on_chunks(tmp_path: Path, make_columns: Maker) -> None:
    whole = write(tmp_path / "1", [make_columns(0, 100)])
    parts = write(tmp_path / "2", [make_columns(first, 10) for first in range(0, 100, 10)])
    assert whole.read_bytes() == parts.read_bytes()
    assert whole.read_text().rstrip().endswith(LAST_LINE)


@pytest.mark.slow
def test_memory_does_not_grow_with_events(tmp_path: Path, make_columns: Maker) -> None:
    psutil = pytest.importorskip("psutil")
    columns = make_columns(0, 5000)
    resident = []
    with nuhepmc.create(tmp_path / "a.hepmc3", a_run()) as writer:
        for _ in range(10):
            writer.write(columns)
            resident.append(psutil.Process().memory_info().rss)
    # eight chunks are 20 MB of text
    assert resident[-1] - resident[1] < 10e6
    with nuhepmc.read(tmp_path / "a.hepmc3") as reader:
        resident = [psutil.Process().memory_info().rss for _ in reader.chunks]
    assert len(resident) == 5
    assert resident[-1] - resident[1] < 20e6


# refusals


def test_no_cross_section_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="format nuhepmc holds a flux-averaged cross section"):
        write(tmp_path / "a.hepmc3", [], a_run(sigma=None))
    assert list(tmp_path.iterdir()) == []


def test_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"'zstd:1' is not one of zlib \(with :1 to :9\) or none"):
        formats.least_bytes("nuhepmc", 1, "zstd:1")
    for name, compression, message in (
        ("a.hepmc3", "lz4", "'lz4' is not one of zlib"),
        ("a.hepmc3", "zlib:1", "expected none, or a name that ends in .gz"),
        ("a.hepmc3.gz", "none", "expected zlib, with :1 to :9"),
    ):
        with (
            pytest.raises(UserError, match=message),
            nuhepmc.create(tmp_path / name, a_run(), compression),
        ):
            pass
    assert list(tmp_path.iterdir()) == []


def test_line_longer_than_hepmc3_reads(tmp_path: Path, make_columns: Maker) -> None:
    fine = Flux(np.linspace(0.3, 10, 20_001), np.ones(20_000))
    with pytest.raises(
        UserError, match=r"at most 262,142 characters in a line, but NuHepMC\.\S+ takes \d{3},"
    ):
        write(tmp_path / "a.hepmc3", [make_columns(0, 1)], a_run(flux=fine))
    assert list(tmp_path.iterdir()) == []


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhepmc", None)
    with pytest.raises(UserError, match=r"^format nuhepmc needs pyhepmc: pip install pyhepmc$"):
        write(tmp_path / "a.hepmc3", [])
    assert list(tmp_path.iterdir()) == []


def test_least_bytes_is_a_close_lower_bound(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 1000)
    for name in ("pxl", "pyl"):
        columns[name] = np.abs(columns[name])
    path = write(tmp_path / "a.hepmc3", [columns], a_run(targets={HYDROGEN: 1.0}))
    least = formats.least_bytes("nuhepmc", 1000, "none")
    assert least < path.stat().st_size < 1.1 * least


@pytest.fixture
def largest_file() -> Iterator[int]:
    """Let the system refuse files above 200 kB, as it refuses them on a full disk."""
    size = 200_000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield size
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("events", [2000, 370])
def test_full_disk(tmp_path: Path, make_columns: Maker, largest_file: int, events: int) -> None:
    """In the middle, or only when the last buffer goes out."""
    with pytest.raises(UserError, match=r"cannot write .*: file too large"):
        write(tmp_path / "a.hepmc3", [make_columns(0, events)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_no_file(tmp_path: Path, make_columns: Maker, error: type[BaseException]) -> None:
    def fail() -> None:
        with nuhepmc.create(tmp_path / "a.hepmc3", a_run()) as writer:
            writer.write(make_columns(0, 10))
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[:-2000], f"was cut off: expected {LAST_LINE}"),
        (lambda text: "", "expected a HepMC3 ASCII file"),
        (lambda text: "PAR1" + text, "expected a HepMC3 ASCII file"),
        (lambda text: re.sub(r"A NuHepMC.*\n", "", text), "without the head of NuHepMC"),
        (lambda text: re.sub(r"(Provenance.nugan) .*\n", r"\1 {}\n", text), "no description of a run"),
        (lambda text: text.replace("NEvents 20\n", "NEvents 21\n"), r"20 events, but \S+.NEvents is 21"),
        (lambda text: re.sub(r"P 4 -1 .*\n", "", text, count=1), "event 1 of 20 is damaged"),
    ],
)
def test_damaged_files(file: Path, damage: Callable[[str], str], message: str) -> None:
    file.write_text(damage(file.read_text()))
    with pytest.raises(UserError, match=message) as caught:
        read(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*: no such file"):
        read(tmp_path / "a.hepmc3")


@pytest.mark.slow
def test_interrupted_run_closes_a_valid_file(tmp_path: Path) -> None:
    """Ctrl-C during nugan-sample: a file with all events that it says it has."""
    path = tmp_path / "a.hepmc3"
    options = ["-n", "5e6", "--energy", "1", "--chunk", "2000", "--format", "nuhepmc", "--out", str(path)]
    program = subprocess.Popen(
        [sys.executable, "-m", "nugan_hep.sample", *options], stderr=subprocess.PIPE, text=True
    )
    assert program.stderr is not None
    part = None
    while program.poll() is None and (part is None or part.stat().st_size < 2_000_000):
        part = next(tmp_path.glob(".*.part"), None)
    program.send_signal(2)
    _, errors = program.communicate(timeout=120)
    if program.returncode == 2 and "--format" in errors:
        pytest.skip("nugan-sample without formats")
    assert program.returncode == 130, errors
    run, columns = read(path)
    assert 2000 <= len(columns["Ev"]) == run.metadata["events"] < 5e6
    assert os.listdir(tmp_path) == ["a.hepmc3"]


# several listings, and packed ones


def joined(path: Path, *files: Path, between: bytes = b"") -> Path:
    path.write_bytes(between.join(one.read_bytes() for one in files))
    return path


def a_file(path: Path, make_columns: Maker, n: int, seed: int, **changes: Any) -> Path:
    run = a_run(**{"pot": 1e20, **changes})
    return write(path, [make_columns(seed, n)] if n else [], run, seed=seed, events=n)


@pytest.mark.parametrize("sizes", [(20, 30), (1, 1, 1), (5, 0, 9)])
@pytest.mark.parametrize("suffix", [".hepmc3", ".hepmc3.gz"])
def test_what_cat_makes_is_read_to_its_end(
    tmp_path: Path, make_columns: Maker, sizes: tuple[int, ...], suffix: str
) -> None:
    files = [a_file(tmp_path / f"{k}{suffix}", make_columns, n, k) for k, n in enumerate(sizes)]
    path = joined(tmp_path / f"all{suffix}", *files)
    run, found = read(path)
    assert len(found["Ev"]) == sum(sizes)
    if 0 not in sizes:  # pyhepmc stops where a listing is empty
        assert len(events_of(path)) == sum(sizes)
    expected = np.concatenate([make_columns(k, n)["pzl"] for k, n in enumerate(sizes)])
    np.testing.assert_array_equal(found["pzl"], expected)
    assert run.pot == pytest.approx(1e20 * len(sizes))
    assert [part.metadata["seed"] for part in run.parts] == list(range(len(sizes)))
    assert run.metadata["events"] == sum(sizes)


def test_listings_of_two_neutrinos(tmp_path: Path, make_columns: Maker) -> None:
    files = [
        a_file(tmp_path / f"{k}.hepmc3", make_columns, n, k, probe=probe, sigma=sigma)
        for k, (n, probe, sigma) in enumerate([(6, 14, 0.6), (4, -14, 0.2)])
    ]
    run, found = read(joined(tmp_path / "all.hepmc3", *files))
    np.testing.assert_array_equal(found["neu"], np.repeat([14, -14], [6, 4]))
    assert run.sigma == pytest.approx(10 / (6 / 0.6 + 4 / 0.2))


def test_file_of_two_neutrinos_has_both_beams(tmp_path: Path, make_columns: Maker) -> None:
    runs = [a_run(pot=1e20), a_run(probe=-14, energy=2.0, pot=1e20)]
    for run in runs:
        run.metadata["events"] = 2
    neu = np.array([14, -14, -14, 14], dtype="i4")
    path = write(tmp_path / "a.hepmc3", [{**make_columns(0, 4), "neu": neu}], merge(runs))
    found = events_of(path)
    assert [[event.particles[k].pid for k in (0, 2)] for event in found] == [[p, p - np.sign(p)] for p in neu]
    about = found[0].run_info.attributes
    assert str(about["NuHepMC.Beam[14].MonoEnergetic.Energy"]) == "1.5"
    assert str(about["NuHepMC.Beam[-14].MonoEnergetic.Energy"]) == "2.0"


@pytest.mark.parametrize("after", [b"\n", b" \n\t\n"])
def test_blanks_after_the_end(tmp_path: Path, file: Path, after: bytes) -> None:
    file.write_bytes(file.read_bytes() + after)
    assert len(read(file)[1]["Ev"]) == 20


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (b"E 20 1 4\n", r"goes on after the end of the events with E 20 1 4; expected the end of the file"),
        (b"PK\x03\x04", "goes on after the end of the events with PK"),
        (b"HepMC::Asciiv3-START_EVENT_LISTING\n", "goes on after the end of the events with HepMC::Asciiv3"),
        (b"HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\n", "was cut off"),
    ],
)
def test_anything_else_after_the_end_is_refused(file: Path, after: bytes, message: str) -> None:
    file.write_bytes(file.read_bytes() + after)
    with pytest.raises(UserError, match=message):
        read(file)


def test_listing_after_one_that_was_cut_off(tmp_path: Path, file: Path) -> None:
    text = file.read_bytes()
    (tmp_path / "b.hepmc3").write_bytes(text[: text.rindex(b"\nE ") + 1] + text)
    with pytest.raises(UserError, match=r"the listing before line .* was cut off"):
        read(tmp_path / "b.hepmc3")


@pytest.mark.slow
@pytest.mark.parametrize("level", ["zlib:1", "zlib:6", "zlib:9"])
def test_packed_file_is_that_of_plain_text(tmp_path: Path, make_columns: Maker, level: str) -> None:
    """gzip, HepMC3 and our reader find the same; the head, which is written last, has the last word."""
    chunks = [placed(make_columns(0, 3000)), placed(make_columns(3000, 10))]
    long = "x" * 40_000  # the head outgrows the room that is left for it
    plain = write(tmp_path / "a.hepmc3", chunks, seed=1, command=long)
    with nuhepmc.create(tmp_path / "a.hepmc3.gz", a_run(), level) as writer:
        for columns in chunks:
            writer.write(columns)
        writer.run.metadata.update(seed=1, command=long)
    packed = tmp_path / "a.hepmc3.gz"
    text = gzip.decompress(packed.read_bytes())
    assert text[len(text) - 10**5 :] == plain.read_bytes()[-(10**5) :]
    assert packed.stat().st_size < 0.6 * plain.stat().st_size
    assert len(events_of(packed)) == 3010
    (run, found), (expected_run, expected) = read(packed), read(plain)
    assert run.as_dict() == expected_run.as_dict()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_packed_file_without_events(tmp_path: Path) -> None:
    with nuhepmc.create(tmp_path / "a.hepmc3.gz", a_run(), "zlib:1"):
        pass
    with nuhepmc.read(tmp_path / "a.hepmc3.gz") as reader:
        assert (reader.events, list(reader.chunks)) == (0, [])


def test_damaged_archives(tmp_path: Path, make_columns: Maker) -> None:
    path = tmp_path / "a.hepmc3.gz"
    with nuhepmc.create(path, a_run(), "zlib:1") as writer:
        writer.write(make_columns(0, 200))
    whole = path.read_bytes()
    for damaged in (whole[:-5], whole[: len(whole) // 2], whole[:-400] + bytes(400), whole[:2]):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"damaged|cut off") as caught:
            read(path)
        assert "\n" not in str(caught.value)


def test_gzip_is_known_by_its_content(tmp_path: Path, file: Path) -> None:
    """A file that was renamed, either way."""
    (tmp_path / "b.hepmc3").write_bytes(gzip.compress(file.read_bytes()))
    assert len(read(tmp_path / "b.hepmc3")[1]["Ev"]) == 20
    file.rename(tmp_path / "c.hepmc3.gz")
    assert len(read(tmp_path / "c.hepmc3.gz")[1]["Ev"]) == 20


def test_a_campaign_of_many_runs(tmp_path: Path, make_columns: Maker) -> None:
    """What each run says of itself, 2 kB of a thousand, is more than a line of HepMC3 holds."""
    runs = []
    for seed in range(1000):
        runs.append(a_run(pot=1e18))
        runs[-1].metadata.update(seed=seed, events=1, command=f"{seed} " + 500 * "long")
    run, found = read(write(tmp_path / "a.hepmc3", [make_columns(0, 1000)], merge(runs)))
    assert [part.metadata["seed"] for part in run.parts] == list(range(1000))
    assert run.pot == pytest.approx(1e21)
    assert len(found["Ev"]) == 1000
    assert len(events_of(tmp_path / "a.hepmc3")) == 1000
