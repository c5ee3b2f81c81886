"""Neural generators of neutrino-nucleus events.

>>> import nugan_hep
>>> events = nugan_hep.Sampler("numu_C12_inc").sample(enu=1.0, n=100_000, seed=7)
>>> events["El"], events["thetal"]  # muon energy [GeV] and angle [rad]
>>> events = nugan_hep.Sampler("numu_C12_inc").sample(flux="t2kflux.root:enu_nd280_numu", n=100_000)
>>> nugan_hep.d2sigma("numu_C12_inc", enu=1.0, emu=0.7, theta=0.2)  # 1e-38 cm²/GeV per nucleon
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nugan_hep.archive import list_models
    from nugan_hep.beam import Beam
    from nugan_hep.campaigns.partitions import campaign
    from nugan_hep.density import d2sigma, log_prob, reweight
    from nugan_hep.flux import Flux
    from nugan_hep.flux_readers import read_flux
    from nugan_hep.sampler import Sampler

__version__: str
__all__ = [
    "Beam",
    "Flux",
    "Sampler",
    "__version__",
    "campaign",
    "d2sigma",
    "get_cmake_dir",
    "list_models",
    "log_prob",
    "read_flux",
    "reweight",
]

HOMES = {
    "Beam": "beam",
    "Flux": "flux",
    "Sampler": "sampler",
    "campaign": "campaigns.partitions",
    "d2sigma": "density",
    "list_models": "archive",
    "log_prob": "density",
    "read_flux": "flux_readers",
    "reweight": "density",
}
"""The module of each name, loaded when it is asked for: the sampler brings LibTorch, the density torch."""


def __getattr__(name: str) -> Any:
    if name in HOMES:
        return getattr(importlib.import_module(f"nugan_hep.{HOMES[name]}"), name)
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
