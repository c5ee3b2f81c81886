"""One contract for every archive, shipped or made now, of every family of networks."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import torch

from nugan_hep import Sampler, _core, archive, families
from nugan_hep.cross_section import CrossSection
from nugan_hep.particles import as_columns
from nugan_hep.training.config import configured
from nugan_hep.training.exporting import Identity, write_archive

MODELS = Path(__file__).parents[1] / "models"
SHIPPED = sorted(MODELS.glob("*.pt"))
FRESH = {
    "flow": {"preset": "flow", "shift": 0.0098, "enu_max": 6.0},
    "gan": {"preset": "inc"},
    "gan_qe": {"preset": "qe"},
    "gan_log_energy": {"preset": "inc-p1", "log_energy": True},
    "nucleon": {"preset": "nucleon", "lepton": -13},
}
"""Settings of models with random weights."""

pytestmark = pytest.mark.usefixtures("one_thread")


def export(settings: dict[str, Any], path: Path) -> Path:
    """An archive as a training writes it, at weights that nothing trained."""
    torch.manual_seed(2)
    config = configured(**settings)
    family = families.of_config(config)
    network = family.network(config)
    if family.has_density:  # which begins as the uniform one
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
    weights: dict[str, Any] = {name: {} for name in family.networks}
    weights[family.networks[0]] = network.state_dict()
    best = {
        "format": 1,
        "config": config.as_dict(),
        "freeze": "none",
        "stages": [],
        "step": 0,
        "seconds": 0.0,
        "weights": "raw",
        "validation_events": 1000,
        "scores": {"map_2d": math.inf},
        **weights,
    }
    sigma = CrossSection(np.array([0.3, 1.0, 10.0]), np.array([0.1, 0.7, 6.5]), 0.03)
    data = {"files": [], "events": 0, "start": None}
    write_archive(path, best, Identity(path.stem, -14, 1000180400, "CC inclusive", sigma), data)
    return path


@pytest.fixture(scope="module", params=[*SHIPPED, *FRESH], ids=lambda p: getattr(p, "stem", f"fresh {p}"))
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if isinstance(request.param, Path):
        return request.param
    return export(FRESH[request.param], tmp_path_factory.mktemp("fresh") / f"{request.param}.pt")


@pytest.fixture(scope="module")
def about(path: Path) -> dict[str, Any]:
    return archive.read_metadata(path)


@pytest.fixture(scope="module")
def module(path: Path) -> Any:
    return torch.jit.load(str(path))


def lepton_mass(about: dict[str, Any]) -> float:
    return _core.Process(about["probe"], about["target"], about["interaction"]).lepton_mass


def test_the_archive_says_the_same_to_python_and_cpp(path: Path, about: dict[str, Any], module: Any) -> None:
    for key in ("format_version", "name", "probe", "target", "interaction", "latent_size", "shift", "sha256"):
        assert getattr(module, key) == about[key], key
    assert [module.enu_min, module.enu_max] == about["enu_range"]
    assert module.xsec_enu.tolist() == about["cross_section"]["enu"]
    assert module.xsec.tolist() == about["cross_section"]["sigma"]
    assert module.xsec_relative_error == about["cross_section"]["relative_error"]
    assert module.xsec_relative_error == (0.01 if path in SHIPPED else 0.03)
    assert about["name"] == path.stem
    assert hasattr(module, "log_prob") == families.of_model(about).has_density
    assert path.stat().st_size < (3_000_000 if "hadrons" in about else 1_000_000)


@pytest.mark.slow
def test_the_network_stays_in_the_phase_space(about: dict[str, Any], module: Any) -> None:
    """On latents beyond those that the core draws, up to 6.8, in every combination."""
    low, high = about["enu_range"]
    enu = torch.linspace(low, high, 8192)
    latent = torch.randn(8192, module.latent_size, generator=torch.Generator().manual_seed(5))
    latent[::7] *= 7.0 / latent[::7].abs().amax(dim=1, keepdim=True)
    events = module(latent, enu)
    assert events.shape == (8192, 2)
    assert events.dtype == torch.float32
    emu, theta = events.double().numpy().T
    assert torch.isfinite(events).all()
    # float32 rounds the edges of the phase space by half a unit in the last place
    assert (emu >= lepton_mass(about) - 1e-8).all()
    assert (emu <= enu.double().numpy() - about["shift"] + 1e-6).all()
    assert ((theta >= 0) & (theta <= math.pi + 1e-6)).all()
    torch.testing.assert_close(module(latent, enu), events, rtol=0, atol=0)  # no dropout or noise left
    torch.testing.assert_close(module(latent[:7], enu[:7]), events[:7], rtol=0, atol=1e-5)


def test_events_are_physical(path: Path, about: dict[str, Any]) -> None:
    events = Sampler(path).sample(n=50_000, seed=3)
    assert ("particles" in events) == ("hadrons" in about)
    if "particles" in events:
        assert all(np.isfinite(values).all() for values in as_columns(events.pop("particles")).values())
    assert all(np.isfinite(column).all() for column in events.values())
    low, high = about["enu_range"]
    assert ((events["Ev"] >= np.float32(low)) & (events["Ev"] <= np.float32(high))).all()
    assert (events["El"] <= events["Ev"] - about["shift"] + 1e-6).all()
    assert (events["El"] >= lepton_mass(about) - 1e-8).all()
    assert ((events["thetal"] >= 0) & (events["thetal"] <= math.pi + 1e-6)).all()
    assert ((events["y"] > 0) & (events["y"] < 1)).all()


@pytest.mark.slow
def test_same_seed_same_events_whatever_chunk_and_threads(path: Path) -> None:
    n = 20_000
    whole = Sampler(path, threads=1).sample(n=n, seed=7)
    sampler = Sampler(path, threads=2)
    for chunk in (1_000, 4_096, n):
        parts = [sampler.sample(n=min(chunk, n - k), seed=7, first=k) for k in range(0, n, chunk)]
        for name, column in whole.items():
            columns = [part[name] for part in parts]
            if name == "particles":
                assert ak.array_equal(ak.concatenate(columns), column), chunk
            else:
                assert np.concatenate(columns).tobytes() == column.tobytes(), (name, chunk)
    assert (Sampler(path).sample(n=100, seed=8)["El"] != whole["El"][:100]).any()


def test_the_density_is_finite_where_events_are(path: Path, about: dict[str, Any], module: Any) -> None:
    """Float32 events lie on the edges at times."""
    if not families.of_model(about).has_density:
        assert not hasattr(module, "log_prob")
        assert "gan" in path.stem
        return
    events = Sampler(path).sample(n=50_000, seed=9)
    log_density = module.log_prob(*(torch.from_numpy(events[name]) for name in ("Ev", "El", "thetal")))
    assert log_density.dtype == torch.float64
    on_a_line = torch.from_numpy(events["W"] < 1.0) if getattr(module, "has_line", False) else False
    assert (torch.isfinite(log_density) | on_a_line).all()
