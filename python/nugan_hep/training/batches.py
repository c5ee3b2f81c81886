"""Which training events a step sees."""

from __future__ import annotations

import torch
from torch import Tensor

from nugan_hep.families.common.features import neutrino_energy
from nugan_hep.families.common.settings import TrainingConfig


class Batches:
    """Events of each step: uniform over the data, a fraction of them with probability ~ 1/E_nu.

    For data uniform in E_nu the fraction ``log_energy_batches`` is uniform in log E_nu. All
    draws but an epoch's order come from torch's default generator of the device.

    Parameters
    ----------
    data : proxies (E_nu', E_mu', theta') [N, 3] on the device of the training, N at least the batch
    """

    def __init__(self, data: Tensor, config: TrainingConfig) -> None:
        self.data, self.seed, self.batch = data, config.seed, config.batch
        self.fraction = config.log_energy_batches
        self._permutation: tuple[int, Tensor] | None = None
        if self.fraction > 0:
            # on the CPU, where a sum is the same every time
            weight = 1.0 / neutrino_energy(data[:, 0].cpu().double(), config.enu_min, config.enu_max)
            cumulative = weight.cumsum(0)
            self._cumulative = (cumulative / cumulative[-1]).to(data.device)

    def __call__(self, step: int) -> tuple[Tensor, Tensor]:
        """Events [B, 3] for the discriminator's update and [2B, 3] for the generator's."""
        few = round(self.fraction * self.batch)
        rows = [self._in_order(step, self.batch - few), self._low_energies(few)]
        more = round(self.fraction * 2 * self.batch)
        uniform = torch.randint(len(self.data), (2 * self.batch - more,), device=self.data.device)
        others = [uniform, self._low_energies(more)]
        return self.data[torch.cat(rows)], self.data[torch.cat(others)]

    def _in_order(self, step: int, count: int) -> Tensor:
        """Rows of a step in the order of its epoch's permutation."""
        if count == 0:
            return torch.empty(0, dtype=torch.int64, device=self.data.device)
        epoch, position = divmod(step, len(self.data) // count)
        if self._permutation is None or self._permutation[0] != epoch:
            # drawn from seed and epoch alone: the step is all that a checkpoint has to know
            random = torch.Generator().manual_seed((self.seed << 32) + epoch)
            order = torch.randperm(len(self.data), generator=random)
            self._permutation = epoch, order.to(self.data.device)
        return self._permutation[1][position * count : (position + 1) * count]

    def _low_energies(self, count: int) -> Tensor:
        """Rows drawn with probability ~ 1/E_nu by the inverse of their cumulative distribution."""
        if count == 0:
            return torch.empty(0, dtype=torch.int64, device=self.data.device)
        uniform = torch.rand(count, dtype=torch.float64, device=self.data.device)
        return torch.searchsorted(self._cumulative, uniform)
