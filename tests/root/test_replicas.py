"""Weights of replicas by ROOT: nugan-gen writes what nugan-sample writes, and ROOT reads both."""

from __future__ import annotations

import subprocess
from pathlib import Path

import make_model
import numpy as np
import pytest
import uproot

from nugan_hep import sample

pytestmark = pytest.mark.root

READ = """
import sys
import ROOT
file = ROOT.TFile.Open(sys.argv[1])
tree = file.Get("gst")
for event in tree:
    energy, weights = event.Ev, list(event.wght_rep)
    assert len(weights) == 2
    assert abs(weights[0] - energy**0.5) < 1e-4 and abs(weights[1] * energy - 1) < 1e-4
print(tree.GetEntries())
frame = ROOT.RDataFrame("gst", sys.argv[1])
print(frame.Define("product", "wght_rep[0] * wght_rep[0] * wght_rep[1]").Mean("product").GetValue())
"""
ENTRIES = 300


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its replicas are the root of the energy and 1 over it."""
    path = tmp_path_factory.mktemp("models") / "toy.pt"
    return make_model.write_model(path, replicas=make_model.powers_of_energy())


def options(model: Path, out: Path, *more: str) -> list[str]:
    words = [
        "--model",
        str(model),
        "--replicas",
        "2",
        "-n",
        str(ENTRIES),
        "--out",
        str(out),
        "--quiet",
        *more,
    ]
    return words


def test_root_reads_the_branch(model: Path, tmp_path: Path, root_python: str) -> None:
    out = tmp_path / "a.root"
    assert sample.main(options(model, out)) == 0
    done = subprocess.run([root_python, "-c", READ, str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    entries, mean = done.stdout.split()
    assert int(entries) == ENTRIES
    assert float(mean) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("form", ["gst", "rntuple", "nuisance"])
def test_nugan_gen_writes_the_same(model: Path, tmp_path: Path, gen: Path, form: str) -> None:
    ours, theirs = tmp_path / "a.root", tmp_path / "b.root"
    more = ["--format", form, "--energy", "2"]
    assert sample.main(options(model, ours, *more)) == 0
    done = subprocess.run([gen, *options(model, theirs, *more)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    tree = "FlatTree_VARS" if form == "nuisance" else "gst"
    found = []
    for path in (ours, theirs):
        with uproot.open(path) as file:
            found.append(np.array(file[tree]["wght_rep"].array().tolist()))
    assert found[0].shape == (ENTRIES, 2)
    np.testing.assert_array_equal(*found)


def test_nugan_gen_refuses_as_nugan_sample(model: Path, tmp_path: Path, gen: Path) -> None:
    words = options(model, tmp_path / "a.root")
    words[words.index("--replicas") + 1] = "3"
    done = subprocess.run([gen, *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert "has 2, expected 2 at most" in done.stderr
    assert len(done.stderr.splitlines()) == 1
