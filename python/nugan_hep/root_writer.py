"""``nugan-sample --root-writer``: the same options by ``nugan-gen``, the program that writes through ROOT."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from nugan_hep import archive
from nugan_hep.errors import UserError

OPTION = "--root-writer"
PROGRAM = "nugan-gen"


def program() -> Path:
    """The program, installed with the package or on the ``PATH``.

    Raises
    ------
    UserError : it was not built, for want of ROOT; says how to get it
    """
    places = [folder / "bin" / PROGRAM for folder in archive.package_dirs()]
    found = next((path for path in places if os.access(path, os.X_OK)), None) or shutil.which(PROGRAM)
    if found is None:
        raise UserError(
            f"{OPTION}: no {PROGRAM}, for nugan-hep was installed without ROOT. Install ROOT "
            "(pip install --pre ROOT) and then nugan-hep again, from its sources: "
            "pip install --force-reinstall --no-deps ."
        )
    return Path(found)


def run(argv: Sequence[str]) -> NoReturn:
    """Become ``nugan-gen`` with the arguments of ``nugan-sample``; does not return.

    Raises
    ------
    UserError : see :func:`program`; it cannot be run
    """
    path = program()
    # argparse takes the beginning of an option for the whole
    arguments = [word for word in argv if not (word.startswith("--r") and OPTION.startswith(word))]
    models = os.pathsep.join(map(str, archive.models_dirs()))
    try:
        os.execve(path, [PROGRAM, *arguments], {**os.environ, archive.MODELS_VARIABLE: models})
    except OSError as error:
        raise UserError(f"cannot run {path}: {(error.strerror or str(error)).lower()}") from None
