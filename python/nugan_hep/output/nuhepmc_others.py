"""What a NuHepMC head says, whoever wrote it: probe, cross section, flux, exposure (G.C.1, G.C.2, G.C.4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.flux import ARBITRARY, PER_POT, Flux
from nugan_hep.output import nuhepmc_run_info as clauses
from nugan_hep.output.run import Run

IN_38 = {"pb": 100.0, "10-38 cm2": 1.0, "cm2": 1e38}
"""1e-38 cm² in the units of G.R.6."""


def read_run(info: Any, events: int) -> Run:
    """The run of a head of ``events`` events.

    Raises
    ------
    UserError : nothing of NuHepMC in it, or values that cannot be read
    """
    attributes = {} if info is None else info.attributes
    if clauses.OURS in attributes:
        run, count = clauses.read_run(info)
        if count != events:
            raise UserError(f"{events:,} events, but {clauses.EVENTS} is {count:,}")
        return run
    names = [name.removeprefix("NuHepMC.") for name in attributes if name.startswith("NuHepMC.")]
    if not names:
        raise UserError(
            "a HepMC3 file without the head of NuHepMC (NuHepMC.Version and the like); expected one of "
            "nugan-sample, or of another generator that follows NuHepMC 1.0"
        )
    beams = [name for name in names if name.startswith("Beam[") and name.endswith("].Type")]
    probes = [int(name[len("Beam[") : name.index("]")]) for name in beams]
    flux, energy = _beam(attributes, probes[0]) if len(probes) == 1 else (None, None)
    sigma, error = _sigma(attributes)
    tools = ", ".join(f"{tool.name} {tool.version}" for tool in info.tools) or "another generator"
    return Run(
        probe=probes[0] if probes else 14,
        targets={},
        sigma=sigma,
        sigma_error=error,
        flux=flux,
        energy=energy,
        pot=_number(attributes, "Exposure.POT"),
        metadata={"program": tools, "events": events},
    )


def _sigma(attributes: Any) -> tuple[float | None, float | None]:
    """Per nucleon; per atom it depends on targets that the head does not name."""
    unit, scale = (_text(attributes, f"Units.CrossSection.{name}") for name in ("Unit", "TargetScale"))
    if unit not in IN_38 or scale != "PerNucleon":
        return None, None
    found = [_number(attributes, f"FluxAveragedTotalCrossSection{name}") for name in ("", "Uncertainty")]
    sigma, error = (None if value is None else value * IN_38[unit] for value in found)
    return sigma, error


def _beam(attributes: Any, probe: int) -> tuple[Flux | None, float | None]:
    beam = f"Beam[{probe}]"
    gev = 1e-3 if (_text(attributes, f"{beam}.EnergyUnit") or "").upper() == "MEV" else 1.0
    kind = _text(attributes, f"{beam}.Type")
    if kind == "MonoEnergetic":
        energy = _number(attributes, f"{beam}.MonoEnergetic.Energy")
        return None, None if energy is None else energy * gev
    if kind != "Histogram":
        return None, None
    edges = _numbers(attributes, f"{beam}.Histogram.BinEdges") * gev
    contents = _numbers(attributes, f"{beam}.Histogram.BinContent")
    per_width = (_text(attributes, f"{beam}.Histogram.ContentIsPerWidth") or "0").lower() in ("1", "true")
    density = contents / gev if per_width else contents / np.diff(edges)
    known = (_text(attributes, f"{beam}.RateUnit") or "").startswith(PER_POT)
    return Flux(edges, density, PER_POT if known else ARBITRARY, beam), None


def _text(attributes: Any, name: str) -> str | None:
    key = f"NuHepMC.{name}"
    return str(attributes[key]).strip() if key in attributes else None


def _numbers(attributes: Any, name: str) -> Any:
    text = _text(attributes, name)
    try:
        return np.array((text or "").split(), dtype=np.float64)
    except ValueError:
        raise UserError(f"NuHepMC.{name} is {text!r:.40}, expected numbers") from None


def _number(attributes: Any, name: str) -> float | None:
    found = _numbers(attributes, name)
    return float(found[0]) if len(found) else None
