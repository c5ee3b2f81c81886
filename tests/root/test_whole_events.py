"""Trees of whole events, of both programs, read by ROOT in C++ with every branch bound, and by uproot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from make_model import write_model
from whole_events import from_lists, hadrons_for, particle_lists, random_model

from nugan_hep.particles import LEPTON
from nugan_hep.sampler import Sampler

pytestmark = pytest.mark.root

N = 4000
TREES = {"gst": "gst", "rootracker": "gRooTracker", "nuisance": "FlatTree_VARS"}
READ_WITH_ROOT = """
import sys
import ROOT
ROOT.gInterpreter.LoadMacro(sys.argv[1])
ROOT.read_branches(*sys.argv[2:])
ROOT.gInterpreter.ProcessLine("fflush(stdout);")
"""
HADRONS = {"pdgf": "pdg", "Ef": "E", "pxf": "px", "pyf": "py", "pzf": "pz"}
GENIE_COUNTS = {
    "nfp": (2212, -2212),
    "nfn": (2112, -2112),
    "nfpip": (211,),
    "nfpim": (-211,),
    "nfpi0": (111,),
    "nfkp": (321,),
    "nfkm": (-321,),
    "nfk0": (311, -311),
    "nfem": (22, 11, -11),
}


@pytest.fixture(scope="module")
def flux(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flux") / "flux.txt"
    path.write_text("# low  high  flux [/m2/1e4POT]\n0.3 1 0.32\n1 6 0.2\n")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random networks with hadrons, of muon neutrinos on carbon."""
    hadrons = hadrons_for(random_model(from_lists(*particle_lists(600, 1))))
    return write_model(tmp_path_factory.mktemp("whole") / "whole.pt", hadrons=hadrons)


@pytest.fixture(scope="module")
def events(model: Path, flux: Path) -> dict[str, Any]:
    return Sampler(model, threads=1).sample(n=N, seed=11, flux=str(flux))


@pytest.fixture(scope="module", params=["gen", "sample"])
def program(request: pytest.FixtureRequest) -> list[str]:
    """nugan-gen, which writes with ROOT, and nugan-sample, which writes with uproot."""
    if request.param == "gen":
        return [str(request.getfixturevalue("gen"))]
    return [sys.executable, "-m", "nugan_hep.sample"]


def by_root(root_python: str, path: Path, tree: str, leaves: list[str]) -> dict[str, Any]:
    macro = Path(__file__).parent / "read_branches.C"
    python = [root_python, "-W", "ignore", "-c", READ_WITH_ROOT]
    command = [*python, str(macro), str(path), tree, " ".join(leaves)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not any(word in run.stderr for word in ("Error in <", "Warning in <", "cannot bind")), run.stderr
    return dict(json.loads(run.stdout.split("ANSWER")[1]))


def sums(values: Any) -> list[float]:
    """Of an array [N], [N, *] or [N, *, k]: how many numbers, their sum, and one that knows their places."""
    array = ak.values_astype(ak.Array(values), np.float64)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    array = ak.flatten(array, axis=2) if array.ndim == 3 else array
    places = 1 + ak.local_index(array, axis=1) % 31
    tied = ak.sum(places * array, axis=1) * (1 + np.arange(len(array)) % 97)
    return [float(ak.count(array)), float(ak.sum(array)), float(ak.sum(tied))]


@pytest.mark.parametrize("form", TREES)
def test_every_branch_is_bound_and_read(
    tmp_path: Path,
    program: list[str],
    model: Path,
    flux: Path,
    events: dict[str, Any],
    root_python: str,
    form: str,
) -> None:
    path, tree = tmp_path / "events.root", TREES[form]
    drawn = ["--model", model, "--flux", flux, "-n", N, "--seed", 11]
    options = [*drawn, "--format", form, "--quiet", "--out", path]
    subprocess.run([*program, *map(str, options)], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    with uproot.open(path) as file:
        leaves = [b.member("fTitle") for b in file[tree].branches if "/" in b.member("fTitle")]
        found = file[tree].arrays([leaf.split("/")[0].split("[")[0] for leaf in leaves])
    answer = by_root(root_python, path, tree, leaves)
    assert (answer["refused"], answer["failures"], answer["recovered"]) == (0, 0, 0)
    assert answer["bound"] == answer["branches"]
    assert answer["entries"] == N
    for name in found.fields:
        scale = float(ak.sum(np.abs(ak.values_astype(found[name], np.float64)), axis=None))
        expected = sums(found[name])
        assert answer["values"][name] == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale), name
    for name, values in of_events(form, events).items():
        np.testing.assert_allclose(answer["values"][name], sums(values), rtol=2e-6, atol=2e-4, err_msg=name)
    if form == "rootracker":
        assert sum(answer["codes"].values()) == N
        assert all("nu:14;tgt:1000060120;" in code and "Weak[CC]" in code for code in answer["codes"])


def of_events(form: str, events: dict[str, Any]) -> dict[str, Any]:
    """What branches must hold, from the events as Python has them."""
    every = events["particles"]
    if form == "rootracker":
        p4 = ak.concatenate([every[name][..., np.newaxis] for name in ("px", "py", "pz", "E")], axis=2)
        fields = {"Pdg": every.pdg, "Status": every.status, "Fm": every.mother, "P4": p4, "N": ak.num(every)}
        return {f"StdHep{name}": values for name, values in fields.items()}
    final = every[every.status == 1]
    if form == "nuisance":
        names = {"pdg": final.pdg, **{name: final[name] for name in ("px", "py", "pz", "E")}}
        return {"nfsp": ak.num(final), "Enu_true": events["Ev"], **names}
    hadrons = every[(every.status == 1) & (ak.local_index(every) != LEPTON)]
    numbers = {name: count(hadrons.pdg, codes) for name, codes in GENIE_COUNTS.items()}
    modes = {name: events["mode"] == k for k, name in enumerate(("qel", "mec", "res", "dis", "coh"), 1)}
    momenta = {name: hadrons[field] for name, field in HADRONS.items()}
    momenta["pf"] = np.sqrt(hadrons.px**2 + hadrons.py**2 + hadrons.pz**2)
    return {"nf": ak.num(hadrons), "Ev": events["Ev"], **numbers, **modes, **momenta}


def count(pdg: Any, codes: tuple[int, ...]) -> Any:
    return sum((ak.sum(pdg == code, axis=1) for code in codes), start=np.zeros(len(pdg), dtype=np.int64))
