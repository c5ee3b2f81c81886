"""What a run of ``tune`` starts from: measurements and the models of their nuclei."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nugan_hep import targets
from nugan_hep.errors import UserError
from nugan_hep.measurement.measured import Measured, Part
from nugan_hep.measurement.readers import READERS, read_measured
from nugan_hep.sampler import Sampler
from nugan_hep.tuning.events import HYDROGEN

LEAST_EVENTS = 10_000
"""Of each nucleus; with fewer, bins of a measurement stay empty."""


class Inputs(NamedTuple):
    """Measurements to fit and to predict only, models, and normalisations of measurements by kind."""

    fitted: tuple[Measured, ...]
    tested: tuple[Measured, ...]
    models: tuple[Sampler, ...]
    norms: Mapping[str, float]
    files: Mapping[str, str]


def read(options: argparse.Namespace) -> Inputs:
    """Measurements and models that the options name.

    Raises
    ------
    UserError : a measurement that is unknown, unreadable or there twice, a flux or normalisation of none, a
        nucleus without a model, hadrons asked for of a model that has none, too few events
    """
    if options.n < LEAST_EVENTS:
        raise UserError(f"-n {options.n}: expected {LEAST_EVENTS:,} events of each nucleus or more")
    releases = dict(_pairs("--data", ":", [*options.data, *options.test]))
    named = {"--flux": dict(_pairs("--flux", "=", options.flux))}
    named["--prior-norm"] = dict(_pairs("--prior-norm", "=", options.prior_norm))
    for option, given in named.items():
        for kind in given:
            if kind not in releases:
                raise UserError(
                    f"{option} {kind}: no such measurement in --data, which has {', '.join(releases)}"
                )
    norms = {kind: _norm(kind, text) for kind, text in named["--prior-norm"].items()}
    measured = {
        kind: read_measured(kind, Path(path), _flux(named["--flux"].get(kind)))
        for kind, path in releases.items()
    }
    wanted = [part for one in measured.values() for part in one.parts]
    models = open_models(options.model, wanted, options.threads)
    kinds = [text.partition(":")[0] for text in options.data]
    fitted = tuple(measured[kind] for kind in kinds)
    tested = tuple(one for kind, one in measured.items() if kind not in kinds)
    return Inputs(fitted, tested, models, norms, {kind: Path(path).name for kind, path in releases.items()})


def _pairs(option: str, sign: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for text in texts:
        kind, there, value = text.partition(sign)
        if kind not in READERS:
            near = difflib.get_close_matches(kind, READERS, 3) or ["t2k_ccinc_2018", "..."]
            raise UserError(
                f"{option} {text}: expected KIND{sign}..., KIND one of those in --help, such as "
                + ", ".join(near)
            )
        if not there or not value:
            raise UserError(f"{option} {text}: expected {kind}{sign}...")
        if kind in found:
            raise UserError(f"{option}: {kind} is there twice")
        found[kind] = value
    return list(found.items())


def _norm(kind: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise UserError(f"--prior-norm {kind}={text}: expected a relative error above 0, at most 1")
    return value


def _flux(text: str | None) -> str | list[str] | None:
    """One flux, or those of several beams, separated by commas."""
    if text is None or "," not in text:
        return text
    return text.split(",")


def open_models(names: Sequence[str], parts: Sequence[Part], threads: int = 0) -> tuple[Sampler, ...]:
    """The models that are named, and the shipped ones of hydrogen where a part has some.

    Raises
    ------
    UserError : a nucleus without a model, a model that no part asks for
    """
    hadrons = any(part.hadrons for part in parts)
    found = [Sampler(name, threads=threads, lepton_only=not hadrons) for name in names]
    there = {(int(one.metadata["probe"]), int(one.metadata["target"])) for one in found}
    wanted = {(part.probe, nucleus) for part in parts for nucleus, _ in part.nuclei}
    missing = sorted(wanted - there)
    if lacking := [pair for pair in missing if pair[1] != HYDROGEN]:
        processes = (
            f"{targets.probe_name(probe)} on {targets.nucleus(nucleus)}" for probe, nucleus in lacking
        )
        raise UserError(
            f"{', '.join(processes)} was measured: no --model of it, there is "
            + ", ".join(one.name for one in found)
        )
    for probe, nucleus in missing:
        found.append(Sampler(targets.find_model(probe, nucleus), threads=threads, lepton_only=not hadrons))
    for one in found:
        if (int(one.metadata["probe"]), int(one.metadata["target"])) not in wanted:
            raise UserError(f"--model {one.name}: no measurement is of its process")
    return tuple(found)
