"""A run of ``nugan-sample`` once its options are known."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from nugan_hep import _core, cli
from nugan_hep.opening import open_source, version
from nugan_hep.output import Columns, EventWriter, formats
from nugan_hep.output.run import of_core
from nugan_hep.particles import from_core
from nugan_hep.signals import stop_signals

if TYPE_CHECKING:
    from nugan_hep._sampler import Opened


def _open(options: _core.Options) -> Opened:
    opened = open_source(options)
    if opened.warning and not options.quiet:
        print(f"{options.program}: warning: {opened.warning}", file=sys.stderr)
    return opened


def _write(opened: Opened, options: _core.Options, writer: EventWriter, n: int, caught: list[int]) -> int:
    """Draw and write until done or stopped; the number of events."""
    with cli.progress("events", options.quiet) as bar:
        task = bar.add_task("sampling", total=n, note="")
        start = time.monotonic()

        def write(columns: Columns) -> None:
            writer.write(from_core(columns))
            speed = writer.events / max(time.monotonic() - start, 1e-9)
            bar.update(task, completed=writer.events, note=f"{speed:,.0f} events/s")

        events = opened.draw_chunks(options, write, lambda: bool(caught))
    if events == 0:
        raise KeyboardInterrupt  # nothing that a file could hold
    return events


def draw_events(options: _core.Options, command: str) -> int:
    """Draw the events that the options ask for into a file; the exit code."""
    out = options.out
    if options.n is not None:
        formats.check_space(options.format, out, options.n, options.compression)
    opened = _open(options)
    about = opened.run
    about.program, about.command = version(), command
    assert about.requested is not None
    run, n = of_core(about), about.requested
    formats.check_space(options.format, out, n, options.compression)
    start = time.monotonic()
    with (
        stop_signals() as caught,
        formats.create(options.format, out, run, options.compression, options.force) as writer,
    ):
        events = _write(opened, options, writer, n, caught)
        run.metadata["events"], run.pot = events, about.pot
        if about.flavours:
            run.metadata["flavours"] = about.describe()["flavours"]
    if not options.quiet:
        print(about.summary(out, events, time.monotonic() - start), end="")
    if events < n:
        print(f"{options.program}: {_core.interruption(events, n)}", file=sys.stderr)
        return 128 + caught[0]
    return 0
