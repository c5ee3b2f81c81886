"""The networks: the GAN of arXiv:2502.20244 and arXiv:2508.12987, and a conditional spline flow."""

from nugan_hep.networks.discriminator import Discriminator
from nugan_hep.networks.flow import FLOW_PRESETS, Flow, FlowConfig
from nugan_hep.networks.generator import Generator
from nugan_hep.networks.presets import PRESETS, NetworkConfig

__all__ = ["FLOW_PRESETS", "PRESETS", "Discriminator", "Flow", "FlowConfig", "Generator", "NetworkConfig"]
