"""Several runs whose events are put together: by ``hadd`` and ``cat``, or by ``nugan-convert A B C``.

Events and protons on target add up. The cross section is the average over all neutrinos that the runs stand
for: n events at a mean cross section sigma take n / sigma neutrinos per nucleon, so that the whole has
``sum(n) / sum(n / sigma)``. For runs of one setting that is their sigma; for numu and numubar of one beam, or
for two fluxes, it is the average over both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.output.run import Run


def merge(runs: Sequence[Run]) -> Run:
    """One description of the events of several runs, which it lists as ``parts``.

    Each run's number of events is ``metadata["events"]``. The flux, the energy and the metadata that all
    have are kept; fluxes over the same bins are averaged by their protons on target. What differs otherwise,
    or is unknown of one, is None.

    Raises
    ------
    UserError : fluxes in different units; other replicas; runs that differ and do not say how many events
        they have
    """
    parts = [part for run in runs for part in run.together]
    if len(parts) == 1:
        return parts[0]
    _check_units(parts)
    _check_replicas(parts)
    share = _shares(parts)
    pots = [part.pot for part in parts]
    sigma, error = _sigma(parts)
    probes = {part.probe: 0.0 for part in parts}
    for part, own in zip(parts, share, strict=True):
        probes[part.probe] += own
    return Run(
        probe=max(probes, key=lambda probe: probes[probe]),
        targets=_targets(parts, share),
        sigma=sigma,
        sigma_error=error,
        flux=common_flux(parts),
        energy=_common([part.energy for part in parts]),
        pot=None if None in pots else sum(pot for pot in pots if pot is not None),
        metadata=_metadata(parts, sigma, error),
        parts=tuple(parts),
    )


def common_flux(parts: Sequence[Run]) -> Flux | None:
    """The flux that runs have in common; over the same bins, the average by protons on target."""
    fluxes = [part.flux for part in parts if part.flux is not None]
    if not fluxes or len(fluxes) < len(parts):
        return None
    first = fluxes[0]
    if any(not np.array_equal(flux.edges, first.edges) for flux in fluxes):
        return None
    if all(np.array_equal(flux.density, first.density) for flux in fluxes):
        return first
    if len({part.probe for part in parts}) > 1 or any(part.pot is None for part in parts):
        return None
    pots = [part.pot or 0.0 for part in parts]
    density = np.average([flux.density for flux in fluxes], axis=0, weights=pots)
    name = " + ".join(dict.fromkeys(flux.name for flux in fluxes))
    return replace(first, density=density, name=name)


def notes(run: Run) -> list[str]:
    """What a user should know of the description of several runs, a line each."""
    parts, found = run.parts, []
    known = [part.pot for part in parts if part.pot is not None]
    if known and len(known) < len(parts):
        found.append(f"{len(parts) - len(known)} of {len(parts)} runs have no exposure: POT left out")
    elif known and len({part.probe for part in parts}) > 1:
        found.append(
            f"the POT of runs of {len(run.probes)} neutrinos were added up to {run.pot:g}: right for beams "
            "one after the other, not for the neutrinos of one beam"
        )
    if twice := _twice(parts):
        found.append(
            f"{twice:,} events occur more than once: runs of one seed and setting have event numbers in "
            "common; give each run a --seed of its own, or --first"
        )
    return found


def _twice(parts: Sequence[Run]) -> int:
    """Events that another run has, too: the same numbers of the same seed and setting."""
    numbers: dict[str, list[tuple[int, int]]] = {}
    for part in parts:
        about = part.metadata
        first, events = about.get("first", 0), about.get("events")
        if about.get("seed") is None or not isinstance(first, int) or not isinstance(events, int):
            continue
        keys = ("seed", "model", "models", "energy", "beam")
        setting = f"{[about.get(key) for key in keys]} {part.probe} {part.targets} {part.energy} {part.flux}"
        numbers.setdefault(setting, []).append((first, first + events))
    twice = 0
    for intervals in numbers.values():
        end = min(low for low, _ in intervals)
        for low, high in sorted(intervals):
            twice += max(0, min(end, high) - low)
            end = max(end, high)
    return twice


def _check_units(parts: Sequence[Run]) -> None:
    units = dict.fromkeys(part.flux.unit for part in parts if part.flux is not None)
    if len(units) > 1:
        raise UserError(
            f"runs cannot be put together: their fluxes have the units {', '.join(units)}; expected one unit"
        )


def _check_replicas(parts: Sequence[Run]) -> None:
    """One column of weights has one meaning."""
    for part in parts:
        if part.metadata.get("replicas") != parts[0].metadata.get("replicas"):
            one, other = (", ".join(run.replicas) or "none" for run in (parts[0], part))
            raise UserError(
                f"runs cannot be put together: they have the replicas {one} and {other}; expected the same, "
                "of the same kinds"
            )


def _shares(parts: Sequence[Run]) -> list[float]:
    """Share of each run in the neutrinos per nucleon, or, without cross sections, in the events."""
    events = _events(parts)
    if events is None:
        return [1 / len(parts)] * len(parts)
    if all(part.sigma for part in parts):
        events = [n / (part.sigma or 1.0) for n, part in zip(events, parts, strict=True)]
    total = sum(events) or 1.0
    return [n / total for n in events]


def _events(parts: Sequence[Run]) -> list[float] | None:
    """The runs' numbers of events; None where some are not known and do not matter.

    Raises
    ------
    UserError : they matter
    """
    events = [part.metadata.get("events") for part in parts]
    if all(isinstance(n, int | float) for n in events):
        return [float(n) for n in events if n is not None]
    if len({(part.probe, part.sigma, *sorted(part.targets.items())) for part in parts}) > 1:
        raise UserError("runs cannot be put together: some do not say how many events they have")
    return None


def _sigma(parts: Sequence[Run]) -> tuple[float | None, float | None]:
    """The average cross section and its uncertainty, the runs' being of one cause."""
    sigmas = [part.sigma for part in parts]
    known = [sigma for sigma in sigmas if sigma]
    if len(known) < len(parts):
        return None, None
    errors = [part.sigma_error for part in parts]
    if len(set(known)) == 1:
        return known[0], _common(errors)
    events = np.array(_events(parts))
    sigma = float(events.sum() / np.sum(events / known))
    if None in errors:
        return sigma, None
    relative = np.array([error for error in errors if error is not None]) / known
    return sigma, float(sigma**2 / events.sum() * np.sum(events / known * relative))


