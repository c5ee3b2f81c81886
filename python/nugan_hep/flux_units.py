"""Units of the values of a flux, see docs/flux.md: the core's rules by the names that Python uses."""

from __future__ import annotations

from nugan_hep._core import FluxUnit, energy_scale
from nugan_hep._core import flux_unit_from_title as from_title
from nugan_hep._core import flux_unit_from_user as from_user

__all__ = ["FluxUnit", "energy_scale", "from_title", "from_user"]
