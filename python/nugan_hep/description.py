"""What a run of ``nugan-sample`` says of itself, in its file and on the screen."""

from __future__ import annotations

import argparse
import importlib.metadata
from typing import Any

from nugan_hep import archive, targets
from nugan_hep.errors import UserError


def version() -> str:
    versions = {}
    for name in ("nugan-hep", "torch"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return f"nugan-hep {versions['nugan-hep']} (torch {versions['torch']})"


def model_table() -> str:
    """A line for each model, the shortest names first: the plain ones."""
    rows = [("model", "family", "probe", "target", "training events", "energies [GeV]")]
    unreadable = []
    for name in sorted(archive.list_models(), key=lambda name: (len(name), name)):
        try:
            about = archive.read_metadata(archive.find_model(name))
        except UserError as error:
            unreadable.append(f"{name}: unreadable: {error}")
            continue
        low, high = about["enu_range"]
        events = archive.training_events(about)
        trained = "-" if events is None else f"{events:,}"
        codes = str(about["probe"]), str(about["target"])
        rows.append((name, about.get("family", "gan"), *codes, trained, f"{low:g} to {high:g}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = [
        "  ".join(
            cell.ljust(width) if k in (0, 1) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row[:-1], widths, strict=False))
        )
        + f"  {row[-1]}"
        for row in rows
    ]
    return "\n".join([*aligned, *unreadable])


def summary(about: dict[str, Any], options: argparse.Namespace, seconds: float) -> str:
    """The lines that the program ends with."""
    sigma, events = about["cross_section"], about["events"]
    lines = [
        f"{options.out}: {events:,} events in {seconds:.2f} s "
        f"({events / seconds:,.0f} events/s), {options.out.stat().st_size:,} bytes, "
        + (
            "sigma unknown"
            if sigma["mean"] is None
            else f"sigma {sigma['mean']:.4g} +- {sigma['error']:.2g} x 1e-38 cm2/nucleon"
        )
    ]
    if "flux" in about:
        flux, energy = about["flux"], about["energy"]
        reading = f", read as {flux['reading']}" if flux["reading"] else ""
        lines.append(
            f"flux {flux['name']}{reading}, taken as {flux['contents']}: "
            f"{flux['neutrinos_inside']:.1%} of it lies in {energy['low']:g} to {energy['high']:g} GeV, "
            "where sigma is averaged; with sigma ~ E outside, "
            f"{flux['rate_below']:.1%} of the rate lies below and {flux['rate_above']:.1%} above"
        )
    if "models" in about:
        parts = [f"{targets.nucleus(model['target'])} {model['share']:.1%}" for model in about["models"]]
        lines.append(f"events by nucleus: {', '.join(parts)}")
    if "exposure" in about:
        exposure = about["exposure"]
        lines.append(
            f"{exposure['pot']:g} POT and {exposure['mass']:g} t: {exposure['expected']:,.6g} events expected"
        )
    return "\n".join(lines)
