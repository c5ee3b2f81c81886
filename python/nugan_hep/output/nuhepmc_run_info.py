"""The head of a NuHepMC 1.0.0 file: HepMC3's GenRunInfo with the attributes that the specification asks for.

What each attribute answers is said by its clause (github.com/NuHepMC/Spec): G.R is required, G.C agreed.
HepMC3 writes a double with 15 digits and a vector of doubles with six decimals; here they are put down in
full as text, which in the file is the same attribute.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import io
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from nugan_hep import _core
from nugan_hep.errors import UserError
from nugan_hep.flux import ARBITRARY
from nugan_hep.output.merge import merge
from nugan_hep.output.run import Run, from_dict

VERSION = (1, 0, 0)
ARTICLES = ("2502.20244", "2508.12987")
"""arXiv numbers of the networks' articles, those of CITATION.cff."""

PRIMARY_VERTEX = 1
FINAL, BEAM, TARGET = 1, 4, 20
VERTEX_STATUS = {PRIMARY_VERTEX: ("PrimaryVertex", "the neutrino's scattering")}
PARTICLE_STATUS = {
    FINAL: (
        "FinalState",
        "leaves the nucleus: the lepton, and hadrons or, without them, what balances the event",
    ),
    BEAM: ("Beam", "incoming neutrino"),
    TARGET: ("Target", "target nucleus, at rest"),
}
CM = 100.0
"""Centimetres, the file's unit of length, in a metre."""

REMNANT = _core.NuHepMC.REMNANT
ADDITIONAL_PARTICLES = {
    REMNANT: (
        "NuclearRemnant",
        "all but the lepton: the hadrons and the nucleus left behind, which the model does not tell apart, "
        "with the four-momentum that balances the event; not a particle to propagate",
    ),
    _core.remnant_code(0, 0): (
        "NoNucleus",
        "beside all hadrons, where no nucleon is left: what balances the event, nothing of a free proton; "
        "not a particle to propagate",
    ),
}

OURS = "NuHepMC.Provenance.nugan"
PART = OURS + ".Run[{}]"
EVENTS = "NuHepMC.Provenance.NEvents"
LONGEST_LINE = 512 * 512 - 2
"""HepMC3 reads lines into a buffer of 512 x 512 characters and gives up on longer ones."""


