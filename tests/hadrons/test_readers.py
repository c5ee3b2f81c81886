"""Whole events of other generators' files: what is written in each format comes back the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from whole_events import Lists, from_lists, npz, particle_lists

from nugan_hep import Sampler, sample, species
from nugan_hep.errors import UserError
from nugan_hep.hadrons import dataset, readers
from nugan_hep.hadrons.events import Whole

CARBON = 1000060120
DYN = np.array([0, 2, 4, 6, 8])


def jagged(lists: Lists, values: np.ndarray) -> ak.Array:
    return ak.unflatten(values, lists[2])


def energies(lists: Lists) -> np.ndarray:
    return np.sqrt((lists[4] ** 2).sum(1) + species.lookup(lists[3])[0] ** 2)


def treeout(path: Path, lists: Lists, **changed: Any) -> Path:
    """A tree with the branches of NuWro's, MeV."""
    enu, mode, _, pdg, p = lists
    n = len(enu)
    columns = {
        "post.pdg": jagged(lists, pdg),
        "post.t": jagged(lists, 1e3 * energies(lists)),
        **{f"post.{axis}": jagged(lists, 1e3 * p[:, k]) for k, axis in enumerate("xyz")},
        "in.pdg": ak.Array([[14, 2112]] * n),
        "in.x": ak.Array([[0.0, 20.0]] * n),
        "in.y": ak.Array([[0.0, 20.0]] * n),
        "in.z": ak.unflatten(np.stack([1e3 * enu, np.zeros(n)], axis=1).ravel(), 2),
        "dyn": DYN[mode].astype(np.int32),
        "flag.cc": np.ones(n, dtype=bool),
        "par.nucleus_p": np.full(n, 6, dtype=np.int32),
        "par.nucleus_n": np.full(n, 6, dtype=np.int32),
        **changed,
    }
    return written(path, "treeout", columns)


def gst(path: Path, lists: Lists, **changed: Any) -> Path:
    """GENIE's summary tree: hadrons in arrays, the lepton beside."""
    enu, mode, n, pdg, p = lists
    first = np.cumsum(n) - n
    hadron = np.delete(np.arange(len(pdg)), first)
    arrays = {"pdgf": pdg, "Ef": energies(lists), **{f"p{axis}f": p[:, k] for k, axis in enumerate("xyz")}}
    columns: dict[str, Any] = {
        "neu": np.full(len(enu), 14, dtype=np.int32),
        "tgt": np.full(len(enu), CARBON, dtype=np.int32),
        "cc": np.ones(len(enu), dtype=bool),
        "pxv": np.zeros(len(enu)),
        "pyv": np.zeros(len(enu)),
        "pzv": enu,
        "El": energies(lists)[first],
        **{f"p{axis}l": p[first, k] for k, axis in enumerate("xyz")},
        **{key: ak.unflatten(value[hadron], n - 1) for key, value in arrays.items()},
        **{name: mode == k for k, name in enumerate(("qel", "res", "dis", "coh", "mec"))},
        **changed,
    }
    return written(path, "gst", columns)


def nuisance(path: Path, lists: Lists, **changed: Any) -> Path:
    """NUISANCE's flat tree."""
    enu, mode, _, pdg, p = lists
    columns: dict[str, Any] = {
        "PDGnu": np.full(len(enu), 14, dtype=np.int32),
        "Enu_true": enu,
        "Mode": np.array([1, 11, 26, 16, 2])[mode].astype(np.int32),
        "cc": np.ones(len(enu), dtype=bool),
        "tgt": np.full(len(enu), CARBON, dtype=np.int32),
        "pdg": jagged(lists, pdg),
        "E": jagged(lists, energies(lists)),
        **{f"p{axis}": jagged(lists, p[:, k]) for k, axis in enumerate("xyz")},
        **changed,
    }
    return written(path, "FlatTree_VARS", columns)


def written(path: Path, tree: str, columns: dict[str, Any]) -> Path:
    with uproot.recreate(path) as file:
        file.mktree(
            tree,
            {
                name: value.type if isinstance(value, ak.Array) else value.dtype
                for name, value in columns.items()
            },
        )
        file[tree].extend(columns)
    return path


