"""Networks and settings by preset: ``qe``, ``inc-p1`` (arXiv:2502.20244) and ``inc`` (arXiv:2508.12987)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from nugan_hep.families.common.settings import TrainingConfig, option
from nugan_hep.kinematics import SHIFT_P1

if TYPE_CHECKING:
    from nugan_hep.families.common.blocks import ActivationName, NoisePlace


@dataclass(frozen=True)
class NetworkConfig:
    """Everything that defines a generator and its discriminator.

    ``conditioned`` main bodies use Blocks 3 and 4 (E_nu' enters every block), others Blocks 1
    and 2. ``branch`` is the width of each of the discriminator's two branches.
    ``noise_inputs`` adds the generator's noise to its inputs too.

    Beyond the papers: ``log_energy`` gives the generator log E' beside E_nu', ``peak_features``
    gives the discriminator's branches log E' and the places of two peaks (:mod:`..common.features`; the
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


@dataclass(frozen=True)
class GanTrainingConfig(TrainingConfig):
    """Settings of the training of a GAN."""

    preset: str = option("inc", "networks")
    lr_generator: float = option(1e-5, "learning rate of the generator")
    lr_discriminator: float = option(1e-4, "learning rate of the discriminator")
    amsgrad_from: int = option(200_000, "step from which AdamW becomes AMSGrad; -1: never")
    latent_size: int = option(50, "latents of the generator; 2 with a teacher")
    teacher: str = option("", "flow (name or archive) that the generator is fitted to; none: adversarial")
    loss: str = option("hce", "generator loss: ce, heuristic or hce; relativistic: of both")
    r1: float = option(0.0, "weight of the gradient penalty r1/2 |grad D|^2 on true events; 0: none")
    spectral_norm: bool = option(False, "spectral normalisation of the discriminator")
    log_energy: bool = option(False, "the generator sees the logarithm of the energy too")
    peak_features: bool = option(False, "the discriminator sees log energy and two peaks' places too")
    dropout: float = option(0.1, "dropout fraction after each block")
    generator_noise: float = option(1e-3, "sigma of the generator's noise")
    discriminator_noise: float = option(1e-3, "sigma of the discriminator's noise")

    family: ClassVar[str] = "gan"
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "qe": {
            "batch": 10_000,
            "steps": 40_000,
            "amsgrad_from": -1,
            "loss": "ce",
            "generator_noise": 1e-4,
            "shift": SHIFT_P1,
        },
        "inc-p1": {"amsgrad_from": -1, "loss": "ce", "generator_noise": 0.0, "shift": SHIFT_P1},
        "inc": {},
    }
    widening = ("log_energy", "peak_features")
    bound = (*TrainingConfig.bound, "latent_size", "spectral_norm", *widening)
    fixed = (*TrainingConfig.fixed, "teacher")
    transfer: ClassVar[Mapping[str, Any]] = {
        "steps": 10_000,
        "eval_every": 250,
        "checkpoint_every": 1000,
        "amsgrad_from": -1,
    }
    inherited = ("dropout", "generator_noise", "discriminator_noise", "loss")

    def checks(self) -> dict[str, bool]:
        return {
            **super().checks(),
            "loss": self.loss in ("ce", "heuristic", "hce", "relativistic"),
            **self.at_least(1, "latent_size"),
            **{name: getattr(self, name) > 0 for name in ("lr_generator", "lr_discriminator")},
            "dropout": 0 <= self.dropout < 1,
            **self.at_least(0, "r1", "generator_noise", "discriminator_noise"),
        }


def network_config(config: GanTrainingConfig) -> NetworkConfig:
    """The preset's networks, with what the configuration says of them."""
    settings = config.as_dict()
    given = {item.name: settings[item.name] for item in fields(NetworkConfig) if item.name in settings}
    return replace(PRESETS[config.preset], **given)
