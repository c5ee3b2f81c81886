"""gRooTracker files of the C++ writer, read as edep-sim (ROOT, in C++) and prometheus (uproot) read them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from nugan_hep.output import rootracker

pytestmark = pytest.mark.root

LEAVES = """
EvtFlags EvtCode EvtNum/I EvtXSec/D EvtDXSec/D EvtKPS/i EvtWght/D EvtProb/D EvtVtx[4]/D StdHepN/I
StdHepPdg[StdHepN]/I StdHepStatus[StdHepN]/I StdHepRescat[StdHepN]/I StdHepX4[StdHepN][4]/D
StdHepP4[StdHepN][4]/D StdHepPolz[StdHepN][3]/D StdHepFd[StdHepN]/I StdHepLd[StdHepN]/I StdHepFm[StdHepN]/I
StdHepLm[StdHepN]/I NuParentPdg/I NuParentDecMode/I NuParentDecP4[4]/D NuParentDecX4[4]/D
NuParentProP4[4]/D NuParentProX4[4]/D NuParentProNVtx/I
"""
CARBON, ARGON = 1000060120, 1000180400
MUON_MASS = 0.1056583755

READ_WITH_ROOT = """
import sys
import ROOT
ROOT.gInterpreter.LoadMacro(sys.argv[1])
ROOT.read_rootracker(sys.argv[2])
ROOT.gInterpreter.ProcessLine("fflush(stdout);")
"""


class Written(NamedTuple):
    """A file with its events as nugan-hep reads them."""

    path: Path
    pot: float
    columns: dict[str, NDArray[Any]]


@pytest.fixture(scope="module")
def written(gen: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Two nuclei, a beam that is tilted, vertices, and an exposure."""
    folder = tmp_path_factory.mktemp("rootracker")
    (folder / "flux.txt").write_text("# low  high  flux [/m2/1e4POT]\n0.2 1 0.32\n1 3 0.2\n")
    target = ["--probe", "numu", "--target", "C12=0.3,Ar40=0.7"]
    place = ["--vertex", "-1:1,0:2,3", "--time", "0:9.6e-6", "--beam-dir", "0,-0.101,0.995"]
    words = [*target, *place, "--format", "rootracker", "--exposure", "1e21,1"]
    path = folder / "events.root"
    command = [gen, "--flux", folder / "flux.txt", *words, "--out", path]
    environment = {**os.environ, "NUGAN_MODELS_PATH": str(models)}
    subprocess.run([str(word) for word in command], check=True, capture_output=True, env=environment)
    with rootracker.read(path) as reader:
        chunks = list(reader.chunks)
        pot = reader.run.pot
    assert pot is not None
    columns = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    assert len(columns["iev"]) > 20_000  # several clusters
    return Written(path, pot, columns)


def test_branches_are_those_that_edep_sim_binds(written: Written) -> None:
    with uproot.open(written.path) as file:
        tree = file["gRooTracker"]
        assert tree.title == "GENIE event tree rootracker format"
        assert [branch.member("fTitle") for branch in tree.branches] == LEAVES.split()
        assert tree["EvtCode"].classname == "TBranchElement"
        assert tree["EvtCode"].member("fClassName") == "TObjString"
        assert tree["EvtFlags"].member("fClassName") == "TBits"


def test_a_reader_that_binds_every_branch(written: Written, root_python: str) -> None:
    """Sums over all events, visited out of order, against those of the columns."""
    macro = Path(__file__).parents[1] / "output" / "read_rootracker.C"
    command = [root_python, "-W", "ignore", "-c", READ_WITH_ROOT, str(macro), str(written.path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not any(word in run.stderr for word in ("Error in <", "Warning in <"))
    answer = json.loads(run.stdout.split("ANSWER")[1])
    columns = written.columns
    n = len(columns["iev"])
    assert (answer["refused"], answer["failures"], answer["recovered"]) == (0, 0, 0)
    assert answer["entries"] == n
    assert answer["tree_weight"] == pytest.approx(written.pot)
    assert answer["off_shell"] < 1e-13
    momentum = np.stack([columns[name].astype("f8") for name in ("pxl", "pyl", "pzl")])
    energy = np.sqrt(np.sum(momentum**2, axis=0) + MUON_MASS**2)
    assert answer["muon"] == pytest.approx([*momentum.sum(axis=1), energy.sum()], rel=1e-9)
    assert answer["energies"][0] == pytest.approx(columns["Ev"].sum(dtype="f8"), rel=1e-6)
    vertex = [columns[name].sum() for name in ("vtxx", "vtxy", "vtxz", "vtxt")]
    assert answer["vertex"] == pytest.approx(vertex, rel=1e-9)
    assert answer["weights"] == n
    kinds = Counter(columns["tgt"].tolist())
    codes = {f"nu:14;tgt:{pdg};proc:Weak[CC],Unknown;": count for pdg, count in kinds.items()}
    assert answer["codes"] == codes
    assert answer["kinds"] == {"14": n, "13": n, "2000000002": n, **{str(k): v for k, v in kinds.items()}}


def test_prometheus_reads_the_code_by_uproot(written: Written) -> None:
    """It takes EvtCode/fString, particle 0 as the probe, 1 as the target, and looks for CC."""
    with uproot.open(written.path) as file:
        tree = file["gRooTracker"]
        codes = tree["EvtCode/fString"].array(library="np")
        pdg = tree["StdHepPdg"].array().to_numpy()
        status = tree["StdHepStatus"].array().to_numpy()
    assert all(
        "CC" in code and f"tgt:{target};" in code for code, target in zip(codes, pdg[:, 1], strict=True)
    )
    assert np.all(pdg[:, 0] == 14)
    np.testing.assert_array_equal(pdg[:, 1], written.columns["tgt"])
    np.testing.assert_array_equal(status, np.broadcast_to([0, 0, 15, 1], status.shape))


def test_cross_section_is_per_nucleus(written: Written) -> None:
    with uproot.open(written.path) as file:
        sigma = file["gRooTracker"]["EvtXSec"].array(library="np")
        models = json.loads(str(file["nugan"]))["models"]
    for model in models:
        own = sigma[written.columns["tgt"] == model["target"]]
        assert np.all(own == model["sigma"] * (model["target"] // 10 % 1000))


@pytest.mark.parametrize(
    ("options", "target"),
    [("--uniform 0.5 3", 12), ("", 12), ("--model numu_Ar40_inc --uniform 4 9", 40), ("--energy 2", 12)],
)
def test_cross_section_without_a_flux_is_that_of_the_energy(
    tmp_path: Path, gen: Path, models: Path, options: str, target: int
) -> None:
    """The toy models have 0.7 E per nucleon; nugan-sample writes the same."""
    command = [*options.split(), "-n", "500", "--format", "rootracker", "--quiet", "--out"]
    environment = {**os.environ, "NUGAN_MODELS_PATH": str(models)}
    programs = {"gen": [gen], "sample": [sys.executable, "-m", "nugan_hep.sample"]}
    for name, program in programs.items():
        subprocess.run([*program, *command, tmp_path / f"{name}.root"], check=True, env=environment)
        with uproot.open(tmp_path / f"{name}.root") as file:
            tree = file["gRooTracker"]
            sigma, energy = tree["EvtXSec"].array(library="np"), tree["StdHepP4"].array().to_numpy()[:, 0, 3]
        np.testing.assert_allclose(sigma, 0.7 * energy * target, rtol=1e-6, err_msg=name)
