"""What all commands share: error lines, exit codes, argument types, progress bar."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec, TextIO, TypeVar

from nugan_hep import _core
from nugan_hep.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

P = ParamSpec("P")
T = TypeVar("T")

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message} (see --help)")


def run(name: str, command: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None = None) -> int:
    """Call ``command(argv)`` and turn the user's mistakes into one line and exit code 2.

    Where the reader of its output has read enough (``| head``) it ends quietly with 141, as shells have it.
    """
    try:
        try:
            return _run(name, command, argv)
        finally:
            if sys.stdout is not None:  # Python's own flush at the end would complain
                sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return EXIT_PIPE_CLOSED


def _run(name: str, command: Callable[[Sequence[str] | None], int], argv: Sequence[str] | None) -> int:
    try:
        return command(argv)
    except UserError as error:
        print(f"{name}: error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except MemoryError as error:
        print(f"{name}: error: not enough memory ({error})", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED


def _drop_output() -> None:
    """Drop what standard output still holds if its reader is gone; the closed pipe may be another one."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def whole(text: str) -> int:
    """Argument type of a whole number of any sign; accepts ``1e6``."""
    return _parsed(_core.parse_whole, text)


def count(text: str, least: int = 1) -> int:
    """Argument type of a whole number of at least ``least``; accepts ``1e6``."""
    return _parsed(_core.parse_count, text, least)


def positive(text: str) -> float:
    """Argument type of a finite number above zero."""
    return _parsed(_core.parse_positive, text)


def seed(text: str) -> int:
    """Argument type of a seed, 0 to 2^64 - 1."""
    return _parsed(_core.parse_seed, text)


def threads(text: str) -> int:
    """Argument type of a number of threads, 0 for all."""
    return _parsed(_core.parse_threads, text)


def device(text: str) -> str:
    """Argument type of a device's name: cpu, cuda or cuda:k."""
    _parsed(_core.parse_device, text)
    return text


def probe(text: str) -> int:
    """Argument type of a neutrino, ``numu`` or its PDG number."""
    return _parsed(_core.parse_probe, text)


def nucleus(text: str) -> int:
    """Argument type of one nucleus, ``C12`` or its PDG number."""
    found = _parsed(_core.parse_target, text)
    if len(found) > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is a target of {len(found)} nuclei, expected one")
    return found[0][0]


def interaction(text: str) -> str:
    """Argument type of a current and a channel, ``CC inclusive``."""
    current, _, channel = text.partition(" ")
    return _parsed(lambda text: _core.Process(14, 0, text, current, channel).name, text)


def _parsed(parse: Callable[Concatenate[str, P], T], text: str, *more: P.args, **named: P.kwargs) -> T:
    """What a text says by a parser of the core, whose message argparse puts behind the option's name."""
    try:
        return parse(text, *more, **named)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _is_terminal(stream: TextIO | None) -> bool:
    """A stream that was closed before the start is None."""
    return stream is not None and stream.isatty()


def progress(unit: str, quiet: bool = False) -> Progress:
    """A progress bar on standard error, drawn on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        # by itself rich takes FORCE_COLOR for a terminal, as notebooks set it
        disable=quiet or not _is_terminal(sys.stderr),
        # redirected output must not pass through rich
        redirect_stdout=_is_terminal(sys.stdout),
    )
