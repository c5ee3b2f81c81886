"""Rootracker trees that ROOT itself writes, with the branches of NuWro's and GENIE's converters."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from nugan_hep.data import read_events
from nugan_hep.output import recognise

pytestmark = pytest.mark.root

WRITE = r"""
import sys
import ROOT
ROOT.gInterpreter.Declare(r'''
#include <TBits.h>
#include <TFile.h>
#include <TObjString.h>
#include <TTree.h>
#include <cmath>
void write_tree(const char* path, const char* name, double scale, int most) {
  TFile file(path, "RECREATE");
  auto tree = new TTree(name, "RooTracker");
  TBits* flags = new TBits(8);
  TObjString* code = new TObjString("1");
  int number, n;
  static int pdg[4000], status[4000];
  static double p4[4000][4], x4[4000][4];
  double weight = 0.87, vertex[4] = {1, 2, 3, 0};
  tree->Branch("EvtFlags", "TBits", &flags, 32000, 1);
  tree->Branch("EvtCode", "TObjString", &code, 32000, 1);
  tree->Branch("EvtNum", &number, "EvtNum/I");
  tree->Branch("EvtWght", &weight, "EvtWght/D");
  tree->Branch("EvtVtx", vertex, "EvtVtx[4]/D");
  tree->Branch("StdHepN", &n, "StdHepN/I");
  tree->Branch("StdHepPdg", pdg, "StdHepPdg[StdHepN]/I");
  tree->Branch("StdHepStatus", status, "StdHepStatus[StdHepN]/I");
  tree->Branch("StdHepX4", x4, "StdHepX4[StdHepN][4]/D");
  tree->Branch("StdHepP4", p4, "StdHepP4[StdHepN][4]/D");
  tree->SetWeight(5e19);
  for (number = 0; number < 20000; ++number) {
    n = 3 + number % most;
    for (int k = 0; k < n; ++k) {
      pdg[k] = k == 0 ? 14 : k == 1 ? 1000060120 : k == 2 ? 13 : 2212;
      status[k] = k > 1;
      const double p = k == 0 ? 2 + number % 7 : k == 1 ? 0 : k == 2 ? 0.5 + 0.01 * (number % 50) : 0.3;
      const double mass = k == 0 ? 0 : k == 1 ? 11.17 : k == 2 ? 0.1056583755 : 0.938;
      const double angle = k == 2 ? 0.3 : 0;
      const double vector[4] = {p * std::sin(angle), 0, p * std::cos(angle), std::sqrt(p * p + mass * mass)};
      for (int i = 0; i < 4; ++i) p4[k][i] = scale * vector[i];
    }
    tree->Fill();
  }
  tree->Write();
}
''')
ROOT.write_tree(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
"""


@pytest.mark.parametrize(
    ("tree", "scale", "most"), [("gRooTracker", 1, 9), ("nRooTracker", 1, 1), ("nRooTracker", 1000, 40)]
)
def test_rootracker_as_root_writes_it(
    tmp_path: Path, root_python: str, tree: str, scale: float, most: int
) -> None:
    path = tmp_path / "a.root"
    command = [root_python, "-W", "ignore", "-c", WRITE, str(path), tree, str(scale), str(most)]
    subprocess.run(command, check=True, capture_output=True)
    number = np.arange(20_000)
    enu, p = 2 + number % 7, 0.5 + 0.01 * (number % 50)
    with recognise.read(path) as reader:
        chunks = list(reader.chunks)
        assert (reader.run.pot, reader.run.targets) == (5e19, {1000060120: 1.0})
    found = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    np.testing.assert_allclose(found["Ev"], enu, rtol=1e-6)
    np.testing.assert_allclose(found["pl"], p, rtol=1e-6)
    np.testing.assert_allclose(found["thetal"], 0.3, rtol=1e-6)
    np.testing.assert_array_equal(found["iev"], number)
    assert np.all(found["wght"] == 0.87)
    events = read_events(path, step=3000)
    np.testing.assert_allclose(events.enu, enu, rtol=1e-6)
    np.testing.assert_allclose(events.theta, 0.3, rtol=1e-6)