def nuhepmc(path: Path, lists: Lists, unit: str = "GEV") -> Path:
    """HepMC3 ASCII with the statuses of NuHepMC, and a remnant."""
    import pyhepmc

    enu, mode, n, pdg, p = lists
    energy, start = energies(lists), 0
    scale = 1e3 if unit == "MEV" else 1.0
    info = pyhepmc.GenRunInfo()
    info.weight_names = ["CV"]
    with pyhepmc.open(str(path), "w") as file:
        for k in range(len(enu)):
            event = pyhepmc.GenEvent(getattr(pyhepmc.Units, unit), pyhepmc.Units.CM)
            event.run_info = info
            event.event_number = k
            event.weights = [1.0]
            vertex = pyhepmc.GenVertex()
            e = scale * enu[k]
            for code, status, momentum in ((14, 4, (0, 0, e, e)), (CARBON, 20, (0, 0, 0, 11.2 * scale))):
                vertex.add_particle_in(pyhepmc.GenParticle(momentum, code, status))
            for row in range(start, start + n[k]):
                momentum = (*(scale * p[row]), scale * energy[row])
                vertex.add_particle_out(pyhepmc.GenParticle(momentum, int(pdg[row]), 1))
            vertex.add_particle_out(pyhepmc.GenParticle((0, 0, 0, 9.3 * scale), 1000050100, 1))
            event.add_vertex(vertex)
            event.attributes["signal_process_id"] = [200, 400, 600, 100, 300][mode[k]]
            file.write(event)
            start += n[k]
    return path


WRITERS = {"treeout": (treeout, ".root"), "gst": (gst, ".root"), "nuisance": (nuisance, ".root"),
           "nuhepmc": (nuhepmc, ".hepmc3"), "npz": (npz, ".npz")}  # fmt: skip


@pytest.fixture
def lists() -> Lists:
    return particle_lists(60, 3)


def same(one: Whole, other: Whole, atol: float) -> None:
    assert one.n.tolist() == other.n.tolist()
    assert one.pdg.tolist() == other.pdg.tolist()
    assert one.mode.tolist() == other.mode.tolist()
    for key in ("enu", "emu", "cos", "momentum"):
        np.testing.assert_allclose(getattr(one, key), getattr(other, key), rtol=1e-5, atol=atol)


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_gives_the_events_back(name: str, lists: Lists, tmp_path: Path) -> None:
    write, suffix = WRITERS[name]
    read = dataset.read([str(write(tmp_path / f"events{suffix}", lists))])
    same(read, from_lists(*lists), 2e-5)


@pytest.mark.parametrize("name", ["a.npz", "a.parquet", "a.root", "b.root", "c.root"])
def test_what_nugan_sample_writes_is_read(name: str, tmp_path: Path) -> None:
    """Of every format that has particles, the events that the sampler gives."""
    form = {"b.root": ["--format", "rootracker"], "c.root": ["--format", "rntuple"]}.get(name, [])
    asked = ["--model", "numu_C12_inc", "-n", "300", "--seed", "4", "--quiet"]
    assert sample.main([*asked, *form, "--out", str(tmp_path / name)]) == 0
    events = Sampler("numu_C12_inc").sample(n=300, seed=4)
    particles = events["particles"][events["particles"].status == 1]
    parts = [*readers.blocks(tmp_path / name, 250)]
    assert sum(len(part.n) for part in parts) == 250
    assert np.concatenate([part.n for part in parts]).tolist() == ak.num(particles)[:250].tolist()
    for key, values in (("pdg", particles.pdg), ("energy", particles.E)):
        found = np.concatenate([getattr(part, key) for part in parts])
        np.testing.assert_allclose(found, ak.flatten(values[:250]).to_numpy(), rtol=1e-6)
    names = [readers.QEL, readers.MEC, readers.RES, readers.DIS, readers.COH]
    mode = np.concatenate([part.mode for part in parts])
    assert mode.tolist() == [names[number - 1] for number in events["mode"][:250]]


def test_an_npz_that_is_none_is_one_line(tmp_path: Path) -> None:
    good = {"enu": [1.0], "dyn": [0], "n": [1], "pdg": [13], "px": [0.1], "py": [0.0], "pz": [0.4]}
    for wrong in ({"enu": ["one"]}, {"enu": [[1.0, 2.0]]}, {"n": [-1]}):
        np.savez(tmp_path / "a.npz", **{**good, **wrong})
        with pytest.raises(UserError, match=f"{next(iter(wrong))}: expected a column of"):
            list(readers.blocks(tmp_path / "a.npz"))
    content = (tmp_path / "a.npz").read_bytes()
    for damaged in (content[:300], content[:100] + bytes(40) + content[140:], b"no archive"):
        (tmp_path / "a.npz").write_bytes(damaged)
        with pytest.raises(UserError) as caught:
            list(readers.blocks(tmp_path / "a.npz"))
        assert "\n" not in str(caught.value)


