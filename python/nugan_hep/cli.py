"""What all commands share: error lines, exit codes, argument types, progress bar."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from nugan_hep.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

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


def count(text: str) -> int:
    """Argument type of a positive whole number; accepts ``1e6``."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 1 <= value <= 2**63 - 1 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(value) if "e" in text.lower() or "." in text else int(text)


def positive(text: str) -> float:
    """Argument type of a finite number above zero."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number above 0")
    return value


def seed(text: str) -> int:
    """Argument type of a seed, 0 to 2^64 - 1."""
    if not re.fullmatch(r"\d+", text) or int(text) >= 2**64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 2^64 - 1")
    return int(text)


def threads(text: str) -> int:
    """Argument type of a number of threads, 0 for all."""
    if not re.fullmatch(r"\d{1,4}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to 9999")
    return int(text)


def device(text: str) -> str:
    """Argument type of a device's name: cpu, cuda or cuda:k."""
    if not re.fullmatch(r"cpu|cuda(:\d{1,3})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not cpu, cuda or cuda:k")
    return text


def progress(unit: str, quiet: bool = False) -> Progress:
    """A progress bar on standard error, drawn on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f} " + unit),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
    )
