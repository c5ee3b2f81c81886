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

import numpy as np

from nugan_hep import cli
from nugan_hep.errors import UserError
from nugan_hep.output import Columns, EventReader, formats
from nugan_hep.output.atomic import check_target
from nugan_hep.output.recognise import read, recognise

PROGRAM = "nugan-convert"
EXIT_TERMINATED = 143
VERTEX = ("vtxx", "vtxy", "vtxz", "vtxt")
WITHOUT_VERTEX = ("nuisance",)
"""Formats that have no place for vertices."""

EXAMPLES = """\
examples:
  nugan-convert events.root --to parquet events.parquet
  nugan-convert events.root --to nuhepmc events.hepmc3
  nugan-convert events.npz --to rntuple events.root --compression zstd:5

The input's format is found by its suffix and, in a ROOT file, by what it holds. Weights, targets, flux and
cross section go with the events. Formats of particles hold momenta: what is derived from them can differ in
the last digit of float32.
exit codes: 0 done, 2 bad input, 130 interrupted (143 by SIGTERM); only a complete output gets its name"""


def convert(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    options = _parser().parse_args(argv)
    formats.check_format(options.to, options.out)
    source = recognise(options.input)
    check_target(options.out, options.force)
    if os.path.exists(options.out) and os.path.samefile(options.input, options.out):
        raise UserError(f"{options.out} is the input; expected another name")
    with _terminable(), read(options.input) as reader:
        formats.check_space(options.to, options.out, reader.events, options.compression)
        _convert(options, reader, source, shlex.join([PROGRAM, *argv]))
    if not options.quiet:
        size = options.out.stat().st_size / 1e6
        print(f"{options.out}: {reader.events:,} events of {source} as {options.to}, {size:,.1f} MB")
    return 0


def _convert(options: argparse.Namespace, reader: EventReader, source: str, command: str) -> None:
    """Copy the events.

    Raises
    ------
    UserError : the format cannot hold them; the input is damaged; the output cannot be written
    """
    run = reader.run
    step = {"from": str(options.input), "format": source, "command": command}
    run.metadata["converted"] = [*run.metadata.get("converted", []), step]
    vertices = False
    with (
        formats.create(options.to, options.out, run, options.compression, options.force) as writer,
        cli.progress("events", options.quiet) as bar,
    ):
        task = bar.add_task("converting", total=reader.events, note="")
        for columns in reader.chunks:
            vertices = vertices or _has_vertices(columns)
            writer.write(columns)
            bar.update(task, completed=writer.events)
        if writer.events != reader.events:
            raise UserError(
                f"{options.input} is damaged: {writer.events:,} events, expected {reader.events:,}"
            )
    if vertices and options.to in WITHOUT_VERTEX and not options.quiet:
        print(f"{PROGRAM}: format {options.to} has no vertices: they were left out", file=sys.stderr)


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
        description="Bring an event file that nugan-sample wrote into another format.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("input", type=Path, metavar="IN", help="file of nugan-sample or nugan-convert")
    add("--to", required=True, metavar="F", help=f"format of the output: {', '.join(formats.FORMATS)}")
    add("out", type=Path, metavar="OUT", help="file to write")
    add("--compression", metavar="A[:LEVEL]", help="default: the format's, as in nugan-sample")
    add("--force", action="store_true", help="replace an existing file")
    add("--quiet", action="store_true", help="no progress bar, no summary")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point of ``nugan-convert``."""
    return cli.run(PROGRAM, convert, argv)


if __name__ == "__main__":
    sys.exit(main())
