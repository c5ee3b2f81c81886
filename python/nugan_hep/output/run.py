"""What all events of a file have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nugan_hep import _core, flux
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux


@dataclass
class Run:
    """Probe, target, normalisation and provenance of a file's events.

    Attributes
    ----------
    probe : PDG number of the neutrino; with more than one, that of most events, and the column ``neu`` says
        which an event has
    targets : PDG numbers of the nuclei, with their fractions of the target's nucleons (sum 1); with more
        than one, the column ``tgt`` says which an event has; empty while another generator's file is read
    sigma, sigma_error : flux-averaged total cross section, 1e-38 cm²/nucleon; None where the events follow
        no flux and no fixed energy
    flux : what the events follow; None with ``energy``, or where they follow none
    energy : the one neutrino energy [GeV], or None
    pot : protons on target that the events stand for, or None
    metadata : what else the file says of itself, JSON; may be filled until the file is closed
    parts : the runs whose events were put together, see :func:`nugan_hep.output.merge.merge`; empty for one
    """

    probe: int
    targets: Mapping[int, float]
    sigma: float | None = None
    sigma_error: float | None = None
    flux: Flux | None = None
    energy: float | None = None
    pot: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Run, ...] = ()

    @property
    def target(self) -> int:
        """The PDG number of the only target, or of the one with the largest fraction; 0 of none."""
        return max(self.targets, key=lambda pdg: self.targets[pdg], default=0)

    @property
    def together(self) -> tuple[Run, ...]:
        """The runs that were put together: its parts, or itself."""
        return self.parts or (self,)

    @property
    def flavours(self) -> tuple[Run, ...]:
        """Of a beam of several flavours each of them, with its flux, its cross section and the beam's POT."""
        return tuple(from_dict(flavour) for flavour in self.metadata.get("flavours", ()))

    @property
    def single(self) -> tuple[Run, ...]:
        """The runs of one neutrino that it consists of."""
        return tuple(one for part in self.together for one in part.flavours or (part,))

    @property
    def replicas(self) -> list[str]:
        """Names of the replicas that the events have weights of."""
        return list(self.metadata.get("replicas", {}).get("names", ()))

    @property
    def probes(self) -> list[int]:
        """The neutrinos' PDG numbers."""
        return [*dict.fromkeys(run.probe for run in self.single)]

    def kind(self, probe: int, target: int) -> _core.EventKind:
        """Process and cross section of a neutrino's events on a nucleus, as far as they are known."""
        return _core.kind_of([part.as_dict() for part in self.together], probe, target)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the metadata, and under ``run`` all that :func:`from_dict` needs.

        Of several runs, ``runs`` lists each one's seed, command, events and whatever else is its own.
        """
        about = {**self.metadata, "run": self._numbers()}
        if self.parts:
            about["runs"] = [_own(part, about) for part in self.parts]
        return about

    def _numbers(self) -> dict[str, Any]:
        targets = [*self.targets.items()]
        return _core.Run(
            self.probe, targets, self.sigma, self.sigma_error, self.flux, self.energy, self.pot
        ).numbers()

    def need_cross_section(self, form: str) -> float:
        """The flux-averaged cross section, for formats that cannot do without.

        Raises
        ------
        UserError : the events follow neither a flux nor one energy, or the model has no cross section
        """
        _core.check_holds(_core.format_of(form), self.sigma is not None, False)
        assert self.sigma is not None
        return self.sigma


ALWAYS_LISTED = ("seed", "command", "events")
NOT_INHERITED = ("run", "runs", "converted", "requested", "exposure")


def _own(part: Run, about: Mapping[str, Any]) -> dict[str, Any]:
    """What a part says other than the whole, and its seed, command and events."""
    own = {
        key: value
        for key, value in part.metadata.items()
        if key in ALWAYS_LISTED or key in NOT_INHERITED or key not in about or about[key] != value
    }
    numbers = {key: value for key, value in part._numbers().items() if about["run"][key] != value}
    missing = [key for key in about if key not in part.metadata and key not in NOT_INHERITED]
    return {**own, **dict.fromkeys(missing), "run": numbers}


def _part(own: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a part that :func:`_own` shortened."""
    inherited = {key: value for key, value in about.items() if key not in NOT_INHERITED}
    whole = {**inherited, **own, "run": {**about["run"], **own["run"]}}
    return {key: value for key, value in whole.items() if value is not None}


def of_core(run: _core.Run) -> Run:
    """The run of a source's events, as the core describes it."""
    metadata = {key: value for key, value in run.describe().items() if key != "run"}
    numbers = run.sigma, run.sigma_error, run.flux, run.energy, run.pot
    return Run(run.probe, dict(run.targets), *numbers, metadata=metadata)


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
            metadata={key: value for key, value in content.items() if key not in ("run", "runs")},
            parts=tuple(from_dict(_part(own, content)) for own in content.get("runs", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"no description of a run as nugan-sample writes it ({error!r:.80})") from None
