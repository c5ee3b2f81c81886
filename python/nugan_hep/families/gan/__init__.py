"""The GAN of arXiv:2502.20244 and arXiv:2508.12987: a generator against a discriminator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nugan_hep.families.common.family import Family
from nugan_hep.families.gan.settings import GanTrainingConfig, network_config

if TYPE_CHECKING:
    from nugan_hep.families.common.exported import Exported
    from nugan_hep.families.common.training import Training
    from nugan_hep.families.gan.generator import Generator

_ADVERSARIAL = """\
A conditional GAN for {interaction} scattering: neutrino energy and Gaussian latents in,
muon energy and angle out. Networks after arXiv:2502.20244, training after arXiv:2508.12987."""
_FITTED = """\
A conditional generator for {interaction} scattering: neutrino energy and Gaussian latents in, muon
energy and angle out. Networks after arXiv:2502.20244; fitted to the map from latents to muons of the
flow `{teacher}`, not trained against a discriminator."""


class Gan(Family[GanTrainingConfig, "Generator"]):
    title = "GAN"
    kind = "conditional GAN"
    config = GanTrainingConfig
    networks = ("generator", "discriminator")
    has_density = False

    def latent_size(self, config: GanTrainingConfig) -> int:
        return network_config(config).latent_size

    def network(self, config: GanTrainingConfig) -> Generator:
        from nugan_hep.families.gan.generator import Generator

        return Generator(network_config(config))

    def exported(self, config: GanTrainingConfig, network: Generator) -> Exported:
        from nugan_hep.families.gan.exported import ExportedGenerator

        return ExportedGenerator(network, config.shift, (config.enu_min, config.enu_max))

    def training(self, config: GanTrainingConfig, start: dict[str, Any] | None, freeze: str) -> Training:
        from nugan_hep.families.gan.training import GanTraining

        return GanTraining(config, start, freeze)

    def description(self, metadata: dict[str, Any]) -> str:
        teacher = metadata["training"]["configuration"].get("teacher")
        text = _FITTED if teacher else _ADVERSARIAL
        return text.format(interaction=metadata["interaction"], teacher=teacher)


FAMILY = Gan()
