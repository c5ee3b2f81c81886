"""A beam of several flavours in one run: shares, files, exposures, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import uproot

from nugan_hep import Sampler, convert, sample
from nugan_hep.output import formats
from nugan_hep.output.recognise import recognise

TABLE = "# E_low [GeV]  E_high [GeV]  numu [/cm2/1e21POT/bin]  nue [/cm2/1e21POT/bin]\n"
ROWS = [(0.4, 1.0, 3e12, 1e11), (1.0, 2.0, 1e12, 8e10), (2.0, 6.0, 2e11, 5e10)]
PROBES = (14, 12)


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    path = tmp_path / "flux.txt"
    path.write_text(TABLE + "".join(" ".join(map(str, row)) + "\n" for row in ROWS))
    return path


def draw(flux: Path, out: Path, *more: str) -> int:
    words = ["--flux", str(flux), "--flavours", "numu,nue", "--target", "O16", "--out", str(out), *more]
    return sample.main(words)


def rates() -> list[float]:
    """Events of each flavour for a proton and a nucleon, from the models' own rates."""
    found = []
    for k, name in enumerate(("numu_O16_inc", "nue_O16_inc")):
        sampler = Sampler(name)
        edges = np.array([ROWS[0][0], *(row[1] for row in ROWS)])
        contents = np.array([row[2 + k] for row in ROWS])
        rate = sampler.rate((edges, contents / np.diff(edges)))
        found.append(rate.sigma * contents.sum())
    return found


