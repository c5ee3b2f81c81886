"""What speaks against a whole file, though its rows can be read."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nugan_hep.data.aliases import Layout
from nugan_hep.data.readers import Columns
from nugan_hep.data.selection import REASONS, ROUNDING, Chunk, Selection
from nugan_hep.errors import UserError

LEPTONS = {11: "electron", 13: "muon", 15: "tau"}
MEV_THRESHOLD = 100.0
WEIGHT_TOLERANCE = 1e-5
FILE_WEIGHT_TOLERANCE = 0.01
"""NuWro's weight is the cross section that a run estimates; runs of the same setting scatter."""

IMPOSSIBLE_ALLOWED = 0.01
"""Share of rows that no neutrino event can be, which is passed over: no generator writes more."""
FEW = 3
"""So many of them are, in any file: damage rather than a mistake."""
BELOW_SHIFT_ALLOWED = 0.5
"""Share of rows with an energy transfer below the shift: real events, but the model has no place for them."""
CAUSE = 0.1
"""Share of the impossible rows that a cause has to explain to be named."""
NO_KINETIC_ALLOWED = 0.01
"""Rows that no kinetic energy explains, over those below the mass: a kinetic energy leaves room for it."""
THOUSANDFOLD = 20.0
"""Muon energies that are larger than the neutrino's by this factor are in MeV: ratios are 1000 E_mu/E_nu."""


class FileWeight(NamedTuple):
    """The weight that all kept events of a file share."""

    path: str | Path
    value: float


@dataclass
class Evidence:
    """Counts of rows of the wanted kind: probe, target, CC and energy as asked for."""

    kept: int = 0
    not_finite: int = 0
    below_shift: int = 0
    """Unphysical for an energy transfer between zero and the shift alone."""
    impossible: int = 0
    """The other unphysical ones; each may count under several of the next."""
    light: int = 0
    """The energy below the lepton's mass."""
    heavy: int = 0
    """E_mu above E_nu."""
    thousandfold: int = 0
    wide: int = 0
    """theta above pi."""
    negative: int = 0
    """theta below 0."""
    no_cosine: int = 0
    """A cosine beyond -1 or 1."""
    no_kinetic: int = 0
    """E_mu that as a kinetic energy would leave less than the shift."""
    theta_ends: list[float] = field(default_factory=lambda: [np.inf, -np.inf])

    @property
    def rows(self) -> int:
        return self.kept + self.not_finite + self.below_shift + self.impossible

    def __iadd__(self, other: Evidence) -> Evidence:
        for one in fields(self):
            if one.name != "theta_ends":
                setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        self.theta_ends = [
            min(self.theta_ends[0], other.theta_ends[0]),
            max(self.theta_ends[1], other.theta_ends[1]),
        ]
        return self

    def add(self, chunk: Chunk, columns: Columns, wanted: Selection) -> None:
        """Count a chunk, which may end before its columns do."""
        finite = (chunk.reason == 0) | (chunk.reason == 1 + REASONS.index("unphysical"))
        self.not_finite += int(np.count_nonzero(chunk.reason == 1 + REASONS.index("not finite")))
        self.kept += int(np.count_nonzero(chunk.reason == 0))
        bad = chunk.reason[finite] != 0
        enu, emu, theta = (
            column[finite].astype(np.float64) for column in (chunk.enu, chunk.emu, chunk.theta)
        )
        slack = ROUNDING * enu
        mass = wanted.process.lepton_mass
        light, heavy = emu < mass * (1 - ROUNDING), emu > enu + slack
        wide, negative = theta > np.float32(np.pi), theta < 0
        no_cosine = np.zeros(enu.shape, dtype=bool)
        if "cosine" in columns:
            no_cosine = np.abs(columns["cosine"][: finite.size][finite].astype(np.float64)) > 1 + ROUNDING
            negative = negative & ~no_cosine
        impossible = bad & (light | heavy | wide | negative | no_cosine | (enu < mass))
        self.impossible += int(np.count_nonzero(impossible))
        self.below_shift += int(np.count_nonzero(bad & ~impossible))
        for name, rows in {
            "light": light,
            "heavy": heavy,
            "thousandfold": emu > THOUSANDFOLD * enu,
            "wide": wide,
            "negative": negative,
            "no_cosine": no_cosine,
            "no_kinetic": emu > enu - wanted.shift - mass + slack,
        }.items():
            setattr(self, name, getattr(self, name) + int(np.count_nonzero(rows)))
        if theta.size:
            low, high = self.theta_ends
            self.theta_ends = [min(low, float(theta.min())), max(high, float(theta.max()))]

    def fault(self, wanted: Selection, names: dict[str, str]) -> str | None:
        """What is wrong with the rows and its likely cause; None where they are sound.

        Parameters
        ----------
        wanted : the events that were asked for
        names : columns by role
        """
        bad = self.impossible + self.not_finite
        if bad > FEW and bad > IMPOSSIBLE_ALLOWED * self.rows:
            counts = [f"{self.impossible:,} are impossible"] if self.impossible else []
            counts += [f"{self.not_finite:,} are not finite"] if self.not_finite else []
            cause = self._cause(wanted, names)
            return (
                f"of {self.rows:,} events of the wanted kind, {' and '.join(counts)}"
                f"{f': {cause}' if cause else ''}; "
                f"pass --allow-unphysical to drop more than {100 * IMPOSSIBLE_ALLOWED:g} %"
            )
        if self.below_shift > BELOW_SHIFT_ALLOWED * self.rows:
            return (
                f"of {self.rows:,} events of the wanted kind, {self.below_shift:,} have an energy transfer "
                f"below {wanted.shift:g} GeV; was it made with another energy shift?"
            )
        return None

    def _cause(self, wanted: Selection, names: dict[str, str]) -> str:
        """The mistake that makes most of the impossible rows, with what it is seen by."""
        enu, emu, theta = names["enu"], names["emu"], names.get("theta", "theta")
        lepton, mass = LEPTONS[abs(wanted.process.lepton)], wanted.process.lepton_mass
        reasons = {
            "light": f"{self.light:,} with {emu} below the {lepton}'s mass, {mass:.4g} GeV",
            "heavy": f"{self.heavy:,} with {emu} above {enu}",
            "wide": f"{self.wide:,} with {theta} above pi, up to {self.theta_ends[1]:.4g}",
            "negative": f"{self.negative:,} with {theta} below 0, down to {self.theta_ends[0]:.4g}",
            "no_cosine": f"{self.no_cosine:,} with {names.get('cosine', 'cosine')} beyond -1 or 1",
        }
        counts = {name: int(getattr(self, name)) for name in reasons}
        found = [name for name, count in counts.items() if count > CAUSE * self.impossible]
        if not found:
            return ""
        seen = ", ".join(reasons[name] for name in found)
        if len(found) > 1:
            return f"{seen} (are columns swapped or in other units?)"
        half = 0.5 * self.rows
        guess = {
            "light": "a kinetic energy? expected the total energy"
            if self.no_kinetic <= NO_KINETIC_ALLOWED * self.light
            else f"a momentum, or the energy of another lepton? expected a {lepton}'s total energy",
            "heavy": "in MeV? expected GeV"
            if self.thousandfold > 0.5 * self.heavy
            else f"are {enu} and {emu} swapped?"
            if self.heavy > half
            else "",
            "wide": "in degrees? expected rad" if self.theta_ends[1] <= 180 * (1 + ROUNDING) else "",
            "negative": "cos theta? expected the angle in rad"
            if self.theta_ends[0] >= -1 - ROUNDING and self.theta_ends[1] <= 1 + ROUNDING
            else "signed angles? expected 0 to pi",
            "no_cosine": "an angle? expected its cosine",
        }[found[0]]
        return f"{seen} ({guess})" if guess else seen


