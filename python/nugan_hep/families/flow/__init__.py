"""A conditional spline flow, which has an exact density."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nugan_hep.families.common.family import Family
from nugan_hep.families.flow.settings import FlowTrainingConfig, flow_config

if TYPE_CHECKING:
    from nugan_hep.families.common.exported import Exported
    from nugan_hep.families.common.training import Training
    from nugan_hep.families.flow.network import Flow

_DESCRIPTION = """\
A conditional normalizing flow for {interaction} scattering: p(theta | E_nu) p(E_mu | theta, E_nu),
each factor a rational-quadratic spline (arXiv:1906.04032; for neutrinos PRD 109 032008 and
arXiv:2502.14452), trained by maximum likelihood. It samples, and has its density as `log_prob`."""


class SplineFlow(Family[FlowTrainingConfig, "Flow"]):
    title = "flow"
    kind = "spline flow"
    config = FlowTrainingConfig
    networks = ("flow",)
    has_density = True

    def latent_size(self, config: FlowTrainingConfig) -> int:
        from nugan_hep.families.flow.network import LATENT_SIZE

        return LATENT_SIZE

    def network(self, config: FlowTrainingConfig) -> Flow:
        from nugan_hep.families.flow.network import Flow

        return Flow(flow_config(config))

    def exported(self, config: FlowTrainingConfig, network: Flow) -> Exported:
        from nugan_hep.families.flow.exported import ExportedFlow

        return ExportedFlow(network)

    def training(self, config: FlowTrainingConfig, start: dict[str, Any] | None, freeze: str) -> Training:
        from nugan_hep.families.flow.training import FlowTraining

        return FlowTraining(config, start, freeze)

    def description(self, metadata: dict[str, Any]) -> str:
        return _DESCRIPTION.format(interaction=metadata["interaction"])


FAMILY = SplineFlow()
