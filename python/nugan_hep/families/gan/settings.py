"""The published networks by name: ``qe``, ``inc-p1`` (arXiv:2502.20244) and ``inc`` (arXiv:2508.12987)."""

from __future__ import annotations

from dataclasses import dataclass

from nugan_hep.networks.blocks import ActivationName, NoisePlace


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that defines a generator and its discriminator.

    ``conditioned`` main bodies use Blocks 3 and 4 (E_nu' enters every block), others Blocks 1
    and 2. ``branch`` is the width of each of the discriminator's two branches.
    ``noise_inputs`` adds the generator's noise to its inputs too.

    Beyond the papers: ``log_energy`` gives the generator log E' beside E_nu', ``peak_features``
    gives the discriminator's branches log E' and the places of two peaks (:mod:`.features`; the
    energies are in ``enu_min`` .. ``enu_max`` [GeV]), ``spectral_norm`` divides the dense layers
    of the discriminator by their largest singular value (arXiv:1802.05957).
    """

    latent_size: int = 50
    first_width: int = 200
    width: int = 100
    discriminator_width: int = 141
    branch: int = 70
    conditioned: bool = True
    skip_scale: float = 0.5
    generator_activation: ActivationName = "relu"
    discriminator_activation: ActivationName = "prelu"
    dropout: float = 0.1
    generator_noise: float = 1e-3
    discriminator_noise: float = 1e-3
    noise_place: NoisePlace = "parameters"
    noise_inputs: bool = False
    log_energy: bool = False
    peak_features: bool = False
    spectral_norm: bool = False
    enu_min: float = 0.3
    enu_max: float = 10.0


PRESETS = {
    "qe": NetworkConfig(
        discriminator_width=100,
        branch=50,
        conditioned=False,
        skip_scale=1.0,
        generator_activation="leaky_relu",
        discriminator_activation="leaky_relu",
        generator_noise=1e-4,
        noise_place="normalisation",
        noise_inputs=True,
    ),
    "inc-p1": NetworkConfig(generator_noise=0.0),
    "inc": NetworkConfig(),
}
