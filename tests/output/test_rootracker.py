from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray
from particle import Particle

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.output import Run, formats, gst, rootracker, rootracker_reader, treewriter
from nugan_hep.output.merge import merge

Columns = dict[str, NDArray[Any]]
Maker = Callable[[int, int], Columns]

LEAVES = """
EvtFlags EvtCode EvtNum/I EvtXSec/D EvtDXSec/D EvtKPS/i EvtWght/D EvtProb/D EvtVtx[4]/D StdHepN/I
StdHepPdg[StdHepN]/I StdHepStatus[StdHepN]/I StdHepRescat[StdHepN]/I StdHepX4[StdHepN][4]/D
StdHepP4[StdHepN][4]/D StdHepPolz[StdHepN][3]/D StdHepFd[StdHepN]/I StdHepLd[StdHepN]/I StdHepFm[StdHepN]/I
StdHepLm[StdHepN]/I NuParentPdg/I NuParentDecMode/I NuParentDecP4[4]/D NuParentDecX4[4]/D
NuParentProP4[4]/D NuParentProX4[4]/D NuParentProNVtx/I
"""
TITLES = LEAVES.split()
CARBON, ARGON, HYDROGEN = 1000060120, 1000180400, 1000010010
MUON_MASS = 0.1056583755
MEASURED = [
    1000000000 + 10000 * z + 10 * a
    for z, a in (
        *((1, 1), (1, 2), (2, 4), (6, 12), (6, 13), (7, 14), (8, 16), (13, 27), (14, 28), (18, 40), (20, 40)),
        *((22, 48), (26, 56), (29, 63), (82, 208)),
    )
]
"""Nuclei whose masses are known."""
ROOT_PYTHON = os.environ.get("NUGAN_ROOT_PYTHON", sys.executable)


