"""Scattering off a free proton: exact two-body kinematics, quasielastic events on their line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nugan_hep.families.common.family import Family
from nugan_hep.families.nucleon.settings import NucleonTrainingConfig

if TYPE_CHECKING:
    from nugan_hep.families.common.exported import Exported
    from nugan_hep.families.common.training import Training
    from nugan_hep.families.nucleon.network import Nucleon

_DESCRIPTION = """\
{interaction} scattering off a free proton: the share of quasielastic events, which lie on their line, and of
the others the hadronic mass W and the lepton's angle in the centre of mass, each factor a rational-quadratic
spline (arXiv:1906.04032), trained by maximum likelihood. `log_prob` is the density of the others."""


class FreeNucleon(Family[NucleonTrainingConfig, "Nucleon"]):
    title = "free nucleon"
    kind = "spline flow of a free nucleon"
    config = NucleonTrainingConfig
    networks = ("nucleon",)
    has_density = True

    def latent_size(self, config: NucleonTrainingConfig) -> int:
        from nugan_hep.families.nucleon.network import LATENT_SIZE

        return LATENT_SIZE

    def network(self, config: NucleonTrainingConfig) -> Nucleon:
        from nugan_hep.families.nucleon.training import network_of

        return network_of(config)

    def exported(self, config: NucleonTrainingConfig, network: Nucleon) -> Exported:
        from nugan_hep.families.nucleon.exported import ExportedNucleon

        return ExportedNucleon(network)

    def training(self, config: NucleonTrainingConfig, start: dict[str, Any] | None, freeze: str) -> Training:
        from nugan_hep.families.nucleon.training import NucleonTraining

        return NucleonTraining(config, start, freeze)

    def description(self, metadata: dict[str, Any]) -> str:
        return _DESCRIPTION.format(interaction=metadata["interaction"])


FAMILY = FreeNucleon()
