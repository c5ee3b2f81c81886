"""What a measurement is compared with: its flux and models that are made for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from nugan_hep import flux_readers, targets
from nugan_hep.errors import NoUnitError, UserError
from nugan_hep.flux import Flux

if TYPE_CHECKING:
    from nugan_hep.sampler import Sampler

PROBE = 14
"""The measurements of the examples are of muon neutrinos."""
EQUAL = 1e-3
"""Largest relative difference of widths of bins that are equally wide but for rounding."""


def read_flux(source: str, units: str | None = None, columns: str | None = None, probe: int = PROBE) -> Flux:
    """The flux of a probe that a measurement averages over; its normalisation does not matter.

    Without a unit its contents are neutrinos per bin or per GeV, which is the same in bins of equal width.

    Raises
    ------
    UserError : see :func:`nugan_hep.read_flux`; no unit and bins of different widths; a histogram that is
        named for another neutrino
    """
    try:
        flux = flux_readers.read_flux(source, units, probe, columns)
    except NoUnitError:
        flux = flux_readers.read_flux(source, "/bin", probe, columns)
        widths = np.diff(flux.edges)
        if not np.allclose(widths, widths[0], rtol=EQUAL):
            raise UserError(
                f"flux {flux.name}: it names no unit and its bins have different widths; "
                'give --flux-units, "/bin" or "/GeV"'
            ) from None
    if doubt := flux_readers.other_neutrino(flux, probe):
        raise UserError(doubt)
    return flux


def open_models(names: Sequence[str], target: int, threads: int = 0, hadrons: bool = False) -> list[Sampler]:
    """The models, all of muon neutrinos on the nucleus ``target`` (PDG), with or without their ``hadrons``.

    Raises
    ------
    UserError : models that cannot be read, of another probe or nucleus, two of one name, without
        hadrons where these are wanted
    """
    from nugan_hep.sampler import Sampler

    samplers = [Sampler(name, threads=threads, lepton_only=not hadrons) for name in names]
    for sampler in samplers:
        if hadrons and not sampler.hadrons:
            raise UserError(f"{sampler.name}: a model of leptons alone, the measurement is of hadrons too")
        probe, nucleus = sampler.metadata["probe"], sampler.metadata["target"]
        if probe != PROBE:
            raise UserError(f"{sampler.name}: a model of the probe {probe}, expected {PROBE}")
        if nucleus != target:
            found, wanted = (targets.nucleus(pdg) for pdg in (nucleus, target))
            raise UserError(f"{sampler.name}: a model of {found}, the measurement is on {wanted}")
    name, number = Counter(sampler.name for sampler in samplers).most_common(1)[0]
    if number > 1:
        raise UserError(f"--model: {name} is there {number} times, expected models of different names")
    return samplers
