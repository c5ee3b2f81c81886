"""Find model archives and read what they say of themselves, without torch.

A model is a TorchScript archive (a zip file) with its metadata in the extra file ``nugan.json``.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError

FORMAT_VERSION = 1
METADATA_FILE = "nugan.json"
TRAINING_FILE = "training.pt"
DEFAULT_MODEL = "numu_C12_inc"
MODELS_VARIABLE = "NUGAN_MODELS_PATH"

REQUIRED = {
    "name": str,
    "probe": int,
    "target": int,
    "interaction": str,
    "enu_range": list,
    "latent_size": int,
    "shift": float,
}
"""Metadata that every model has, and the types."""


def package_dirs() -> list[Path]:
    """Folders that hold the package's files; an editable install keeps built ones in site-packages."""
    core = find_spec("nugan_hep._core")
    return [Path(__file__).parent, *([Path(core.origin).parent] if core and core.origin else [])]


def models_dirs() -> list[Path]:
    """Folders with models: those of ``NUGAN_MODELS_PATH``, the checkout's, the package's."""
    folders = [Path(p) for p in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if p]
    checkout = Path(__file__).parents[2]
    if os.path.isfile(checkout / "pyproject.toml"):  # installed, it is some folder of Python
        folders.append(checkout / "models")  # before the copies that an editable install made
    folders += [folder / "models" for folder in package_dirs()]
    # os.path says no where it may not look; methods of Path raise before Python 3.14
    return [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]


def spellings(name: str) -> list[str]:
    """Names under which a model may lie: a process's plain name is its flow of 100,000 events or more."""
    shorter = name.removesuffix("_flow")
    return list(dict.fromkeys([name, shorter, re.sub(r"_100k(?=(_gan)?$)", "", shorter)]))


def list_models() -> list[str]:
    """Names that :func:`find_model` knows, sorted."""
    return sorted(
        {path.stem for folder in models_dirs() for path in folder.glob("*.pt") if os.path.isfile(path)}
    )


def find_model(name: str | Path) -> Path:
    """The archive of a model's name, or of a path (anything with a slash or the suffix ``.pt``).

    Raises
    ------
    UserError : there is no such model or file
    """
    text = os.fspath(name)
    if os.sep in text or text.endswith(".pt"):
        path = Path(text)
        if not os.path.isfile(path):
            raise UserError(f"no model file {text}")
        return path
    for spelling in spellings(text):
        for folder in models_dirs():
            if os.path.isfile(path := folder / f"{spelling}.pt"):
                return path
    raise UserError(f"no model {text!r}; there is: {', '.join(list_models()) or 'none'}")


def read_metadata(path: Path) -> dict[str, Any]:
    """The parsed ``nugan.json`` of an archive.

    Raises
    ------
    UserError : not an archive, truncated, without metadata or a part of them, or of an unknown
        format version
    """
    try:
        metadata = json.loads(read_extra(path, METADATA_FILE))
    except (ValueError, RecursionError):
        raise UserError(f"{path}: {METADATA_FILE} is not valid JSON") from None
    if not isinstance(metadata, dict):
        raise UserError(f"{path}: {METADATA_FILE} is not a JSON object")
    version = metadata.get("format_version")
    if version != FORMAT_VERSION:
        raise UserError(f"{path}: format version {version!r}, expected {FORMAT_VERSION}")
    for key, kind in REQUIRED.items():
        if key not in metadata:
            raise UserError(f"{path}: {METADATA_FILE} has no {key}")
        if not _is(metadata[key], kind):
            raise UserError(
                f"{path}: {METADATA_FILE}: {key} is {metadata[key]!r:.60}, expected {kind.__name__}"
            )
    if len(metadata["enu_range"]) != 2 or not all(_is(energy, float) for energy in metadata["enu_range"]):
        raise UserError(f"{path}: {METADATA_FILE}: enu_range is not two energies")
    return metadata


def training_events(metadata: Mapping[str, Any]) -> int | None:
    """Events that a model was trained on, if it says; resampled ones count for the true ones behind them."""
    data = (metadata.get("training") or {}).get("data") or {}
    events = (data.get("replay") or data).get("events")
    return events if isinstance(events, int) else None


def _is(value: object, kind: type) -> bool:
    """Whether a JSON value is of a kind; a whole number is a float too, true and false are no numbers."""
    return isinstance(value, (int, float) if kind is float else kind) and not isinstance(value, bool)


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
    except (OSError, zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise UserError(f"{path} is not a model archive, or it is truncated ({error})") from None
    raise UserError(f"{path} has no {name}: not a model of nugan-hep")
