"""Where the events of a run come from: one model or several, at energies that are said or follow a flux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from numpy.typing import NDArray

from nugan_hep import _core
from nugan_hep.beam import Beam
from nugan_hep.cross_section import CrossSection
from nugan_hep.flux import Flux

if TYPE_CHECKING:
    from nugan_hep._sampler import SamplerCore, SourceCore

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Energies:
    """Neutrino energies from ``low`` to ``high`` [GeV]: of a flux, ``weighted`` or not, or else uniform."""

    low: float
    high: float
    flux: Flux | None = None
    weighted: bool = False


class Nucleus(NamedTuple):
    """One nucleus of the target: its model, its fraction of the nucleons, its sigma [1e-38 cm²/nucleon]."""

    core: SamplerCore
    fraction: float
    sigma: float | None


class Source:
    """Events of a target in the detector's frame.

    The share of a nucleus in the events is its fraction of the nucleons times its cross section. An event's
    nucleus follows from the seed and the event's number; the events of a nucleus are those of its model one
    after the other, so that nothing is drawn in vain and no chunk matters.

    Parameters
    ----------
    cores : a model for each nucleus of the target
    fractions : of the target's nucleons, in the same order (sum 1)
    energies : of the neutrinos
    seed : 0 to 2^64 - 1
    beam : where the events are and where the beam goes

    Raises
    ------
    UserError : models of several probes, or of one nucleus twice; no cross section where one is needed; no
        flux inside of the range of energies
    """

    def __init__(
        self,
        cores: Sequence[SamplerCore],
        fractions: Sequence[float],
        energies: Energies,
        seed: int,
        beam: Beam | None = None,
    ) -> None:
        from nugan_hep import _sampler

        self.energies, self.seed, self.beam = energies, seed, beam or Beam()
        self._core: SourceCore = _sampler.SourceCore(
            cores,
            fractions,
            energies.low,
            energies.high,
            energies.flux,
            energies.weighted,
            seed,
            self.beam.in_core(),
        )
        self.nuclei = [Nucleus(*row) for row in zip(cores, fractions, self._core.sigmas(), strict=True)]

    @property
    def sigma(self) -> float | None:
        """Mean cross section of the target's nucleons over the flux or at the energy, 1e-38 cm²/nucleon."""
        return self._core.sigma

    @property
    def sigma_error(self) -> float | None:
        """Its uncertainty; those of the nuclei are independent."""
        return self._core.sigma_error

    @property
    def mean_sigma(self) -> tuple[float, float] | tuple[None, None]:
        """``sigma`` and its uncertainty, or else the mean over the uniform energies and its own."""
        return self._core.mean_sigma or (None, None)

    @property
    def outside(self) -> tuple[float, float]:
        """Estimated shares of the whole rate below and above the range of energies."""
        return self._core.outside

    def shares(self) -> list[float]:
        """Share of each nucleus in the events."""
        return self._core.shares()

    def table(self) -> CrossSection | None:
        """The cross section of the target's nucleons against energy, if all models have one."""
        enu, sigma = self._core.table()
        return CrossSection(enu, sigma) if len(enu) else None

    def run(self) -> _core.Run:
        """What its events have in common."""
        from nugan_hep import _sampler

        return _sampler.run_of(self._core)

    def draw(self, first: int, n: int) -> Columns:
        """Events ``first`` ... ``first + n - 1``.

        The sampler's columns; ``wght`` (float64, mean 1) of weighted events, ``tgt`` (int32) where there are
        several nuclei, and those that the beam adds. Not to be called from several threads at once.
        """
        return self._core.draw(first, n)
