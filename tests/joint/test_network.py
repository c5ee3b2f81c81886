"""A joint network for a fixed embedding is an ordinary flow."""

from __future__ import annotations

import pytest
import torch

from nugan_hep.families.flow.settings import FlowConfig
from nugan_hep.joint import adapt
from nugan_hep.joint.network import JointFlow


def joint(processes: int = 3) -> JointFlow:
    """Networks that are far from the uniform distribution."""
    torch.manual_seed(1)
    model = JointFlow(FlowConfig(), processes, 4)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.requires_grad_(False)


def proxies(n: int) -> torch.Tensor:
    return 1.8 * torch.rand(n, 3, generator=torch.Generator().manual_seed(2)) - 0.9


def test_the_flow_of_a_process_has_its_density() -> None:
    model, events = joint(), proxies(300)
    for embedding in model.embeddings:
        flow = model.flow_of(embedding)
        expected = flow.log_prob(events[:, 1:], events[:, :1])
        torch.testing.assert_close(
            model.log_prob(events, embedding.unsqueeze(0)), expected, atol=1e-4, rtol=1e-4
        )


def test_groups_belong_to_their_embeddings() -> None:
    model, events = joint(), proxies(300)
    together = model.log_prob(events, model.embeddings)
    apart = [
        model.log_prob(part, embedding.unsqueeze(0))
        for part, embedding in zip(events.split(100), model.embeddings, strict=True)
    ]
    torch.testing.assert_close(together, torch.cat(apart), atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_events_of_an_embedding_lead_back_to_it() -> None:
    """A new process between the learned ones is found by its events alone."""
    model = joint()
    hidden = 0.5 * (model.embeddings[0] + model.embeddings[1])
    flow = model.flow_of(hidden).requires_grad_(False)
    random = torch.Generator().manual_seed(3)
    enu = 2 * torch.rand(4_000, 1, generator=random) - 1
    leptons = flow.sample(torch.rand(4_000, 2, generator=random), enu)
    found = adapt.fit(model, torch.cat([enu, leptons], dim=1))
    density = [
        model.log_prob(torch.cat([enu, leptons], dim=1), e.unsqueeze(0)).mean()
        for e in (found.embedding, hidden)
    ]
    # four parameters cost half a unit each in the likelihood of all events
    assert abs(float(density[0] - density[1])) < 6 / 4_000
    assert found.parameters <= 4.1


@pytest.mark.slow
def test_information_says_how_fast_the_likelihood_falls() -> None:
    """At the truth the log likelihood of many events falls by half the information times a step squared."""
    model = joint()
    embedding = model.embeddings[0]
    flow = model.flow_of(embedding).requires_grad_(False)
    random = torch.Generator().manual_seed(4)
    enu = 2 * torch.rand(20_000, 1, generator=random) - 1
    events = torch.cat([enu, flow.sample(torch.rand(20_000, 2, generator=random), enu)], dim=1)
    information = adapt.fisher(model, events, embedding)
    assert float(torch.linalg.eigvalsh(information).min()) > 0

    def log_likelihood(point: torch.Tensor) -> float:
        return float(model.log_prob(events, point.unsqueeze(0)).double().sum())

    for k in range(4):
        step = torch.zeros(4)
        step[k] = 20 / information[k, k].sqrt()
        falls = log_likelihood(embedding) - 0.5 * (
            log_likelihood(embedding + step) + log_likelihood(embedding - step)
        )
        assert 0.75 < falls / (0.5 * 20**2) < 1.25