def test_units_of_hepmc_do_not_matter(lists: Lists, tmp_path: Path) -> None:
    files = [nuhepmc(tmp_path / f"{unit}.hepmc3", lists, unit) for unit in ("GEV", "MEV")]
    same(*(dataset.read([str(path)]) for path in files), 1e-6)


@pytest.mark.parametrize("name", ["treeout", "gst"])
def test_a_beam_of_any_direction_is_the_same(name: str, lists: Lists, tmp_path: Path) -> None:
    """Neutrino and particles turned together, where the file says where the neutrino flies."""
    c, s = np.cos(0.4), np.sin(0.4)
    turn = np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    turned = (*lists[:4], lists[4] @ turn)
    nu = lists[0][:, None] * (np.array([0.0, 0.0, 1.0]) @ turn)
    if name == "gst":
        path = gst(
            tmp_path / "turned.root", turned, **{f"p{axis}v": nu[:, k] for k, axis in enumerate("xyz")}
        )
    else:
        other = np.zeros(len(nu))
        columns = {
            f"in.{axis}": ak.unflatten(np.stack([1e3 * nu[:, k], other], axis=1).ravel(), 2)
            for k, axis in enumerate("xyz")
        }
        path = treeout(tmp_path / "turned.root", turned, **columns)
    same(dataset.read([str(path)]), from_lists(*lists), 2e-5)


