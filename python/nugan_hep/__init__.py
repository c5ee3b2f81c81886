"""Neural generators of neutrino-nucleus events.

>>> import nugan_hep
>>> events = nugan_hep.Sampler("numu_C12_inc").sample(enu=1.0, n=100_000, seed=7)
>>> events["El"], events["thetal"]  # muon energy [GeV] and angle [rad]
>>> nugan_hep.d2sigma("numu_C12_inc", enu=1.0, emu=0.7, theta=0.2)  # 1e-38 cm²/GeV per nucleon
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nugan_hep.archive import list_models
    from nugan_hep.density import d2sigma, log_prob, reweight
    from nugan_hep.sampler import Sampler

__version__: str
__all__ = ["Sampler", "__version__", "d2sigma", "get_cmake_dir", "list_models", "log_prob", "reweight"]


def __getattr__(name: str) -> Any:
    # the sampler brings LibTorch, the density torch: loaded when they are asked for
    if name == "Sampler":
        from nugan_hep.sampler import Sampler

        return Sampler
    if name == "list_models":
        from nugan_hep.archive import list_models

        return list_models
    if name in ("d2sigma", "log_prob", "reweight"):
        from nugan_hep import density

        return getattr(density, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("nugan-hep")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def get_cmake_dir() -> Path:
    """Folder of ``nuganConfig.cmake``, for ``-Dnugan_DIR`` or ``CMAKE_PREFIX_PATH``."""
    from nugan_hep import archive

    for folder in archive.package_dirs():
        if (path := folder / "lib" / "cmake" / "nugan").is_dir():
            return path
    raise FileNotFoundError("nugan_hep was installed without its C++ library")
