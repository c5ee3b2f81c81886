"""Find model archives and read what they say of themselves, without torch.

A model is a TorchScript archive (a zip file) with its metadata in the extra file ``nugan.json``.
"""

from __future__ import annotations

import json
import os
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError

FORMAT_VERSION = 1
METADATA_FILE = "nugan.json"
TRAINING_FILE = "training.pt"
DEFAULT_MODEL = "numu_C12_inc"
MODELS_VARIABLE = "NUGAN_MODELS_PATH"


def package_dirs() -> list[Path]:
    """Folders that hold the package's files; an editable install keeps built ones in site-packages."""
    core = find_spec("nugan_hep._core")
    return [Path(__file__).parent, *([Path(core.origin).parent] if core and core.origin else [])]


def models_dirs() -> list[Path]:
    """Folders with models: those of ``NUGAN_MODELS_PATH``, the package's, the checkout's."""
    folders = [Path(p) for p in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if p]
    folders += [folder / "models" for folder in package_dirs()]
    folders.append(Path(__file__).parents[2] / "models")
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def list_models() -> list[str]:
    """Names that :func:`find_model` knows, sorted."""
    return sorted({path.stem for folder in models_dirs() for path in folder.glob("*.pt")})


def find_model(name: str | Path) -> Path:
    """The archive of a model's name, or of a path (anything with a slash or the suffix ``.pt``).

    Raises
    ------
    UserError : there is no such model or file
    """
    text = os.fspath(name)
    if os.sep in text or text.endswith(".pt"):
        path = Path(text)
        if not path.is_file():
            raise UserError(f"no model file {text}")
        return path
    for folder in models_dirs():
        if (path := folder / f"{text}.pt").is_file():
            return path
    raise UserError(f"no model {text!r}; there is: {', '.join(list_models()) or 'none'}")


def read_metadata(path: Path) -> dict[str, Any]:
    """The parsed ``nugan.json`` of an archive.

    Raises
    ------
    UserError : not an archive, truncated, without metadata, or of an unknown format version
    """
    try:
        metadata = json.loads(read_extra(path, METADATA_FILE))
    except ValueError:
        raise UserError(f"{path}: {METADATA_FILE} is not valid JSON") from None
    version = metadata.get("format_version")
    if version != FORMAT_VERSION:
        raise UserError(f"{path}: format version {version!r}, expected {FORMAT_VERSION}")
    return dict(metadata)


def read_extra(path: Path, name: str) -> bytes:
    """The bytes of an extra file of a TorchScript archive.

    Raises
    ------
    UserError : not an archive, truncated, or without such a file
    """
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                if member.endswith(f"/extra/{name}"):
                    return archive.read(member)
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise UserError(f"{path} is not a model archive, or it is truncated ({error})") from None
    raise UserError(f"{path} has no {name}: not a model of nugan-hep")
