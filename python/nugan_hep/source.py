"""Where the events of a run come from: one model or several, at energies that are said or follow a flux."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nugan_hep import _core, rate, streams
from nugan_hep.cross_section import CrossSection
from nugan_hep.errors import UserError
from nugan_hep.flux import Array, Flux
from nugan_hep.rate import Rate

if TYPE_CHECKING:
    from nugan_hep._sampler import SamplerCore

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Energies:
    """Neutrino energies from ``low`` to ``high`` [GeV]: of a flux, ``weighted`` or not, or else uniform."""

    low: float
    high: float
    flux: Flux | None = None
    weighted: bool = False

    @property
    def one(self) -> float | None:
        """The energy, if it is a single one [GeV]."""
        return self.low if self.flux is None and self.low == self.high else None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        law = "flux x cross section" if self.flux is not None else "uniform"
        if self.weighted:
            law = "uniform, weighted by flux x cross section"
        return {"low": self.low, "high": self.high, "distribution": law, "unit": "GeV"}


@dataclass
class Nucleus:
    """One nucleus of the target: its model, its fraction of the nucleons, its sigma [1e-38 cm²/nucleon]."""

    core: SamplerCore
    fraction: float
    rate: Rate | None
    sigma: float | None
    sigma_error: float | None
    seed: int = 0
    drawn: int = 0


@dataclass
class Source:
    """Events of a target.

    The share of a nucleus in the events is its fraction of the nucleons times its cross section. An event's
    nucleus follows from the seed and the event's number; the events of a nucleus are those of its model one
    after the other, so that nothing is drawn in vain and no chunk matters.

    Attributes
    ----------
    nuclei : of the target
    energies : of the neutrinos
    seed : 0 to 2^64 - 1
    """

    nuclei: list[Nucleus]
    energies: Energies
    seed: int
    _next: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        alone = len(self.nuclei) == 1
        for nucleus in self.nuclei:
            nucleus.seed = self.seed if alone else streams.another_seed(self.seed, nucleus.core.target)

    @property
    def sigma(self) -> float | None:
        """Mean cross section of the target's nucleons over the flux or at the energy, 1e-38 cm²/nucleon."""
        known = [nucleus.fraction * nucleus.sigma for nucleus in self.nuclei if nucleus.sigma is not None]
        return sum(known) if len(known) == len(self.nuclei) else None

    @property
    def sigma_error(self) -> float | None:
        """Its uncertainty; those of the nuclei are independent."""
        errors = [nucleus.fraction * (nucleus.sigma_error or 0.0) for nucleus in self.nuclei]
        return None if self.sigma is None else float(np.sqrt(np.sum(np.square(errors))))

    @property
    def outside(self) -> tuple[float, float]:
        """Estimated shares of the whole rate below and above the range of energies."""
        below = inside = above = 0.0
        for nucleus in self.nuclei:
            if nucleus.rate is not None:
                own = nucleus.fraction * nucleus.rate.sigma
                inside += own
                below += own * nucleus.rate.below
                above += own * nucleus.rate.above
        total = below + inside + above
        return (below / total, above / total) if total else (0.0, 0.0)

    def shares(self) -> list[float]:
        """Share of each nucleus in the events."""
        if len(self.nuclei) == 1:
            return [1.0]
        parts = [nucleus.fraction * (nucleus.sigma or 0.0) for nucleus in self.nuclei]
        return [part / sum(parts) for part in parts]

    def draw(self, first: int, n: int) -> Columns:
        """Events ``first`` ... ``first + n - 1``: the sampler's columns; ``wght``, ``tgt`` where needed."""
        if len(self.nuclei) == 1:
            return self._of(self.nuclei[0], first, n)
        if first != self._next:
            self._count(first)
        which = self._which(first, n)
        events: Columns = {}
        for k, nucleus in enumerate(self.nuclei):
            own = np.flatnonzero(which == k)
            if not len(own):
                continue
            for name, values in self._of(nucleus, nucleus.drawn, len(own)).items():
                events.setdefault(name, np.empty(n, dtype=values.dtype))[own] = values
            nucleus.drawn += len(own)
        self._next = first + n
        numbers = np.arange(first, first + n, dtype=np.int32)
        pdg = np.array([nucleus.core.target for nucleus in self.nuclei], dtype=np.int32)
        return {**events, "iev": numbers, "tgt": pdg[which]}

    def table(self) -> CrossSection | None:
        """The cross section of the target's nucleons against energy, if all models have one."""
        tables = [CrossSection(nucleus.core.xsec_enu, nucleus.core.xsec) for nucleus in self.nuclei]
        if any(len(table.enu) < 2 for table in tables):
            return None
        low, high = max(t.enu[0] for t in tables), min(t.enu[-1] for t in tables)
        knots = _core.borders_between(np.concatenate([t.enu for t in tables]), low, high)
        sigma: Array = np.zeros(len(knots))
        for nucleus, one in zip(self.nuclei, tables, strict=True):
            sigma += nucleus.fraction * one(knots)
        return CrossSection(knots, sigma)

    def _of(self, nucleus: Nucleus, first: int, n: int) -> Columns:
        energies = self.energies
        if nucleus.rate is not None:
            return rate.draw(nucleus.core, nucleus.rate, n, nucleus.seed, first, energies.weighted)
        return nucleus.core.sample_uniform(energies.low, energies.high, n, nucleus.seed, first)

    def _which(self, first: int, n: int) -> NDArray[np.int64]:
        """Index of the nucleus of each event [n]."""
        borders = np.cumsum(self.shares())[:-1]
        u = streams.uniforms(self.seed, streams.NUCLEUS, first, n)[:, 0]
        return np.searchsorted(borders, u, side="right")

    def _count(self, first: int, step: int = 1_000_000) -> None:
        """Find how many events each nucleus has before ``first``."""
        counts = np.zeros(len(self.nuclei), dtype=np.int64)
        for start in range(0, first, step):
            which = self._which(start, min(step, first - start))
            counts += np.bincount(which, minlength=len(self.nuclei))
        for nucleus, count in zip(self.nuclei, counts, strict=True):
            nucleus.drawn = int(count)