@pytest.fixture
def largest_file() -> Iterator[int]:
    """Let the system refuse files above 1 MiB, as it refuses them on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    yield 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def write(path: Path, chunks: list[Columns], run: Run | None = None, **options: Any) -> None:
    with rootracker.create(path, run or Run(14, {CARBON: 1.0}), **options) as writer:
        for columns in chunks:
            writer.write(columns)
        assert writer.events == sum(len(columns["Ev"]) for columns in chunks)


def tree_of(path: Path) -> Columns:
    """All branches but those of objects, as arrays [N, ...]."""
    with uproot.open(path) as file:
        names = [title.split("[")[0].split("/")[0] for title in TITLES if "/" in title]
        return {name: file["gRooTracker"][name].array().to_numpy() for name in names}


def with_extras(columns: Columns) -> Columns:
    """Add targets, weights, vertices and the directions of neutrinos, all of them different."""
    numbers = columns["iev"].astype("f8")
    tilt = 0.3 * np.sin(numbers)
    return columns | {
        "tgt": np.array([CARBON, HYDROGEN, ARGON], dtype="i4")[columns["iev"] % 3],
        "wght": 1 + numbers % 7,
        "pxv": (columns["Ev"] * np.sin(tilt)).astype("f4"),
        "pyv": np.zeros(len(numbers), dtype="f4"),
        "pzv": (columns["Ev"] * np.cos(tilt)).astype("f4"),
        **{name: np.sin(numbers + k) for k, name in enumerate(("vtxx", "vtxy", "vtxz"))},
        "vtxt": 1e-9 * numbers,
    }


def test_branches_have_genie_names_and_types(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 10)])
    with uproot.open(tmp_path / "a.root") as file:
        tree = file["gRooTracker"]
        assert [branch.title for branch in tree.branches] == TITLES
        assert tree.title == "GENIE event tree rootracker format"
        assert (tree["EvtFlags"].typename, tree["EvtCode"].typename) == ("TBits", "TObjString")


@pytest.mark.parametrize("target", [CARBON, ARGON, HYDROGEN])
@pytest.mark.parametrize("probe", [14, -14])
def test_four_particles_conserve_momentum(
    tmp_path: Path, make_columns: Maker, probe: int, target: int
) -> None:
    columns = make_columns(0, 3000)
    write(tmp_path / "a.root", [columns], Run(probe, {target: 1.0}))
    found = tree_of(tmp_path / "a.root")
    p4 = found["StdHepP4"]
    assert p4.shape == (3000, 4, 4)
    neutrino, nucleus, remnant, muon = (p4[:, k] for k in range(4))

    nucleus_pdg = 2212 if target == HYDROGEN else target
    np.testing.assert_array_equal(found["StdHepN"], 4)
    assert np.all(found["StdHepPdg"] == [probe, nucleus_pdg, 2000000002, 13 if probe > 0 else -13])
    assert np.all(found["StdHepStatus"] == [0, 0, 15, 1])

    np.testing.assert_array_equal(muon[:, :3], np.stack([columns[n] for n in ("pxl", "pyl", "pzl")], 1))
    mass = np.sqrt(muon[:, 3] ** 2 - np.sum(muon[:, :3] ** 2, axis=1))
    np.testing.assert_allclose(mass, MUON_MASS, rtol=1e-11)
    np.testing.assert_allclose(muon[:, 3], columns["El"], rtol=2e-7)
    np.testing.assert_array_equal(neutrino[:, 3], columns["Ev"])
    np.testing.assert_array_equal(neutrino[:, :3], np.stack([0 * columns["Ev"]] * 2 + [columns["Ev"]], 1))
    np.testing.assert_array_equal(nucleus[:, :3], 0)
    np.testing.assert_allclose(muon + remnant, neutrino + nucleus, rtol=0, atol=1e-13 * nucleus[0, 3])


@pytest.mark.parametrize("target", MEASURED)
def test_nuclear_masses_are_atomic_ones_without_electrons(target: int) -> None:
    """The particle package has the masses of neutral atoms, but for hydrogen that of the proton."""
    mass = Particle.from_pdgid(target).mass
    assert mass is not None
    electrons = 0 if target == HYDROGEN else target // 10000 % 1000
    assert 1e3 * _core.nuclear_mass(target) == pytest.approx(mass - electrons * 0.51099895, abs=2e-3)


def test_other_nuclear_masses_are_close() -> None:
    for target in (1000030070, 1000110230, 1000531270, 1000741840):
        mass = Particle.from_pdgid(target).mass
        assert mass is not None
        assert 1e3 * _core.nuclear_mass(target) == pytest.approx(mass, rel=3e-3)


def test_mothers_and_daughters_agree(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 2)])
    found = {name: values[0].tolist() for name, values in tree_of(tmp_path / "a.root").items()}
    for k in range(4):
        if found["StdHepStatus"][k] == 0:
            assert found["StdHepFm"][k] == -1
            daughters = range(found["StdHepFd"][k], found["StdHepLd"][k] + 1)
            assert [j for j in range(4) if found["StdHepFm"][j] == k] == list(daughters)
        else:
            assert found["StdHepFd"][k] == found["StdHepLd"][k] == -1
            assert found["StdHepStatus"][found["StdHepFm"][k]] == 0
    assert found["StdHepLm"] == [-1] * 4


def test_what_is_given_by_event(tmp_path: Path, make_columns: Maker) -> None:
    columns = with_extras(make_columns(0, 300))
    run = Run(14, {CARBON: 0.5, HYDROGEN: 0.25, ARGON: 0.25}, sigma=0.7)
    run.metadata["models"] = [
        {"target": CARBON, "interaction": "CC inclusive", "sigma": 0.8},
        {"target": HYDROGEN, "interaction": "CC quasielastic", "sigma": 0.5},
        {"target": ARGON, "interaction": "CC inclusive", "sigma": 0.9},
    ]
    write(tmp_path / "a.root", [columns], run)
    found = tree_of(tmp_path / "a.root")
    np.testing.assert_array_equal(found["EvtNum"], columns["iev"])
    np.testing.assert_array_equal(found["EvtWght"], columns["wght"])
    vertex = np.stack([columns[name] for name in ("vtxx", "vtxy", "vtxz", "vtxt")], axis=1)
    np.testing.assert_array_equal(found["EvtVtx"], vertex)
    assert found["StdHepPdg"][:3, 1].tolist() == [CARBON, 2212, ARGON]
    np.testing.assert_array_equal(found["StdHepP4"][:, 0, 0], columns["pxv"])
    np.testing.assert_allclose(found["StdHepP4"][:, 0, 3], columns["Ev"], rtol=1e-6)
    np.testing.assert_allclose(found["StdHepP4"][:3, 1, 3], [11.1749, 0.938272, 37.2155], rtol=1e-5)
    # per nucleus, as GENIE has it
    np.testing.assert_allclose(found["EvtXSec"][:3], [12 * 0.8, 0.5, 40 * 0.9])
    with uproot.open(tmp_path / "a.root") as file:
        codes = file["gRooTracker/EvtCode/fString"].array(library="np")
    assert codes[:3].tolist() == [
        "nu:14;tgt:1000060120;proc:Weak[CC],Unknown;",
        "nu:14;tgt:1000010010;N:2112;proc:Weak[CC],QES;",
        "nu:14;tgt:1000180400;proc:Weak[CC],Unknown;",
    ]
    assert Counter(codes) == dict.fromkeys(codes[:3], 100)


@pytest.mark.parametrize(
    ("probe", "interaction", "code"),
    [
        (14, "CC inclusive", "nu:14;tgt:1000060120;proc:Weak[CC],Unknown;"),
        (-14, "CC inclusive", "nu:-14;tgt:1000060120;proc:Weak[CC],Unknown;"),
        (14, "CC quasielastic", "nu:14;tgt:1000060120;N:2112;proc:Weak[CC],QES;"),
        (-14, "CC quasielastic", "nu:-14;tgt:1000060120;N:2212;proc:Weak[CC],QES;"),
    ],
)
def test_code_says_what_the_model_knows(
    tmp_path: Path, make_columns: Maker, probe: int, interaction: str, code: str
) -> None:
    run = Run(probe, {CARBON: 1.0}, sigma=0.6, energy=1.0)
    with rootracker.create(tmp_path / "a.root", run) as writer:
        writer.run.metadata["model"] = {"target": CARBON, "interaction": interaction}
        writer.write(make_columns(0, 4))
    with uproot.open(tmp_path / "a.root") as file:
        tree = file["gRooTracker"]
        assert tree["EvtCode/fString"].array(library="np").tolist() == [code] * 4
        np.testing.assert_allclose(tree["EvtXSec"].array(), 12 * 0.6)


def test_what_is_unknown_is_zero(tmp_path: Path, make_columns: Maker) -> None:
    write(tmp_path / "a.root", [make_columns(0, 5)])
    found = tree_of(tmp_path / "a.root")
    for name, values in found.items():
        if name.startswith("NuParent") or name in (
            ["EvtXSec", "EvtDXSec", "EvtKPS", "EvtVtx", "StdHepX4", "StdHepPolz"]
        ):
            assert not values.any(), name
    np.testing.assert_array_equal(found["StdHepRescat"], -1)
    np.testing.assert_array_equal(found["EvtWght"], 1)
    np.testing.assert_array_equal(found["EvtProb"], 1)


TABLE = {"enu": [0.3, 1.0, 4.0, 10.0], "sigma": [0.1, 0.8, 2.5, 7.0]}


@pytest.mark.parametrize("target", [CARBON, ARGON, HYDROGEN])
def test_cross_section_without_a_flux_is_that_of_the_energy(
    tmp_path: Path, make_columns: Maker, target: int
) -> None:
    """Straight lines between the table's points, times the nucleons: GENIE's is per nucleus."""
    run = Run(14, {target: 1.0}, metadata={"cross_section": TABLE})
    columns = make_columns(0, 500)
    write(tmp_path / "a.root", [columns], run)
    energies = columns["Ev"].astype("f8")
    expected = np.interp(energies, TABLE["enu"], TABLE["sigma"]) * (target // 10 % 1000)
    np.testing.assert_allclose(tree_of(tmp_path / "a.root")["EvtXSec"], expected, rtol=1e-14)
    run.sigma, run.energy = 0.7, 1.0  # of one energy, or averaged over a flux
    write(tmp_path / "b.root", [columns], run)
    np.testing.assert_allclose(tree_of(tmp_path / "b.root")["EvtXSec"], 0.7 * (target // 10 % 1000))


def test_cross_section_of_runs_put_together(tmp_path: Path, make_columns: Maker) -> None:
    """Each neutrino has its own; where two models of one neutrino disagree, none is known."""
    other = {**TABLE, "sigma": [0.05, 0.3, 1.0, 3.0]}
    runs = [Run(probe, {CARBON: 1.0}, metadata={"events": 1, "cross_section": table})
            for probe, table in ((14, TABLE), (-14, other))]  # fmt: skip
    columns = {**make_columns(0, 60), "neu": np.where(np.arange(60) % 3 == 0, -14, 14).astype("i4")}
    write(tmp_path / "a.root", [columns], merge(runs))
    energies = columns["Ev"].astype("f8")
    both = [12 * np.interp(energies, TABLE["enu"], table["sigma"]) for table in (TABLE, other)]
    expected = np.where(columns["neu"] == 14, *both)
    np.testing.assert_allclose(tree_of(tmp_path / "a.root")["EvtXSec"], expected)
    runs[1].probe = 14
    write(tmp_path / "b.root", [make_columns(0, 9)], merge(runs))
    assert not tree_of(tmp_path / "b.root")["EvtXSec"].any()


@pytest.mark.parametrize("pot", [None, 3.5e21])
def test_weight_of_the_tree_is_the_exposure(tmp_path: Path, make_columns: Maker, pot: float | None) -> None:
    with rootracker.create(tmp_path / "a.root", Run(14, {CARBON: 1.0})) as writer:
        writer.write(make_columns(0, 5))
        writer.run.pot = pot  # known at the end
    with uproot.open(tmp_path / "a.root") as file:
        assert file["gRooTracker"].member("fWeight") == (1.0 if pot is None else pot)


def test_as_prometheus_parses_it(tmp_path: Path, make_columns: Maker) -> None:
    """Names, indices and codes that prometheus' genie_parser relies on."""
    columns = make_columns(0, 50)
    write(tmp_path / "a.root", [columns])
    known = (0, 1, 2, 3, 11, 12, 13, 14, 15, 16)  # states that it has words for
    with uproot.open(tmp_path / "a.root") as file:
        events = file["gRooTracker"]
        names = "EvtCode/fString EvtNum StdHepN EvtProb EvtXSec StdHepPdg StdHepP4 EvtVtx StdHepX4 EvtWght"
        table = {name: events[name].array(library="np") for name in [*names.split(), "StdHepStatus"]}
    assert all("CC" in code for code in table["EvtCode/fString"])
    assert all(state in known for states in table["StdHepStatus"] for state in states)
    for k in range(50):
        final = table["StdHepStatus"][k] == 1
        assert table["StdHepP4"][k][0][3] == columns["Ev"][k]
        assert table["StdHepPdg"][k][0] == 14
        assert table["StdHepP4"][k][1][3] == pytest.approx(11.17486, abs=1e-4)
        assert table["StdHepPdg"][k][final].tolist() == [13]
        assert table["StdHepP4"][k][:, 3][final] == pytest.approx(columns["El"][k], rel=1e-6)


