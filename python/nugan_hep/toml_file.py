"""Reading TOML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nugan_hep.errors import UserError


def load_toml(path: Path) -> dict[str, Any]:
    """What is in a TOML file.

    Raises
    ------
    UserError : no such file, or not TOML
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"cannot read configuration {path}: {error}") from None
