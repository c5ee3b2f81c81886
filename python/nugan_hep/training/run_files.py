"""What a training keeps in its run folder beside checkpoints and models."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import write_text as write_text  # of the folders above, too
from nugan_hep.run_folder import RUN_FILE
from nugan_hep.training.config import to_toml

CONFIG_FILE = "config.toml"
HISTORY_FILE = "history.csv"


def begin(folder: Path, description: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Make the folder of a run, with what the run is and its settings.

    Raises
    ------
    UserError : the folder cannot be written
    """
    make_folder(folder)
    for name, text in ((RUN_FILE, json.dumps(description, indent=1)), (CONFIG_FILE, to_toml(config))):
        write_text(folder / name, text + "\n")


def make_folder(folder: Path) -> None:
    """Make a run folder and those that it lies in.

    Raises
    ------
    UserError : the system cannot make it
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write run folder {folder}: {error.strerror}") from None


def write_history(history: Sequence[Mapping[str, float]], folder: Path) -> None:
    """A row for each evaluation so far; the first has the names of all columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(history[0]))
    writer.writeheader()
    writer.writerows(history)
    write_text(folder / HISTORY_FILE, text.getvalue())