class FileChecks:
    """Looks at a file chunk by chunk; :meth:`finish` comes after the last one.

    Raises
    ------
    UserError : energies that look like MeV, events of unequal weight, or, unless they are allowed, several
        per cent of rows that no event can be
    """

    def __init__(self, path: str | Path, names: dict[str, str], wanted: Selection, allowed: bool) -> None:
        self.path = path
        self.weight: FileWeight | None = None
        self.evidence = Evidence()
        self._names, self._wanted, self._allowed = names, wanted, allowed
        self._rows = self._above = 0
        self._largest = 0.0

    def add(self, chunk: Chunk, columns: Columns, layout: Layout) -> None:
        """Count a chunk, which may end before its columns do."""
        keep = chunk.reason == 0
        if "weight" in columns:
            self._add_weights(columns["weight"][: keep.size][keep])
        if layout.gev == 1.0:
            finite = chunk.enu[np.isfinite(chunk.enu)]
            high = finite[finite > MEV_THRESHOLD]
            self._rows, self._above = self._rows + finite.size, self._above + high.size
            self._largest = max(self._largest, float(high.max(initial=0)))
        self.evidence.add(chunk, columns, self._wanted)

    def finish(self) -> None:
        """Judge the file by its counts."""
        if 2 * self._above > self._rows:  # the median is above the threshold
            raise UserError(
                f"{self.path}: the energies look like MeV, expected GeV ({self._above:,} of {self._rows:,} "
                f"neutrino energies above {MEV_THRESHOLD:g}, the largest {self._largest:g})"
            )
        if not self._allowed and (fault := self.evidence.fault(self._wanted, self._names)):
            raise UserError(f"{self.path}: {fault}")

    def _add_weights(self, weights: NDArray[Any]) -> None:
        if weights.size == 0:
            return
        if self.weight is None:
            self.weight = FileWeight(self.path, float(weights[0]))
        first = self.weight.value
        equal = np.abs(weights - first) <= WEIGHT_TOLERANCE * abs(first)
        if not np.all(equal):
            raise UserError(
                f"{self.path}: event weights differ ({first:g} and {weights[~equal][0]:g}), "
                "expected unweighted events"
            )


def check_same_weight(one: FileWeight, other: FileWeight) -> None:
    """Refuse files whose events count differently: a network learns from events of equal weight."""
    if abs(one.value - other.value) > FILE_WEIGHT_TOLERANCE * abs(one.value):
        raise UserError(
            f"events of {one.path} have weight {one.value:g}, those of {other.path} {other.value:g}, "
            "expected the same weight in all files"
        )
