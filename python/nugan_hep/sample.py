"""``nugan-sample``: draw charged-current events from models into a file."""

from __future__ import annotations

import argparse
import contextlib
import functools
import math
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nugan_hep import archive, cli, flux_readers, rate, root_writer, streams, targets
from nugan_hep.beam import Beam
from nugan_hep.description import cross_section, describe, model_table, summary, version
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.options import PROGRAM, check_number, parse
from nugan_hep.output import Columns, EventWriter, Run, atomic, formats, overlap
from nugan_hep.signals import stop_signals
from nugan_hep.source import Energies, Source, common_range, make_source


def _models(options: argparse.Namespace) -> tuple[list[str], dict[int, float] | None]:
    """The models' names and, unless a model was named, the target's fractions of nucleons."""
    if options.probe is None:
        return [options.model or archive.DEFAULT_MODEL], None
    probe, fractions = targets.parse_probe(options.probe), targets.parse_target(options.target)
    return [targets.find_model(probe, pdg) for pdg in fractions], fractions


def _open(options: argparse.Namespace) -> Source:
    """The models with the energies and the seed that the options ask for."""
    from nugan_hep import _sampler

    names, fractions = _models(options)
    how = options.device, options.threads, options.backend
    opened = [_sampler.SamplerCore(str(archive.find_model(name)), *how) for name in names]
    cores = {core.target: core for core in opened}
    name, low, high = ", ".join(core.name for core in opened), *common_range(cores)
    flux: Flux | None = None
    if options.flux is not None:
        flux = flux_readers.read_flux(options.flux, options.flux_units, opened[0].probe)
    elif options.energy is not None or options.uniform is not None:
        ends = options.uniform or [options.energy] * 2
        for energy in ends:
            if not low <= energy <= high:
                raise UserError(
                    f"energy {energy:g} GeV is outside of the range of {name}, {low:g} to {high:g} GeV"
                )
        low, high = ends
        if low > high:
            raise UserError(f"--uniform {low:g} {high:g}: the first energy must not be above the second")
    energies = Energies(low, high, flux, options.weighted)
    source = make_source(cores, fractions or {opened[0].target: 1.0}, energies, options.seed)
    if flux is not None:
        rate.check_outside(flux.name, sum(source.outside), (low, high), options.allow_flux_outside)
        doubt = flux_readers.other_neutrino(flux, opened[0].probe)
        if doubt and not options.quiet:
            print(f"{PROGRAM}: warning: {doubt}", file=sys.stderr)
    return source


def _number(options: argparse.Namespace, run: Run, about: dict[str, Any]) -> int:
    """Events to draw: those asked for, or a number that an exposure happens to give."""
    if options.exposure is None:
        return int(options.n)
    assert run.flux is not None
    assert run.sigma is not None
    run.pot = options.exposure.pot
    mean = rate.expected_events(run.flux, run.sigma, *options.exposure)
    text = f"exposure of {run.pot:g} POT and {options.exposure.mass:g} t"
    check_number(math.ceil(min(mean, 1e30)), f"{mean:,.4g} events, the expectation for an {text},")
    u = float(streams.uniforms(options.seed, streams.EXPOSURE, 0, 1)[0, 0])
    n = rate.poisson(mean, u)
    check_number(n, f"{n:,} events")
    if n == 0:
        raise UserError(f"{text}: {mean:.3g} events expected and none drawn; expected at least one")
    about["exposure"] = {**options.exposure._asdict(), "expected": mean, "drawn": n, "unit": "POT, t"}
    return n


def _jobs(source: Source, beam: Beam, n: int, chunk: int) -> Iterator[Callable[[], Columns]]:
    def draw(first: int, size: int) -> Columns:
        return beam.place(source.draw(first, size), source.seed, first)

    for first in range(0, n, chunk):
        yield functools.partial(draw, first, min(chunk, n - first))


def _write(
    writer: EventWriter,
    jobs: Iterator[Callable[[], Columns]],
    n: int,
    source: Source,
    quiet: bool,
    stopped: Callable[[], bool],
) -> float | None:
    """Draw and write until done or stopped; the mean cross section, if the models have one."""
    table = source.table() if source.sigma is None else None
    low, high = source.energies.low, source.energies.high
    if table is not None and not table.enu[0] <= low <= high <= table.enu[-1]:
        table = None
    total = 0.0
    chunks = overlap.ahead(jobs, stopped)
    with cli.progress("events", quiet) as bar, contextlib.closing(chunks):
        task = bar.add_task("sampling", total=n, note="")
        start = time.monotonic()
        for columns in chunks:
            writer.write(columns)
            if table:  # the limits take away what rounding to float32 put beyond the ends
                total += float(table(np.clip(columns["Ev"].astype(np.float64), low, high)).sum())
            speed = writer.events / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=writer.events, note=f"{speed:,.0f} events/s")
    if writer.events == 0:
        raise KeyboardInterrupt  # nothing that a file could hold
    return total / writer.events if table else source.sigma


def sample(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = parse(argv)
    if options.version or options.list_models:
        print(version() if options.version else model_table())
        return 0
    atomic.check_target(options.out, options.force)
    if options.root_writer:
        root_writer.run(argv)
    if options.format == "nuisance" and (options.vertex or options.time):
        raise UserError("--vertex, --time: the format nuisance has no place for vertices")
    if options.n is not None:
        formats.check_space(options.format, options.out, options.n, options.compression)

    try:
        from nugan_hep import _sampler  # noqa: F401
    except ImportError as error:  # Ctrl-C while the library is loaded comes as this
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise

    source = _open(options)
    energies = source.energies
    fractions = {nucleus.core.target: nucleus.fraction for nucleus in source.nuclei}
    run = Run(source.nuclei[0].core.probe, fractions, source.sigma, source.sigma_error)
    run.energy = energies.one
    run.flux = source.nuclei[0].rate.flux if source.nuclei[0].rate is not None else None
    beam = Beam(options.vertex, options.time, options.beam_dir)
    run.metadata.update(describe(source, beam, options, shlex.join([PROGRAM, *argv])))
    run.metadata["cross_section"] = cross_section(source, source.sigma)
    n = run.metadata["requested"] = _number(options, run, run.metadata)
    formats.check_space(options.format, options.out, n, options.compression)
    start = time.monotonic()
    with (
        stop_signals() as caught,
        formats.create(options.format, options.out, run, options.compression, options.force) as writer,
    ):
        jobs = _jobs(source, beam, n, options.chunk)
        mean = _write(writer, jobs, n, source, options.quiet, lambda: bool(caught))
        run.metadata["events"] = writer.events
        run.metadata["cross_section"] = cross_section(source, mean)
        if run.pot is not None:
            run.pot *= writer.events / n  # of an interrupted run, what was made
    if not options.quiet:
        print(summary(run.metadata, options, time.monotonic() - start))
    if writer.events < n:
        print(f"{PROGRAM}: interrupted after {writer.events:,} of {n:,} events", file=sys.stderr)
        return 128 + caught[0]
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-sample``."""
    return cli.run(PROGRAM, sample, argv)


if __name__ == "__main__":
    sys.exit(main())
