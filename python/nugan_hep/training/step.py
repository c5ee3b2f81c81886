"""One adversarial step, free of host synchronisation; on CUDA it is captured in a graph."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from nugan_hep.networks import Discriminator, Generator
from nugan_hep.training.config import TrainingConfig
from nugan_hep.training.losses import GENERATOR_LOSSES, discriminator_loss

_EAGER_STEPS_BEFORE_CAPTURE = 3


def make_optimizer(
    parameters: Iterable[nn.Parameter], rate: float, config: TrainingConfig
) -> torch.optim.AdamW:
    """AdamW over the parameters that are not frozen; the rate is a tensor on CUDA, as graphs need."""
    trainable = [p for p in parameters if p.requires_grad]
    cuda = trainable[0].is_cuda
    return torch.optim.AdamW(
        trainable,
        lr=torch.tensor(rate, device=trainable[0].device) if cuda else rate,
        betas=(config.beta1, config.beta2),
        weight_decay=config.weight_decay,
        fused=True,
        capturable=cuda,
    )


def switch_to_amsgrad(optimizer: torch.optim.AdamW) -> None:
    """Turn AdamW into AMSGrad in mid-run; the running maximum starts at the present second moment."""
    for group in optimizer.param_groups:
        group["amsgrad"] = True
    for state in optimizer.state.values():
        state.setdefault("max_exp_avg_sq", state["exp_avg_sq"].clone())


def set_rate(optimizer: torch.optim.AdamW, rate: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


class AdversarialStep:
    """Updates the discriminator on B true and B generated events, then the generator on 2B.

    Call it with ``real`` [B, 3] (E_nu', E_mu', theta') and ``enu`` [2B, 1]; the two losses are
    added to ``loss_sums`` [2] (discriminator, generator) on the device.
    """

    def __init__(
        self,
        generator: Generator,
        discriminator: Discriminator,
        optimizers: tuple[torch.optim.AdamW, torch.optim.AdamW],
        config: TrainingConfig,
        latent_size: int,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.generator_loss = GENERATOR_LOSSES[config.loss]
        self.latent_size = latent_size
        device = next(generator.parameters()).device
        self.loss_sums = torch.zeros(2, device=device)
        self._trainable = [p for p in discriminator.parameters() if p.requires_grad]
        self._cuda = device.type == "cuda"
        self._eager_calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        if self._cuda:
            self._real = torch.empty(config.batch, 3, device=device)
            self._enu = torch.empty(2 * config.batch, 1, device=device)

    def __call__(self, real: Tensor, enu: Tensor) -> None:
        if not self._cuda:
            self._step(real, enu)
            return
        self._real.copy_(real)
        self._enu.copy_(enu)
        if self._eager_calls < _EAGER_STEPS_BEFORE_CAPTURE:
            # the first steps run on a side stream, which is the warm-up that capture asks for
            stream = torch.cuda.Stream()
            stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(stream):
                self._step(self._real, self._enu)
            torch.cuda.current_stream().wait_stream(stream)
            self._eager_calls += 1
            return
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self._step(self._real, self._enu)
        self._graph.replay()

    def recapture(self) -> None:
        """Forget the CUDA graph, after a change of the optimisers' algorithm."""
        self._graph, self._eager_calls = None, 0

    def _step(self, real: Tensor, enu: Tensor) -> None:
        generated, energies = self._generate(real[:, :1])
        muons = torch.cat([real[:, 1:], generated])
        logits = self.discriminator(muons, energies.repeat(2, 1))
        loss_d = discriminator_loss(logits[: len(real)], logits[len(real) :])
        self.discriminator_optimizer.zero_grad()
        loss_d.backward()
        self.discriminator_optimizer.step()

        # the discriminator's weights need no gradient here: a fifth of the arithmetic of a step
        for parameter in self._trainable:
            parameter.requires_grad_(False)
        latent = torch.randn(len(enu), self.latent_size, device=enu.device)
        loss_g = self.generator_loss(self.discriminator(self.generator(latent, enu), enu))
        self.generator_optimizer.zero_grad()
        loss_g.backward()
        self.generator_optimizer.step()
        for parameter in self._trainable:
            parameter.requires_grad_(True)

        self.loss_sums += torch.stack([loss_d.detach(), loss_g.detach()])

    @torch.no_grad()
    def _generate(self, enu: Tensor) -> tuple[Tensor, Tensor]:
        latent = torch.randn(len(enu), self.latent_size, device=enu.device)
        return self.generator(latent, enu), enu
