"""The folder that an evaluation writes: checked before the work, replaced as a whole after it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from nugan_hep.errors import UserError
from nugan_hep.output.atomic import new_file

METRICS_FILE = "metrics.json"
PAGE_FILE = "report.html"
FIGURE_FILES = (
    "hadrons_*.png",
    "summary.png",
    *("maps_uniform.png", "maps_fixed_*GeV.png"),
    *("spectra_uniform.png", "spectra_fixed_*GeV.png"),
)


def check_folder(out: Path, force: bool) -> None:
    """Refuse an output folder that cannot be made or written, before any work is done.

    So it does with one that holds an evaluation, without ``force``.
    """
    # os.path says no where it may not look; methods of Path raise before Python 3.14
    if os.path.exists(out) and not os.path.isdir(out):
        raise UserError(f"cannot write to {out}: it exists and is not a folder")
    nearest = next(folder for folder in (out, *out.absolute().parents) if os.path.exists(folder))
    if not os.path.isdir(nearest) or not os.access(nearest, os.W_OK):
        raise UserError(f"cannot write to {out}: no permission in {nearest}")
    if not force and (there := earlier_files(out)):
        raise UserError(
            f"{out} holds {there[0].name}; give another --out or --force to replace the evaluation"
        )


def earlier_files(out: Path) -> list[Path]:
    """What an evaluation left in the folder."""
    return [
        path for pattern in (METRICS_FILE, PAGE_FILE, *FIGURE_FILES) for path in sorted(out.glob(pattern))
    ]


def write_all(out: Path, files: Mapping[str, bytes]) -> None:
    """Write the files into ``out``, each complete or not at all, metrics.json last.

    What an earlier evaluation left goes: beside new metrics it would mislead.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in earlier_files(out):
            if path.name not in files:
                path.unlink()
    except OSError as error:
        raise UserError(f"cannot write to {out}: {(error.strerror or str(error)).lower()}") from error
    for file, content in sorted(files.items(), key=lambda item: item[0] == METRICS_FILE):
        with new_file(out / file, force=True) as stream:
            stream.write(content)
