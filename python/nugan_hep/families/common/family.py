"""What a family of networks is: its settings, its networks, how they are trained and exported."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from nugan_hep.families.common.settings import TrainingConfig

if TYPE_CHECKING:
    from torch import nn

    from nugan_hep.families.common.exported import Exported
    from nugan_hep.families.common.training import Training

Config = TypeVar("Config", bound=TrainingConfig)
Network = TypeVar("Network", bound="nn.Module")


class Family(ABC, Generic[Config, Network]):
    """A family as the registry knows it.

    Its methods load torch; the registry is read where torch must not be, such as in lists of models.
    """

    title: ClassVar[str]
    """What a sentence calls a member: ``GAN``, as in "X is a GAN"."""

    kind: ClassVar[str]
    """The same in a table: ``conditional GAN``."""

    config: type[Config]
    """Settings of a training; its name, ``config.family``, is in archives."""

    networks: ClassVar[tuple[str, ...]]
    """Keys of the weights in a checkpoint; the first is the network that is exported."""

    has_density: ClassVar[bool]
    """Whether the exported network has ``log_prob``, and the network itself too."""

    @property
    def name(self) -> str:
        return self.config.family

    @abstractmethod
    def latent_size(self, config: Config) -> int:
        """Normal latents per event, L."""

    @abstractmethod
    def network(self, config: Config) -> Network:
        """The network that is exported, at random weights: latents [N, L], E_nu' [N, 1] to muons [N, 2]."""

    @abstractmethod
    def exported(self, config: Config, network: Network) -> Exported:
        """That network in physical variables, for TorchScript."""

    @abstractmethod
    def training(self, config: Config, start: dict[str, Any] | None, freeze: str) -> Training:
        """What the training loop drives, at random weights or at those of ``start``.

        Raises
        ------
        UserError : layers to freeze that the family does not know
        """

    @abstractmethod
    def description(self, metadata: dict[str, Any]) -> str:
        """What a model card begins with, from the metadata of an archive."""

    def loaded(self, config: Config, state: dict[str, Any]) -> Network:
        """The network that is exported, at the weights of a checkpoint."""
        network = self.network(config)
        network.load_state_dict(state[self.networks[0]])
        return network
