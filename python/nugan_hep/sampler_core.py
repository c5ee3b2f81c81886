"""The extension on LibTorch, loaded only where torch is the one that it was linked to.

LibTorch keeps its binary interface within ``2.N.x`` alone. With another series the module would not load, for
a symbol that is missing, or would read objects of another layout (docs/packaging.md).
"""

from __future__ import annotations

import re
import sys
from importlib import metadata

from nugan_hep import _core
from nugan_hep.errors import UserError


def series(version: str) -> str:
    """``2.13`` of ``2.13.0+cpu``: torch versions of one series fit each other."""
    found = re.match(r"\d+\.\d+", version)
    return found[0] if found else version


def check_torch(built: str, present: str | None) -> None:
    """That torch ``present`` (None: there is none) fits a core that was linked to torch ``built``.

    Raises
    ------
    UserError : it does not; names both versions and what to install
    """
    if present is not None and series(present) == series(built):
        return
    found = "torch is not installed" if present is None else f"torch {present} is installed"
    raise UserError(
        f"nugan-hep {metadata.version('nugan-hep')} was built with torch {built}, and {found}: "
        f"pip install 'torch=={series(built)}.*', or install nugan-hep again for the torch that you have"
    )


def present_torch() -> str | None:
    """Version of the torch that this process has or would load, without loading it."""
    if "torch" in sys.modules:
        return str(sys.modules["torch"].__version__)
    try:
        return metadata.version("torch")
    except metadata.PackageNotFoundError:
        return None


check_torch(_core.TORCH_VERSION, present_torch())

from nugan_hep._sampler import Opened, SamplerCore, SourceCore, flux_rate, open_source  # noqa: E402

__all__ = ["Opened", "SamplerCore", "SourceCore", "flux_rate", "open_source"]
