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

from nugan_hep import _core, archive, cli, flux_readers, rate, root_writer, streams, targets
from nugan_hep.beam import Beam
from nugan_hep.description import model_table, summary, version
from nugan_hep.errors import UserError
from nugan_hep.flux import Flux
from nugan_hep.options import PROGRAM, check_number, parse
from nugan_hep.output import Columns, EventWriter, atomic, formats, overlap
from nugan_hep.output.run import of_core
from nugan_hep.signals import stop_signals
from nugan_hep.source import Energies, Source


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
    name, low, high = ", ".join(core.name for core in opened), *_sampler.common_range(opened)
    flux: Flux | None = None
    if options.flux is not None:
        flux = flux_readers.read_flux(options.flux, options.flux_units, opened[0].probe, options.flux_columns)
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
    beam = Beam(options.vertex, options.time, options.beam_dir)
    source = Source(opened, [*fractions.values()] if fractions else [1.0], energies, options.seed, beam)
    if flux is not None:
        rate.check_outside(flux, sum(source.outside), (low, high), options.allow_flux_outside)
        doubt = flux_readers.other_neutrino(flux, opened[0].probe)
        if doubt and not options.quiet:
            print(f"{PROGRAM}: warning: {doubt}", file=sys.stderr)
    return source


def _number(options: argparse.Namespace, run: _core.Run) -> int:
    """Events to draw: those asked for, or a number that an exposure happens to give."""
    if options.exposure is None:
        return int(options.n)
    assert run.flux is not None
    assert run.sigma is not None
    run.pot = options.exposure.pot
    mean = rate.expected_events(run.flux, run.sigma, *options.exposure)
    text = f"exposure of {run.pot:g} POT and {options.exposure.mass:g} t"
    check_number(math.ceil(min(mean, 1e30)), f"{mean:,.4g} events, the expectation for an {text},")
    # jobs of a campaign, which share the seed, have numbers of their own
    u = float(streams.uniforms(options.seed, streams.EXPOSURE, options.first, 1)[0, 0])
    n = _core.poisson(mean, u)
    check_number(n, f"{n:,} events", options.first)
    if n == 0:
        raise UserError(f"{text}: {mean:.3g} events expected and none drawn; expected at least one")
    run.exposure = (*options.exposure, mean, n)
    return n


def _jobs(source: Source, begin: int, n: int, chunk: int) -> Iterator[Callable[[], Columns]]:
    for first in range(begin, begin + n, chunk):
        yield functools.partial(source.draw, first, min(chunk, begin + n - first))


def _write(
    writer: EventWriter,
    jobs: Iterator[Callable[[], Columns]],
    n: int,
    quiet: bool,
    stopped: Callable[[], bool],
) -> None:
    """Draw and write until done or stopped."""
    chunks = overlap.ahead(jobs, stopped)
    with cli.progress("events", quiet) as bar, contextlib.closing(chunks):
        task = bar.add_task("sampling", total=n, note="")
        start = time.monotonic()
        for columns in chunks:
            writer.write(columns)
            speed = writer.events / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=writer.events, note=f"{speed:,.0f} events/s")
    if writer.events == 0:
        raise KeyboardInterrupt  # nothing that a file could hold


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
    about = source.run()
    about.program, about.command, about.first = version(), shlex.join([PROGRAM, *argv]), options.first
    n = about.requested = _number(options, about)
    run = of_core(about)
    formats.check_space(options.format, options.out, n, options.compression)
    start = time.monotonic()
    with (
        stop_signals() as caught,
        formats.create(options.format, options.out, run, options.compression, options.force) as writer,
    ):
        jobs = _jobs(source, options.first, n, options.chunk)
        _write(writer, jobs, n, options.quiet, lambda: bool(caught))
        run.metadata["events"] = writer.events
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
