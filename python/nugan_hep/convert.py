"""``nugan-convert``: bring event files from one format into another."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nugan_hep import cli, skipping
from nugan_hep.errors import NoEventsError, UserError
from nugan_hep.output import Columns, EventReader, formats, merge
from nugan_hep.output.atomic import check_target
from nugan_hep.output.columns import REPLICAS
from nugan_hep.output.recognise import read_all, recognise

PROGRAM = "nugan-convert"
EXIT_TERMINATED = 143
VERTEX = ("vtxx", "vtxy", "vtxz", "vtxt")

EXAMPLES = """\
examples:
  nugan-convert events.root --to parquet events.parquet
  nugan-convert run1.root run2.root run3.root --to gst all.root
  nugan-convert events.root --to nuhepmc events.hepmc3
  nugan-convert events.npz --to rntuple events.root --compression zstd:5

The input's format is found by its suffix and, in a ROOT file, by what it holds. Weights, targets, flux and
cross section go with the events. Several runs, in several files or in one that hadd or cat made, become one:
events and POT add up, the cross section is the average over all. Files without events are skipped. rootracker
and NuHepMC files of other generators are read for neutrino, target and charged lepton. Formats of particles
hold momenta: what is derived from them can differ in the last digit of float32.
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM); only a complete output gets its name"""


def convert(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser().parse_intermixed_args(argv)
    *inputs, out = options.files
    if not inputs:
        raise UserError("expected input and output: IN [IN ...] --to F OUT (see --help)")
    formats.check_format(options.to, out)
    sources = _sources(inputs)
    check_target(out, options.force)
    for path in inputs:
        if os.path.exists(out) and os.path.samefile(path, out):
            raise UserError(f"{out} is the input; expected another name")
    with _terminable(), read_all(inputs) as (reader, skipped):
        formats.check_space(options.to, out, reader.events, options.compression)
        source = [str(path) for path in inputs] if len(inputs) > 1 else str(inputs[0])
        step = {"from": source, "format": sources, "command": shlex.join([PROGRAM, *argv])}
        events = _convert(options, reader, out, step)
    if not options.quiet:
        notes = [skipping.describe(skipped, len(inputs))] if skipped else []
        for note in [*notes, *merge.notes(reader.run)]:
            print(f"{PROGRAM}: {note}", file=sys.stderr)
        runs = f" of {len(reader.run.parts)} runs" if reader.run.parts else ""
        size = out.stat().st_size / 1e6
        print(f"{out}: {events:,} events{runs} of {sources} as {options.to}, {size:,.1f} MB")
    return 0


def _sources(inputs: Sequence[Path]) -> str:
    """The formats of the files, but for those without events."""
    found: dict[str, None] = {}
    for path in inputs:
        try:
            found[recognise(path)] = None
        except NoEventsError:
            if len(inputs) == 1:
                raise
    return ", ".join(found)


def _convert(options: argparse.Namespace, reader: EventReader, out: Path, step: dict[str, Any]) -> int:
    """Copy the events; their number.

    Raises
    ------
    UserError : the format cannot hold them; the input is damaged; the output cannot be written
    """
    run = reader.run
    if not formats.FORMATS[options.to].replicas:
        for one in (run, *run.parts):
            one.metadata.pop("replicas", None)
    run.metadata["converted"] = [*run.metadata.get("converted", []), step]
    vertices = replicas = False
    with (
        formats.create(options.to, out, run, options.compression, options.force) as writer,
        cli.progress("events", options.quiet) as bar,
    ):
        task = bar.add_task("converting", total=reader.events, note="")
        for columns in reader.chunks:
            vertices = vertices or _has_vertices(columns)
            replicas = replicas or REPLICAS in columns
            writer.write(columns)
            bar.update(task, completed=writer.events)
        left_out = sum(one.metadata.get("left_out", 0) for one in run.together)
        if writer.events + left_out != reader.events:
            raise UserError(
                f"{step['from']} is damaged: {writer.events + left_out:,} events, expected {reader.events:,}"
            )
        if writer.events == 0 and left_out:
            raise UserError(f"{step['from']}: none of {left_out:,} events is a charged current")
        run.metadata["events"] = writer.events
    if left_out and not options.quiet:
        what = "no charged currents: left out"
        print(f"{PROGRAM}: {left_out:,} of {reader.events:,} events are {what}", file=sys.stderr)
    if vertices and not formats.FORMATS[options.to].vertices and not options.quiet:
        print(f"{PROGRAM}: format {options.to} has no vertices: they were left out", file=sys.stderr)
    if replicas and not formats.FORMATS[options.to].replicas and not options.quiet:
        print(
            f"{PROGRAM}: format {options.to} has no weights of replicas: they were left out", file=sys.stderr
        )
    return writer.events


def _has_vertices(columns: Columns) -> bool:
    return any(name in columns and bool(np.any(columns[name])) for name in VERTEX)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM leave by the way of exceptions, as SIGINT does, so that nothing half done stays."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog=PROGRAM,
        usage="%(prog)s IN [IN ...] --to F OUT [options]",
        description="Bring event files into another format, or put runs together.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", type=Path, nargs="+", metavar="FILE", help="files to read, and the one to write")
    add("--to", required=True, metavar="F", help=f"format of the output: {', '.join(formats.FORMATS)}")
    add("--compression", metavar="A[:LEVEL]", help="default: the format's, as in nugan-sample")
    add("--force", action="store_true", help="replace an existing file")
    add("--quiet", action="store_true", help="no progress bar, no summary")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-convert``."""
    return cli.run(PROGRAM, convert, argv)


if __name__ == "__main__":
    sys.exit(main())
