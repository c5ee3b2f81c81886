"""The primary generator of examples/geant4, compiled against a stand-in of Geant4's declarations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
from building import configure, run
from chain import TEXT_FLUX
from make_model import write_model
from whole_events import from_lists, hadrons_for, particle_lists, random_model

import nugan_hep

EXAMPLE = Path(__file__).parents[1] / "examples" / "geant4"
GEV, M, S = 1000.0, 1000.0, 1e9  # in Geant4's units: MeV, mm, ns


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random networks with hadrons in the shipped model's place."""
    hadrons = hadrons_for(random_model(from_lists(*particle_lists(600, 1))))
    (tmp_path / "models").mkdir()
    write_model(tmp_path / "models" / "numu_C12_inc.pt", hadrons=hadrons)
    monkeypatch.setenv("NUGAN_MODELS_PATH", str(tmp_path / "models"))


@pytest.mark.slow
@pytest.mark.usefixtures("whole")
def test_primaries_are_the_events_drawn_in_python(
    program: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print_primaries = program("print_primaries")
    flux = tmp_path / "flux.txt"
    flux.write_text(TEXT_FLUX)
    monkeypatch.chdir(tmp_path)

    # not in order, over the border of what is drawn at once
    numbers = [0, 1, 999, 1000, 1500, 3, 2001]
    lines = run(print_primaries, *map(str, numbers)).stdout.splitlines()
    found = np.array([line.split() for line in lines], dtype=float)
    beam = nugan_hep.Beam(
        vertex=((-0.9, 0.9), (-0.9, 0.9), (0, 1.5)), time=(0, 4e-6), direction=(0, -0.06, 1)
    )
    events = nugan_hep.Sampler("numu_C12_inc").sample(flux=flux, n=2002, seed=7, beam=beam)
    final = events["particles"][numbers]
    final = final[final.status == 1]
    count = ak.to_numpy(ak.num(final))
    assert count.max() > 2
    np.testing.assert_array_equal(found[:, 0], np.repeat(numbers, count))
    np.testing.assert_array_equal(found[:, 1], ak.flatten(final.pdg))
    for column, name in enumerate(("px", "py", "pz"), 2):
        np.testing.assert_allclose(found[:, column], GEV * ak.flatten(final[name]), rtol=1e-12)
    lepton = found[np.cumsum(count) - count]
    columns = [("pxl", GEV), ("pyl", GEV), ("pzl", GEV), ("vtxx", M), ("vtxy", M), ("vtxz", M), ("vtxt", S)]
    expected = [events[name][numbers].astype("f8") * unit for name, unit in columns]
    assert (lepton[:, 1] == 13).all()
    np.testing.assert_allclose(lepton[:, 2:9], np.transpose(expected), rtol=1e-6)
    assert (found[:, 9] == 1).all()
    np.testing.assert_allclose(lepton[:, 10], events["Ev"][numbers], rtol=1e-8)

    # an event that nugan refuses is Geant4's exception
    failed = run(print_primaries, "2147483647", check=False)
    assert failed.returncode == 2
    assert "NuganPrimaryGenerator::GeneratePrimaries nugan: " in failed.stderr


@pytest.mark.slow
def test_a_model_of_leptons_has_one_primary(
    program: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "numu_C12_inc.pt")
    monkeypatch.setenv("NUGAN_MODELS_PATH", str(tmp_path))
    (tmp_path / "flux.txt").write_text(TEXT_FLUX)
    monkeypatch.chdir(tmp_path)
    lines = run(program("print_primaries"), "0", "5", "1200").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["0", "13"], ["5", "13"], ["1200", "13"]]


def test_without_geant4_nothing_is_built(tmp_path: Path) -> None:
    done = configure(EXAMPLE, tmp_path, "-DCMAKE_DISABLE_FIND_PACKAGE_Geant4=ON")
    assert "Nothing to build: Geant4 was not found" in done.stdout
    run("cmake", "--build", tmp_path)
