"""Reading back ROOT files that nugan-sample wrote."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nugan_hep.errors import UserError
from nugan_hep.output.columns import METADATA
from nugan_hep.output.from_momenta import columns_of


@contextlib.contextmanager
def open_tree(path: str | Path, *names: str) -> Iterator[tuple[Any, list[str]]]:
    """The first tree of some names as uproot has it, and the descriptions beside it, several after ``hadd``.

    Raises
    ------
    UserError : no file, not a ROOT file, or another tree
    """
    import uproot

    wanted = " or ".join(names)
    if not os.path.isfile(path):
        raise UserError(f"cannot read {path}: there is no such file")
    try:
        file = uproot.open(path)
        tree = next((file[name] for name in names if name in file), None)
        keys = [key for key in file.keys(recursive=False) if key.partition(";")[0] == METADATA]
        texts = [str(file[key]) for key in keys]
    except Exception as error:  # of any kind, where the file is no ROOT file or was cut off
        if isinstance(error, OSError) and error.strerror:
            raise UserError(f"cannot read {path}: {error.strerror.lower()}") from error
        raise UserError(f"{path}: expected a whole ROOT file with a tree {wanted}") from error
    with file:
        if tree is None:
            raise UserError(f"{path}: expected a tree {wanted} and beside it a text {METADATA}")
        yield tree, texts


def lepton_columns(
    path: str | Path, nu: NDArray[Any], lepton: NDArray[Any], mass: NDArray[Any]
) -> dict[str, NDArray[Any]]:
    """The sampler's columns, see :func:`nugan_hep.output.from_momenta.columns_of`, of momenta in a file.

    Raises
    ------
    UserError : they are impossible
    """
    try:
        return columns_of(nu, lepton, mass)
    except ValueError as error:
        raise UserError(f"{path} is damaged: {error}") from None