def _targets(parts: Sequence[Run], share: Sequence[float]) -> dict[int, float]:
    if all(part.targets == parts[0].targets for part in parts):
        return dict(parts[0].targets)
    targets: dict[int, float] = {}
    for part, own in zip(parts, share, strict=True):
        for pdg, fraction in part.targets.items():
            targets[pdg] = targets.get(pdg, 0.0) + own * fraction
    return targets


def _metadata(parts: Sequence[Run], sigma: float | None, error: float | None) -> dict[str, Any]:
    """What the runs say alike, the sums of their events, and their cross section."""
    first = parts[0].metadata
    common = {k: v for k, v in first.items() if all(part.metadata.get(k) == v for part in parts)}
    for key in ("events", "requested"):
        numbers = [part.metadata.get(key) for part in parts]
        common.pop(key, None)
        if all(isinstance(n, int) for n in numbers):
            common[key] = sum(n for n in numbers if n is not None)
    tables = [part.metadata.get("cross_section") for part in parts]
    if "cross_section" not in common and all(isinstance(table, dict) for table in tables):
        common["cross_section"] = _table([table for table in tables if table], parts, sigma, error)
    for key in ("seed", "command", "time", "exposure", "converted"):
        common.pop(key, None)  # each run's own
    return common


def _table(
    tables: list[dict[str, Any]], parts: Sequence[Run], sigma: float | None, error: float | None
) -> dict[str, Any]:
    """The part ``cross_section`` of the metadata; without a flux, the mean over the events."""
    first = tables[0]
    same = all(table.get(key) == first.get(key) for table in tables for key in ("enu", "sigma", "unit"))
    means, events = [table.get("mean") for table in tables], _events(parts)
    if sigma is None and events and sum(events) and None not in means:
        sigma = float(np.average(np.array(means, dtype=np.float64), weights=events))
        errors = [table.get("error") for table in tables]
        if None not in errors:
            error = float(np.average(np.array(errors, dtype=np.float64), weights=events))
    known = {key: first.get(key) for key in ("enu", "sigma")} if same else {"enu": [], "sigma": []}
    return {"mean": sigma, "error": error, "unit": "1e-38 cm2/nucleon", **known}


def _common(values: Sequence[float | None]) -> float | None:
    return values[0] if all(value == values[0] for value in values) else None
