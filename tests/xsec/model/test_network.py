from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.func import functional_call, stack_module_state, vmap

from nugan_hep.xsec.model.network import Ensemble


def settled(kind: str, members: int = 3, outputs: int = 2) -> tuple[Ensemble, torch.Tensor]:
    torch.manual_seed(4)
    ensemble = Ensemble(members, 8, outputs, 16, 3, kind)
    for parameter in ensemble.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    x = torch.randn(members, 40, 8)
    ensemble.settle(x)
    return ensemble, x


@pytest.mark.parametrize("training", [False, True])
def test_batched_networks_are_torch_networks(training: bool) -> None:
    """Against vmap over stacked torch.nn layers, batch normalisation included."""
    ensemble, x = settled("published")
    ensemble.train(training)
    singles = [ensemble.member(k) for k in range(3)]
    if training:  # every network normalises over its own points, which vmap over running statistics cannot
        expected = torch.stack([single(x[k]) for k, single in enumerate(singles)])
    else:
        parameters, buffers = stack_module_state(singles)  # type: ignore[arg-type]

        def call(p: Any, b: Any, points: torch.Tensor) -> Any:
            return functional_call(singles[0], (p, b), (points,))

        expected = vmap(call)(parameters, buffers, x)
    torch.testing.assert_close(ensemble(x), expected, rtol=1e-4, atol=1e-5)


def test_gradients_of_members_are_independent() -> None:
    ensemble, x = settled("residual")
    ensemble(x)[1].sum().backward()
    gradient = ensemble.layers()[0].dense.weight.grad
    assert gradient is not None
    assert (gradient[[0, 2]] == 0).all()
    assert (gradient[1] != 0).any()


@pytest.mark.parametrize("kind", ["published", "residual"])
def test_folding_and_cutting_change_nothing(kind: str) -> None:
    ensemble, x = settled(kind)
    whole = ensemble(x)
    torch.testing.assert_close(ensemble.folded()(x), whole, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(ensemble.first(2)(x[:2]), whole[:2], rtol=1e-4, atol=1e-5)
    for first in range(3):
        frozen = ensemble.before(x, first)
        torch.testing.assert_close(ensemble.tail(first)(frozen), whole, rtol=1e-4, atol=1e-5)