def test_baskets_do_not_depend_on_chunks(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(treewriter, "BASKET", 1000)
    contents = []
    for size in (7, 1000, 1500, 4321):
        path = tmp_path / f"{size}.root"
        starts = range(0, 4321, size)
        write(path, [with_extras(make_columns(first, min(size, 4321 - first))) for first in starts])
        with uproot.open(path) as file:
            for branch in (file["gRooTracker"]["StdHepP4"], file["gRooTracker"]["EvtCode/fString"]):
                assert branch.entry_offsets == [0, 1000, 2000, 3000, 4000, 4321]
        contents.append(tree_of(path))
    for content in contents[1:]:
        for name, values in contents[0].items():
            np.testing.assert_array_equal(content[name], values, err_msg=name)


def test_chunks_may_be_used_again(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 20)
    with rootracker.create(tmp_path / "a.root", Run(14, {CARBON: 1.0})) as writer:
        writer.write(columns)
        for values in columns.values():
            values[:] = 0
    assert tree_of(tmp_path / "a.root")["EvtNum"].tolist() == list(range(20))


@pytest.mark.parametrize("compression", ["zstd:9", "lz4", "zlib:1", "none"])
def test_values_do_not_depend_on_compression(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    columns = make_columns(0, 12_345)
    write(tmp_path / "a.root", [columns])
    write(tmp_path / "b.root", [columns], compression=compression)
    expected = tree_of(tmp_path / "a.root")
    for name, values in tree_of(tmp_path / "b.root").items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)


def test_empty_tree_is_readable(tmp_path: Path) -> None:
    write(tmp_path / "a.root", [])
    with uproot.open(tmp_path / "a.root") as file:
        assert file["gRooTracker"].num_entries == 0
    with formats.read("rootracker", tmp_path / "a.root") as reader:
        assert list(reader.chunks) == []


@pytest.mark.parametrize(
    "compression", ["none", "zstd:9", pytest.param("zlib:9", marks=pytest.mark.slow), "lz4:9"]
)
def test_least_bytes_is_a_lower_bound(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    """Even for events of one energy and a muon momentum of few values."""
    columns = make_columns(0, 50_000)
    columns["Ev"][:] = 1.0
    columns["pzl"] = np.round(columns["pzl"], 2)
    write(tmp_path / "a.root", [columns], compression=compression)
    size = (tmp_path / "a.root").stat().st_size
    assert size > formats.least_bytes("rootracker", 50_000, compression)
    assert size < (1.05 if compression == "none" else 3) * formats.least_bytes(
        "rootracker", 50_000, compression
    )


@pytest.mark.parametrize("extras", [False, True])
def test_reading_gives_the_events_back(
    tmp_path: Path, make_columns: Maker, monkeypatch: pytest.MonkeyPatch, extras: bool
) -> None:
    monkeypatch.setattr(rootracker_reader, "CHUNK", 1000)
    columns = make_columns(0, 2500)
    run = Run(-14, {CARBON: 0.5, HYDROGEN: 0.25, ARGON: 0.25}, sigma=0.7, energy=1.0, pot=1e20)
    run.metadata["seed"] = 7
    write(tmp_path / "a.root", [with_extras(columns) if extras else columns], run)
    with formats.read("rootracker", tmp_path / "a.root") as reader:
        assert reader.run == run
        assert reader.events == 2500
        chunks = list(reader.chunks)
    assert [len(chunk["Ev"]) for chunk in chunks] == [1000, 1000, 500]
    found = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    for name, values in columns.items():
        assert found[name].dtype == values.dtype, name
    for name in ("iev", "pxl", "pyl", "pzl"):
        np.testing.assert_array_equal(found[name], columns[name], err_msg=name)
    if extras:
        for name in ("tgt", "wght", "pxv", "pyv", "pzv", "vtxx", "vtxy", "vtxz", "vtxt"):
            np.testing.assert_array_equal(found[name], with_extras(columns)[name], err_msg=name)
        nu, mu = (np.stack([found[n].astype("f8") for n in names]) for names in (PV, PL))
        cosine = np.sum(nu * mu, axis=0) / np.linalg.norm(nu, axis=0) / np.linalg.norm(mu, axis=0)
        np.testing.assert_allclose(found["cthl"], cosine, atol=1e-12)
        return
    for name in ("Ev", "El", "pl", "thetal", "phil", "y"):
        np.testing.assert_allclose(found[name], columns[name], rtol=3e-6, atol=1e-6, err_msg=name)
    for name in ("cthl", "Q2", "W", "x"):
        np.testing.assert_allclose(found[name], columns[name], rtol=1e-4, atol=1e-5, err_msg=name)


PV, PL = ("pxv", "pyv", "pzv"), ("pxl", "pyl", "pzl")


def test_impossible_events_are_refused(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 30)
    columns["pzl"][17] = 20
    write(tmp_path / "a.root", [columns])
    with (
        pytest.raises(UserError, match=r"a.root is damaged: a lepton of 20\S* GeV from a neutrino of"),
        rootracker.read(tmp_path / "a.root") as reader,
    ):
        list(reader.chunks)


def refused(path: Path, message: str) -> None:
    with pytest.raises(UserError, match=message), rootracker.read(path):
        pass


def test_other_files_are_refused(tmp_path: Path, make_columns: Maker) -> None:
    path = tmp_path / "a.root"
    refused(path, "there is no such file")
    path.write_text("x" * 1000)
    refused(path, "expected a whole ROOT file with a tree gRooTracker")
    with gst.create(path, Run(14, {CARBON: 1.0}), force=True) as writer:
        writer.write(make_columns(0, 3))
    refused(path, "expected a tree gRooTracker")
    with uproot.recreate(path) as file:
        file.mktree("gRooTracker", {"EvtNum": "i4"})
    refused(path, "tree gRooTracker has no branch StdHepPdg, StdHepStatus, StdHepP4")
    with uproot.recreate(path) as file:
        file.mktree("gRooTracker", {"EvtNum": "i4"})
        file["nugan"] = "{}"
    refused(path, "no description of a run")


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
            with rootracker.read(path) as reader:
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
        write(tmp_path / "a.root", [make_columns(0, largest_file // 20)])
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_events(tmp_path: Path, make_columns: Maker) -> None:
    psutil = pytest.importorskip("psutil")
    columns = {name: np.ones_like(values) for name, values in make_columns(0, 50_000).items()}
    resident = []
    with rootracker.create(tmp_path / "a.root", Run(14, {CARBON: 1.0})) as writer:
        for _ in range(20):
            writer.write(columns)
            resident.append(psutil.Process().memory_info().rss)
    # 15 chunks are 600 MB of branches
    assert resident[-1] - resident[4] < 30e6


READ_WITH_ROOT = """
import sys
import ROOT
ROOT.gROOT.SetBatch(True)
ROOT.gROOT.LoadMacro(sys.argv[1])
ROOT.read_rootracker(sys.argv[2])
if len(sys.argv) > 3:
    file = ROOT.TFile.Open(sys.argv[2])
    tree = file.Get("gRooTracker")
    new = ROOT.TFile(sys.argv[3], "recreate")
    copy = tree.CloneTree(-1, "fast")
    new.Write()
    new.Close()
    ROOT.read_rootracker(sys.argv[3])
ROOT.gInterpreter.ProcessLine("fflush(stdout);")
"""


def read_with_root(path: Path, *copy: Path) -> list[dict[str, Any]]:
    """What ``read_rootracker.C`` finds, in the file and in ROOT's fast copy of it."""
    macro = Path(__file__).parent / "read_rootracker.C"
    command = [ROOT_PYTHON, "-W", "ignore", "-c", READ_WITH_ROOT, *map(str, (macro, path, *copy))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "Error in <" not in run.stderr
    assert "Warning in <" not in run.stderr
    return [json.loads(part) for part in run.stdout.split("ANSWER")[1:]]


def check_answer(answer: dict[str, Any], columns: Columns, pot: float) -> None:
    """Sums over events against those of the columns themselves."""
    n = len(columns["Ev"])
    assert (answer["refused"], answer["failures"], answer["recovered"]) == (0, 0, 0)
    assert answer["entries"] == n
    assert answer["tree_weight"] == pot
    assert answer["off_shell"] < 1e-13
    momentum = np.stack([columns[name].astype("f8") for name in PL])
    energy = np.sqrt(np.sum(momentum**2, axis=0) + MUON_MASS**2)
    size = np.abs(momentum).sum()
    assert answer["muon"] == pytest.approx([*momentum.sum(axis=1), energy.sum()], abs=1e-11 * size)
    assert answer["energies"][0] == pytest.approx(columns["Ev"].sum(dtype="f8"), rel=1e-6)
    assert answer["energies"][3] == pytest.approx(energy.sum())
    weights = columns.get("wght", np.ones(n))
    vertex = [columns.get(name, np.zeros(n)) for name in ("vtxx", "vtxy", "vtxz", "vtxt")]
    assert answer["weights"] == weights.sum()
    assert answer["vertex"] == pytest.approx([v.sum() for v in vertex], abs=1e-9)
    tied = np.sum(columns["iev"] % 1000 * momentum[2]) + np.sum(vertex[0] * weights)
    assert answer["tied"] == pytest.approx(tied, abs=1e-8 * size)


@pytest.mark.root
@pytest.mark.parametrize("compression", ["zstd:1", "lz4:1", "zlib:1", "none"])
def test_real_root_binds_it_as_edep_sim_does(tmp_path: Path, make_columns: Maker, compression: str) -> None:
    """Also after a fast copy, which moves the baskets as they are."""
    columns = with_extras(make_columns(0, 25_000))
    run = Run(14, {CARBON: 0.5, HYDROGEN: 0.25, ARGON: 0.25}, sigma=0.5, pot=1e21)
    write(tmp_path / "a.root", [columns], run, compression=compression)
    answers = read_with_root(tmp_path / "a.root", tmp_path / "copy.root")
    assert len(answers) == 2
    for answer in answers:
        check_answer(answer, columns, 1e21)
        shares = Counter(columns["tgt"].tolist())
        assert answer["kinds"] == {
            "14": 25_000,
            "13": 25_000,
            "2000000002": 25_000,
            str(CARBON): shares[CARBON],
            "2212": shares[HYDROGEN],
            str(ARGON): shares[ARGON],
        }
        codes = {f"nu:14;tgt:{pdg};proc:Weak[CC],Unknown;": n for pdg, n in shares.items()}
        assert answer["codes"] == codes
        nucleons = 12 * shares[CARBON] + shares[HYDROGEN] + 40 * shares[ARGON]
        assert answer["sigma"] == pytest.approx(0.5 * nucleons)


@pytest.mark.heavy
@pytest.mark.root
def test_real_root_reads_a_million_events(tmp_path: Path, make_columns: Maker) -> None:
    columns = make_columns(0, 1_000_000)
    write(tmp_path / "a.root", [columns], Run(-14, {ARGON: 1.0}, pot=5e20))
    (answer,) = read_with_root(tmp_path / "a.root")
    check_answer(answer, columns, 5e20)
    assert answer["kinds"] == dict.fromkeys(["-14", str(ARGON), "2000000002", "-13"], 1_000_000)
