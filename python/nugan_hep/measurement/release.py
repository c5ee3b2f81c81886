"""The histograms of a data release in a ROOT file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nugan_hep.errors import UserError


class Release(NamedTuple):
    """Objects of a file by name, and a sentence for error lines that says where such a file is from."""

    path: Path
    where: str
    objects: dict[str, Any]

    def histogram(self, name: str, dimensions: int = 1) -> Any:
        """A TH1 or TH2 with finite contents, as uproot reads it.

        Raises
        ------
        UserError : there is none of this name
        """
        kind = f"TH{dimensions}"
        if name not in self.objects:
            raise UserError(f"{self.path}: no histogram {name}, the layout is another one; {self.where}")
        found = self.objects[name]
        if not getattr(found, "classname", "").startswith(kind):
            is_a = getattr(found, "classname", type(found).__name__)
            raise UserError(f"{self.path}: {name} is a {is_a}, expected a {kind}; {self.where}")
        if not np.isfinite(found.values()).all():
            raise UserError(f"{self.path}: {name} has contents that are not finite")
        return found


def open_release(path: Path, where: str) -> Release:
    """Read all objects of a release's file.

    Raises
    ------
    UserError : no such file, not a ROOT file, a damaged one
    """
    import uproot

    if not path.is_file():
        raise UserError(f"{path}: no such file; {where}")
    try:
        with uproot.open(path) as file:
            return Release(path, where, {name: file[name] for name in file.keys(cycle=False)})
    except Exception as error:  # uproot raises whatever its parts raise
        raise UserError(
            f"{path}: cannot be read as ROOT ({str(error).splitlines()[0]:.80}); {where}"
        ) from None
