"""Find model archives and read what they say of themselves, without torch: the core's rules.

A model is a TorchScript archive (a zip file) with its metadata in the extra file ``nugan.json``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nugan_hep import _core

FORMAT_VERSION = _core.archive_format_version
METADATA_FILE = _core.metadata_file
TRAINING_FILE = "training.pt"
DEFAULT_MODEL = _core.default_model
MODELS_VARIABLE = "NUGAN_MODELS_PATH"


def package_dirs() -> list[Path]:
    """Folders that hold the package's files; an editable install keeps built ones in site-packages."""
    core = find_spec("nugan_hep._core")
    return [Path(__file__).parent, *([Path(core.origin).parent] if core and core.origin else [])]


def models_dirs() -> list[Path]:
    """Folders with models: those of ``NUGAN_MODELS_PATH``, the checkout's, the package's."""
    checkout = Path(__file__).parents[2]
    # installed, it is some folder of Python; os.path says no where it may not look
    in_checkout = os.path.isfile(checkout / "pyproject.toml")
    return _core.models_folders([checkout / "models"] if in_checkout else [])


def list_models() -> list[str]:
    """Names that :func:`find_model` knows, sorted."""
    return _core.list_models(models_dirs())


def find_model(name: str | Path) -> Path:
    """The archive of a model's name, or of a path (anything with a slash or the suffix ``.pt``).

    Raises
    ------
    UserError : there is no such model or file
    """
    return _core.find_model(name, models_dirs())


def model_table() -> str:
    """A line for each model, the shortest names first: the plain ones."""
    return _core.model_table(models_dirs())


def read_metadata(path: Path) -> dict[str, Any]:
    """The parsed ``nugan.json`` of an archive.

    Raises
    ------
    UserError : not an archive, truncated, without metadata or a part of them, or of an unknown
        format version
    """
    return _core.read_metadata(path)


def process_of(metadata: Mapping[str, Any]) -> _core.Process:
    """The process of a model, from its metadata or those of its run."""
    names = ("probe", "target", "interaction", "current", "channel")
    return _core.Process(**{name: metadata[name] for name in names if name in metadata})


def training_events(path: Path) -> int | None:
    """Events that a model was trained on, if it says; resampled ones count for the true ones behind them.

    Raises
    ------
    UserError : see :func:`read_metadata`
    """
    return _core.training_events(path)


def read_extra(path: Path, name: str) -> bytes:
    """The bytes of an extra file of a TorchScript archive.

    Raises
    ------
    UserError : not an archive, truncated, or without such a file
    """
    return _core.read_extra(path, name)
