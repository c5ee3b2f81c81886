from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from nugan_hep.families.common.settings import TrainingConfig
from nugan_hep.training.batches import Batches

EVENTS = 50_000


def data(events: int = EVENTS) -> torch.Tensor:
    """Events uniform in E_nu, each with its own muon."""
    enu = torch.linspace(-1, 1, events)
    return torch.stack([enu, torch.arange(events).float(), torch.zeros(events)], dim=1)


def test_by_default_an_epoch_sees_every_event_once() -> None:
    batches = Batches(data(1000), TrainingConfig(batch=100))
    epochs = [[batches(step) for step in range(10 * e, 10 * e + 10)] for e in range(2)]
    orders = [torch.cat([real[:, 1] for real, _ in epoch]) for epoch in epochs]
    for order in orders:
        assert torch.equal(order.sort().values, torch.arange(1000.0))
    assert not torch.equal(*orders)
    assert all(more.shape == (200, 3) for epoch in epochs for _, more in epoch)


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.5, 1.0])
def test_energies_follow_the_mixture(fraction: float) -> None:
    """(1 - f) of uniform in E_nu and f of uniform in log E_nu, in both updates."""
    torch.manual_seed(1)
    batches = Batches(data(), TrainingConfig(batch=1000, log_energy_batches=fraction))
    drawn = [batches(step) for step in range(30)]

    def cumulative(enu: np.ndarray) -> np.ndarray:
        return (1 - fraction) * (enu - 0.3) / 9.7 + fraction * np.log(enu / 0.3) / np.log(10 / 0.3)

    for which, rows in ((0, 1000), (1, 2000)):
        events = [pair[which] for pair in drawn]
        assert all(batch.shape == (rows, 3) for batch in events)
        proxies = torch.cat(events)[:, 0].double().numpy()
        enu = np.clip(0.3 + 0.5 * (proxies + 1) * 9.7, 0.3, 10)
        assert stats.kstest(enu, cumulative).pvalue > 0.01


def test_events_stay_whole() -> None:
    events = data(3000)
    for batch in Batches(events, TrainingConfig(batch=100, log_energy_batches=0.5))(7):
        assert torch.equal(events[batch[:, 1].long()], batch)


@pytest.mark.parametrize("fraction", [0.0, 0.5])
def test_step_and_random_state_are_all_there_is_to_resume(fraction: float) -> None:
    config = TrainingConfig(batch=100, log_energy_batches=fraction)
    first = Batches(data(1000), config)
    for step in range(25):
        state = torch.get_rng_state()
        drawn = first(step)
    torch.set_rng_state(state)
    again = Batches(data(1000), config)(24)
    assert all(torch.equal(a, b) for a, b in zip(drawn, again, strict=True))