def test_cross_sections_of_channels(flux: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the models' rates, by the flavours' shares of the neutrinos; they add up to the total."""
    assert draw(flux, tmp_path / "a.root", "-n", "100") == 0
    about = json.loads(str(uproot.open(tmp_path / "a.root")["nugan"]))
    table = about["cross_section"]
    parts = {name: part["mean"] for name, part in table["channels"].items()}
    assert sum(parts.values()) == pytest.approx(table["mean"], rel=1e-4)
    share = 100 * parts["qel"] / sum(parts.values())
    assert f"cross section by channel: qel {share:.1f}%, mec " in capsys.readouterr().out
    edges, neutrinos = np.array([ROWS[0][0], *(row[1] for row in ROWS)]), np.array([row[2:] for row in ROWS])
    expected = 0.0
    for k, name in enumerate(("numu_O16_inc", "nue_O16_inc")):
        rate = Sampler(name).rate((edges, neutrinos[:, k] / np.diff(edges)))
        own = about["flavours"][k]["channels"]["res"]
        assert (own["mean"], own["error"]) == pytest.approx(rate.channels["res"])
        expected += rate.channels["res"][0] * neutrinos[:, k].sum() / neutrinos.sum()
    assert parts["res"] == pytest.approx(expected)


def test_flavours_share_the_events(flux: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert draw(flux, tmp_path / "a.root", "-n", "20000") == 0
    said = capsys.readouterr().out
    share = rates()[1] / sum(rates())
    assert f"nue: {100 * share:.1f}% of the events" in said
    tree = uproot.open(f"{tmp_path}/a.root:gst").arrays(["neu", "Ev", "El", "pl"], library="np")
    assert set(tree["neu"]) == set(PROBES)
    electrons = tree["neu"] == 12
    assert electrons.mean() == pytest.approx(share, abs=5 * np.sqrt(share / 20000))
    mass = np.sqrt(np.maximum(tree["El"].astype(float) ** 2 - tree["pl"].astype(float) ** 2, 0))
    assert mass[~electrons] == pytest.approx(0.10566, rel=1e-2)
    assert mass[electrons].max() < 0.005
    # the later part of a run is that of the whole
    assert draw(flux, tmp_path / "b.root", "-n", "500", "--first", "19500", "--quiet") == 0
    part = uproot.open(f"{tmp_path}/b.root:gst").arrays(["neu", "El"], library="np")
    np.testing.assert_array_equal(part["El"], tree["El"][19500:])
    np.testing.assert_array_equal(part["neu"], tree["neu"][19500:])


@pytest.mark.parametrize("form", ["gst", "rootracker", "nuhepmc", "rntuple", "parquet", "npz"])
def test_files_know_their_flavours(form: str, flux: Path, tmp_path: Path) -> None:
    path = tmp_path / f"a{formats.FORMATS[form].suffixes[0]}"
    exposure = 300 / (sum(rates()) / 1e21 * 1e-38 * 6.02214076e29)
    assert draw(flux, path, "--format", form, "--exposure", f"{exposure:.6g},1", "--quiet") == 0
    assert recognise(path) == form
    back = tmp_path / "back.root"
    assert convert.main([str(path), "--to", "gst", str(back)]) == 0
    with uproot.open(back) as file:
        about = json.loads(str(file["nugan"]))
        assert set(file["gst"]["neu"].array(library="np")) == set(PROBES)
    assert about["run"]["pot"] == pytest.approx(exposure, rel=1e-5)
    assert [one["run"]["probe"] for one in about["flavours"]] == list(PROBES)
    assert all(one["run"]["pot"] == about["run"]["pot"] for one in about["flavours"])
    sigmas = [one["run"]["sigma"] for one in about["flavours"]]
    neutrinos = [sum(row[2 + k] for row in ROWS) for k in range(2)]
    assert about["run"]["sigma"] == pytest.approx(np.average(sigmas, weights=neutrinos), rel=1e-5)


def test_exposures_of_two_runs_add_up(flux: Path, tmp_path: Path) -> None:
    exposure = 100 / (sum(rates()) / 1e21 * 1e-38 * 6.02214076e29)
    for name, seed in (("a", "1"), ("b", "2")):
        assert draw(flux, tmp_path / f"{name}.root", "--exposure", f"{exposure:.6g},1", "--seed", seed) == 0
    both = tmp_path / "both.root"
    assert convert.main([str(tmp_path / "a.root"), str(tmp_path / "b.root"), "--to", "gst", str(both)]) == 0
    with uproot.open(both) as file:
        about = json.loads(str(file["nugan"]))
    assert about["run"]["pot"] == pytest.approx(2 * exposure, rel=1e-5)


def test_hydrogen_follows_from_the_cross_sections(flux: Path, tmp_path: Path) -> None:
    out = tmp_path / "ch.root"
    words = ["--flux", str(flux), "--flavours", "numu", "--target", "CH", "-n", "20000", "--out", str(out)]
    assert sample.main(words) == 0
    tree = uproot.open(out)["gst"].arrays(["tgt", "W"], library="np")
    edges = np.array([ROWS[0][0], *(row[1] for row in ROWS)])
    density = np.array([row[2] for row in ROWS]) / np.diff(edges)
    hydrogen, carbon = (
        Sampler(name).rate((edges, density)).sigma for name in ("numu_H1_inc", "numu_C12_inc")
    )
    share = hydrogen / (hydrogen + 12 * carbon)
    free = tree["tgt"] == 1000010010
    assert free.mean() == pytest.approx(share, abs=5 * np.sqrt(share / 20000))
    # neutrinos have no quasielastic scattering off a proton
    assert tree["W"][free].min() > 1.07


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--flavours numu,nue --target CH", "no model of nue on hydrogen (H1)"),
        ("--flavours numu,nuebar --target C", "no model of nuebar on C12"),
        ("--flavours numu,numu --target C", "numu is there twice"),
        ("--flavours numu,muon --target C", "probe 'muon': expected one of nue (12)"),
        ("--flavours numu=a,nue --target O16", "expected a histogram for each neutrino, or for none"),
        ("--flavours numu=,nue= --target O16", "no histogram behind 'numu='"),
        ("--flavours numu,nue", "--flavours goes with --target: expected both"),
        ("--flavours numu,nue --target O16 --probe numu", "--probe is one: give one of the two"),
        ("--flavours numu,nue --target O16 --model numu_O16_inc", "--model has a probe and a target"),
        ("--flavours numu,nue --target Ti", "no model of numu on Ti48"),
        ("--flavours numu,numubar --target O16", "numubar"),
        ("--flavours numu,nue --target O16 --format nuisance", "the flux of one neutrino"),
    ],
)
def test_mistakes(
    words: str, message: str, flux: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.root"
    assert sample.main([*words.split(), "--flux", str(flux), "--out", str(out), "-n", "100"]) == 2
    assert message in capsys.readouterr().err
    assert not out.exists()


def test_flavours_need_a_flux(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--flavours", "numu,nue", "--target", "O16", "--out", str(tmp_path / "x.root")]
    assert sample.main(words) == 2
    assert "--flavours needs a flux: expected --flux" in capsys.readouterr().err