def library(name: str) -> Any:
    """A module of a package that only this format needs.

    Raises
    ------
    UserError : it is not installed
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise UserError(f"format nuhepmc needs {package}: pip install {package}") from None


def processes(run: Run, modes: bool) -> dict[int, tuple[str, str]]:
    """Name and description of a run's processes by number (E.C.1); of all ``modes`` if events have one.

    Charged current is X00 to X49; what has no mode belongs to 700 and above, other processes.
    """
    found: dict[int, tuple[str, str]] = {}
    for one in (run.kind(probe, target).process for probe in run.probes for target in run.targets):
        for mode in range(len(_core.modes)) if modes else (one.mode,):
            word, description, _ = _core.modes[mode]
            current = "charged" if one.current == "CC" else "neutral"
            found[one.nuhepmc(mode)] = f"{one.current} {word}", f"{current}-current {description}"
    return dict(sorted(found.items()))


def head(info: Any, length: int = 0) -> bytes:
    """All that stands before the first event, filled up with blanks to ``length`` bytes.

    Raises
    ------
    UserError : a line is longer than HepMC3 can read
    """
    ours = str(info.attributes[OURS]).rstrip()
    info.attributes[OURS] = ours
    missing = length - len(_head(info))
    if missing > 0:
        info.attributes[OURS] = ours + " " * missing
    text = _head(info)
    longest = max(text.split(b"\n"), key=len)
    if len(longest) > LONGEST_LINE:
        raise UserError(
            f"format nuhepmc holds at most {LONGEST_LINE:,} characters in a line, "
            f"but {longest.split()[1].decode()} takes {len(longest):,}"
        )
    return text


def _head(info: Any) -> bytes:
    text = io.BytesIO()
    stream = library("pyhepmc._core").pyiostream(text)
    library("pyhepmc.io").WriterAscii(stream, info).close()
    stream.flush()
    return text.getvalue().partition(b"HepMC::Asciiv3-END_EVENT_LISTING")[0]


def run_info(run: Run, events: int, modes: bool = False) -> Any:
    """HepMC3's GenRunInfo of a run of ``events`` events, with ``modes`` if each says which it has.

    Raises
    ------
    UserError : the run has no cross section
    """
    info = library("pyhepmc").GenRunInfo()
    info.tools = [info.ToolInfo("nugan-hep", _version(), "neural generators of neutrino-nucleus events")]
    info.weight_names = ["CV", *run.replicas]
    for name, value in _attributes(run, modes):
        info.attributes[f"NuHepMC.{name}"] = value
    info.attributes[EVENTS] = events
    about = run.as_dict()
    for k, part in enumerate(about.pop("runs", ())):  # a line each, for lines have a longest length
        info.attributes[PART.format(k)] = json.dumps(part, separators=(",", ":"))
    info.attributes[OURS] = json.dumps(about, separators=(",", ":"))
    return info


def read_run(info: Any) -> tuple[Run, int]:
    """The run in a GenRunInfo, and how many events it has.

    Raises
    ------
    UserError : it was not written by :func:`run_info`
    """
    try:
        ours = json.loads(str(info.attributes[OURS]))
        parts = itertools.takewhile(lambda key: key in info.attributes, map(PART.format, itertools.count()))
        if runs := [json.loads(str(info.attributes[key])) for key in parts]:
            ours["runs"] = runs
        events = int(str(info.attributes[EVENTS]))
    except (KeyError, ValueError) as error:
        raise UserError(f"no {OURS}, which nugan-sample writes ({error!r:.80})") from None
    return from_dict(ours), events


def _version() -> str:
    try:
        return importlib.metadata.version("nugan-hep")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def _attributes(run: Run, modes: bool) -> Iterator[tuple[str, Any]]:
    """Names without the leading ``NuHepMC.``, and values."""
    sigma = run.need_cross_section("nuhepmc")
    conventions = ["G.C.2", "G.C.3", "G.C.5", "G.S.2", "E.C.1", "E.C.5", "P.C.2"]
    yield from zip(("Version.Major", "Version.Minor", "Version.Patch"), VERSION, strict=True)
    yield "Units.CrossSection.Unit", "10-38 cm2"
    yield "Units.CrossSection.TargetScale", "PerNucleon"
    yield "FluxAveragedTotalCrossSection", in_full([sigma])
    if run.sigma_error is not None:
        yield "FluxAveragedTotalCrossSectionUncertainty", in_full([run.sigma_error])
    yield from _described("ProcessIDs", "ProcessInfo", processes(run, modes))
    yield from _described("VertexStatusIDs", "VertexStatusInfo", VERTEX_STATUS)
    yield from _described("ParticleStatusIDs", "ParticleStatusInfo", PARTICLE_STATUS)
    # the specification has the name under one word and the description under another
    yield "AdditionalParticleNumbers", list(ADDITIONAL_PARTICLES)
    for number, (name, description) in ADDITIONAL_PARTICLES.items():
        yield f"AdditionalParticleNumber[{number}].Name", name
        yield f"AdditionalParticleInfo[{number}].Description", description
    yield "Citations.Generator.arXiv", list(ARTICLES)
    if run.pot is not None:
        conventions.append("G.C.1")
        yield "Exposure.POT", in_full([run.pot])
    for probe in run.probes:
        parts = [part for part in run.single if part.probe == probe]
        beam = merge(parts)
        if beam.flux is not None or beam.energy is not None:
            conventions.append("G.C.4")
            yield from _beam(beam)
    yield "Conventions", sorted(set(conventions))


def _described(ids: str, info: str, known: dict[int, tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    yield ids, list(known)
    for number, (name, description) in known.items():
        yield f"{info}[{number}].Name", name
        yield f"{info}[{number}].Description", description


def _beam(run: Run) -> Iterator[tuple[str, Any]]:
    beam = f"Beam[{run.probe}]"
    yield f"{beam}.EnergyUnit", "GEV"
    if run.flux is None:
        yield f"{beam}.Type", "MonoEnergetic"
        yield f"{beam}.MonoEnergetic.Energy", in_full([run.energy or 0.0])
        return
    yield f"{beam}.Type", "Histogram"
    yield f"{beam}.RateUnit", "Arbitrary" if run.flux.unit == ARBITRARY else f"{run.flux.unit} GeV-1"
    yield f"{beam}.Histogram.BinEdges", in_full(run.flux.edges.tolist())
    yield f"{beam}.Histogram.BinContent", in_full(run.flux.density.tolist())
    yield f"{beam}.Histogram.ContentIsPerWidth", True


def in_full(numbers: Iterable[float]) -> str:
    """Numbers as HepMC3 writes a double or a vector of doubles, with all digits."""
    return " ".join(repr(float(number)) for number in numbers)
