"""Where a model's archive is: shipped, in a run folder, or a file."""

from __future__ import annotations

import os
from pathlib import Path

from nugan_hep.archive import models_dirs
from nugan_hep.errors import UserError
from nugan_hep.xsec.data.nuclei import Nucleus

MODEL_FILE = "model.pt"
"""Of a run folder."""
FOLDER = "electron"
"""Of the models' folders."""


def list_models() -> list[str]:
    """Names of the models of electron-nucleus cross sections, sorted."""
    return sorted(
        {path.stem for folder in models_dirs() for path in (folder / FOLDER).glob("*.pt") if path.is_file()}
    )


def find_model(name: str | os.PathLike[str]) -> Path:
    """The archive of a model's name (``e_12C``), of a run folder, or of a path to a .pt.

    Raises
    ------
    UserError : there is no such model or file
    """
    text = os.fspath(name)
    if os.path.isdir(text):
        path = Path(text) / MODEL_FILE
        if not path.is_file():
            raise UserError(f"{text} has no {MODEL_FILE}: not a finished run")
        return path
    if os.sep in text or text.endswith(".pt"):
        if not os.path.isfile(text):
            raise UserError(f"no model file {text}")
        return Path(text)
    for folder in models_dirs():
        if (path := folder / FOLDER / f"{text}.pt").is_file():
            return path
    raise UserError(f"no model {text!r}; there is: {', '.join(list_models()) or 'none'}")


def find_model_of(nucleus: Nucleus) -> Path:
    """The model that is shipped for a nucleus.

    Raises
    ------
    UserError : there is none
    """
    try:
        return find_model(f"e_{nucleus.name}")
    except UserError:
        known = ", ".join(name.removeprefix("e_") for name in list_models())
        raise UserError(f"no model of {nucleus.name}; there is one of: {known or 'none'}") from None
