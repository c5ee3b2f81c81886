"""A family that only the registry knows is trained, adapted, exported and sampled like the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nugan_hep import Sampler, archive, density, families, finetune, train
from nugan_hep.errors import UserError
from nugan_hep.families.common.exported import Exported
from nugan_hep.families.common.family import Family
from nugan_hep.families.common.optimizers import make_optimizer
from nugan_hep.families.common.settings import TrainingConfig, option
from nugan_hep.families.common.training import Training, load_weights
from nugan_hep.training import checkpoint

DATA = Path(__file__).parents[2] / "examples" / "data" / "numu_C12_inc_100k.root"
SMALL = ["--data", str(DATA), "--limit", "4000", "--batch", "200", "--eval-every", "20", "--quiet"]

pytestmark = pytest.mark.usefixtures("one_thread")


@dataclass(frozen=True)
class AffineConfig(TrainingConfig):
    preset: str = option("affine", "networks")
    pace: float = option(0.05, "learning rate of an affine map")

    family: ClassVar[str] = "affine"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"affine": {"steps": 40}}
    transfer: ClassVar[Mapping[str, Any]] = {"steps": 20, "pace": 0.01}

    def checks(self) -> dict[str, bool]:
        return {**super().checks(), "pace": self.pace > 0}


class Affine(nn.Module):
    """tanh of an affine map of the latents and the energy."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.full((2,), 0.1))
        self.mean = nn.Linear(1, 2)

    def forward(self, latent: Tensor, enu_proxy: Tensor) -> Tensor:
        return torch.tanh(self.scale * latent + self.mean(enu_proxy))


class ExportedAffine(Exported):
    def __init__(self, network: Affine, shift: float, enu_range: tuple[float, float]) -> None:
        super().__init__(shift, enu_range)
        self.network = network

    def forward(self, latent: Tensor, enu: Tensor) -> Tensor:
        return self.muon(0.5 * (self.network(latent, self.enu_proxy(enu)) + 1.0), enu)


class AffineTraining(Training):
    """Means and widths are those of the true events."""

    loss_names = ("loss",)
    latent_size = 2

    def __init__(self, config: AffineConfig, start: dict[str, Any] | None, freeze: str) -> None:
        self.model = Affine().to(config.device)
        self.networks = {"affine": self.model}
        if start is not None:
            load_weights(self.networks, start)
        if freeze != "none":
            raise UserError(f"freeze = {freeze}: of an affine map, none")
        self.optimizers = (make_optimizer(self.model.parameters(), config.pace, config),)
        self.rates = (config.pace,)
        self.loss_sums = torch.zeros(1, device=config.device)

    def step(self, events: Tensor, more: Tensor) -> None:
        muons = self.model(torch.randn(len(events), 2, device=events.device), events[:, :1])
        true = events[:, 1:]
        loss = (muons.mean(0) - true.mean(0)).square().sum() + (muons.std(0) - true.std(0)).square().sum()
        self.optimizers[0].zero_grad()
        loss.backward()
        self.optimizers[0].step()
        self.loss_sums += loss.detach()


class AffineFamily(Family[AffineConfig, Affine]):
    title = "map"
    kind = "affine map"
    config = AffineConfig
    networks = ("affine",)
    has_density = False

    def latent_size(self, config: AffineConfig) -> int:
        return 2

    def network(self, config: AffineConfig) -> Affine:
        return Affine()

    def exported(self, config: AffineConfig, network: Affine) -> Exported:
        return ExportedAffine(network, config.shift, (config.enu_min, config.enu_max))

    def training(self, config: AffineConfig, start: dict[str, Any] | None, freeze: str) -> Training:
        return AffineTraining(config, start, freeze)

    def description(self, metadata: dict[str, Any]) -> str:
        return f"An affine map for {metadata['interaction']} scattering."


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(families.FAMILIES, "affine", AffineFamily())


def run(out: Path, *more: str) -> int:
    return train.main([*SMALL, "--preset", "affine", "--out", str(out), *more])


def test_from_training_to_events(tmp_path: Path) -> None:
    assert run(tmp_path / "run", "--pace", "0.1") == 0
    about = archive.read_metadata(tmp_path / "run" / "model.pt")
    assert (about["family"], about["latent_size"]) == ("affine", 2)
    assert about["training"]["configuration"]["pace"] == 0.1
    assert about["training"]["configuration"].keys().isdisjoint({"lr", "lr_generator", "latent_size"})
    assert (tmp_path / "run" / "model.md").read_text().splitlines()[2].startswith("An affine map for CC incl")
    events = Sampler(tmp_path / "run" / "model.pt").sample(n=5000, seed=1)
    assert np.isfinite(events["El"]).all()
    assert (events["El"] <= events["Ev"]).all()
    with pytest.raises(UserError, match="run is a map, which has no density"):
        density.log_prob(str(tmp_path / "run" / "model.pt"), 1.0, 0.5, 0.1)


@pytest.mark.slow
def test_a_resumed_run_has_the_same_weights(tmp_path: Path) -> None:
    assert run(tmp_path / "whole") == 0
    assert run(tmp_path / "halves", "--steps", "20") == 0
    assert run(tmp_path / "halves", "--resume", "--steps", "40") == 0
    whole, halves = (
        checkpoint.load(tmp_path / name / "checkpoint.pt", checkpoint.CHECKPOINT_KEYS)["affine"]
        for name in ("whole", "halves")
    )
    assert all(torch.equal(value, halves[name]) for name, value in whole.items())


def test_a_transfer_takes_its_defaults(tmp_path: Path) -> None:
    assert run(tmp_path / "run") == 0
    argv = [*SMALL, "--from", str(tmp_path / "run"), "--out", str(tmp_path / "new")]
    assert finetune.main([*argv, "--freeze", "none"]) == 0
    settings = archive.read_metadata(tmp_path / "new" / "model.pt")["training"]["configuration"]
    assert (settings["steps"], settings["pace"]) == (20, 0.01)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lr", "1e-3"], "lr is no setting of preset affine, which is a affine"),
        (["--pace", "0"], "pace = 0.0 is not valid: learning rate of an affine map"),
        (["--choose", "nll"], "choose = 'nll' is not valid"),
        (
            ["--preset", "affin"],
            "networks: qe, inc-p1, inc (a GAN), flow (a flow), nucleon (a free nucleon), affine (a map)",
        ),
    ],
)
def test_bad_settings_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert run(tmp_path / "run", *options) == 2
    assert message in capsys.readouterr().err
