"""Maximum likelihood against a distribution whose entropy is known."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import stats
from torch import Tensor

from nugan_hep.errors import UserError
from nugan_hep.families.flow.settings import flow_config
from nugan_hep.families.flow.training import FlowTraining
from nugan_hep.training.config import configured
from nugan_hep.training.graph import Captured
from nugan_hep.training.loop import Trainer
from nugan_hep.training.schedule import rate_factor
from nugan_hep.training.validation import Validation

pytestmark = pytest.mark.usefixtures("one_thread")

FLOW = configured("flow")


def sample(n: int, seed: int) -> tuple[Tensor, float]:
    """Proxies [n, 3] of two beta distributions, the second depends on the first, and their mean -log p."""
    rng = np.random.default_rng(seed)
    enu = rng.uniform(-1, 1, n)
    angle = stats.beta(2.0 + enu, 3.0)
    x = angle.rvs(random_state=rng)
    energy = stats.beta(1.5 + 4.0 * x, 4.0 + 2.0 * enu)
    y = energy.rvs(random_state=rng)
    entropy = -np.mean(angle.logpdf(x) + energy.logpdf(y) - np.log(4.0))
    return torch.from_numpy(np.stack([enu, 2 * y - 1, 2 * x - 1], axis=1).astype(np.float32)), entropy


@pytest.mark.heavy
def test_the_fit_reaches_the_entropy(tmp_path: Path) -> None:
    data, _ = sample(40_000, seed=1)
    held, entropy = sample(30_000, seed=2)
    config = dataclasses.replace(FLOW, batch=1000, steps=400, warmup=50, ema_decay=0.98, eval_every=200)
    trainer = Trainer(config, data, held, tmp_path)
    trainer.run(lambda progress: None)
    assert trainer.best == pytest.approx(entropy, abs=0.02)
    assert trainer.best > entropy - 0.002  # on the same events, nothing but chance goes below
    row = trainer.history[-1]
    assert {"loss", "average_nll", "raw_nll", "average_map_3d", "raw_emd"} <= row.keys()
    assert trainer.best == min(row[f"{which}_nll"] for row in trainer.history for which in ("average", "raw"))
    # events of the fitted flow look like the true ones too
    assert row["average_map_2d_no_tails"] == pytest.approx(np.sqrt(2 / np.pi), abs=0.12)


@pytest.mark.slow
def test_likelihood_of_an_untrained_flow() -> None:
    held, _ = sample(20_000, seed=3)
    training = FlowTraining(FLOW, None, "none")
    scores = Validation(held)(training.model, training.latent_size, seed=1)
    assert scores.nll == pytest.approx(np.log(4.0), abs=1e-5)
    assert (scores.by("nll"), scores.by("map")) == (scores.nll, scores.mean_map_3d)


@pytest.mark.parametrize(
    ("freeze", "moving"),
    [
        ("none", {"angle.0", "angle.2", "angle.4", "energy.0", "energy.2", "energy.4", "energy.6"}),
        ("first-block", {"angle.2", "angle.4", "energy.2", "energy.4", "energy.6"}),
        ("all-but-last", {"angle.4", "energy.6"}),
    ],
)
def test_frozen_layers_stay(freeze: str, moving: set[str]) -> None:
    data, _ = sample(1000, seed=4)
    torch.manual_seed(1)
    training = FlowTraining(FLOW, None, freeze)
    before = {name: value.clone() for name, value in training.model.state_dict().items()}
    for step in range(3):  # the last layers begin at zero: no other has a gradient at first
        training.set_rates(step, rate_factor(FLOW, step))
        training.step(data, data)
    after = training.model.state_dict()
    moved = {name.rsplit(".", 1)[0] for name in before if not torch.equal(before[name], after[name])}
    assert moved == moving
    with pytest.raises(UserError, match="freeze = half: of a flow, none, first-block, all-but-last"):
        FlowTraining(FLOW, None, "half")


@pytest.mark.parametrize("clip", [0.0, 1e-3])
def test_clipping(clip: float) -> None:
    """The gradient that the optimiser gets has at most the norm ``clip``."""
    data, _ = sample(1000, seed=5)
    training = FlowTraining(dataclasses.replace(FLOW, clip=clip), None, "none")
    training.step(data, data)
    gradients = [p.grad for p in training.model.parameters() if p.grad is not None]
    norm = torch.stack([g.norm() for g in gradients]).norm().item()
    assert norm == pytest.approx(clip, rel=1e-2) if clip else norm > 0.1


def test_proxies_of_the_configuration() -> None:
    config = flow_config(dataclasses.replace(FLOW, shift=0.0098, enu_min=0.5, enu_max=5.0))
    assert (config.shift, config.enu_min, config.enu_max) == (0.0098, 0.5, 5.0)


@pytest.mark.cuda
def test_captured_graph_takes_the_same_steps() -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    data, _ = sample(10_000, seed=6)
    weights = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(1)
        training = FlowTraining(dataclasses.replace(FLOW, device=device), None, "none")
        captured = Captured(training.step, torch.device(device))
        for step in range(10):  # three eager steps, then the graph, whose rate changes at each
            training.set_rates(step, rate_factor(FLOW, step))
            events = data[step * 1000 : (step + 1) * 1000].to(device)
            captured(events, events)
        weights.append({name: value.cpu() for name, value in training.model.state_dict().items()})
    for name, value in weights[0].items():
        torch.testing.assert_close(weights[1][name], value, rtol=0, atol=1e-4)
