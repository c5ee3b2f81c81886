"""A model of another flavour: the mass of its lepton, the ratio of cross sections, and what the card says."""

from __future__ import annotations

from pathlib import Path

import awkward as ak
import numpy as np
import pytest

from nugan_hep import Sampler, archive
from nugan_hep.cross_section import from_table
from nugan_hep.derive import main

ELECTRON_MASS = 0.00051099895


def derive(out: Path, *more: str) -> int:
    words = ("--from", "numu_H1_inc", "--probe", "nue", "--ratio", "nue_C12_inc", "numu_C12_inc")
    return main([*words, "--out", str(out), *more])


def test_electrons_from_muons(tmp_path: Path) -> None:
    path = tmp_path / "nue_H1_inc.pt"
    assert derive(path, "--error", "0.07") == 0
    about = archive.read_metadata(path)
    assert (about["probe"], about["target"]) == (12, 1000010010)
    sigmas = {
        name: from_table(archive.read_metadata(archive.find_model(name))["cross_section"])
        for name in ("numu_H1_inc", "nue_C12_inc", "numu_C12_inc")
    }
    own = from_table(about["cross_section"])
    assert own is not None
    assert own.relative_error == 0.07
    # channel by channel: the electrons of a free proton have carbon's ratio of resonances, not its mean one
    for enu in (0.55, 1.05, 5.05):
        expected = 0.0
        for name in ("res", "dis"):
            one, electron, muon = (
                np.interp(enu, sigma.enu, sigma.channels[name].sigma) for sigma in sigmas.values() if sigma
            )
            expected += one * electron / muon if muon > 0 else 0.0
        assert own(enu) == pytest.approx(expected, rel=2e-3)
    assert own.channels.keys() == {"res", "dis"}
    np.testing.assert_allclose(sum(part.sigma for part in own.channels.values()), own.sigma)
    events = Sampler(path).sample(enu=0.4, n=5000, seed=1)
    mass2 = events["El"].astype(np.float64) ** 2 - events["pl"].astype(np.float64) ** 2
    assert np.abs(mass2 - ELECTRON_MASS**2).max() < 1e-6
    assert events["W"].min() > 1.0744  # a nucleon and a pion
    card = path.with_suffix(".md").read_text()
    assert "There are no events of this process behind this model" in card
    assert "none: derived from numu_H1_inc" in card


def test_hadrons_are_those_of_the_other_lepton(tmp_path: Path) -> None:
    """The same networks, of what the electron leaves: energy and momentum balance with its mass."""
    path = tmp_path / "nue_C12_new.pt"
    words = ("--from", "numu_C12_inc", "--probe", "nue", "--ratio", "nue_O16_inc", "numu_O16_inc")
    assert main([*words, "--out", str(path)]) == 0
    about = archive.read_metadata(path)["hadrons"]
    assert about["lepton_mass"] == ELECTRON_MASS
    events = Sampler(path).sample(enu=0.5, n=5000, seed=1)
    every = events["particles"]
    lepton = every[:, 2]
    assert set(ak.to_numpy(lepton.pdg)) == {11}
    np.testing.assert_allclose(lepton.E**2 - lepton.px**2 - lepton.py**2 - lepton.pz**2, 0, atol=1e-6)
    sign = ak.where(every.status == 0, -1.0, 1.0)
    for name in ("px", "py", "pz", "E"):
        assert np.abs(ak.to_numpy(ak.sum(sign * every[name], axis=1))).max() < 1e-9
    assert 0.7 < ak.mean(ak.any(every[:, 3:-1].pdg == 2212, axis=1)) < 1
    assert (
        "The networks are those of numu_C12_inc, trained on its events" in path.with_suffix(".md").read_text()
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ("--probe", "nuebar"),
            "--probe nuebar: expected another flavour of numu, the neutrino of numu_H1_inc",
        ),
        (("--probe", "numu"), "--probe numu: expected another flavour"),
        (("--ratio", "nue_C12_inc", "numu_O16_inc"), "models of two nuclei"),
        (("--ratio", "numu_C12_inc", "nue_C12_inc"), "models of numu and nue, expected nue and numu"),
        (("--ratio", "nuebar_O16_inc", "numubar_O16_inc"), "models of nuebar and numubar, expected nue"),
        (("--ratio", "nue_C12_inc", "numu_C12_qe"), "CC inclusive and CC quasielastic, expected one of both"),
        (("--probe", "nutau"), "its lepton, 1.77693 GeV, is heavier than the energies of numu_H1_inc"),
        (("--from", "nosuch"), "no model 'nosuch'"),
        (("--error", "-1"), "'-1' is not a finite number above 0"),
    ],
)
def test_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], message: str
) -> None:
    try:
        code = derive(tmp_path / "x.pt", *more)
    except SystemExit as stop:
        code = stop.code  # type: ignore[assignment]
    assert code == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.pt"
    path.write_text("mine")
    assert derive(path) == 2
    assert path.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
