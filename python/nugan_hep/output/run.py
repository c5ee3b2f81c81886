"""What all events of a file have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nugan_hep import flux
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux


@dataclass
class Run:
    """Probe, target, normalisation and provenance of a file's events.

    Attributes
    ----------
    probe : PDG number of the neutrino
    targets : PDG numbers of the nuclei, with their fractions of the target's nucleons (sum 1); with more
        than one, the column ``tgt`` says which an event has
    sigma, sigma_error : flux-averaged total cross section, 1e-38 cm²/nucleon; None where the events follow
        no flux and no fixed energy
    flux : what the events follow; None with ``energy``, or where they follow none
    energy : the one neutrino energy [GeV], or None
    pot : protons on target that the events stand for, or None
    metadata : what else the file says of itself, JSON; may be filled until the file is closed
    """

    probe: int
    targets: Mapping[int, float]
    sigma: float | None = None
    sigma_error: float | None = None
    flux: Flux | None = None
    energy: float | None = None
    pot: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> int:
        """The PDG number of the only target, or of the one with the largest fraction."""
        return max(self.targets, key=lambda pdg: self.targets[pdg])

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the metadata, and under ``run`` all that :func:`from_dict` needs."""
        return {
            **self.metadata,
            "run": {
                "probe": self.probe,
                "targets": {str(pdg): fraction for pdg, fraction in self.targets.items()},
                "sigma": self.sigma,
                "sigma_error": self.sigma_error,
                "flux": None if self.flux is None else self.flux.as_dict(),
                "energy": self.energy,
                "pot": self.pot,
            },
        }

    def need_cross_section(self, form: str) -> float:
        """The flux-averaged cross section, for formats that cannot do without.

        Raises
        ------
        UserError : the events follow neither a flux nor one energy, or the model has no cross section
        """
        if self.sigma is None:
            raise UserError(
                f"format {form} holds a flux-averaged cross section: "
                "expected events of a flux (--flux) or of one energy (--energy)"
            )
        return self.sigma


def from_dict(content: dict[str, Any]) -> Run:
    """The run in a file's JSON.

    Raises
    ------
    UserError : it is not there, or parts of it are missing
    """
    try:
        run = content["run"]
        return Run(
            probe=int(run["probe"]),
            targets={int(pdg): float(fraction) for pdg, fraction in run["targets"].items()},
            sigma=run["sigma"],
            sigma_error=run["sigma_error"],
            flux=None if run["flux"] is None else flux.from_dict(run["flux"]),
            energy=run["energy"],
            pot=run["pot"],
            metadata={key: value for key, value in content.items() if key != "run"},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"no description of a run as nugan-sample writes it ({error!r:.80})") from None
