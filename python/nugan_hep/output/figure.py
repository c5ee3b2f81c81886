"""Figures to files: the format is that of the suffix, and a figure is complete or not there."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import check_target, new_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".pdf", ".svg")
DPI = 130


def check_figure(path: Path, force: bool) -> None:
    """Refuse a figure of unknown format or one that could not be written, before any work is done.

    Raises
    ------
    UserError : another suffix than ``SUFFIXES``, or see :func:`nugan_hep.output.atomic.check_target`
    """
    if path.suffix not in SUFFIXES:
        raise UserError(f"cannot write a figure as {path}: expected a name with {', '.join(SUFFIXES)}")
    check_target(path, force)


def write_figure(figure: Figure, path: Path, force: bool) -> None:
    """Write a figure in the format of the suffix.

    Raises
    ------
    UserError : see :func:`nugan_hep.output.atomic.new_file`
    """
    image = drawn(figure, path.suffix)
    with new_file(path, force=force) as stream:
        stream.write(image)


def drawn(figure: Figure, suffix: str = ".png") -> bytes:
    """The content of a figure's file."""
    image = io.BytesIO()
    figure.savefig(image, format=suffix[1:], dpi=DPI)
    return image.getvalue()
