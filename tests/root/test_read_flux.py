"""Fluxes of files that ROOT wrote, as both readers have them: the rules are tested in tests/cpp."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from building import run

from nugan_hep import read_flux
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output import formats

MAKE = """
import sys, numpy as np, ROOT
file = ROOT.TFile(sys.argv[1], "RECREATE")
energies, values = np.array([0.3, 0.7, 1.0, 2.0, 5.0]), np.array([1.0, 4.0, 6.0, 2.0, 0.0])
for kind in ("TGraph", "TGraphErrors", "TGraphAsymmErrors"):
    graph = getattr(ROOT, kind)(5, energies, values)
    graph.SetName(kind)
    if kind != "TGraph":
        graph.SetTitle("flux;E [GeV];#bar{#nu}_{#mu} / cm^{2} / POT / GeV")
    graph.Write()
histogram = ROOT.TH1D("numu", "", 4, 0.0, 4.0)
for weight in (1.0, 2.0):
    histogram.Fill(1.5, weight)
    histogram.Write()
mev = ROOT.TH1F("mev", "#nu_{#mu};;1/cm^{2}/50 MeV/POT", 2, 0.0, 2000.0)
mev.Fill(700.0)
mev.Write()
file.Close()
file = ROOT.TFile(sys.argv[2], "RECREATE")
ROOT.TNtuple("flux", "", "E:phi").Write()
file.mkdir("near").cd()
ROOT.TH2D("plane", "", 2, 0, 1, 2, 0, 1).Write()
file.Close()
"""


@pytest.fixture(scope="module")
def files(root_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fluxes")
    run(root_python, "-W", "ignore", "-c", MAKE, folder / "flux.root", folder / "none.root")
    return folder


def of_root(gen: Path, models: Path, source: str, *more: str) -> Flux | str:
    """The flux that nugan-gen follows, or its refusal."""
    out = Path(source.split(":")[0]).parent / "out.root"
    command = [gen, "-n", "10", "--flux", source, "--out", out, "--force", "--allow-flux-outside", *more]
    environment = {**os.environ, "NUGAN_MODELS_PATH": str(models)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        assert done.returncode == 2
        return done.stderr.removeprefix("nugan-gen: error: ").strip()
    with formats.read("gst", out) as reader:
        assert reader.run.flux is not None
        assert f", read as {reader.run.flux.reading}, taken" in done.stdout or not reader.run.flux.reading
        return reader.run.flux


CASES = {
    "TGraphErrors": (),
    "TGraphAsymmErrors": (),
    "TGraph": ("/GeV",),
    "numu": ("/cm2/POT/GeV, E in GeV",),
    "numu;1": ("/bin",),
    "mev": ("E in MeV",),
}


@pytest.mark.parametrize("name", CASES)
def test_both_readers(gen: Path, models: Path, files: Path, name: str) -> None:
    source, units = f"{files / 'flux.root'}:{name}", CASES[name]
    expected = read_flux(source, *units).between(0.3, 10)
    found = of_root(gen, models, source, *(("--flux-units", *units) if units else ()))
    assert isinstance(found, Flux), found
    np.testing.assert_allclose(found.density, expected.density, rtol=1e-12)
    np.testing.assert_allclose(found.edges, expected.edges, rtol=1e-12)
    assert (found.name, found.named_for, found.unit, found.reading) == (
        expected.name,
        expected.named_for,
        expected.unit,
        expected.reading,
    )


def test_what_they_are(files: Path) -> None:
    """Trapezia of the points; the sum of the fills of a cycle; 50 MeV is a width, not the axis."""
    path = files / "flux.root"
    curve = read_flux(f"{path}:TGraphErrors")
    assert curve.integral() == pytest.approx(1 + 1.5 + 4 + 3)
    assert (curve.named_for, curve.reading) == (-14, "points joined by straight lines")
    cycles = [read_flux(f"{path}:numu{cycle}", "/bin").integral() for cycle in (";1", ";2", "")]
    assert cycles == pytest.approx([1, 3, 3])
    assert read_flux(f"{path}:mev", "E in MeV").integral() == pytest.approx(1 / 0.05)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("flux.root:numu;3", "no cycle '3' of numu; there is: numu;1, numu;2"),
        ("flux.root:TGraph", "its y axis, which has no title, has no flux unit; give --flux-units"),
        ("flux.root:mev", "its energies reach 2000, and nothing says in which unit; are they in MeV? Give"),
        ("none.root", "no TH1 or TGraph in it, but"),
        ("none.root:near/plane", "near/plane is a TH2D, expected a TH1 or TGraph"),
        ("none.root:flux", "flux is a TNtuple, expected a TH1 or TGraph"),
        ("none.root:far", "no histogram far; there is: "),
    ],
)
def test_refusals_of_both_readers(gen: Path, models: Path, files: Path, name: str, message: str) -> None:
    found = of_root(gen, models, str(files / name))
    assert isinstance(found, str)
    assert message in found
    with pytest.raises(UserError) as caught:
        read_flux(files / name, probe=14)
    assert str(caught.value) == found


def test_a_table_in_gzip_is_for_python(gen: Path, models: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8b\x08")
    assert "it is compressed with gzip, expected text; gunzip it first" in str(
        of_root(gen, models, str(tmp_path / "a.gz"))
    )
