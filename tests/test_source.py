"""Mixtures of nuclei: shares, cross sections, the same events whatever the chunks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import uproot
from make_model import ToyGenerator
from numpy.typing import NDArray
from scipy import stats

from nugan_hep import _sampler, archive, sample
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import weights_sha256
from nugan_hep.flux import Flux

C12, AR40 = 1000060120, 1000180400
FLUX = Flux([0.5, 1.0, 3.0], [4.0, 1.0])


def write_toy(folder: Path, name: str, target: int, slope: float, high: float = 10.0) -> Path:
    """The toy generator for a target; its cross section is ``slope`` E from 0.3 GeV to ``high``."""
    model = ToyGenerator().eval()
    model.name, model.target, model.enu_max = name, target, high
    model.xsec_enu = torch.linspace(0.3, high, 3, dtype=torch.float64)
    model.xsec = slope * model.xsec_enu
    model.sha256 = weights_sha256(model)
    about = {
        "format_version": 1,
        "name": name,
        "probe": 14,
        "target": target,
        "interaction": "CC inclusive",
        "enu_range": [0.3, high],
        "latent_size": 50,
        "shift": 0.004,
    }
    path = folder / f"{name}.pt"
    torch.jit.save(torch.jit.script(model), str(path), _extra_files={"nugan.json": json.dumps(about)})
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mixture")
    write_toy(folder, "numu_C12_inc", C12, 0.7)
    write_toy(folder, "numu_Ar40_inc", AR40, 1.4, high=8.0)
    return folder


Cores = dict[int, _sampler.SamplerCore]


@pytest.fixture(scope="module")
def cores(models: Path) -> Cores:
    opened = [_sampler.SamplerCore(str(path), "cpu", 1) for path in sorted(models.glob("*.pt"), reverse=True)]
    return {core.target: core for core in opened}


def make(
    cores: Cores, low: float, high: float, flux: Flux | None = None, weighted: bool = False, seed: int = 1
) -> _sampler.SourceCore:
    samplers = [cores[C12], cores[AR40]]
    return _sampler.SourceCore(samplers, [0.8, 0.2], low, high, flux, weighted, seed, None)


def mixture(cores: Cores, weighted: bool = False, seed: int = 3) -> _sampler.SourceCore:
    return make(cores, 0.3, 8.0, FLUX, weighted, seed)


def test_cross_section_and_shares(cores: Cores) -> None:
    """Mean energy of the flux 1.375 GeV: 0.8 x 0.7 and 0.2 x 1.4 of it."""
    source = mixture(cores)
    assert source.sigma == pytest.approx((0.56 + 0.28) * 1.375, rel=1e-12)
    assert source.sigma_error == pytest.approx(0.01 * 1.375 * np.hypot(0.56, 0.28), rel=1e-12)
    np.testing.assert_allclose(source.shares(), [2 / 3, 1 / 3], rtol=1e-12)
    enu, sigma = source.table()
    np.testing.assert_allclose(np.interp([0.3, 2.0, 8.0], enu, sigma), 0.84 * np.array([0.3, 2.0, 8.0]))
    assert source.outside == (0, 0)
    tail = make(cores, 0.3, 8.0, Flux([0.0, 20.0], [1.0]))
    assert tail.outside == pytest.approx((0.09 / 400, 336 / 400), rel=1e-9)
    at_one = make(cores, 2.0, 2.0)
    assert at_one.sigma == pytest.approx(0.84 * 2)
    assert _sampler.common_range([*cores.values()]) == (0.3, 8.0)


@pytest.mark.parametrize("weighted", [False, True])
def test_same_events_whatever_the_chunks(cores: Cores, weighted: bool) -> None:
    whole = mixture(cores, weighted).draw(0, 3000)
    cut = mixture(cores, weighted)
    parts = [cut.draw(0, 1), cut.draw(1, 999), cut.draw(1000, 2000)]
    late = mixture(cores, weighted).draw(1000, 2000)
    assert set(whole) >= {"iev", "tgt", "Ev", "El", *(["wght"] if weighted else [])}
    for name, values in whole.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)
        np.testing.assert_array_equal(late[name], values[1000:])
    other = mixture(cores, weighted, seed=4).draw(0, 3000)
    assert (other["tgt"] != whole["tgt"]).mean() > 0.3


def test_events_of_a_mixture(cores: Cores) -> None:
    events = mixture(cores).draw(0, 30_000)
    np.testing.assert_array_equal(events["iev"], np.arange(30_000))
    argon = events["tgt"] == AR40
    assert np.all(argon | (events["tgt"] == C12))
    assert stats.binomtest(int(argon.sum()), 30_000, 1 / 3).pvalue > 1e-3
    # one law of the energies, for both cross sections are proportional to E; no number is used twice
    assert stats.ks_2samp(events["Ev"][argon], events["Ev"][~argon]).pvalue > 1e-3
    assert len(np.unique(events["phil"])) > 29_900
    runs = np.diff(np.flatnonzero(np.diff(argon)))
    assert runs.mean() == pytest.approx(1 / (2 * (1 / 3) * (2 / 3)), rel=0.05)


def test_weights_of_a_mixture(cores: Cores) -> None:
    events = mixture(cores, weighted=True).draw(0, 30_000)
    for pdg in (C12, AR40):
        own = events["tgt"] == pdg
        enu = events["Ev"][own].astype("f8")
        np.testing.assert_allclose(events["wght"][own], FLUX(enu) * enu * 2.5 / 5.5, rtol=1e-6)
    assert events["wght"].mean() == pytest.approx(1, abs=4 * events["wght"].std() / np.sqrt(30_000))


def test_one_nucleus_is_the_model_itself(cores: Cores) -> None:
    core = cores[C12]
    alone = _sampler.SourceCore([core], [1.0], 1.0, 2.0, None, False, 9, None)
    for name, values in core.sample_uniform(1.0, 2.0, 500, 9, 20).items():
        np.testing.assert_array_equal(alone.draw(20, 500)[name], values)
    assert alone.sigma is None
    assert alone.shares() == [1]


def test_mixture_without_shares(cores: Cores) -> None:
    with pytest.raises(UserError, match="share the events by their cross sections"):
        make(cores, 1.0, 2.0)


def read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    with uproot.open(path) as file:
        return dict(file["gst"].arrays(library="np")), dict(json.loads(str(file["nugan"])))


def test_command(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(archive, "models_dirs", lambda: [models])
    (tmp_path / "flux.txt").write_text("0.5 1 4\n1 3 1\n")
    arguments = ["--flux", str(tmp_path / "flux.txt"), "--flux-units", "/GeV", "--probe", "numu"]
    arguments += ["--target", "C=0.8,Ar=0.2", "-n", "3000", "--seed", "3"]
    found = []
    ways = [["--chunk", "700"], ["--threads", "2"], ["--threads", "1", "--chunk", "1"]]
    for number, more in enumerate(ways):
        size = ["-n", "500"] if number == 2 else []
        out = tmp_path / f"{number}.root"
        assert sample.main([*arguments, *size, *more, "--out", str(out), "--vertex=-1:1,0,0"]) == 0
        found.append(read(out)[0])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "events by nucleus: C12 66.7%, Ar40 33.3%"
    for other in found[1:]:
        for name, values in other.items():
            np.testing.assert_array_equal(found[0][name][: len(values)], values, err_msg=name)
    late = tmp_path / "late.root"
    arguments[arguments.index("3000")] = "1200"
    assert sample.main([*arguments, "--first", "1800", "--out", str(late), "--vertex=-1:1,0,0"]) == 0
    for name, values in read(late)[0].items():
        np.testing.assert_array_equal(values, found[0][name][1800:], err_msg=name)
    events, about = read(tmp_path / "0.root")
    np.testing.assert_array_equal(events["A"], np.where(events["tgt"] == AR40, 40, 12))
    assert 0.3 < (events["tgt"] == AR40).mean() < 0.37
    assert about["run"]["targets"] == {str(C12): 0.8, str(AR40): 0.2}
    assert about["run"]["sigma"] == pytest.approx(0.84 * 1.375)
    assert about["model"]["name"] == "numu_C12_inc"
    assert [model["name"] for model in about["models"]] == ["numu_C12_inc", "numu_Ar40_inc"]
    assert [model["share"] for model in about["models"]] == pytest.approx([2 / 3, 1 / 3])
    assert (about["energy"]["low"], about["energy"]["high"]) == (0.3, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--probe", "numu", "--target", "H2O"],
            "no model of numu on hydrogen (H1); there is: numu on Ar40, ",
        ),
        (["--probe", "-14", "--target", "C"], "no model of numubar on C12; there is"),
        (["--probe", "muon", "--target", "C"], "probe 'muon': expected one of"),
        (["--probe", "numu", "--target", "wood"], "target 'wood': expected a nucleus"),
        (["--probe", "numu"], "--probe goes with --target: expected both"),
        (["--target", "C"], "--target goes with --probe: expected both"),
        (["--probe", "14", "--target", "C", "--model", "numu_C12_inc"], "give it or --probe and --target"),
        (["--probe", "14", "--target", "C=0.5,Ar=0.5"], "expected --flux or --energy"),
        (
            ["--probe", "14", "--target", "C=0.5,Ar=0.5", "--energy", "9"],
            "outside of the range of numu_C12_inc, numu_Ar40",
        ),
    ],
)
def test_bad_arguments(
    tmp_path: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr(archive, "models_dirs", lambda: [models])
    assert sample.main([*arguments, "-n", "10", "--out", str(tmp_path / "a.root")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