def make_source(
    cores: Mapping[int, SamplerCore], fractions: Mapping[int, float], energies: Energies, seed: int
) -> Source:
    """Bring models [by PDG number of the nucleus] and energies together.

    Raises
    ------
    UserError : no cross section where one is needed; see :func:`nugan_hep.rate.flux_rate`
    """
    nuclei = []
    for pdg, core in cores.items():
        sigma = error = own = None
        if energies.flux is not None:
            own = rate.flux_rate(core, energies.flux, (energies.low, energies.high))
            sigma, error = own.sigma, own.sigma_error
        elif energies.one is not None and len(core.xsec_enu) > 1:
            sigma, error = _at(core, energies.one)
        if sigma is None and len(cores) > 1:
            raise UserError(
                "the nuclei of a mixture share the events by their cross sections: "
                "expected --flux or --energy, and models with cross sections"
            )
        nuclei.append(Nucleus(core, fractions[pdg], own, sigma, error))
    return Source(nuclei, energies, seed)


def common_range(cores: Mapping[int, SamplerCore]) -> tuple[float, float]:
    """Energies [GeV] that all models know.

    Raises
    ------
    UserError : there are none
    """
    low = max(core.enu_min for core in cores.values())
    high = min(core.enu_max for core in cores.values())
    if low > high:
        raise UserError("the models of the target's nuclei have no energies in common")
    return low, high


def _at(core: SamplerCore, energy: float) -> tuple[float | None, float | None]:
    """Cross section at one energy [GeV] and its uncertainty, 1e-38 cm²/nucleon."""
    if not core.xsec_enu[0] <= energy <= core.xsec_enu[-1]:
        return None, None
    weights = np.array([np.interp(energy, core.xsec_enu, unit) for unit in np.eye(len(core.xsec_enu))])
    return float(weights @ core.xsec), rate.average_error(core, weights)
