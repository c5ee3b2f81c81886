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
        "shift": 0.004,
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
        ("1000060121", "expected a nucleus"),
        ("C12=0.9,Ar40", "'Ar40' is no NAME=FRACTION"),
        ("C12=1,", "'' is no NAME=FRACTION"),
        ("C12=nan", "'C12=nan' is no NAME=FRACTION"),
        ("C12=10%,Ar=90%", "'C12=10%' is no NAME=FRACTION"),
        ("C12=0.9,Ar40=0", "mass fraction 0 of 'Ar40'; expected fractions above 0 and at most 1"),
        ("C12=-1,Ar40=2", "mass fraction -1 of 'C12'; expected fractions above 0 and at most 1"),
        ("C12=2.5", "at most 1 that add up to 1, these add up to 2.5"),
        ("C12=90,Ar40=10", "mass fraction 90 of 'C12'"),
        ("Fe=30,O=70", "these add up to 100 (per cent?)"),
        ("C12=0.9,Ar40=0.2", "the mass fractions add up to 1.1, expected 1"),
        ("C12=0.3,Ar40=0.3", "the mass fractions add up to 0.6, expected 1"),
        ("caf\udce9", "expected a nucleus"),
    ],
)
def test_no_targets(text: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        targets.parse_target(text)
    assert str(caught.value).startswith(f"target {text!r}: ".replace("udc", "x"))
    assert "\n" not in str(caught.value)
    assert message in str(caught.value)


def test_elements_have_their_numbers() -> None:
    for z in range(1, 93):
        symbol = targets.nucleus(1000000000 + 10000 * z + 20 * z).rstrip("0123456789")
        ((pdg, fraction),) = targets.parse_target(symbol).items()
        assert fraction == 1
        mass = particle.PDGID(pdg).A
        assert z == particle.PDGID(pdg).Z
        assert targets.nucleus(pdg) == f"{symbol}{mass}"
        assert symbol == "H" or abs(mass / z - 2.3) < 0.4
    for symbol, pdg in {"O": 1000080160, "Fe": 1000260560, "Ag": 1000471070, "Pb": 1000822080}.items():
        assert targets.parse_target(symbol) == {pdg: 1}
        assert particle.Particle.from_pdgid(pdg).name == targets.nucleus(pdg)
    assert targets.nucleus(H1) == "H1"
    for pdg in (1001000000, 2212, 0, -1000060120, 1000060121, 1100060120, 1000930000):
        assert targets.nucleus(pdg) == str(pdg)
    assert (targets.probe_name(-16), targets.probe_name(11)) == ("nutaubar", "11")


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


@pytest.mark.parametrize("text", ["CH", "H2O", "C8H8", "C12=0.9,H=0.1"])
def test_no_model_of_hydrogen(models: Path, text: str) -> None:
    """Molecules are read, but the models that are there decide."""
    model(models, "numu_C12_inc", 14, C12)
    model(models, "numu_O16_inc", 14, O16)
    assert H1 in targets.parse_target(text)
    with pytest.raises(
        UserError, match=r"^no model of numu on hydrogen \(H1\); there is: numu on C12, numu on O16$"
    ):
        [targets.find_model(14, pdg) for pdg in targets.parse_target(text)]


def test_no_models(models: Path) -> None:
    with pytest.raises(UserError, match="no model of nuebar on O16; there is: none"):
        targets.find_model(-12, O16)