def test_other_events_of_a_file_are_left_out(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = np.full(60, CARBON, dtype=np.int32)
    target[:20] = 1000080160
    charged = np.ones(60, dtype=bool)
    charged[20:30] = False
    path = gst(tmp_path / "mixed.root", lists, tgt=target, cc=charged)
    events = dataset.read([str(path)])
    assert len(events) == 30
    assert "left out 30 of another probe, target or current" in capsys.readouterr().out
    assert len(dataset.read([str(path)], target=1000080160)) == 20
    with pytest.raises(UserError, match="no event of probe -14 and target 1000060120"):
        dataset.read([str(path)], probe=-14)


def test_particles_before_the_cascade_are_refused(lists: Lists, tmp_path: Path) -> None:
    empty = ak.Array([[]] * 60)
    columns = {f"post.{axis}": ak.values_astype(empty, np.float64) for axis in "xyzt"}
    columns["post.pdg"] = ak.values_astype(empty, np.int32)
    path = treeout(tmp_path / "primary.root", lists, **columns)
    with pytest.raises(UserError, match="post is empty: the particles were never taken through the nucleus"):
        dataset.read([str(path)])


@pytest.mark.parametrize(
    ("tree", "branch", "message"),
    [
        ("treeout", "out.pdg", "treeout has out.pdg, the particles before .* and no post.pdg"),
        ("gst", "pdgi", "gst has pdgi, the particles before .* and no pdgf"),
        ("FlatTree_VARS", "pdg_vert", "FlatTree_VARS has pdg_vert, the particles before .* and no pdg"),
    ],
)
def test_trees_of_particles_before_the_cascade_are_named(
    tree: str, branch: str, message: str, lists: Lists, tmp_path: Path
) -> None:
    path = written(tmp_path / "primary.root", tree, {branch: jagged(lists, lists[3]), "Ev": lists[0]})
    with pytest.raises(UserError, match=message):
        dataset.read([str(path)])


@pytest.mark.parametrize("name", ["treeout", "nuisance"])
def test_other_targets_of_a_file_are_left_out(
    name: str, lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    oxygen = np.arange(60) < 25
    columns: dict[str, Any]
    if name == "nuisance":
        columns = {"tgt": np.where(oxygen, 1000080160, CARBON).astype(np.int32)}
    else:
        nucleons = np.where(oxygen, 8, 6).astype(np.int32)
        columns = {"par.nucleus_p": nucleons, "par.nucleus_n": nucleons}
    path = WRITERS[name][0](tmp_path / "two.root", lists, **columns)
    assert len(dataset.read([str(path)])) == 35
    assert "left out 25 of another probe, target or current" in capsys.readouterr().out
    assert len(dataset.read([str(path)], target=1000080160)) == 25


@pytest.mark.parametrize("name", ["treeout", "gst", "nuisance"])
def test_no_lepton_is_refused(name: str, lists: Lists, tmp_path: Path) -> None:
    """Muons as electrons, of which there should be none."""
    pdg = np.where(lists[3] == 13, 11, lists[3])
    if name == "gst":  # which has the lepton apart: it is missing where its momentum is
        nothing = np.zeros(60)
        path = gst(tmp_path / "a.root", lists, El=nothing, pxl=nothing, pyl=nothing, pzl=nothing)
        match = "lepton"
    else:
        path = WRITERS[name][0](tmp_path / "a.root", (*lists[:3], pdg, lists[4]))
        match = "60 without their charged lepton"
    with pytest.raises(UserError, match=match):
        dataset.read([str(path)])


def test_muons_alone_are_no_whole_events(tmp_path: Path) -> None:
    path = written(tmp_path / "muons.root", "gst", {"Ev": np.ones(9), "El": np.ones(9), "cthl": np.ones(9)})
    with pytest.raises(UserError, match="no tree with whole events"):
        dataset.read([str(path)])


@pytest.mark.parametrize("name", ["gst", "nuisance"])
@pytest.mark.parametrize("axis", ["px", "E"])
def test_momenta_that_are_no_numbers_are_refused(name: str, axis: str, lists: Lists, tmp_path: Path) -> None:
    bad = energies(lists) if axis == "E" else lists[4][:, 0].copy()
    bad[1::2] = np.nan if axis == "px" else 0.1 * bad[1::2]
    if name == "gst":
        first = np.cumsum(lists[2]) - lists[2]
        hadron = np.delete(np.arange(len(bad)), first)
        path = gst(tmp_path / "a.root", lists, **{f"{axis}f": ak.unflatten(bad[hadron], lists[2] - 1)})
    else:
        path = nuisance(tmp_path / "a.root", lists, **{axis: jagged(lists, bad)})
    with pytest.raises(
        UserError, match="a momentum is no number" if axis == "px" else "but by mass and momentum"
    ):
        dataset.read([str(path)])


@pytest.mark.parametrize(
    ("scale", "what"), [(1e-3, "GeV where MeV is meant"), (2.0, "momenta of twice the energy")]
)
def test_broken_four_momenta_are_refused(scale: float, what: str, lists: Lists, tmp_path: Path) -> None:
    path = treeout(
        tmp_path / "broken.root", lists, **{"post.t": jagged(lists, 1e3 * scale * energies(lists))}
    )
    with pytest.raises(UserError, match=r"PDG code 13 has energy .* but by mass and momentum"):
        dataset.read([str(path)])


def test_some_unknown_particles_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = particle_lists(600, 3)
    lists[3][lists[3] == 3122] = 3122
    row = int(np.flatnonzero(lists[3] == 2212)[0])
    lists[3][row] = 4332
    assert len(dataset.read([str(npz(tmp_path / "charm.npz", lists))])) == 599
    assert "left out 1 with an unknown PDG code (4332)" in capsys.readouterr().out


@pytest.mark.parametrize("cut", [100, 3000])
def test_damaged_files_are_refused(cut: int, lists: Lists, tmp_path: Path) -> None:
    whole = gst(tmp_path / "whole.root", lists).read_bytes()
    (tmp_path / "cut.root").write_bytes(whole[:cut])
    with pytest.raises(UserError, match=r"cut\.root"):
        dataset.read([str(tmp_path / "cut.root")])


def test_process_ids_and_neut_modes() -> None:
    assert [readers.mode_of_process(code) for code in (100, 200, 301, 450, 600, 700)] == [3, 0, 4, 1, 2, 2]
    assert readers.mode_of_neut(np.array([1, 2, 11, -13, 16, 26, 21])).tolist() == [0, 4, 1, 1, 3, 2, 2]


@pytest.mark.shared("nuwro/native")
def test_native_files_of_nuwro_are_read() -> None:
    shared = Path(os.environ.get("NUGAN_SHARED", Path(__file__).parents[3] / "shared")) / "data"
    events = dataset.read([str(shared / "nuwro" / "native" / "nuwro_C.root")])
    assert len(events) > 1000
    assert (events.n > 0).mean() > 0.98
