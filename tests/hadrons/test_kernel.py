"""Hadrons of the core's kernels: the events of the reference in Python, from the same uniform numbers."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import torch
from damage_archive import read_members, write_members
from make_model import write_model
from numpy.typing import NDArray
from whole_events import CONTENTS, Tensors, from_lists, hadrons_for, particle_lists, random_model

from nugan_hep import Sampler, _core, _sampler, hist, observables, sample, species
from nugan_hep.beam import Beam
from nugan_hep.errors import UserError
from nugan_hep.hadrons import sampling
from nugan_hep.hadrons.export import description, sampler_of
from nugan_hep.hadrons.model import HadronModel
from nugan_hep.particles import as_columns

pytestmark = pytest.mark.usefixtures("one_thread")
F64 = NDArray[np.float64]
SEED = 11
HADRONS = 4
"""The purpose of the hadrons' stream."""
MODES = np.array([1, 3, 4, 5, 2])
"""The column ``mode`` for the modes of the networks: QE, RES, DIS, COH, MEC."""


def products(a: NDArray[np.uint64], b: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """High and low word of products of 64 bits."""
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    one, two = np.uint64(b & 0xFFFFFFFF), np.uint64(b >> 32)
    a_low, a_high = a & low, a >> high
    middle = a_high * one + (a_low * one >> high)
    other = a_low * two + (middle & low)
    return a_high * two + (middle >> high) + (other >> high), a * np.uint64(b)


def uniforms(seed: int, events: NDArray[Any], columns: int) -> F64:
    """The numbers [N, columns] of events, as numpy.random.Philox has them."""
    parts = -(-columns // 4)
    event = np.repeat(events.astype(np.uint64) + np.uint64(1), parts)
    part = np.tile(np.arange(parts, dtype=np.uint64), len(events))
    word = [event, part, np.zeros_like(event), np.zeros_like(event)]
    key = [seed, HADRONS]
    for _ in range(10):
        one, two = products(word[0], 0xD2E7470EE14C6C93), products(word[2], 0xCA5A826395121157)
        word = [two[0] ^ word[1] ^ np.uint64(key[0]), two[1], one[0] ^ word[3] ^ np.uint64(key[1]), one[1]]
        key = [(k + w) % 2**64 for k, w in zip(key, (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B), strict=True)]
    table = np.stack(word, axis=1).reshape(len(events), -1)[:, :columns]
    return np.asarray((table >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def whole(folder: Path, model: HadronModel) -> Path:
    return write_model(folder / "whole.pt", hadrons=hadrons_for(model))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[HadronModel, Path]:
    lists = particle_lists(220, 1, [(221, 2212), (221, 221, 2112, 2212), *CONTENTS])
    model = random_model(from_lists(*lists), spread=0.3)
    return model, whole(tmp_path_factory.mktemp("archives"), model)


def rotated(events: dict[str, Any]) -> tuple[Any, Any]:
    """Hadrons [N, *] and their momenta in the frame of q."""
    every = events["particles"]
    hadrons = every[:, 3:][every.status[:, 3:] == 1]
    q = np.stack([-events["pxl"], -events["pyl"], events["Ev"] - events["pzl"]], axis=1).astype(np.float64)
    z = q / np.linalg.norm(q, axis=1, keepdims=True)
    lepton = np.stack([events[name] for name in ("pxl", "pyl", "pzl")], axis=1).astype(np.float64)
    x = lepton - np.sum(lepton * z, axis=1, keepdims=True) * z
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    counts = ak.to_numpy(ak.num(hadrons))
    flat = ak.flatten(hadrons)
    p = np.stack([ak.to_numpy(flat[name]) for name in ("px", "py", "pz")], axis=1)
    axes = [np.repeat(axis, counts, axis=0) for axis in (x, np.cross(z, x), z)]
    return hadrons, np.stack([np.sum(p * axis, axis=1) for axis in axes], axis=1)


def compare(model: HadronModel, events: dict[str, Any], seed: int) -> None:
    """Topologies but for one in a thousand; momenta to 1e-6 GeV for most."""
    number = sampling.all_columns(model)
    u = torch.from_numpy(uniforms(seed, events["iev"], number))
    lepton = [torch.from_numpy(events[name].astype(np.float64)) for name in ("Ev", "El", "cthl")]
    with torch.inference_mode():
        mode, n, codes, momentum = (x.numpy() for x in sampler_of(model).sample(*lepton, u))
    hadrons, found = rotated(events)
    counts = ak.to_numpy(ak.num(hadrons))
    expected = ak.unflatten(codes, n)
    same = ak.to_numpy((counts == n) & (events["mode"] == MODES[mode]))
    same[same] = ak.to_numpy(ak.all(hadrons[same].pdg == expected[same], axis=1))
    assert np.mean(~same) < 1e-3
    ours, theirs = np.repeat(same, counts), np.repeat(same, n)
    size = np.maximum(np.linalg.norm(momentum[theirs], axis=1), 1.0)
    error = np.linalg.norm(found[ours] - momentum[theirs], axis=1) / size
    assert np.median(error) < 1e-6
    assert np.mean(error > 1e-4) < 2e-3, np.sort(error)[-10:]


def test_uniform_numbers_are_those_of_numpy() -> None:
    """The stream of the hadrons: key (seed, 4), counter (event, part)."""
    table = uniforms(2**64 - 5, np.array([0, 7, 2**31 - 1]), 10)
    for row, event in zip(table, (0, 7, 2**31 - 1), strict=True):
        for part in range(2):
            key = np.array([2**64 - 5, HADRONS], dtype=np.uint64)
            philox = np.random.Philox(key=key, counter=[event, part, 0, 0])
            numbers = (philox.random_raw(4) >> np.uint64(11)).astype(np.float64) * 2.0**-53
            assert np.array_equal(row[4 * part : 4 * part + 4], numbers)


def test_the_same_events_as_the_reference(small: tuple[HadronModel, Path]) -> None:
    model, path = small
    sampler = Sampler(path, threads=1)
    assert sampler.hadrons
    compare(model, sampler.sample(uniform=(0.3, 10.0), n=3000, seed=SEED), SEED)
    compare(model, sampler.sample(enu=0.3, n=1000, seed=5, first=10**6), 5)


def test_four_momenta_charge_and_baryons_balance(small: tuple[HadronModel, Path]) -> None:
    events = Sampler(small[1]).sample(uniform=(0.3, 10.0), n=5000, seed=3)
    particles = events["particles"]
    sign = ak.where(particles.status == 0, -1.0, 1.0)
    for name in ("px", "py", "pz", "E"):
        values = ak.to_numpy(ak.sum(sign * particles[name], axis=1))
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 1e-9
    codes = ak.to_numpy(ak.flatten(particles.pdg))
    table = {code: (q, b) for code, (_, q, b) in species.PARTICLES.items()} | {14: (0, 0)}
    unique, inverse = np.unique(codes, return_inverse=True)
    known = [table.get(int(c), (int(c) // 10000 % 1000, int(c) // 10 % 1000)) for c in unique]
    for k in range(2):
        values = ak.unflatten(np.array([row[k] for row in known])[inverse], ak.num(particles))
        assert ak.all(ak.sum(sign * values, axis=1) == 0)
    # the lepton's columns are those of its particle
    for column, place, name in (("Ev", 0, "E"), ("El", 2, "E"), ("pxl", 2, "px"), ("pzl", 2, "pz")):
        assert np.array_equal(events[column], ak.to_numpy(particles[name][:, place]))
    hadrons, _ = rotated(events)
    masses = species.lookup(ak.to_numpy(ak.flatten(hadrons.pdg)))[0]
    kinetic = ak.to_numpy(ak.flatten(hadrons.E)) - masses
    assert (kinetic >= 0).all()
    remnant = particles[:, -1]
    assert ak.all(remnant.status == 15)
    assert ak.all(remnant.mother == 1)
    assert ak.all(hadrons.mother == 1)
    assert set(events["mode"]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("spread", [0.0, 1.0, 4.0])
def test_threshold(tmp_path: Path, spread: float) -> None:
    """Where most topologies are forbidden, whatever the networks say: no NaN, no negative energy."""
    model = random_model(from_lists(*particle_lists(120, 1)), spread=spread)
    events = Sampler(whole(tmp_path, model)).sample(enu=0.3, n=4000, seed=1)
    particles = events["particles"]
    flat = ak.flatten(particles)
    for name in ("px", "py", "pz", "E"):
        assert np.isfinite(ak.to_numpy(flat[name])).all()
    hadrons, _ = rotated(events)
    masses = species.lookup(ak.to_numpy(ak.flatten(hadrons.pdg)))[0]
    assert (ak.to_numpy(ak.flatten(hadrons.E)) >= masses).all()
    assert ak.all(particles.E[:, 0] == np.float32(0.3))


def test_events_do_not_depend_on_cuts_and_threads(small: tuple[HadronModel, Path]) -> None:
    one, two = Sampler(small[1], threads=1), Sampler(small[1], threads=2)
    events = one.sample(uniform=(0.5, 6.0), n=6000, seed=2)
    for sampler, cuts in ((two, (0, 6000)), (two, (0, 1, 2049, 6000)), (one, (17, 500))):
        for first, last in itertools.pairwise(cuts):
            part = sampler.sample(uniform=(0.5, 6.0), n=last - first, seed=2, first=first)
            assert np.array_equal(part["mode"], events["mode"][first:last])
            for name in ("pdg", "status", "mother", "px", "py", "pz", "E"):
                assert ak.array_equal(part["particles"][name], events["particles"][name][first:last])


def test_the_lepton_is_that_of_before(small: tuple[HadronModel, Path], tmp_path: Path) -> None:
    bare = Sampler(write_model(tmp_path / "bare.pt")).sample(enu=2.0, n=3000, seed=4)
    events = Sampler(small[1]).sample(enu=2.0, n=3000, seed=4)
    only = Sampler(small[1], lepton_only=True)
    assert not only.hadrons
    assert bare.keys() == only.sample(enu=2.0, n=10).keys()
    assert events.keys() - bare.keys() == {"mode", "particles"}
    for name, column in bare.items():
        assert np.array_equal(events[name], column)


def test_the_beam_turns_all_particles(small: tuple[HadronModel, Path]) -> None:
    sampler = Sampler(small[1])
    plain = sampler.sample(enu=2.0, n=500, seed=4)["particles"]
    turned = sampler.sample(enu=2.0, n=500, seed=4, beam=Beam(direction=(1.0, 0.0, 0.0)))["particles"]
    # about y: z becomes x, x becomes -z
    for name, other, sign in (("pz", "px", 1), ("px", "pz", -1), ("py", "py", 1), ("E", "E", 1)):
        assert ak.all(np.abs(sign * plain[name] - turned[other]) < 1e-9)


def test_instruction_sets_give_the_same_bits(
    small: tuple[HadronModel, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for name in _sampler.simd_names():
        monkeypatch.setenv("NUGAN_SIMD", name)
        events = Sampler(small[1], backend="torch").sample(uniform=(0.4, 8.0), n=2500, seed=9)
        found[name] = {"mode": events["mode"], **as_columns(events["particles"])}
    exact = [columns for name, columns in found.items() if name != "portable"]
    for columns in exact[1:]:
        for name, values in columns.items():
            assert np.array_equal(values, exact[0][name]), name
    if exact:  # sums and products that are rounded one by one differ in the last bits
        same = np.mean(exact[0]["offsets"] == found["portable"]["offsets"])
        assert same > 0.5


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "layout": ({"layout": 2}, "layout 2, expected 1"),
    "no layout": ({"layout": None}, "layout"),
    "most": ({"most": [1, 2]}, "list of 5"),
    "negative": ({"most": [-1, 2, 2, 2, 2]}, "most"),
    "huge": ({"most": [200, 200, 200, 200, 200]}, "hadrons"),
    "charge": ({"charge": "six"}, "charge"),
    "another nucleus": ({"baryons": 0}, "baryons"),
    "least": ({"least": float("nan")}, "least"),
    "no map": ({}, "do not tell"),
}


@pytest.mark.parametrize("name", WRONG)
def test_metadata_that_do_not_fit_are_refused(
    small: tuple[HadronModel, Path], tmp_path: Path, name: str
) -> None:
    changes, said = WRONG[name]
    members = read_members(small[1].read_bytes())
    place = next(k for k, (member, _) in enumerate(members) if member.endswith("nugan.json"))
    document = json.loads(members[place][1])
    document["hadrons"] = {**document["hadrons"], **changes} if changes else []
    members[place] = (members[place][0], json.dumps(document).encode())
    path = tmp_path / "changed.pt"
    path.write_bytes(write_members(members))
    with pytest.raises(UserError, match=said) as error:
        Sampler(path)
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)
    Sampler(path, lepton_only=True)


@pytest.mark.parametrize(
    ("probe", "target", "said"),
    [
        (14, 1000180400, "of charge 7 and 12 nucleons, but numu on Ar40 has 19 and 40"),
        (-14, 1000060120, "of charge 7 and 12 nucleons, but numubar on C12 has 5 and 12"),
        (14, 1000080160, "but numu on O16 has 9 and 16"),
    ],
)
def test_stages_of_other_processes_are_refused(
    small: tuple[HadronModel, Path], tmp_path: Path, probe: int, target: int, said: str
) -> None:
    """The lepton of one process with the hadrons of carbon."""
    hadrons = Tensors(dict(sampler_of(small[0]).state_dict())), description(small[0])
    path = write_model(tmp_path / "mixed.pt", probe=probe, target=target, hadrons=hadrons)
    with pytest.raises(UserError, match=said):
        Sampler(path)
    assert not Sampler(path, lepton_only=True).hadrons


class Empty(torch.nn.Module):
    pass


def edited(state: dict[str, torch.Tensor], what: str) -> dict[str, torch.Tensor]:
    match what:
        case "missing":
            del state["net.steps.3.second.weight"]
        case "shape":
            state["net.remnants.0.first.weight"] = state["net.remnants.0.first.weight"][:, :-1].clone()
        case "bins":
            for part in ("weight", "bias"):
                name = f"net.steps.0.start.{part}"
                state[name] = state[name][:-1].clone()
        case "infinite":
            state["net.topology.first.weight"] = torch.full_like(
                state["net.topology.first.weight"], float("inf")
            )
        case "size":
            state["word_size"] = state["word_size"] + 1000
        case "mass":
            state["word_masses"] = state["word_masses"] - 1.0
        case "scalar":
            state["counted"] = torch.tensor(1.0)
    return state


@pytest.mark.parametrize("what", ["missing", "shape", "bins", "infinite", "size", "mass", "scalar"])
def test_edited_tensors_are_refused(small: tuple[HadronModel, Path], tmp_path: Path, what: str) -> None:
    state = edited(dict(sampler_of(small[0]).state_dict()), what)
    path = write_model(tmp_path / "edited.pt", hadrons=(Tensors(state), description(small[0])))
    with pytest.raises(UserError, match="hadrons") as error:
        Sampler(path)
    assert "\n" not in str(error.value)


def test_no_tensors_at_all(small: tuple[HadronModel, Path], tmp_path: Path) -> None:
    path = write_model(tmp_path / "none.pt", hadrons=(Empty(), description(small[0])))
    with pytest.raises(UserError, match="hadrons: no tensor"):
        Sampler(path)


def test_nuclei_with_and_without_hadrons_do_not_mix(small: tuple[HadronModel, Path], tmp_path: Path) -> None:
    argon = Sampler(write_model(tmp_path / "argon.pt", target=1000180400))

    def source(carbon: Sampler) -> None:
        cores = [carbon._core, argon._core]
        _sampler.SourceCore(cores, [0.5, 0.5], 1.0, 1.0, None, False, 1, None)

    with pytest.raises(UserError, match=r"has no hadrons, toy has: .*--lepton-only"):
        source(Sampler(small[1]))
    source(Sampler(small[1], lepton_only=True))


def test_metadata_of_files_tell_the_stages(small: tuple[HadronModel, Path], tmp_path: Path) -> None:
    def stages(name: str, *options: str) -> Any:
        out = tmp_path / name
        words = ["--model", str(small[1]), "-n", "300", "--out", str(out), "--quiet", *options]
        assert sample.main(words) == 0
        return json.loads(str(np.load(out)["nugan"]))["model"].get("stages")

    assert stages("whole.npz") == ["lepton", "hadrons"]
    assert stages("lepton.npz", "--lepton-only") is None
    assert _core.parse_options("nugan-sample", [b"--lepton-only"]).lepton_only


def test_histograms_of_a_sampler_with_hadrons(small: tuple[HadronModel, Path]) -> None:
    """Topologies are those of the particles, a cross section of a selection its share."""
    sampler = Sampler(small[1])
    events = sampler.sample(enu=2.0, n=4000, seed=5)
    final = events["particles"][events["particles"].status == 1][:, 1:]
    pions = ak.to_numpy(ak.sum((np.abs(final.pdg) == 211) | (final.pdg == 111), axis=1))
    found = hist.fill(sampler, "n_pi", n=4000, enu=2.0, seed=5)
    assert np.array_equal(found.values(), np.bincount(pions, minlength=21)[:21])
    whole = hist.fill(sampler, "topology", n=4000, enu=2.0, seed=5, cross_section=True)
    sigma = np.sum(whole.values())
    parts = [
        np.sum(
            hist.fill(
                sampler, "topology", selection=name, n=4000, enu=2.0, seed=5, cross_section=True
            ).values()
        )
        for name in observables.SELECTIONS
        if name not in ("CC0pi", "CC0piNp", "CC1pi")
    ]
    assert sum(parts) == pytest.approx(sigma)
    assert np.allclose(parts, whole.values())
