"""Generator and discriminator networks of arXiv:2502.20244 and arXiv:2508.12987."""

from nugan_hep.networks.discriminator import Discriminator
from nugan_hep.networks.generator import Generator
from nugan_hep.networks.presets import PRESETS, NetworkConfig

__all__ = ["PRESETS", "Discriminator", "Generator", "NetworkConfig"]
