"""Probes and targets by name, and the models that are found for them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import particle
import pytest

from nugan_hep import archive, targets
from nugan_hep.errors import UserError

H1, C12, O16, AR40 = 1000010010, 1000060120, 1000080160, 1000180400


def model(folder: Path, name: str, probe: int, target: int) -> None:
    about = {
        "format_version": 1,
        "name": name,
        "probe": probe,
        "target": target,
        "interaction": "CC inclusive",
        "enu_range": [0.3, 10],
        "latent_size": 3,
        "shift": 0.0,
    }
    with zipfile.ZipFile(folder / f"{name}.pt", "w") as file:
        file.writestr(f"{name}/extra/nugan.json", json.dumps(about))


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(archive, "models_dirs", lambda: [tmp_path])
    return tmp_path


@pytest.mark.parametrize(
    ("text", "pdg"), [("numu", 14), ("NuMuBar", -14), ("14", 14), ("-14", -14), ("nue", 12), ("-16", -16)]
)
def test_probes(text: str, pdg: int) -> None:
    assert targets.parse_probe(text) == pdg


@pytest.mark.parametrize("text", ["", "mu", "13", "+14", "numub", "2212"])
def test_no_probes(text: str) -> None:
    with pytest.raises(
        UserError, match=rf"^probe '{text}': expected one of nue \(12\).*numubar \(-14\)".replace("+", r"\+")
    ):
        targets.parse_probe(text)


@pytest.mark.parametrize(
    ("text", "fractions"),
    [
        ("C12", {C12: 1}),
        ("Ar40", {AR40: 1}),
        ("1000180400", {AR40: 1}),
        ("C", {C12: 1}),
        ("Ar", {AR40: 1}),
        ("C13", {1000060130: 1}),
        ("H2", {1000010020: 1}),
        ("O2", {O16: 1}),
        ("C60", {C12: 1}),
        ("Pb", {1000822080: 1}),
        ("H2O", {H1: 2 / 18, O16: 16 / 18}),
        ("CH", {C12: 12 / 13, H1: 1 / 13}),
        ("C8H8", {C12: 12 / 13, H1: 1 / 13}),
        ("C12=0.9,Ar40=0.1", {C12: 0.9, AR40: 0.1}),
        ("C=0.25, C12=0.25, 1000180400=0.5", {C12: 0.5, AR40: 0.5}),
        ("CH=0.5,H2O=0.5", {C12: 6 / 13, H1: 0.5 / 13 + 1 / 18, O16: 8 / 18}),
        ("C12=1", {C12: 1}),
    ],
)
def test_targets(text: str, fractions: dict[int, float]) -> None:
    found = targets.parse_target(text)
    assert found == pytest.approx(fractions, rel=1e-12)
    assert sum(found.values()) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a nucleus"),
        ("carbon", "expected a nucleus"),
        ("Xx", "no element 'Xx'"),
        ("Xx12", "no element 'Xx12'"),
        ("C0", "no element 'C0'"),
        ("C00", "no element 'C00'"),
        ("CH9999999999", "no element 'H9999999999'"),
        ("12C", "expected a nucleus"),
        ("(CH2)2", "expected a nucleus"),
        ("1000060000", "expected a nucleus"),
        ("2212", "expected a nucleus"),
        ("C12,Ar40", "expected a nucleus"),
        ("C12=0.9,Ar40", "'Ar40' is no fraction above 0"),
        ("C12=0.9,Ar40=0", "'Ar40=0' is no fraction above 0"),
        ("C12=nan", "'C12=nan' is no fraction above 0"),
        ("C12=-1,Ar40=2", "'C12=-1' is no fraction above 0"),
        ("C12=0.9,Ar40=0.2", "the fractions add up to 1.1, expected 1"),
    ],
)
def test_no_targets(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        targets.parse_target(text)
    assert str(caught.value).startswith(f"target {text!r}: ")
    assert message in str(caught.value)


def test_elements_have_their_numbers() -> None:
    assert len(targets.SYMBOLS) == len(set(targets.SYMBOLS)) == 92
    for z, symbol in enumerate(targets.SYMBOLS, 1):
        mass = targets.MAIN_MASS[symbol]
        pdg = particle.PDGID(1000000000 + 10000 * z + 10 * mass)
        assert pdg.is_nucleus
        assert (z, mass) == (pdg.Z, pdg.A)
        assert targets.nucleus(pdg) == f"{symbol}{mass}"
        assert symbol == "H" or abs(mass / z - 2.3) < 0.4
    for symbol, pdg in {"O": 1000080160, "Fe": 1000260560, "Ag": 1000471070, "Pb": 1000822080}.items():
        assert particle.Particle.from_pdgid(pdg).name == symbol + str(targets.MAIN_MASS[symbol])
    assert targets.nucleus(1001000000) == "1001000000"


def test_models(models: Path) -> None:
    for name in ("numu_C12_inc", "numu_C12_inc_gan", "numu_C12_qe"):
        model(models, name, 14, C12)
    model(models, "mine", -14, AR40)
    (models / "broken.pt").write_bytes(b"no archive")
    assert targets.find_model(14, C12) == "numu_C12_inc"
    assert targets.find_model(-14, AR40) == "mine"
    with pytest.raises(UserError, match=r"no model of numu on Ar40; there is: numu on C12, numubar on Ar40$"):
        targets.find_model(14, AR40)
    model(models, "his", -14, AR40)
    with pytest.raises(UserError, match=r"several models of numubar on Ar40: .* --model, of his, mine$"):
        targets.find_model(-14, AR40)


def test_no_models(models: Path) -> None:
    with pytest.raises(UserError, match="no model of nuebar on O16; there is: none"):
        targets.find_model(-12, O16)
