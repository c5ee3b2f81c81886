"""What the options of ``nugan-sample`` ask for, opened: models, energies, seed."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

from nugan_hep import _core, archive, flux_readers

if TYPE_CHECKING:
    from nugan_hep._sampler import Opened
    from nugan_hep.flux import Flux


def version() -> str:
    """Versions of nugan-hep and torch, as files have them."""
    versions = {}
    for name in ("nugan-hep", "torch"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return f"nugan-hep {versions['nugan-hep']} (torch {versions['torch']})"


def open_source(options: _core.Options) -> Opened:
    """The models with the energies and the seed that the options ask for.

    Raises
    ------
    UserError : no such model or flux, or one that does not fit the other
    """
    try:
        from nugan_hep import sampler_core
    except ImportError as error:  # Ctrl-C while the library is loaded comes as this
        if isinstance(error.__cause__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise

    def read_flux(source: str, probe: int) -> Flux:
        said = options.flux_units or None, probe, options.flux_columns or None
        return flux_readers.read_flux(source, *said)

    return sampler_core.open_source(options, archive.models_dirs(), read_flux)
