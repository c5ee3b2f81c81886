"""One flow of many processes: dense layers that a few numbers of a process shift and scale.

With the embedding e of a process, a dense layer ``W x + b`` becomes ``(W x + b) (1 + S e) + V e``, neuron by
neuron (feature-wise modulation, arXiv:1709.07871). For a fixed e that is a dense layer again: the flow of one
process, :meth:`JointFlow.flow_of`, is an ordinary one of the same size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nugan_hep.families.flow import spline
from nugan_hep.families.flow.network import Flow
from nugan_hep.families.flow.settings import FlowConfig

_START = 0.1  # spread of embeddings and of the weights that they meet, at the beginning


class Modulated(nn.Module):
    """Dense layers with SiLU between them, each shifted and scaled by an embedding [d]."""

    def __init__(self, layers: nn.Sequential, size: int) -> None:
        super().__init__()
        self.layers = layers
        dense = self.dense()
        self.shift = nn.ModuleList(nn.Linear(size, layer.out_features, bias=False) for layer in dense)
        self.scale = nn.ModuleList(nn.Linear(size, layer.out_features, bias=False) for layer in dense)
        for module in [*self.shift, *self.scale]:
            nn.init.normal_(module.weight, std=_START)

    def dense(self) -> list[nn.Linear]:
        """The dense layers."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    def forward(self, x: Tensor, embeddings: Tensor) -> Tensor:
        """Outputs [S * N, O] of inputs [S * N, I], N one after the other for each embedding [S, d]."""
        x = x.view(len(embeddings), -1, x.shape[1])
        for k, layer in enumerate(self.dense()):
            if k > 0:
                x = nn.functional.silu(x)
            scale, shift = 1.0 + self.scale[k](embeddings), self.shift[k](embeddings)
            x = torch.addcmul(shift.unsqueeze(1), layer(x), scale.unsqueeze(1))
        return x.flatten(0, 1)

    @torch.no_grad()
    def fixed(self, embedding: Tensor) -> dict[str, Tensor]:
        """Weights of the plain dense layers that one embedding [d] makes of these."""
        state = {}
        for k, layer in enumerate(self.dense()):
            scale, shift = 1.0 + self.scale[k](embedding), self.shift[k](embedding)
            state[f"{2 * k}.weight"] = layer.weight * scale.unsqueeze(1)
            state[f"{2 * k}.bias"] = layer.bias * scale + shift
        return state


class JointFlow(nn.Module):
    """The flows of several processes, which share all weights but a vector of ``size`` numbers each."""

    def __init__(self, config: FlowConfig, processes: int, size: int) -> None:
        super().__init__()
        self.config = config
        self.flow = Flow(config)
        self.angle = Modulated(self.flow.angle, size)
        self.energy = Modulated(self.flow.energy, size)
        self.embeddings = nn.Parameter(_START * torch.randn(processes, size))

    def log_prob(self, events: Tensor, embeddings: Tensor) -> Tensor:
        """log of the density in (E_l', theta') [S * N] of events (E_nu', E_l', theta') [S * N, 3].

        N events one after the other belong to each of the embeddings [S, d].
        """
        energies = self.flow.energies(events[:, :1])
        unit = 0.5 * (events[:, 1:] + 1.0)
        _, log_angle = spline.cdf(self.angle(energies, embeddings), unit[:, 1])
        features = self.flow.features(energies, unit[:, 1])
        _, log_energy = spline.cdf(self.energy(features, embeddings), unit[:, 0])
        return log_angle + log_energy - math.log(4.0)

    def flow_of(self, embedding: Tensor) -> Flow:
        """The flow of one process, with no more weights than any other."""
        flow = Flow(self.config)
        flow.angle.load_state_dict(self.angle.fixed(embedding))
        flow.energy.load_state_dict(self.energy.fixed(embedding))
        return flow
